import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Kysely, KyselyPlugin } from 'kysely';
import { type Logger, pino } from 'pino';
import { createSlackChannel } from '../../src/channels/slack/channel.ts';
import { haystack } from '../../src/domain/search.ts';
import { createCases } from '../../src/followup/cases/create-cases.ts';
import { createDisputes } from '../../src/followup/disputes/disputes.ts';
import { createRecorder, type Recorder } from '../../src/intake/record.ts';
import { createOperatorApp, type OperatorApp } from '../../src/operator/app.ts';
import type { OperatorSettings } from '../../src/operator/settings.ts';
import { type Person, SANDBOX_OPERATORS, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { openRateLimits, type RateLimits } from '../../src/storage/rate-limits.ts';
import type { NoticeBody, Schema } from '../../src/storage/schema.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

/** An operator's desk: the real app on a real database, in front of the pretend Slack, over real HTTP. */
export interface Desk {
  readonly world: World;
  readonly sandbox: Sandbox;
  readonly app: OperatorApp;
  readonly operator: Person;
  /** What the app sees of the database: as it is, away, or silent until released. */
  readonly database: { set(state: 'up' | 'away' | 'silent'): void };
  readonly log: Logger;
  /** Posts a message of the bot to a person or a channel, as the notice pump would; where it stands. */
  post(address: string, body: NoticeBody): Promise<{ readonly channelId: string; readonly ts: string }>;
  /** Everything logged so far, as text. */
  logged(): string;
  addClient(o: NewClient): Promise<string>;
  addRoster(clientId: string, people: readonly NewPerson[]): Promise<readonly string[]>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

interface NewClient {
  readonly code: string;
  readonly name?: string;
  readonly kana?: string;
  readonly aliases?: readonly string[];
  readonly status?: 'active' | 'paused' | 'ended';
  readonly greeting?: string;
  readonly notes?: string;
  readonly rooms?: readonly string[];
}

interface NewPerson {
  readonly name: string;
  readonly kana?: string;
  readonly aliases?: readonly string[];
  readonly responsible?: boolean;
}

export async function createDesk(
  o: {
    readonly settings?: Partial<OperatorSettings>;
    readonly operators?: readonly string[];
    readonly socketMode?: boolean;
    /** The app may be in clients' own workspaces. */
    readonly distributed?: boolean;
    readonly recorder?: (real: Recorder) => Recorder;
    readonly limits?: RateLimits;
  } = {},
): Promise<Desk> {
  const world = await createWorld();
  const sandbox = await startSandbox({ clock: world.clock.now });
  const moody = moodyDatabase(world.db);
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const cases = createCases({
    db: moody.db,
    clock: world.clock.now,
    newId,
    addReport: world.delivery.addReport,
    wake: () => undefined,
  });
  const recorder = createRecorder({
    db: moody.db,
    clock: world.clock.now,
    newId,
    addReport: world.delivery.addReport,
    cases,
    wake: () => undefined,
  });
  const app = createOperatorApp({
    slack: {
      botToken: sandbox.slack.botToken,
      apiUrl: sandbox.slack.url,
      command: '/juden',
      operators: o.operators ?? [sandbox.slack.operatorGroup],
      supervisors: ['U0SUPERVIS1'],
      ...(o.distributed && { clientId: sandbox.slack.clientId }),
      ...(o.socketMode
        ? { appToken: sandbox.slack.appToken }
        : { signingSecret: sandbox.slack.signingSecret }),
    },
    db: moody.db,
    recorder: o.recorder?.(recorder) ?? recorder,
    tellChange: world.delivery.tellChange,
    reviews: world.delivery.reviews,
    cases,
    disputes: createDisputes({ db: moody.db, clock: world.clock.now, newId, wake: () => undefined }),
    clock: world.clock.now,
    newId,
    wake: () => undefined,
    limits: o.limits ?? openRateLimits({ database: world.database, log }),
    evidenceLinks: world.evidenceLinks,
    log,
    settings: { answerDeadlineMs: 2000, recordTimeoutMs: 1500, ...o.settings },
  });
  const server = await serve(app);
  if (!o.socketMode) {
    sandbox.slack.connectTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`);
  }

  return {
    world,
    sandbox,
    app,
    operator: sandbox.slack.person(SANDBOX_OPERATORS[0].id),
    database: moody,
    log,
    async post(address, body) {
      const { botToken, url: apiUrl } = sandbox.slack;
      const slack = createSlackChannel({ botToken, apiUrl, clock: world.clock.now });
      // Slack takes about a message a second.
      world.clock.advance(2_000);
      const id = newId();
      const outcome = await slack.send(
        { deliveryId: id, mark: id.slice(-12), address, mention: null, body },
        AbortSignal.timeout(5_000),
      );
      await slack.close();
      if (outcome.type !== 'delivered') throw new Error(JSON.stringify(outcome));
      return { channelId: outcome.receipt.channel ?? '', ts: outcome.receipt.ts ?? '' };
    },
    logged: () => lines.join(''),
    async addClient(client) {
      const id = newId();
      const name = client.name ?? '株式会社サンプル商事';
      const kana = client.kana ?? 'サンプルショウジ';
      const aliases = [...(client.aliases ?? [])];
      await world.db
        .insertInto('clients')
        .values({
          id,
          code: client.code,
          name,
          kana,
          aliases,
          own_numbers: [],
          forwarding_numbers: [],
          status: client.status ?? 'active',
          greeting: client.greeting ?? null,
          operator_notes: client.notes ?? null,
          search_text: haystack([client.code, name, kana, ...aliases]),
          created_at: world.clock.now(),
          updated_at: world.clock.now(),
        })
        .execute();
      await world.db
        .insertInto('client_plans')
        .values({ client_id: id, from_month: '2024-01-01', plan_code: 'small' })
        .execute();
      for (const [position, address] of (client.rooms ?? ['1001', '1002']).entries()) {
        await world.db
          .insertInto('destinations')
          .values({
            id: newId(),
            client_id: id,
            roster_member_id: null,
            channel: 'chatwork',
            address,
            mention: null,
            position,
            fallback: false,
            active: true,
            disabled_at: null,
            disabled_reason: null,
          })
          .execute();
      }
      return id;
    },
    async addRoster(clientId, people) {
      const rows = people.map((person, position) => ({
        id: newId(),
        client_id: clientId,
        name: person.name,
        kana: person.kana ?? '',
        aliases: [...(person.aliases ?? [])],
        responsible: person.responsible ?? false,
        position,
        active: true,
      }));
      await world.db.insertInto('roster_members').values(rows).execute();
      return rows.map((row) => row.id);
    },
    async clear() {
      moody.set('up');
      sandbox.reset();
      lines.length = 0;
      await world.clear();
    },
    async close() {
      moody.set('up');
      await app.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await sandbox.close();
      await world.dispose();
    },
  };
}

/** Node's own server in front of the handler, as the web face has one. */
async function serve(app: OperatorApp): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]),
      );
      const answer = await app.handleSlackRequest({ rawBody: Buffer.concat(chunks), headers });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** A database that can go away and come back, without the tests' own view of it going with it. */
function moodyDatabase(db: Kysely<Schema>) {
  let state: 'up' | 'away' | 'silent' = 'up';
  let release: () => void = () => undefined;
  let quiet = Promise.resolve();
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      if (state === 'away') throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      return node;
    },
    transformResult: async ({ result }) => {
      await quiet;
      return result;
    },
  };
  return {
    db: db.withPlugin(plugin),
    set(next: 'up' | 'away' | 'silent') {
      state = next;
      release();
      if (next === 'silent') {
        quiet = new Promise<void>((resolve) => {
          release = resolve;
        });
      }
    },
  };
}
