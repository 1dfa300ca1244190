import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { followDatabaseClock } from '../workers/adjust-clock.ts';
import { DELIVER_QUEUE, startDeliverWorker } from '../workers/deliver.ts';
import { openClock } from '../workers/open-clock.ts';
import { createRelayLoop, startWakeWorker, WAKE_QUEUE } from '../workers/relay.ts';
import { openChatworkReplies } from './app/chatwork-replies.ts';
import { createLinkedStatements } from './billing/linked-statement.ts';
import type { Channels } from './channels/channel.ts';
import { closeChannels, openChannels } from './channels/index.ts';
import { usedChannels } from './clients/used-channels.ts';
import { SettingsError } from './config/settings-error.ts';
import { type Config, missingChannelSettings } from './config.ts';
import { assembleDelivery, type Delivery } from './delivery/assemble.ts';
import { type Allowances, createBudgets, FAR_SIDE_ALLOWANCES } from './delivery/budgets.ts';
import { createLoop } from './delivery/loop.ts';
import type { Observer } from './delivery/observer.ts';
import { DELIVERY_DEFAULTS, type DeliverySettings } from './delivery/settings.ts';
import { wakeThrough } from './delivery/wake.ts';
import { watchWorker } from './delivery/watchdog.ts';
import { createEvidenceLinks } from './domain/evidence-link.ts';
import type { Clock, NewId } from './domain/ports.ts';
import { createReplyLinks } from './domain/reply-link.ts';
import type { WorkspaceTokens } from './domain/workspace-token.ts';
import type { Cases } from './followup/cases/cases.ts';
import { createCases } from './followup/cases/create-cases.ts';
import { exportEvidence } from './followup/cases/export-evidence.ts';
import { createDisputes, type Disputes } from './followup/disputes/disputes.ts';
import { createDone } from './followup/mark-done.ts';
import { createRecorder } from './intake/record.ts';
import { createOperatorApp, type OperatorApp } from './operator/app.ts';
import type { OperatorSettings } from './operator/settings.ts';
import { createRenderer } from './reports/render.ts';
import { createOpened, type Opened } from './shut-down.ts';
import { type Database, openDatabase } from './storage/database.ts';
import { openQueues, type Queues } from './storage/queues.ts';
import { openRateLimits, type RateLimits } from './storage/rate-limits.ts';
import { prepareTables } from './tables.ts';
import { bearerToken } from './web/bearer.ts';
import { BOUNCE_PURPOSE } from './web/bounces.ts';
import { openInstallDoor } from './web/install/door.ts';
import { createMetrics } from './web/metrics.ts';
import { advancing, createReadiness, takingJobs } from './web/readiness.ts';
import { startWebServer } from './web/server.ts';
import { createTokenSeal } from './workspaces/seal.ts';
import { createWorkspaceTokens } from './workspaces/tokens.ts';

/** `web` answers Slack, `worker` delivers; `all` does both in one process. */
export type Role = 'all' | 'web' | 'worker';

export interface App {
  readonly database: Database;
  /** Where it listens: a worker for probes and metrics only. */
  readonly url: string;
  /** Finishes what is in hand and lets go of everything, within ten seconds. */
  stop(): Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  readonly role: Role;
  readonly templatesDir: URL;
  /** The shipped kinds of call, loaded where none are stored. */
  readonly kindsFile: URL;
  readonly clock: Clock;
  /** Follow the database server's time instead of `clock`: processes on several machines then agree. */
  readonly followDatabaseClock?: boolean;
  readonly newId: NewId;
  readonly random: () => number;
  readonly log: Logger;
  readonly delivery?: Partial<DeliverySettings>;
  /** What the far sides allow; the services' published limits unless given. */
  readonly allowances?: Allowances;
  readonly operator?: Partial<OperatorSettings>;
  /** Keeps several installations on one Redis apart. */
  readonly redisPrefix?: string;
}

/** Longest each part may take to close, newest first, together under ten seconds. Milliseconds. */
const CLOSE_MS = {
  web: 2_800,
  operator: 1_000,
  loops: 800,
  attempts: 3_500,
  queues: 700,
  channels: 500,
  database: 500,
} as const;

/**
 * Opens everything a role needs and starts it. Embedded, the data directory's lock must be held already.
 * When a step fails, what was opened before is closed and the error goes to the caller.
 */
export async function startApp(o: AppOptions): Promise<App> {
  const opened = createOpened(o.log);
  try {
    return await open(o, opened);
  } catch (thrown) {
    await opened.closeAll();
    throw thrown;
  }
}

