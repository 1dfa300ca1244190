import { type Kysely, sql } from 'kysely';
import { loadReport } from '../delivery/report-facts.ts';
import type { AgencyProfile } from '../domain/agency.ts';
import type { BilledCall, Statement } from '../domain/billing/statement.ts';
import { jstDay } from '../domain/calendar.ts';
import type { DeliveryState } from '../domain/delivery.ts';
import type { ReportView } from '../reports/view.ts';
import { loadAgency } from '../rulebook/agency.ts';
import type { Schema } from '../storage/schema.ts';
import { statementOf } from './statements.ts';

/** What the holder of a statement's link may read: the statement of one client and month, and nothing else (P9). */
export interface LinkedStatement {
  readonly statement: Statement;
  readonly agency: AgencyProfile | null;
}

/** A call of a linked statement. */
export interface LinkedCall {
  readonly month: string;
  readonly call: BilledCall;
  /** Its report; null when it was taken back or is reported no more, and nothing of it is said again. */
  readonly report: ReportView | null;
}

export interface LinkedStatements {
  /** By the delivery the link was sent with. Undefined when the link is revoked. */
  read(deliveryId: string): Promise<LinkedStatement | undefined>;
  /** Undefined also when the statement names no such call. */
  readCall(deliveryId: string, receiptNumber: string): Promise<LinkedCall | undefined>;
}

export function createLinkedStatements(deps: { readonly db: Kysely<Schema> }): LinkedStatements {
  const { db } = deps;

  async function open(deliveryId: string) {
    const sent = await sentWith(db, deliveryId);
    if (sent === undefined || isRevoked(sent)) return undefined;
    const statement = await statementOf(db, sent.clientId, sent.month);
    return statement && { sent, statement };
  }

  return {
    async read(deliveryId) {
      const found = await open(deliveryId);
      return found && { statement: found.statement, agency: (await loadAgency(db)) ?? null };
    },
    async readCall(deliveryId, receiptNumber) {
      const found = await open(deliveryId);
      if (found === undefined) return undefined;
      const { statement, sent } = found;
      const call = callsNamed(statement).find((named) => named.receiptNumber === receiptNumber);
      if (call === undefined) return undefined;
      return { month: statement.month, call, report: await reportOf(db, call.id, sent) };
    },
  };
}

/** Every call a statement names, also those of its lines. */
export function callsNamed(statement: Statement): readonly BilledCall[] {
  return [
    ...statement.calls,
    ...statement.takenBack.map(({ call }) => call),
    ...statement.lines.flatMap((line) => ('call' in line && line.call ? [line.call] : [])),
  ];
}

interface Sent {
  readonly clientId: string;
  readonly month: string;
  readonly state: DeliveryState;
  readonly createdAt: Date;
  readonly clientStatus: 'active' | 'paused' | 'ended';
  readonly contractUntil: string | null;
  readonly channel: string;
  readonly address: string;
  /** Whether it went to one person's own address. */
  readonly personal: boolean;
}

async function sentWith(db: Kysely<Schema>, deliveryId: string): Promise<Sent | undefined> {
  const { rows } = await sql<Sent>`
    select r.client_id as "clientId", to_char(r.statement_month, 'YYYY-MM') as month, d.state,
      d.created_at as "createdAt", c.status as "clientStatus", c.contract_until as "contractUntil",
      d.channel, d.address, place.roster_member_id is not null as personal
    from deliveries d
    join reports r on r.id = d.report_id
    join clients c on c.id = r.client_id
    join destinations place on place.id = d.destination_id
    where d.id = ${deliveryId}::uuid and r.purpose = 'statement'
  `.execute(db);
  return rows[0];
}

/**
 * Revoked when the delivery was cancelled or came back, because then somebody else may be reading it, and with the end
 * of the contract; only what was sent after the end, the last month's, still opens (P9).
 */
function isRevoked({ state, clientStatus, contractUntil, createdAt }: Sent): boolean {
  if (state === 'cancelled' || state === 'failed') return true;
  return clientStatus === 'ended' && (contractUntil === null || jstDay(createdAt) <= contractUntil);
}

/**
 * A call's report as its facts stand. Nothing of one that was taken back or is reported no more: it may have been
 * another client's. At one person's own address, only of calls that were reported there: a colleague's stay theirs (P9).
 */
async function reportOf(db: Kysely<Schema>, callId: string, sent: Sent): Promise<ReportView | null> {
  const { rows } = await sql<{ id: string }>`
    select r.id from calls c join reports r on r.call_id = c.id and r.purpose = 'initial'
    where c.id = ${callId}::uuid and c.client_id = ${sent.clientId}::uuid
      and c.retracted_at is null and (c.rule ->> 'reported') = 'true'
      and (not ${sent.personal}::boolean or exists (
        select 1 from reports told join deliveries d on d.report_id = told.id
        where told.call_id = c.id and d.channel = ${sent.channel} and d.address = ${sent.address}
      ))
    order by r.sequence desc limit 1
  `.execute(db);
  const [report] = rows;
  if (report === undefined) return null;
  const { content } = await loadReport(db, report.id);
  return content.template === 'message' || content.template === 'unsure' || content.template === 'flagged'
    ? content.view
    : null;
}
