import { type Kysely, sql } from 'kysely';
import { parsePhone } from '../domain/phone.ts';
import type { Schema } from '../storage/schema.ts';

/** How many earlier calls an operator is shown. */
const SHOWN_AT_MOST = 5;

export interface EarlierCall {
  readonly receiptNumber: string;
  readonly kindLabel: string;
  readonly occurredAt: Date;
}

/** Who called, as it was entered the last time. */
export interface CallerNames {
  readonly company: string | null;
  readonly name: string | null;
  readonly kana: string | null;
}

/** What is known of a number at one client. */
export interface KnownNumber {
  /** As reports show it. */
  readonly display: string;
  /** The client's own or forwarding number: it says nothing about who calls. */
  readonly own: boolean;
  /** Newest first; empty for the client's own numbers. */
  readonly calls: readonly EarlierCall[];
  readonly caller: CallerNames | null;
}

/**
 * Earlier calls from a number to this client, never those to another one (P9), and the caller's name from the
 * last of them that has one. Null when what was typed is no number yet.
 */
export async function knownNumber(
  db: Kysely<Schema>,
  o: { readonly clientId: string; readonly typed: string },
): Promise<KnownNumber | null> {
  const phone = parsePhone(o.typed);
  if (!phone.ok) return null;
  const { display } = phone;
  if (await isOwnNumber(db, o.clientId, phone.e164)) return { display, own: true, calls: [], caller: null };
  // Index: calls_client_number.
  const fromNumber = db
    .selectFrom('calls as call')
    .where('call.client_id', '=', o.clientId)
    .where('call.number_e164', '=', phone.e164)
    .where('call.retracted_at', 'is', null)
    .orderBy('call.occurred_at', 'desc');
  const calls = await fromNumber
    .innerJoin('kinds as kind', 'kind.code', 'call.kind')
    .select([
      'call.receipt_number as receiptNumber',
      'kind.label as kindLabel',
      'call.occurred_at as occurredAt',
    ])
    .limit(SHOWN_AT_MOST)
    .execute();
  if (calls.length === 0) return { display, own: false, calls, caller: null };
  const caller = await fromNumber
    .select(['call.caller_company as company', 'call.caller_name as name', 'call.caller_kana as kana'])
    .where((eb) => eb.or([eb('call.caller_company', 'is not', null), eb('call.caller_name', 'is not', null)]))
    .limit(1)
    .executeTakeFirst();
  return { display, own: false, calls, caller: caller ?? null };
}

/** Whether a number is the client's own or one it forwards from: the same caller cannot be told by it. */
export async function isOwnNumber(db: Kysely<Schema>, clientId: string, e164: string): Promise<boolean> {
  const row = await db
    .selectFrom('clients')
    .select(sql<boolean>`${e164} = any(own_numbers) or ${e164} = any(forwarding_numbers)`.as('own'))
    .where('id', '=', clientId)
    .executeTakeFirst();
  return row?.own === true;
}
