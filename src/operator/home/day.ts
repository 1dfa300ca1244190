import { type Kysely, type RawBuilder, sql } from 'kysely';
import { atJst } from '../../domain/calendar.ts';
import type { NumberState } from '../../domain/call.ts';
import type { Schema } from '../../storage/schema.ts';
import type { Choice, Shown } from './choice.ts';

/**
 * How an entry stands, judged over every message it led to (report, 訂正, 取消); what is cancelled or has a stand-in does
 * not count. `failed` is also what was to be reported and has nowhere to go.
 */
export const STANDINGS = ['failed', 'uncertain', 'held', 'waiting', 'sent', 'silent', 'retracted'] as const;
export type Standing = (typeof STANDINGS)[number];

/** The standings in which something is still to happen. */
export const UNSETTLED: readonly Standing[] = ['failed', 'uncertain', 'held', 'waiting'];

/** One entry as the home lists it: of the caller no more than it takes to recognise it. */
export interface HomeEntry {
  readonly id: string;
  readonly receiptNumber: string;
  readonly occurredAt: Date;
  readonly operatorName: string;
  readonly clientCode: string;
  readonly clientName: string;
  readonly kindLabel: string;
  readonly flagged: boolean;
  readonly urgent: boolean;
  readonly caller: string | null;
  readonly numberState: NumberState;
  /** The last four digits. */
  readonly numberEnd: string | null;
  readonly changed: boolean;
  readonly retracted: boolean;
  readonly standing: Standing;
  /** Messages of this entry that arrived, and all that count. */
  readonly delivered: number;
  readonly messages: number;
}

export interface DayCounts {
  readonly entered: number;
  /** Entries of a kind that is reported · of one that is not · taken back. */
  readonly reported: number;
  readonly silent: number;
  readonly retracted: number;
  readonly standing: Readonly<Record<Standing, number>>;
}

/** Somebody or something the list can be narrowed to, with how many of the day's entries it has. */
export interface Narrowing {
  readonly id: string;
  readonly label: string;
  readonly count: number;
}

export interface HomeDay {
  readonly counts: DayCounts;
  /** How many entries are listed on all pages, and the page shown, from 1. */
  readonly listed: number;
  readonly page: number;
  readonly pages: number;
  readonly entries: readonly HomeEntry[];
  /** The busiest first. */
  readonly clients: readonly Narrowing[];
  /** Empty where one operator's own entries are shown. */
  readonly operators: readonly Narrowing[];
}

/** Entries on one page: a block each. */
export const PAGE = 25;
/** Clients or operators offered at most: Slack takes 100 options, one of which is "all". */
const OFFERED = 98;

/**
 * The entries of a JST day, of one operator or of all. By index `calls_operator_recorded` or `calls_recorded`, then the
 * unique ones of reports and deliveries: what it costs is that day's entries, whatever the ledger holds.
 */
export async function readDay(
  db: Kysely<Schema>,
  o: { readonly day: string; readonly operatorId: string | null; readonly choice: Choice },
): Promise<HomeDay> {
  const { choice } = o;
  const since = atJst(o.day, '00:00');
  const all = entriesSince(since, o.operatorId);
  const wanted = sql`${matches(choice.shown)}
    ${choice.clientId === null ? sql`` : sql`and client_id = ${choice.clientId}`}
    ${choice.operatorId === null ? sql`` : sql`and operator_id = ${choice.operatorId}`}`;
  const { counts, listed } = await readCounts(db, all, wanted);
  const pages = Math.max(1, Math.ceil(listed / PAGE));
  const page = Math.min(choice.page, pages);
  const [entries, clients, operators] = await Promise.all([
    readEntries(db, all, wanted, (page - 1) * PAGE),
    offeredClients(db, since, o.operatorId, choice.clientId),
    o.operatorId === null ? offeredOperators(db, since, choice.operatorId) : [],
  ]);
  return { counts, listed, page, pages, entries, clients, operators };
}

/** SQL: the day's entries, each with its standing and how many of its messages arrived. */
export function entriesSince(since: Date, operatorId: string | null): RawBuilder<unknown> {
  return sql`
    select c.id, c.client_id, c.operator_id, c.recorded_at, c.retracted_at is not null as retracted,
      (c.rule ->> 'reported') = 'true' as reported, (c.rule ->> 'flagged') = 'true' as flagged,
      d.messages, d.delivered,
      case
        when d.failed > 0 then 'failed'
        when d.uncertain > 0 then 'uncertain'
        when c.retracted_at is not null then 'retracted'
        when (c.rule ->> 'reported') <> 'true' then 'silent'
        when d.messages = 0 then 'failed'
        when d.held > 0 then 'held'
        when d.waiting > 0 then 'waiting'
        else 'sent'
      end as standing
    from calls c
    cross join lateral (
      select count(*) as messages,
        count(*) filter (where m.state = 'delivered') as delivered,
        count(*) filter (where m.state = 'failed') as failed,
        count(*) filter (where m.state = 'uncertain') as uncertain,
        count(*) filter (where m.state = 'held' and m.reason is distinct from 'digest') as held,
        count(*) filter (where m.state in ('due', 'queued', 'sending') or m.state = 'held' and m.reason = 'digest') as waiting
      from (
        select id, purpose from reports where call_id = c.id and purpose <> 'digest'
        -- What it went out in is a report of it, too.
        union all select digest_id, 'initial' from digest_items where call_id = c.id and state = 'out'
      ) r
      join deliveries m on m.report_id = r.id
      where m.state <> 'cancelled'
        -- A client is told of a sales call by nothing at all, and of one taken back by nothing but that.
        and case
          when c.retracted_at is not null then r.purpose = 'retraction'
          when (c.rule ->> 'reported') <> 'true' then false
          else r.purpose in ('initial', 'correction')
        end
        and not (m.state = 'failed' and exists (
          select 1 from deliveries standin where standin.report_id = m.report_id and standin.replaces = m.id
        ))
    ) d
    where c.recorded_at >= ${since} ${operatorId === null ? sql`` : sql`and c.operator_id = ${operatorId}`}
  `;
}

