import { type Kysely, sql } from 'kysely';
import {
  deliveriesInFlight,
  type OpenDeliveries,
  uncertainDeliveries,
  waitingDeliveries,
} from '../../delivery/backlog.ts';
import { DELIVERY_DEFAULTS } from '../../delivery/settings.ts';
import { atJst, monthStart } from '../../domain/calendar.ts';
import type { CaseState } from '../../domain/cases/events.ts';
import type { ChannelName } from '../../domain/outcome.ts';
import type { Schema } from '../../storage/schema.ts';

/** What supervisors see above the day's entries: what waits, and what waits for them. */
export interface Floor {
  readonly waiting: readonly Waiting[];
  /** Deliveries nobody knows the end of, the oldest first, and how many there are in all. */
  readonly uncertain: readonly UncertainReport[];
  readonly uncertainInAll: number;
  readonly cases: readonly OpenCase[];
  readonly casesInAll: number;
  readonly destinations: readonly DisabledDestination[];
  readonly destinationsInAll: number;
  readonly disputes: Disputed;
}

/** What clients say is wrong with reports. */
export interface Disputed {
  /** Nobody has decided yet. */
  readonly waiting: number;
  /** Since when the oldest of them waits. */
  readonly since: Date | null;
  /** Said in the month of the page, and how many of those led to a credit. */
  readonly ofMonth: number;
  readonly credited: number;
}

export interface Waiting {
  readonly state: 'waiting' | 'held' | 'uncertain';
  readonly count: number;
  /** Since when the client of the oldest one has been without it. */
  readonly since: Date;
}

export interface UncertainReport {
  readonly id: string;
  readonly receiptNumber: string;
  readonly clientCode: string;
  readonly clientName: string;
  readonly channel: ChannelName;
  readonly address: string;
  readonly since: Date;
  /** All looks are done: a person decides. */
  readonly asked: boolean;
}

export interface OpenCase {
  readonly number: number;
  readonly clientCode: string;
  readonly clientName: string;
  readonly kindLabel: string;
  readonly state: CaseState;
  readonly calls: number;
  readonly lastCallAt: Date;
}

export interface DisabledDestination {
  readonly clientCode: string;
  readonly clientName: string;
  readonly channel: ChannelName;
  readonly address: string;
  readonly disabledAt: Date;
}

const LISTED = { uncertain: 5, cases: 8, destinations: 8 } as const;
/** Mail cannot be looked up: a person is asked after the first look. */
const LOOKS_OF_MAIL = 1;

/** Each part by a partial index of what is open, so that its cost is what is open now. */
export async function readFloor(db: Kysely<Schema>, month: string): Promise<Floor> {
  const [waiting, inFlight, uncertain, listed, cases, destinations, disputes] = await Promise.all([
    waitingDeliveries(db),
    deliveriesInFlight(db),
    uncertainDeliveries(db),
    uncertainReports(db),
    openCases(db),
    disabledDestinations(db),
    disputed(db, month),
  ]);
  const parts = [
    together('waiting', [...waiting.filter(({ state }) => state === 'due'), ...inFlight]),
    together(
      'held',
      waiting.filter(({ state }) => state === 'held'),
    ),
    together('uncertain', uncertain),
  ];
  return {
    waiting: parts.filter((part) => part !== undefined),
    uncertain: listed,
    uncertainInAll: uncertain.reduce((sum, { count }) => sum + count, 0),
    cases: cases.map(({ all: _, ...row }) => row),
    casesInAll: cases[0]?.all ?? 0,
    destinations: destinations.map(({ all: _, ...row }) => row),
    destinationsInAll: destinations[0]?.all ?? 0,
    disputes,
  };
}

function together(state: Waiting['state'], parts: readonly OpenDeliveries[]): Waiting | undefined {
  const [first] = parts.toSorted((a, b) => a.oldest.getTime() - b.oldest.getTime());
  if (first === undefined) return undefined;
  return { state, count: parts.reduce((sum, { count }) => sum + count, 0), since: first.oldest };
}

/** By index `deliveries_uncertain`. What was superseded is closed without anybody's word. */
async function uncertainReports(db: Kysely<Schema>): Promise<readonly UncertainReport[]> {
  const { rows } = await sql<UncertainReport>`
    select d.id, call.receipt_number as "receiptNumber", client.code as "clientCode", client.name as "clientName",
      d.channel, d.address, d.waiting_since as since,
      d.looks >= case when d.channel = 'email' then ${LOOKS_OF_MAIL}::int
        else ${DELIVERY_DEFAULTS.looksBeforeAsking}::int end as asked
    from deliveries d
    join reports report on report.id = d.report_id
    join calls call on call.id = report.call_id
    join clients client on client.id = d.client_id
    where d.state = 'uncertain' and not d.superseded
    order by asked desc, d.waiting_since, d.id
    limit ${LISTED.uncertain}
  `.execute(db);
  return rows;
}

/** By index `cases_open`: those who wait for an answer first, then the newest calls. */
async function openCases(db: Kysely<Schema>): Promise<readonly (OpenCase & { readonly all: number })[]> {
  const { rows } = await sql<OpenCase & { readonly all: number }>`
    select k.number, client.code as "clientCode", client.name as "clientName", kind.label as "kindLabel", k.state,
      (select count(*) from case_calls joined where joined.case_id = k.id) as calls,
      k.last_call_at as "lastCallAt", count(*) over () as all
    from cases k
    join clients client on client.id = k.client_id
    join kinds kind on kind.code = k.kind
    where k.state <> 'closed' and k.state <> 'quiet'
    order by (k.state = 'open') desc, k.last_call_at desc, k.number
    limit ${LISTED.cases}
  `.execute(db);
  return rows;
}

/** By index `destinations_disabled`. */
async function disabledDestinations(
  db: Kysely<Schema>,
): Promise<readonly (DisabledDestination & { readonly all: number })[]> {
  const { rows } = await sql<DisabledDestination & { readonly all: number }>`
    select client.code as "clientCode", client.name as "clientName", d.channel, d.address,
      max(d.disabled_at) as "disabledAt", count(*) over () as all
    from destinations d
    join clients client on client.id = d.client_id
    where d.disabled_at is not null and d.active and client.status <> 'ended'
    group by client.code, client.name, d.channel, d.address
    order by max(d.disabled_at) desc, client.code, d.channel, d.address
    limit ${LISTED.destinations}
  `.execute(db);
  return rows;
}

/** By indexes `disputes_open` and `disputes_at`; `month` is JST, `YYYY-MM`. */
async function disputed(db: Kysely<Schema>, month: string): Promise<Disputed> {
  const from = atJst(monthStart(month), '00:00');
  const { rows } = await sql<Disputed>`
    select open.waiting, open.since, said."ofMonth", said.credited
    from (select count(*)::integer as waiting, min(at) as since from disputes where decision is null) open,
      (select count(*)::integer as "ofMonth", (count(*) filter (where decision = 'credited'))::integer as credited
        from disputes where at >= ${from}) said
  `.execute(db);
  return rows[0] ?? { waiting: 0, since: null, ofMonth: 0, credited: 0 };
}