async function open(given: AppOptions, opened: Opened): Promise<App> {
  const { config, newId, log } = given;
  const database = await openDatabase(config);
  opened.push('database', CLOSE_MS.database, () => database.close());
  await prepareTables(database, { ...given, queueTables: config.redisUrl === undefined });
  const o = { ...given, clock: await sharedClock(given, opened, database) };
  const { clock } = o;
  // P3: a destination whose channel has no settings could never be reached.
  const missing = missingChannelSettings(config, await usedChannels(database.db));
  if (missing.length > 0) throw new SettingsError(missing);
  const renderer = await createRenderer({ templatesDir: o.templatesDir });
  const onRedis = { ...config, database, log, ...(o.redisPrefix && { prefix: o.redisPrefix }) };
  const queues = await openQueues(onRedis);
  opened.push('queues', CLOSE_MS.queues, () => queues.close());
  const seal = createTokenSeal(config.linkSecret);
  const workspaces = createWorkspaceTokens({ db: database.db, seal });
  const channels = openChannels(config, { clock, workspaces });
  opened.push('channels', CLOSE_MS.channels, () => closeChannels(channels));
  const limits = openRateLimits(onRedis);
  opened.push('rate limits', CLOSE_MS.queues, () => limits.close());
  const budgets = createBudgets(limits, o.allowances ?? FAR_SIDE_ALLOWANCES);
  const metrics = createMetrics();
  const settings = { ...DELIVERY_DEFAULTS, ...o.delivery };
  const replyLinks = createReplyLinks(config);
  const delivery = assembleDelivery({
    db: database.db,
    replyLinks,
    queue: queues.queue(DELIVER_QUEUE),
    budgets,
    channels,
    renderer,
    staff: {
      supervisorChannel: config.slack.supervisorChannel,
      supervisors: config.slack.supervisors,
      alertMail: config.email?.alertTo ?? [],
    },
    clock,
    newId,
    random: o.random,
    sleep: (ms) => sleep(ms),
    settings,
    observer: metrics.observer,
    log,
  });
  const { db } = database;
  const { observer } = metrics;
  const worker =
    o.role === 'web'
      ? undefined
      : startWorkerRole(o, opened, { database, queues, channels, delivery, settings, observer });
  const wake = worker?.wake ?? wakeThrough(queues.queue(WAKE_QUEUE), log);
  const cases = createCases({ db, clock, newId, addReport: delivery.addReport, wake });
  const disputes = createDisputes({ db, clock, newId, wake, remindMs: settings.disputeRemindMs });
  const chatwork = openChatworkReplies(o, opened, {
    database,
    cases,
    budgets,
    answerLink: (about) => replyLinks.url('answer', about),
    everyMs: settings.sweepEveryMs,
  });
  const shownQueues = [queues.queue(DELIVER_QUEUE), queues.queue(WAKE_QUEUE)];
  metrics.show({
    db,
    clock,
    queues: shownQueues,
    budgets,
    loops: { ...worker?.loops, ...chatwork.loops },
    worker: worker?.deliver,
  });
  const operator =
    o.role === 'worker'
      ? undefined
      : openOperator(o, opened, { database, delivery, cases, disputes, limits, wake, workspaces });
  const install = operator && openInstallDoor({ ...o, db, operator, seal, wake });
  if (install?.door) opened.push('oauth', CLOSE_MS.channels, () => install.close());
  const web = await startWebServer({
    host: config.host,
    port: config.port,
    // Reports matter more than probes: several workers of one machine may have been given one port.
    elsewhereIfTaken:
      operator === undefined
        ? () => log.warn({ port: config.port }, 'the port is taken; probes and metrics are on another one')
        : undefined,
    handleSlackRequest: operator && ((request) => operator.handleSlackRequest(request)),
    chatwork: chatwork.door,
    bounces: operator && {
      token: bearerToken(config.linkSecret, BOUNCE_PURPOSE),
      async take(raw) {
        const result = await delivery.takeBounce(raw, 'webhook:bounce');
        wake();
        return result;
      },
      log,
    },
    replies: operator && {
      links: replyLinks,
      done: createDone({ db, clock, newId }),
      disputes,
      cases,
      statements: createLinkedStatements({ db }),
      clock,
      newId,
      log,
    },
    install: install && (install.door ?? 'off'),
    evidence: operator && {
      links: createEvidenceLinks(config),
      isSupervisor: (userId) => operator.isSupervisor(userId),
      evidence: ({ caseId, userId, format }) =>
        exportEvidence(db, caseId, { now: clock(), newId, internal: false, format, actor: userId }),
      clock,
      log,
    },
    readiness: createReadiness({
      database: () => db.selectNoFrom((eb) => eb.lit(1).as('one')).execute(),
      queue: () => queues.queue(DELIVER_QUEUE).size(),
      ...worker?.probes,
    }),
    metrics,
    metricsToken: bearerToken(config.linkSecret, 'metrics'),
  });
  opened.push('web', CLOSE_MS.web, () => web.close(CLOSE_MS.web));
  await operator?.startSocketMode?.();
  operator?.home.loop.start();
  return { database, url: web.url, stop: () => opened.closeAll() };
}

