import { type Kysely, sql } from 'kysely';
import { v7 as newId } from 'uuid';
import { createRenderer } from '../src/reports/render.ts';
import { buildView } from '../src/reports/view.ts';
import { ensureKinds } from '../src/rulebook/defaults.ts';
import { openDatabase } from '../src/storage/database.ts';
import { migrate } from '../src/storage/migrate.ts';
import type { Schema } from '../src/storage/schema.ts';

export const TEMPLATES_DIR = new URL('../templates/ja/', import.meta.url);
export const KINDS_FILE = new URL('../examples/kinds.yaml', import.meta.url);
/** Clients of every measurement: so many that no cap of one client binds. Code `c<n>`, room `ROOM + n`. */
export const CLIENTS = 500;
export const ROOM = 300_000_000;
/** Stands for the mark in a body until each delivery puts its own in. */
const MARK = '000000000000';

/** Migrates a database and fills in the rules and clients of the measurements, a Chatwork room each. */
export async function prepareLedger(databaseUrl: string): Promise<void> {
  const database = await openDatabase({ databaseUrl, dataDir: '/' });
  const { db } = database;
  try {
    await migrate(database, { queueTables: false });
    await ensureKinds(db, { file: KINDS_FILE, newId, clock: () => new Date() });
    const now = new Date();
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
    const clients = Array.from({ length: CLIENTS }, (_, n) => ({ id: newId(), n }));
    await db
      .insertInto('clients')
      .values(
        clients.map(({ id, n }) => ({
          id,
          code: `c${n}`,
          name: `株式会社サンプル${n}`,
          kana: `サンプル${n}`,
          aliases: [],
          own_numbers: [],
          forwarding_numbers: [],
          status: 'active' as const,
          greeting: null,
          operator_notes: null,
          search_text: `c${n}\n株式会社サンプル${n}\nサンプル${n}`,
          created_at: now,
          updated_at: now,
        })),
      )
      .execute();
    await db
      .insertInto('client_plans')
      .values(clients.map(({ id }) => ({ client_id: id, from_month: '2020-01-01', plan_code: 'small' })))
      .execute();
    await db
      .insertInto('destinations')
      .values(
        clients.map(({ id, n }) => ({
          id: newId(),
          client_id: id,
          roster_member_id: null,
          channel: 'chatwork' as const,
          address: String(ROOM + n),
          mention: null,
          position: 0,
          fallback: false,
          active: true,
          disabled_at: null,
          disabled_reason: null,
        })),
      )
      .execute();
    await sql`analyze`.execute(db);
  } finally {
    await database.close();
  }
}

/** How many calls, of which clients, and how far their deliveries are. */
export interface Calls {
  readonly count: number;
  /** `due` waits for the relay, `queued` for a worker that was told already, `delivered` is the past. */
  readonly state: 'due' | 'queued' | 'delivered';
  /** Taken in turn; all of them unless given. */
  readonly clients?: { readonly from: number; readonly count: number };
  /** Days over which they spread, up to now; 0: all at this moment. */
  readonly days: number;
}

/** Rows of one statement, so that a ledger of a million calls needs little memory. */
const CHUNK = 50_000;

/**
 * Writes calls with all that belongs to them as the program would have: count, report, delivery, and the attempt
 * where it was delivered. All rows of a chunk in one transaction. Triggers and foreign keys are left out, which
 * check what is right by construction here, and would take most of the time.
 */
