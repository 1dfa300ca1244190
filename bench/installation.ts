import type { Role } from '../src/app.ts';
import type { AppAnswer, AppRequest } from './app-process.ts';
import type { FarSideReport, FarSideRequest } from './far-side.ts';
import { type HelperProcess, startHelper } from './helper-process.ts';
import { createDatabase, dropDatabase, emptyRedis, type Servers } from './servers.ts';

/** A far side and the program on a database of its own. */
export interface Installation {
  /** Where entries go. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly farSideUrl: string;
  readonly farSide: HelperProcess<FarSideRequest, FarSideReport>;
  readonly apps: readonly { readonly role: Role; readonly process: HelperProcess<AppRequest, AppAnswer> }[];
  close(): Promise<void>;
}

/**
 * Starts one process for each role on a copy of `template`, and a far side.
 * @param o.roles with a web role among them
 */
export async function install(
  servers: Servers,
  o: { readonly template: string; readonly roles: readonly Role[]; readonly budgets: 'none' | 'official' },
): Promise<Installation> {
  const name = 'bench_installation';
  const databaseUrl = await createDatabase(servers, name, o.template);
  await emptyRedis(servers);
  const farSide = await startHelper<FarSideRequest, FarSideReport>(new URL('far-side.ts', import.meta.url));
  const { url: farSideUrl } = await farSide.ask({ type: 'listen' });
  let url = '';
  const apps: { role: Role; process: HelperProcess<AppRequest, AppAnswer> }[] = [];
  for (const role of o.roles) {
    const app = await startHelper<AppRequest, AppAnswer>(new URL('app-process.ts', import.meta.url), {
      flags: ['--expose-gc'],
    });
    const started = await app.ask({
      type: 'start',
      role,
      databaseUrl,
      redisUrl: servers.redisUrl,
      farSideUrl,
      budgets: o.budgets,
    });
    // A worker listens too, for its health only.
    if (role !== 'worker') url = started.url ?? url;
    apps.push({ role, process: app });
  }
  return {
    url,
    databaseUrl,
    farSideUrl,
    farSide,
    apps,
    async close() {
      for (const { process } of apps) {
        await process.ask({ type: 'stop' });
        await process.end();
      }
      await farSide.end();
      await dropDatabase(servers, name);
    },
  };
}
