import type { Logger } from 'pino';
import { type App, type AppOptions, type Role, startApp } from '../../src/app.ts';
import { importClients } from '../../src/clients/import-clients.ts';
import type { DeliverySettings } from '../../src/delivery/settings.ts';
import type { Clock } from '../../src/domain/ports.ts';
import { importPlans } from '../../src/rulebook/import-plans.ts';
import { formatProblem, type ImportResult } from '../../src/rulebook/import-result.ts';
import { SANDBOX_SUPERVISOR, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { bearerToken } from '../../src/web/bearer.ts';
import { type TestStorage, testStorage } from '../support/database.ts';
import { newId } from '../support/ids.ts';

export const LINK_SECRET = 'e2e-only-link-secret-e2e-only-link-secret';
export const SUPERVISOR_CHANNEL = 'C0KANRISHA';
export const ALERT_MAIL = 'kanri@agency.example';
const SHIPPED = new URL('../../', import.meta.url);

/** Leases, looks and pauses scaled down, so that what was cut off is taken up again within a second or two. */
export const QUICK: Partial<DeliverySettings> = {
  backoffBaseMs: 50,
  backoffMaxMs: 200,
  credentialPauseMs: 300,
  relayPollMs: 50,
  queuedLeaseMs: 2_000,
  sendingLeaseMs: 3_000,
  sendTimeoutMs: 2_000,
  mailLeaseMs: 3_000,
  mailTimeoutMs: 2_000,
  sweepEveryMs: 100,
  firstLookMs: 100,
  nextLookMs: 200,
  noticePollMs: 50,
};

/** An agency: its storage, the pretend far sides, and the processes that run now. */
export interface Agency {
  readonly sandbox: Sandbox;
  readonly storage: TestStorage;
  /** The processes that run, in the order of their roles. */
  readonly apps: readonly App[];
  /** Starts a process for each role and points Slack at the one that takes its requests. */
  start(...roles: readonly Role[]): Promise<readonly App[]>;
  /** Ends every process as SIGTERM would: what is in hand is finished or left to its lease. */
  stop(): Promise<void>;
  importClients(text: string, file?: string): Promise<void>;
  /** The shipped plans. */
  importPlans(text: string): Promise<void>;
  /** What a process shows to Prometheus. */
  metrics(app: App): Promise<string>;
  readyz(app: App): Promise<{
    readonly status: number;
    readonly checks: Readonly<Record<string, 'ok' | 'failing'>>;
  }>;
  /** Ends everything and removes the storage. */
  close(): Promise<void>;
}

export async function createAgency(o: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly delivery?: Partial<DeliverySettings>;
  readonly config?: (config: AppOptions['config']) => AppOptions['config'];
  readonly app?: Pick<AppOptions, 'allowances'>;
}): Promise<Agency> {
  const { clock, log } = o;
  const storage = await testStorage();
  const sandbox = await startSandbox({ clock });
  sandbox.slack.addChannel({ id: SUPERVISOR_CHANNEL, name: '管理者', staff: true });
  let apps: readonly App[] = [];

  const config: AppOptions['config'] = {
    ...storage.config,
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'https://toritsugi.example',
    linkSecret: LINK_SECRET,
    logLevel: 'trace',
    slack: {
      signingSecret: sandbox.slack.signingSecret,
      botToken: sandbox.slack.botToken,
      apiUrl: sandbox.slack.url,
      command: '/juden',
      operators: [sandbox.slack.operatorGroup],
      supervisors: [SANDBOX_SUPERVISOR.id],
      supervisorChannel: SUPERVISOR_CHANNEL,
    },
    chatwork: { apiToken: sandbox.chatwork.apiToken, apiUrl: sandbox.chatwork.url },
    email: {
      smtpUrl: sandbox.email.smtpUrl,
      from: '取次代行 <report@agency.example>',
      alertTo: [ALERT_MAIL],
    },
  };

  const first = (): App => {
    const app = apps[0];
    if (app === undefined) throw new Error('no process is running');
    return app;
  };
  const imported = async (
    run: typeof importClients | typeof importPlans,
    source: { readonly file: string; readonly text: string },
  ): Promise<void> => {
    const result: ImportResult = await run(first().database.db, source, {
      dryRun: false,
      newId,
      clock,
      actor: 'test',
    });
    if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  };
  const stop = async (): Promise<void> => {
    const running = apps;
    apps = [];
    await Promise.all(running.map((app) => app.stop()));
  };

  return {
    sandbox,
    storage,
    get apps() {
      return apps;
    },
    async start(...roles) {
      for (const role of roles) {
        const app = await startApp({
          config: o.config?.(config) ?? config,
          role,
          templatesDir: new URL('templates/ja/', SHIPPED),
          kindsFile: new URL('examples/kinds.yaml', SHIPPED),
          clock,
          newId,
          random: Math.random,
          log,
          redisPrefix: storage.redisPrefix,
          delivery: { ...QUICK, ...o.delivery },
          ...o.app,
        });
        apps = [...apps, app];
        if (role !== 'worker') sandbox.slack.connectTo(`${app.url}/slack/events`);
      }
      return apps;
    },
    stop,
    importClients: (text, file = 'clients.yaml') => imported(importClients, { file, text }),
    importPlans: (text) => imported(importPlans, { file: 'plans.yaml', text }),
    async metrics(app) {
      const authorization = `Bearer ${bearerToken(LINK_SECRET, 'metrics')}`;
      return await (await fetch(`${app.url}/metrics`, { headers: { authorization } })).text();
    },
    async readyz(app) {
      const answer = await fetch(`${app.url}/readyz`);
      const { checks } = (await answer.json()) as { checks: Record<string, 'ok' | 'failing'> };
      return { status: answer.status, checks };
    },
    async close() {
      await stop();
      await sandbox.close();
      await storage.remove();
    },
  };
}
