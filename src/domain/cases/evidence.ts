import { createHash } from 'node:crypto';
import type { ChannelName } from '../outcome.ts';
import type { CaseEvent } from './events.ts';
import { canonicalJson } from './seal.ts';

/*
 * The evidence of a case: what is handed to the police, a lawyer, or whoever must protect employees. Moments are ISO
 * 8601 in UTC, so that a file says the same wherever it is read. People of the agency stand under a pseudonym, and
 * nothing in it is about another client (P9).
 */

export interface EvidenceCall {
  readonly receiptNumber: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly kind: string;
  /** As read back to the caller; null: no number. */
  readonly number: string | null;
  /** Why there is none: 非通知 and so on; null: there is one. */
  readonly withoutNumber: string | null;
  /** Named by the caller. */
  readonly caller: string | null;
  /** As said, without 「」. */
  readonly quote: string | null;
  readonly message: string | null;
  readonly operator: string;
  readonly surchargeYen: number | null;
  readonly surchargeLabel: string | null;
  /** How many corrections of it are on record, each with who, when and what stood before. */
  readonly corrections: number;
}

export interface EvidenceDelivery {
  readonly id: string;
  readonly receiptNumber: string;
  /** What was sent: 報告, 訂正の報告 and so on. */
  readonly what: string;
  readonly channel: ChannelName;
  readonly address: string;
  readonly state: string;
  readonly createdAt: string;
  /** When the far side took it; null: it did not, or it is not known yet. */
  readonly acceptedAt: string | null;
  /** Chatwork's message id, Slack's ts, a mail's Message-ID. */
  readonly messageId: string | null;
  readonly attempts: number;
  /** When it ended, and why it did not arrive; a mail that came back, for instance. */
  readonly endedAt: string | null;
  readonly reason: string | null;
  readonly said: string | null;
}

export interface EvidenceEvent {
  readonly seq: number;
  readonly at: string;
  readonly who: string;
  readonly what: string;
  readonly hash: string;
}

export interface EvidenceAnswer {
  readonly at: string;
  readonly via: string;
  readonly answer: string;
  readonly note: string | null;
  /** As far as the way tells. */
  readonly person: string | null;
}

/** What operators and supervisors wrote for colleagues alone. */
export interface EvidenceNote {
  readonly at: string;
  readonly who: string;
  readonly receiptNumber: string | null;
  readonly hungUp: boolean;
  readonly burden: number | null;
  readonly note: string | null;
}

export interface Evidence {
  readonly format: typeof EVIDENCE_FORMAT;
  readonly exportedAt: string;
  readonly agency: string | null;
  readonly caseNumber: number;
  readonly clientCode: string;
  readonly clientName: string;
  readonly state: string;
  readonly calls: readonly EvidenceCall[];
  /** Receipt numbers of calls that were in the case and are not any more: taken back, another kind, moved. */
  readonly leftCalls: readonly string[];
  readonly deliveries: readonly EvidenceDelivery[];
  readonly answers: readonly EvidenceAnswer[];
  readonly agreed: readonly {
    readonly at: string;
    readonly text: string;
    readonly wording: string | null;
  }[];
  readonly events: readonly EvidenceEvent[];
  /** Null: left out. Given: the whole is for the agency's own eyes. */
  readonly internal: readonly EvidenceNote[] | null;
  readonly seal: {
    readonly lastHash: string;
    /** The first event that is not as it was written; null: all are. */
    readonly brokenAt: number | null;
    /** Receipt numbers of calls whose words are not those that joined, though no correction is on record. */
    readonly alteredCalls: readonly string[];
  };
}

export const EVIDENCE_FORMAT = 'toritsugi-case-evidence-1';

/** SHA-256 of a whole record, in hexadecimal: the same as long as nothing in it is changed. */
export function digestOf(evidence: Evidence): string {
  return createHash('sha256').update(canonicalJson(evidence), 'utf8').digest('hex');
}

