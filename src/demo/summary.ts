import { type Kysely, sql } from 'kysely';
import { jstMonth, monthStart } from '../domain/calendar.ts';
import type { ChannelName } from '../domain/outcome.ts';
import { planOf } from '../rulebook/plans.ts';
import type { Arrived } from '../sandbox/index.ts';
import type { Schema } from '../storage/schema.ts';

/** What a demo run came to: the one line of `--exit --json`. entries = suppressed + reported. */
export interface DemoSummary {
  readonly entries: number;
  /** Recorded and not reported: sales calls, and whatever a client's rules keep silent. */
  readonly suppressed: number;
  readonly reported: number;
  readonly flagged: number;
  readonly deliveries: Readonly<Record<ChannelName, number>>;
  /** Deliveries that have not arrived, but for those a fallback replaced. */
  readonly undelivered: number;
  /** Messages beyond the first of one delivery, as the far sides saw them. */
  readonly duplicates: number;
}

export interface ClientLine {
  readonly code: string;
  readonly name: string;
  readonly calls: number;
  readonly suppressed: number;
  readonly reported: number;
  readonly flagged: number;
  /** 「18/20」, or the count alone without a plan. */
  readonly count: string;
}

export async function summarize(db: Kysely<Schema>, arrived: readonly Arrived[]): Promise<DemoSummary> {
  const { rows: calls } = await sql<{ entries: number; reported: number; flagged: number }>`
    select count(*) as entries,
      count(*) filter (where (rule ->> 'reported') = 'true') as reported,
      count(*) filter (where (rule ->> 'flagged') = 'true') as flagged
    from calls
  `.execute(db);
  const { entries = 0, reported = 0, flagged = 0 } = calls[0] ?? {};
  const deliveries = await db
    .selectFrom('deliveries')
    .select((eb) => ['channel', 'state', 'reason', eb.fn.countAll<number>().as('n')])
    .groupBy(['channel', 'state', 'reason'])
    .execute();
  const delivered = (channel: ChannelName): number =>
    total(deliveries.filter((row) => row.channel === channel && row.state === 'delivered'));
  return {
    entries,
    suppressed: entries - reported,
    reported,
    flagged,
    deliveries: { chatwork: delivered('chatwork'), slack: delivered('slack'), email: delivered('email') },
    undelivered: total(
      deliveries.filter(
        (row) => row.state !== 'delivered' && row.reason !== 'superseded' && row.reason !== 'digest',
      ),
    ),
    duplicates: await duplicatesAmong(db, arrived),
  };
}

/** Deliveries still on their way. */
export async function openDeliveries(db: Kysely<Schema>): Promise<number> {
  const { n } = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('state', 'in', ['due', 'queued', 'sending', 'uncertain'])
    .executeTakeFirstOrThrow();
  return n;
}

/** One line a client, by code. */
export async function clientLines(db: Kysely<Schema>, now: Date): Promise<readonly ClientLine[]> {
  const month = jstMonth(now);
  const { rows } = await sql<Omit<ClientLine, 'count'> & { id: string; counted: number }>`
    select client.id, client.code, client.name,
      count(call.id) as calls,
      count(call.id) filter (where (call.rule ->> 'reported') = 'false') as suppressed,
      count(call.id) filter (where (call.rule ->> 'reported') = 'true') as reported,
      count(call.id) filter (where (call.rule ->> 'flagged') = 'true') as flagged,
      (select count(*) from usage_events event
        where event.client_id = client.id and event.type = 'count' and event.month = ${monthStart(month)}::date) as counted
    from clients client left join calls call on call.client_id = client.id
    group by client.id order by client.code
  `.execute(db);
  return await Promise.all(
    rows.map(async ({ id, counted, ...line }) => {
      const plan = await planOf(db, id, month);
      return { ...line, count: plan ? `${counted}/${plan.includedCalls}` : String(counted) };
    }),
  );
}

function total(rows: readonly { readonly n: number }[]): number {
  return rows.reduce((sum, row) => sum + row.n, 0);
}

async function duplicatesAmong(db: Kysely<Schema>, arrived: readonly Arrived[]): Promise<number> {
  // The bot's notes to operators are no reports, and arrive here too.
  const deliveries = await db.selectFrom('deliveries').select('mark').execute();
  const known = new Set(deliveries.map(({ mark }) => mark));
  const marks = arrived.map(({ mark }) => mark).filter((mark) => mark !== null && known.has(mark));
  return marks.length - new Set(marks).size;
}
