import { type Kysely, sql } from 'kysely';
import { pino } from 'pino';
import { assembleDelivery, type Delivery } from '../../src/delivery/assemble.ts';
import { type Allowances, createBudgets } from '../../src/delivery/budgets.ts';
import { DELIVERY_DEFAULTS, type DeliverySettings } from '../../src/delivery/settings.ts';
import type { CallEntry } from '../../src/domain/call.ts';
import { createEvidenceLinks, type EvidenceLinks } from '../../src/domain/evidence-link.ts';
import { createReplyLinks, type ReplyLinks } from '../../src/domain/reply-link.ts';
import type { Cases } from '../../src/followup/cases/cases.ts';
import { createCases } from '../../src/followup/cases/create-cases.ts';
import { createDisputes, type Disputes } from '../../src/followup/disputes/disputes.ts';
import { createDisputeWatch, type DisputeWatch } from '../../src/followup/disputes/watch-disputes.ts';
import { type CallChanges, createCallChanges } from '../../src/intake/call-changes.ts';
import { createRecorder, type Recorder } from '../../src/intake/record.ts';
import { createRenderer } from '../../src/reports/render.ts';
import type { Database } from '../../src/storage/database.ts';
import type { NewJob, QueueHandle } from '../../src/storage/queues.ts';
import { openRateLimits } from '../../src/storage/rate-limits.ts';
import type { Schema } from '../../src/storage/schema.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { emptyTables } from './empty-tables.ts';
import { type HandClock, handClock } from './hand-clock.ts';
import { newId } from './ids.ts';
import { type ScriptedChannel, scriptedChannel } from './scripted-channel.ts';

/** The services on a real database, with far sides that answer as told and a queue that is a list. */
export interface World {
  readonly database: Database;
  readonly db: Kysely<Schema>;
  readonly clock: HandClock;
  readonly recorder: Recorder;
  readonly changes: CallChanges;
  readonly delivery: Delivery;
  readonly cases: Cases;
  readonly disputes: Disputes;
  /** Answers clients and reminds supervisors when it is told to. */
  readonly disputeWatch: DisputeWatch;
  /** Of `https://toritsugi.example`. */
  readonly replyLinks: ReplyLinks;
  /** Of the same address. */
  readonly evidenceLinks: EvidenceLinks;
  readonly chatwork: ScriptedChannel;
  readonly slack: ScriptedChannel;
  readonly email: ScriptedChannel;
  /** Jobs handed out and not yet taken. */
  readonly jobs: NewJob[];
  /** How often something new was announced. */
  wakes(): number;
  /** Adds a client; `destinations` are its own. */
  addClient(o: {
    readonly code: string;
    readonly destinations?: readonly NewDestination[];
    readonly status?: 'active' | 'paused' | 'ended';
  }): Promise<string>;
  addMember(o: {
    readonly clientId: string;
    readonly name: string;
    readonly responsible?: boolean;
    readonly destinations?: readonly NewDestination[];
  }): Promise<string>;
  entry(clientId: string, over?: Partial<CallEntry>): CallEntry;
  /** One relay round and every job it made, one after the other. */
  deliverOnce(): Promise<void>;
  /** Empties every table but the rules, and what the far sides remember. */
  clear(): Promise<void>;
  dispose(): Promise<void>;
}

type NewDestination = {
  readonly channel: 'chatwork' | 'slack' | 'email';
  readonly address: string;
  readonly mention?: string;
  readonly fallback?: boolean;
  readonly digest?: string;
  readonly immediate?: boolean;
};

const START = '2026-06-18T04:05:00Z';