function matches(shown: Shown): RawBuilder<boolean> {
  switch (shown) {
    case 'all':
      return sql`true`;
    case 'attention':
      return sql`standing in ('failed', 'uncertain')`;
    case 'unsettled':
      return sql`standing in ('failed', 'uncertain', 'held', 'waiting')`;
    case 'normal':
      return sql`reported and not flagged and not retracted`;
    case 'flagged':
      return sql`flagged and not retracted`;
    case 'silent':
      return sql`not reported and not retracted`;
    case 'retracted':
      return sql`retracted`;
    default:
      return shown satisfies never;
  }
}

async function readCounts(
  db: Kysely<Schema>,
  all: RawBuilder<unknown>,
  wanted: RawBuilder<unknown>,
): Promise<{ readonly counts: DayCounts; readonly listed: number }> {
  const { rows } = await sql<{
    standing: Standing;
    reported: boolean;
    retracted: boolean;
    entered: number;
    listed: number;
  }>`
    select standing, reported, retracted, count(*) as entered, count(*) filter (where ${wanted}) as listed
    from (${all}) entry group by standing, reported, retracted
  `.execute(db);
  const sum = (of: (row: (typeof rows)[number]) => boolean) =>
    rows.filter(of).reduce((total, { entered }) => total + entered, 0);
  const standing = Object.fromEntries(
    STANDINGS.map((name) => [name, sum((row) => row.standing === name)]),
  ) as Record<Standing, number>;
  return {
    counts: {
      entered: sum(() => true),
      reported: sum(({ reported, retracted }) => reported && !retracted),
      silent: sum(({ reported, retracted }) => !reported && !retracted),
      retracted: sum(({ retracted }) => retracted),
      standing,
    },
    listed: rows.reduce((total, row) => total + row.listed, 0),
  };
}

async function readEntries(
  db: Kysely<Schema>,
  all: RawBuilder<unknown>,
  wanted: RawBuilder<unknown>,
  offset: number,
): Promise<readonly HomeEntry[]> {
  const { rows } = await sql<HomeEntry>`
    select call.id, call.receipt_number as "receiptNumber", call.occurred_at as "occurredAt",
      call.operator_name as "operatorName", client.code as "clientCode", client.name as "clientName",
      kind.label as "kindLabel", call.urgent, coalesce(call.caller_name, call.caller_company) as caller,
      call.number_state as "numberState",
      right(regexp_replace(coalesce(call.number_display, ''), '\\D', '', 'g'), 4) as "numberEnd",
      call.revision > 1 as changed, entry.retracted, entry.flagged, entry.standing, entry.delivered, entry.messages
    from (
      select * from (${all}) listed where ${wanted} order by recorded_at desc, id desc limit ${PAGE} offset ${offset}
    ) entry
    join calls call on call.id = entry.id
    join clients client on client.id = call.client_id
    join kinds kind on kind.code = call.kind
    order by entry.recorded_at desc, entry.id desc
  `.execute(db);
  return rows.map((row) => ({ ...row, numberEnd: row.numberEnd === '' ? null : row.numberEnd }));
}

/** The chosen one is among them whether it has entries or not: Slack shows a choice only if it is offered. */
async function offeredClients(
  db: Kysely<Schema>,
  since: Date,
  operatorId: string | null,
  chosen: string | null,
): Promise<readonly Narrowing[]> {
  const { rows } = await sql<Narrowing>`
    select client.id, client.code || ' ' || client.name as label, coalesce(today.count, 0) as count
    from clients client
    left join (
      select client_id, count(*) as count from calls
      where recorded_at >= ${since} ${operatorId === null ? sql`` : sql`and operator_id = ${operatorId}`}
      group by client_id
    ) today on today.client_id = client.id
    where today.count > 0 or client.id = ${chosen}
    order by (client.id = ${chosen}) is true desc, today.count desc nulls last, client.code
    limit ${OFFERED}
  `.execute(db);
  return rows;
}

async function offeredOperators(
  db: Kysely<Schema>,
  since: Date,
  chosen: string | null,
): Promise<readonly Narrowing[]> {
  const { rows } = await sql<Narrowing>`
    select operator_id as id, max(operator_name) as label, count(*) as count
    from calls where recorded_at >= ${since} group by operator_id
    order by operator_id = ${chosen ?? ''} desc, count(*) desc, operator_id
    limit ${OFFERED}
  `.execute(db);
  return chosen === null || rows.some(({ id }) => id === chosen)
    ? rows
    : [{ id: chosen, label: chosen, count: 0 }, ...rows];
}