export async function addCalls(db: Kysely<Schema>, calls: Calls): Promise<void> {
  const body = await renderedBody();
  const version = body.templateVersion;
  const clients = calls.clients ?? { from: 0, count: CLIENTS };
  for (let done = 0; done < calls.count; done += CHUNK) {
    const count = Math.min(CHUNK, calls.count - done);
    await db.transaction().execute(async (trx) => {
      await sql`set local session_replication_role = replica`.execute(trx);
      await sql`
        create temp table batch on commit drop as
        select i, at, client_id, room, code,
          ${uuidAt('at')} as call_id, ${uuidAt('at')} as report_id, ${uuidAt('at')} as delivery_id,
          ${uuidAt('at')} as count_id, ${uuidAt('at')} as attempt_id
        from (
          select i, clients.id as client_id, clients.code, d.address as room,
            now() - make_interval(secs => ${calls.days * 86_400}::float8 * (1 - (i::float8 / ${calls.count}::float8))) as at
          from generate_series(${done + 1}::integer, ${done + count}::integer) i
          join clients on clients.code = 'c' || (${clients.from}::integer + i % ${clients.count}::integer)
          join destinations d on d.client_id = clients.id
        ) numbered order by i
      `.execute(trx);
      await sql`
        insert into calls (id, receipt_number, entry_key, client_id, kind, rule, source, operator_id, operator_name,
          occurred_at, recorded_at, addressee_name, caller_company, caller_name, caller_kana, number_state,
          number_raw, number_e164, number_display, number_confirmed, message, wish)
        select call_id, 'bench-' || call_id, 'bench:' || call_id, client_id, 'message',
          '{"counted":true,"reported":true,"flagged":false}', 'modal', 'U0BENCH01', '鈴木', at, at, '山田',
          '株式会社サンプル', '佐藤', 'サトウ', 'given', '03-5550-0123', '+81355500123', '03-5550-0123', true,
          '見積書の件', 'call_back'
        from batch order by i
      `.execute(trx);
      await sql`
        insert into usage_events (id, client_id, call_id, type, month, actor, at)
        select count_id, client_id, call_id, 'count', date_trunc('month', at at time zone 'Asia/Tokyo')::date,
          'U0BENCH01', at from batch order by i
      `.execute(trx);
      await sql`
        insert into reports (id, call_id, client_id, sequence, purpose, template, month_count, month_included, created_at)
        select report_id, call_id, client_id, 1, 'initial', 'message', 18, 20, at from batch order by i
      `.execute(trx);
      await sql`
        insert into deliveries (id, report_id, client_id, destination_id, channel, credential, address, mark, urgent,
          body, template_version, state, next_attempt_at, generation, lease_until, receipt, waiting_since,
          created_at, updated_at, ended_at)
        select delivery_id, report_id, b.client_id, d.id, 'chatwork', 'chatwork', b.room, right(delivery_id::text, 12),
          false, replace(${JSON.stringify(body.body)}, ${MARK}, right(delivery_id::text, 12))::jsonb, ${version},
          ${calls.state}, at, ${calls.state === 'due' ? 0 : 1},
          case when ${calls.state} = 'queued' then now() + interval '1 day' end,
          case when ${calls.state} = 'delivered'
            then jsonb_build_object('room_id', b.room, 'message_id', (900000000000000 + i)::text) end,
          at, at, at, case when ${calls.state} = 'delivered' then at end
        from batch b join destinations d on d.client_id = b.client_id order by i
      `.execute(trx);
      if (calls.state === 'delivered') {
        await sql`
          insert into attempts (id, delivery_id, generation, started_at, finished_at, outcome, receipt)
          select attempt_id, delivery_id, 1, at, at, 'delivered',
            jsonb_build_object('room_id', room, 'message_id', (900000000000000 + i)::text)
          from batch order by i
        `.execute(trx);
      }
    });
  }
}

/** As autovacuum would have left the tables some minutes later: statistics, visibility map, hint bits. */
export async function settleDown(db: Kysely<Schema>): Promise<void> {
  await sql`vacuum (analyze)`.execute(db);
  await sql`checkpoint`.execute(db);
}

/** A UUIDv7 of a moment, so that rows lie in their indexes as the program's own ids would have them. */
export function uuidAt(column: 'at') {
  return sql.raw(
    `(lpad(to_hex((extract(epoch from ${column}) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3)` +
      ` || '8' || substr(md5(random()::text), 1, 15))::uuid`,
  );
}

async function renderedBody() {
  const renderer = await createRenderer({ templatesDir: TEMPLATES_DIR });
  return renderer.render({
    channel: 'chatwork',
    template: 'message',
    mark: MARK,
    mention: null,
    view: buildView({
      agency: { name: '電話代行サンプル', phone: '03-5550-0100' },
      client: { name: '株式会社サンプル商事' },
      kind: { code: 'message', label: '用件', template: 'message' },
      receiptNumber: '20260620-0012',
      occurredAt: new Date('2026-06-20T04:05:00Z'),
      operatorName: '鈴木',
      addressee: { name: '山田', onRoster: true },
      caller: { company: '株式会社サンプル', name: '佐藤', kana: 'サトウ' },
      number: { state: 'given', display: '03-5550-0123', confirmed: true },
      message: '見積書の件で、至急ではないが今週中に折り返しがほしいとのこと',
      quote: null,
      wish: 'call_back',
      urgent: false,
      surcharge: null,
      month: { ordinal: 18, included: 20 },
      flaggedSoFar: null,
    }),
  });
}
