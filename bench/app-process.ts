import { openSync } from 'node:fs';
import { pino } from 'pino';
import { v7 as newId } from 'uuid';
import { type App, type Role, startApp } from '../src/app.ts';
import { FAR_SIDE_ALLOWANCES } from '../src/delivery/budgets.ts';
import { createLogger } from '../src/log.ts';
import { appConfig } from './app-config.ts';
import { answerRequests } from './helper-process.ts';
import { KINDS_FILE, TEMPLATES_DIR } from './ledger.ts';

/*
 * The program in a process of its own, in any role, with its log at the usual level. Run with --expose-gc, so
 * that what it really holds can be told from what nobody has collected yet.
 */

export type AppRequest =
  | {
      readonly type: 'start';
      readonly role: Role;
      readonly databaseUrl: string;
      readonly redisUrl: string;
      readonly farSideUrl: string;
      /** `none`: as many posts as one likes. `official`: what Chatwork and Slack allow. */
      readonly budgets: 'none' | 'official';
    }
  | { readonly type: 'memory' }
  | { readonly type: 'stop' };
export interface AppAnswer {
  /** Where a web role listens. */
  readonly url?: string;
  /** Bytes: resident, before collecting; the heap in use, after. */
  readonly rss: number;
  readonly heap: number;
}

let app: App | undefined;

answerRequests<AppRequest, AppAnswer>(async (request) => {
  switch (request.type) {
    case 'start':
      app = await startApp({
        config: appConfig(request),
        role: request.role,
        templatesDir: TEMPLATES_DIR,
        kindsFile: KINDS_FILE,
        clock: () => new Date(),
        newId,
        random: Math.random,
        log: createLogger('info', pino.destination({ fd: openSync('/dev/null', 'w'), sync: true })),
        allowances: request.budgets === 'none' ? {} : FAR_SIDE_ALLOWANCES,
      });
      return { ...memory(), ...(app.url !== undefined && { url: app.url }) };
    case 'memory':
      return memory();
    case 'stop':
      await app?.stop();
      return memory();
    default:
      return request satisfies never;
  }
});

function memory(): AppAnswer {
  const { rss } = process.memoryUsage();
  const collect = (globalThis as { gc?: () => void }).gc;
  collect?.();
  collect?.();
  return { rss, heap: process.memoryUsage().heapUsed };
}