export async function createWorld(
  settings: Partial<DeliverySettings> = {},
  allowances: Allowances = {},
): Promise<World> {
  const log = pino({ level: 'silent' });
  const test: TestDatabase = await testDatabase();
  const { db } = test.database;
  const clock = handClock(START);
  const chatwork = scriptedChannel('chatwork');
  const slack = scriptedChannel('slack');
  const email = scriptedChannel('email');
  const jobs: NewJob[] = [];
  let wakes = 0;
  let keys = 0;
  const links = {
    publicUrl: 'https://toritsugi.example',
    linkSecret: '0123456789abcdef0123456789abcdef',
  };
  const replyLinks = createReplyLinks(links);
  const delivery = assembleDelivery({
    db,
    queue: listQueue(jobs),
    replyLinks,
    budgets: createBudgets(openRateLimits({ database: test.database, log }), allowances),
    channels: { chatwork, slack, email },
    renderer: await createRenderer({ templatesDir: new URL('../../templates/ja/', import.meta.url) }),
    staff: { supervisorChannel: 'C0STAFF', supervisors: [], alertMail: ['staff@agency.example'] },
    clock: clock.now,
    newId,
    random: () => 0.5,
    sleep: async () => {},
    settings: { ...DELIVERY_DEFAULTS, ...settings },
    log,
  });
  const cases = createCases({
    db,
    clock: clock.now,
    newId,
    addReport: delivery.addReport,
    wake: () => {
      wakes += 1;
    },
  });
  const recorder = createRecorder({
    db,
    clock: clock.now,
    newId,
    addReport: delivery.addReport,
    cases,
    wake: () => {
      wakes += 1;
    },
  });
  const changes = createCallChanges({
    db,
    clock: clock.now,
    newId,
    tellChange: delivery.tellChange,
    cases,
    wake: () => {
      wakes += 1;
    },
  });
  const onDisputes = {
    db,
    clock: clock.now,
    newId,
    addReport: delivery.addReport,
    wake: () => {
      wakes += 1;
    },
  };
  await addRules(db);

  const addDestinations = async (
    clientId: string,
    memberId: string | null,
    destinations: readonly NewDestination[],
  ): Promise<void> => {
    for (const [position, destination] of destinations.entries()) {
      await db
        .insertInto('destinations')
        .values({
          id: newId(),
          client_id: clientId,
          roster_member_id: memberId,
          channel: destination.channel,
          address: destination.address,
          mention: destination.mention ?? null,
          position,
          fallback: destination.fallback ?? false,
          digest_at: destination.digest ?? null,
          immediate: destination.immediate ?? destination.digest === undefined,
          active: true,
          disabled_at: null,
          disabled_reason: null,
        })
        .execute();
    }
  };

  return {
    database: test.database,
    db,
    clock,
    recorder,
    changes,
    delivery,
    cases,
    disputes: createDisputes(onDisputes),
    disputeWatch: createDisputeWatch(onDisputes),
    replyLinks,
    evidenceLinks: createEvidenceLinks(links),
    chatwork,
    slack,
    email,
    jobs,
    wakes: () => wakes,
    async addClient(o) {
      const id = newId();
      const now = clock.now();
      await db
        .insertInto('clients')
        .values({
          id,
          code: o.code,
          name: '株式会社サンプル商事',
          kana: 'サンプルショウジ',
          aliases: [],
          own_numbers: [],
          forwarding_numbers: [],
          status: o.status ?? 'active',
          greeting: null,
          operator_notes: null,
          search_text: o.code,
          created_at: now,
          updated_at: now,
        })
        .execute();
      await db
        .insertInto('client_plans')
        .values({ client_id: id, from_month: '2024-01-01', plan_code: 'small' })
        .execute();
      await addDestinations(id, null, o.destinations ?? [{ channel: 'chatwork', address: '1001' }]);
      return id;
    },
    async addMember(o) {
      const id = newId();
      await db
        .insertInto('roster_members')
        .values({
          id,
          client_id: o.clientId,
          name: o.name,
          kana: 'ヤマダ',
          aliases: [],
          responsible: o.responsible ?? false,
          position: 0,
          active: true,
        })
        .execute();
      await addDestinations(o.clientId, id, o.destinations ?? []);
      return id;
    },
    entry(clientId, over = {}) {
      keys += 1;
      return {
        key: `view:V${keys}`,
        source: 'modal',
        clientId,
        kind: 'message',
        occurredAt: clock.now(),
        operator: { id: 'U0OPERATOR', name: '鈴木' },
        addressee: null,
        caller: {
          company: '株式会社サンプル',
          name: '佐藤',
          kana: 'サトウ',
          number: { state: 'given', raw: '03-5550-0123', confirmed: true },
        },
        message: '見積書の件',
        quote: null,
        wish: 'call_back',
        urgent: false,
        surcharge: null,
        ...over,
      };
    },
    async deliverOnce() {
      await delivery.relay.handOut();
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        await delivery.attempt.run({ id: job.data.id, generation: job.data.generation ?? 0 });
      }
    },
    async clear() {
      await emptyTables(db);
      await sql`insert into kind_rules select * from saved_rules`.execute(db);
      await sql`alter sequence receipt_numbers restart`.execute(db);
      await sql`alter sequence case_numbers restart`.execute(db);
      for (const channel of [chatwork, slack, email]) channel.forget();
      jobs.length = 0;
      wakes = 0;
      clock.set(START);
    },
    dispose: () => test.dispose(),
  };
}

function listQueue(jobs: NewJob[]): QueueHandle {
  return {
    name: 'deliver',
    add: async (name, data) => void jobs.push({ name, data }),
    addBulk: async (more) => void jobs.push(...more),
    size: async () => ({ waiting: jobs.length, active: 0 }),
  };
}

/** The trade's kinds, as many as tests need, and one plan: 20 calls for 2,960 yen, 148 yen each over. */
async function addRules(db: Kysely<Schema>): Promise<void> {
  const kinds = [
    ['message', '用件', 'message', true, false],
    ['sales', '営業電話', 'message', false, false],
    ['harassment', '嫌がらせ電話', 'flagged', true, true],
    ['unsure', '判断不能', 'unsure', true, false],
  ] as const;
  for (const [position, [code, label, template, reported, flagged]] of kinds.entries()) {
    await db.insertInto('kinds').values({ code, label, aliases: [], template, position }).execute();
    await db
      .insertInto('kind_rules')
      .values({
        id: newId(),
        kind: code,
        client_id: null,
        effective_from: '2020-01-01',
        counted: reported,
        reported,
        flagged,
      })
      .execute();
  }
  await db
    .insertInto('surcharge_reasons')
    .values({
      code: 'shouting',
      effective_from: '2020-01-01',
      label: '怒鳴り声',
      amount_yen: 200,
      min_yen: 100,
      max_yen: 300,
    })
    .execute();
  await db
    .insertInto('plans')
    .values({
      code: 'small',
      effective_from: '2020-01-01',
      name: 'スモール',
      base_yen: 2960,
      included_calls: 20,
      over_yen: 148,
    })
    .execute();
  // Emptying clients takes the rules with it, which may point at one.
  await sql`create table saved_rules as table kind_rules`.execute(db);
}
