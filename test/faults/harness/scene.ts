import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import type { Role } from '../../../src/app.ts';
import { importClients } from '../../../src/clients/import-clients.ts';
import type { Config } from '../../../src/config.ts';
import type { Allowances } from '../../../src/delivery/budgets.ts';
import type { DeliverySettings } from '../../../src/delivery/settings.ts';
import { ensureKinds } from '../../../src/rulebook/defaults.ts';
import { importPlans } from '../../../src/rulebook/import-plans.ts';
import {
  type Limits,
  SANDBOX_OPERATORS,
  SANDBOX_SUPERVISOR,
  type Sandbox,
  startSandbox,
} from '../../../src/sandbox/index.ts';
import { type Database, openDatabase } from '../../../src/storage/database.ts';
import { migrate } from '../../../src/storage/migrate.ts';
import { embeddedCopy } from '../../support/database.ts';
import { changesOf } from '../../support/imports.ts';
import { type Client, clientsYaml, makeClients } from './clients.ts';
import { createFleet, type Fleet } from './fleet.ts';
import type { Spec } from './protocol.ts';
import { type OwnPostgres, type OwnRedis, startPostgres, startRedis } from './servers.ts';

/** `server`: PostgreSQL and Redis of the suite's own. `embedded`: PGlite, in one process. */
export type StorageKind = 'server' | 'embedded';

/** Everything a suite plays with: storage, far sides in this process, and Toritsugi's processes. */
export interface Scene {
  readonly storage: StorageKind;
  readonly sandbox: Sandbox;
  readonly clients: readonly Client[];
  readonly fleet: Fleet;
  readonly dataDir: string;
  /** Only on servers. */
  readonly postgres: OwnPostgres | undefined;
  readonly redis: OwnRedis | undefined;
  readonly logFile: string;
  /** The database, opened in this process. Embedded, only while no process of the fleet lives. */
  openDatabase(): Promise<Database>;
  close(): Promise<void>;
}

export interface SceneOptions {
  readonly storage: StorageKind;
  readonly clients?: readonly Client[];
  readonly delivery?: Partial<DeliverySettings>;
  readonly allowances?: Allowances;
  readonly limits?: Partial<Limits>;
  readonly reserve?: number;
  readonly dataDir?: string;
  /** Puts something between the processes and what they talk to. Gets and returns addresses. */
  readonly between?: (ends: Ends) => Promise<Ends>;
}

/** The addresses the processes are given. */
export interface Ends {
  readonly chatworkUrl: string;
  readonly slackUrl: string;
  readonly smtpUrl: string;
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
}

/**
 * The product's own settings, scaled down by different factors. What keeps a report single stays true: an attempt
 * ends well before its lease does, and the second look comes after whatever may still be on its way.
 */
export const SCALED: Partial<DeliverySettings> = {
  backoffBaseMs: 200,
  backoffMaxMs: 2_000,
  credentialPauseMs: 1_000,
  relayPollMs: 100,
  queuedLeaseMs: 5_000,
  sendTimeoutMs: 2_500,
  sendingLeaseMs: 6_000,
  mailTimeoutMs: 2_500,
  mailLeaseMs: 6_000,
  sweepEveryMs: 300,
  firstLookMs: 500,
  nextLookMs: 2_000,
  lookLeaseMs: 4_000,
  askAgainMs: 5_000,
  noticePollMs: 200,
  noticeLeaseMs: 3_000,
};

/** Budgets that are asked for and never used up. */
export const AMPLE: Allowances = {
  chatwork: {
    credential: { requests: 1_000_000, windowMs: 60_000 },
    destination: { requests: 100_000, windowMs: 60_000 },
  },
  slack: { destination: { requests: 100_000, windowMs: 60_000 } },
};

/** The far sides' own limits are another suite's matter; here they take whatever comes. */
const UNLIMITED: Partial<Limits> = {
  chatworkRequests: Number.POSITIVE_INFINITY,
  roomPosts: Number.POSITIVE_INFINITY,
  slackChannelBurst: 1_000_000,
};

/** Starts the web process and so many workers; on embedded storage the one process that is both. */
export async function startProcesses(scene: Scene, workers: number): Promise<void> {
  if (scene.storage === 'server') {
    await Promise.all(Array.from({ length: workers }, () => scene.fleet.start('worker')));
  }
  const face = await scene.fleet.start(scene.storage === 'server' ? 'web' : 'all');
  scene.sandbox.slack.connectTo(`${face.url}/slack/events`);
}