async function sharedClock(o: AppOptions, opened: Opened, database: Database): Promise<Clock> {
  if (!o.followDatabaseClock) return o.clock;
  const shared = await followDatabaseClock(database, o.log);
  opened.push('clock', CLOSE_MS.loops, () => shared.stop());
  return shared.now;
}

function startWorkerRole(
  o: AppOptions,
  opened: Opened,
  parts: {
    database: Database;
    queues: Queues;
    channels: Channels;
    delivery: Delivery;
    settings: DeliverySettings;
    observer: Observer;
  },
) {
  const { queues, delivery, settings, observer } = parts;
  const { db } = parts.database;
  const relay = createRelayLoop(delivery.relay, { pollMs: settings.relayPollMs, log: o.log });
  const clock = openClock({ ...o, ...parts, db, wake: () => relay.wake() });
  opened.push('cards', CLOSE_MS.channels, () => clock.close());
  const wake = (): void => {
    relay.wake();
    clock.loops.notices.wake();
  };
  const wakes = startWakeWorker(queues, wake);
  const deliver = watchWorker({
    open: (attempt) => startDeliverWorker(queues, attempt, { concurrency: settings.concurrency }),
    attempt: {
      async run(job) {
        await delivery.attempt.run(job);
        // A place is free, and a failure may have left a fallback. An alert waits for the next look at notices,
        // a second at most: looking after every attempt was a statement for each delivery.
        relay.wake();
      },
    },
    queue: queues.queue(DELIVER_QUEUE),
    db,
    settings,
    observer,
    log: o.log,
  });
  const watchdog = createLoop({
    name: 'watchdog',
    everyMs: settings.workerStuckMs / 4,
    run: () => deliver.check(),
    log: o.log,
  });
  const loops = { relay, ...clock.loops, watchdog };
  opened.push('workers', CLOSE_MS.attempts, () =>
    Promise.all([deliver.close({ timeoutMs: CLOSE_MS.attempts }), wakes.close({ timeoutMs: 0 })]),
  );
  const all = Object.values(loops);
  opened.push('loops', CLOSE_MS.loops, () => Promise.all(all.map((loop) => loop.stop())));
  for (const loop of all) loop.start();
  const probes = {
    relay: advancing(relay, { everyMs: settings.relayPollMs }),
    sweep: advancing(clock.loops.sweep, { everyMs: settings.sweepEveryMs }),
    // A message to staff is tried at one place after the other.
    notices: advancing(clock.loops.notices, {
      everyMs: settings.noticePollMs,
      mayTakeMs: 4 * settings.sendTimeoutMs,
    }),
    worker: takingJobs(deliver),
  };
  return { wake, loops, deliver, probes };
}

function openOperator(
  o: AppOptions,
  opened: Opened,
  parts: {
    database: Database;
    delivery: Delivery;
    cases: Cases;
    disputes: Disputes;
    wake: () => void;
    limits: RateLimits;
    workspaces: WorkspaceTokens;
  },
): OperatorApp {
  const { config, clock, newId, log } = o;
  const { db } = parts.database;
  const recorder = createRecorder({
    db,
    clock,
    newId,
    addReport: parts.delivery.addReport,
    cases: parts.cases,
    wake: parts.wake,
  });
  const operator = createOperatorApp({
    slack: config.slack,
    db,
    recorder,
    tellChange: parts.delivery.tellChange,
    reviews: parts.delivery.reviews,
    cases: parts.cases,
    disputes: parts.disputes,
    clock,
    newId,
    wake: parts.wake,
    workspaces: {
      tokens: parts.workspaces,
      async gone(workspace) {
        await db.transaction().execute((trx) => parts.delivery.endWorkspace(trx, workspace));
        parts.wake();
      },
    },
    limits: parts.limits,
    evidenceLinks: createEvidenceLinks(config),
    log,
    ...(o.operator && { settings: o.operator }),
  });
  opened.push('operator', CLOSE_MS.operator, () => operator.stop());
  // Asked for ahead of the first request, which would have to wait.
  void operator.ownWorkspace(0);
  return operator;
}