/** Names for the agency's people, in the order in which they first appear: later events change no earlier name. */
export function pseudonyms(
  events: readonly CaseEvent[],
  operatorOfCall: ReadonlyMap<string, string>,
): { readonly of: (person: string) => string } {
  const names = new Map<string, string>();
  const count = { オペレーター: 0, 管理者: 0 };
  const name = (person: string, as: keyof typeof count): string => {
    const known = names.get(person);
    if (known !== undefined) return known;
    const given = `${as}${letters(count[as])}`;
    count[as] += 1;
    names.set(person, given);
    return given;
  };
  for (const { actor, body } of events) {
    const operator = 'callId' in body && body.callId !== null ? operatorOfCall.get(body.callId) : undefined;
    if (operator !== undefined) name(operator, 'オペレーター');
    if (actor === 'client') names.set(actor, '顧客');
    else if (actor === 'system') names.set(actor, 'システム');
    else name(actor, '管理者');
  }
  return { of: (person) => name(person, 'オペレーター') };
}

/** 0 → A, 25 → Z, 26 → AA. */
function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : `${letters(Math.floor(index / 26) - 1)}${last}`;
}

/** Where a record of today does not bear out one that was exported. */
export interface Discrepancy {
  /** `event 3`, `call 20260618-0001`, `delivery …`. */
  readonly where: string;
  readonly what: 'changed' | 'missing' | 'corrected' | 'left';
  readonly fields: readonly string[];
}

/**
 * Compares an exported record with today's. What was added since is no discrepancy. A call corrected in the proper way
 * since is `corrected`, one that left the case `left`: both are on record; everything else was changed around the program.
 */
export function discrepancies(exported: Evidence, today: Evidence): readonly Discrepancy[] {
  // Only what is stored: words of the program and labels of kinds may be put differently by then.
  const sealed = (all: readonly EvidenceEvent[]) => all.map(({ seq, at, hash }) => ({ seq, at, hash }));
  const facts = (all: readonly EvidenceCall[]) =>
    all.map(({ kind: _kind, withoutNumber: _why, operator: _name, ...stored }) => stored);
  const events = compared(
    sealed(exported.events),
    sealed(today.events),
    (one) => `event ${one.seq}`,
    () => 'changed',
  );
  const calls = compared(
    facts(exported.calls),
    facts(today.calls),
    ({ receiptNumber }) => `call ${receiptNumber}`,
    (was, is) => (is.corrections > was.corrections ? 'corrected' : 'changed'),
  );
  // A delivery goes on after an export; what once was proven does not change.
  const proof = (all: readonly EvidenceDelivery[]) =>
    all.map(({ id, receiptNumber, channel, address, acceptedAt, messageId }) => ({
      id,
      receiptNumber,
      channel,
      address,
      ...(acceptedAt !== null && { acceptedAt, messageId }),
    }));
  const deliveries = compared(
    proof(exported.deliveries),
    proof(today.deliveries),
    ({ id }) => `delivery ${id}`,
    () => 'changed',
  );
  const left = (found: readonly Discrepancy[], receiptOf: (where: string) => string | undefined) =>
    found.map((one): Discrepancy => {
      const receipt = one.what === 'missing' ? receiptOf(one.where) : undefined;
      return receipt !== undefined && today.leftCalls.includes(receipt) ? { ...one, what: 'left' } : one;
    });
  const receiptOfDelivery = (where: string) =>
    exported.deliveries.find(({ id }) => where === `delivery ${id}`)?.receiptNumber;
  return [
    ...events,
    ...left(calls, (where) => where.replace('call ', '')),
    ...left(deliveries, receiptOfDelivery),
  ];
}

function compared<Row extends object>(
  exported: readonly Row[],
  today: readonly Row[],
  keyOf: (row: Row) => string,
  whyOf: (was: Row, is: Row) => 'changed' | 'corrected',
): readonly Discrepancy[] {
  const now = new Map(today.map((row) => [keyOf(row), row]));
  return exported.flatMap((was): readonly Discrepancy[] => {
    const where = keyOf(was);
    const is = now.get(where);
    if (is === undefined) return [{ where, what: 'missing', fields: [] }];
    const fields = Object.keys(was).filter((field) => {
      const key = field as keyof Row;
      return canonicalJson(was[key] ?? null) !== canonicalJson(is[key] ?? null);
    });
    return fields.length === 0 ? [] : [{ where, what: whyOf(was, is), fields }];
  });
}