export async function openScene(o: SceneOptions): Promise<Scene> {
  const clients = o.clients ?? makeClients(30);
  const directory = await mkdtemp(join(tmpdir(), 'toritsugi-faults-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const sandbox = await startSandbox({ limits: { ...UNLIMITED, ...o.limits } });
    closing.push(() => sandbox.close());
    const postgres = o.storage === 'server' ? await startPostgres() : undefined;
    if (postgres) closing.push(() => postgres.stop());
    const redis = o.storage === 'server' ? await startRedis() : undefined;
    if (redis) closing.push(() => redis.stop());
    const databaseUrl = await postgres?.createDatabase(`faults_${randomUUID().slice(0, 8)}`);
    const dataDir = o.dataDir ?? (postgres ? directory : await embeddedCopy());
    if (!postgres && o.dataDir === undefined)
      closing.push(() => rm(dataDir, { recursive: true, force: true }));
    const open = () => openDatabase({ dataDir, ...(databaseUrl && { databaseUrl }) });
    await prepare(await open(), clients, redis === undefined);

    const ends: Ends = {
      chatworkUrl: sandbox.chatwork.url,
      slackUrl: sandbox.slack.url,
      smtpUrl: sandbox.email.smtpUrl,
      ...(databaseUrl && { databaseUrl }),
      ...(redis && { redisUrl: redis.url }),
    };
    const config = configOf(dataDir, sandbox, (await o.between?.(ends)) ?? ends);
    const logFile = process.env.FAULT_LOG ?? join(directory, 'log');
    const specOf = (role: Role): Spec => ({
      role,
      config,
      delivery: { ...SCALED, ...o.delivery },
      allowances: o.allowances ?? AMPLE,
      clockOffsetMs: 0,
      logFile,
    });
    const fleet = createFleet(specOf, o.reserve === undefined ? {} : { reserve: o.reserve });
    closing.push(() => fleet.stopAll());
    return {
      storage: o.storage,
      sandbox,
      clients,
      fleet,
      dataDir,
      postgres,
      redis,
      logFile,
      openDatabase: open,
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function prepare(database: Database, clients: readonly Client[], queueTables: boolean): Promise<void> {
  const how = { dryRun: false, newId: v7, clock: () => new Date(), actor: 'faults' };
  const plans = new URL('../../../examples/plans.yaml', import.meta.url);
  const kindsFile = new URL('../../../examples/kinds.yaml', import.meta.url);
  try {
    await migrate(database, { queueTables });
    await ensureKinds(database.db, { file: kindsFile, newId: v7, clock: how.clock });
    changesOf(
      await importPlans(database.db, { file: 'plans.yaml', text: await readFile(plans, 'utf8') }, how),
    );
    changesOf(await importClients(database.db, { file: 'clients.yaml', text: clientsYaml(clients) }, how));
  } finally {
    await database.close();
  }
}

/** A server's statement limits, scaled down like the rest; `openDatabase` reads them beside the settings. */
const DATABASE_LIMITS = { connectTimeoutMs: 1_500, statementTimeoutMs: 3_000 };

function configOf(dataDir: string, sandbox: Sandbox, ends: Ends): Config {
  const config: Config & typeof DATABASE_LIMITS = {
    ...DATABASE_LIMITS,
    dataDir,
    ...(ends.databaseUrl !== undefined && { databaseUrl: ends.databaseUrl }),
    ...(ends.redisUrl !== undefined && { redisUrl: ends.redisUrl }),
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'https://faults.example',
    linkSecret: 'faults-only-link-secret-faults-only-link-secret',
    logLevel: process.env.FAULT_LOG === undefined ? 'warn' : 'debug',
    slack: {
      signingSecret: sandbox.slack.signingSecret,
      botToken: sandbox.slack.botToken,
      apiUrl: ends.slackUrl,
      command: '/juden',
      operators: SANDBOX_OPERATORS.map(({ id }) => id),
      supervisors: [SANDBOX_SUPERVISOR.id],
    },
    chatwork: { apiToken: sandbox.chatwork.apiToken, apiUrl: ends.chatworkUrl },
    email: { smtpUrl: ends.smtpUrl, from: '取次代行 <report@toritsugi.example>', alertTo: [] },
  };
  return config;
}
