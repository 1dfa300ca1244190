import { createHash } from 'node:crypto';
import type { CaseEvent } from './events.ts';

/*
 * The seal of a case: each event carries a hash of itself and of the one before, so that a later change of any of them
 * shows. What is sealed can be read from an export alone: the case, and each event's number, moment, actor and body.
 */

export interface SealedEvent extends CaseEvent {
  readonly previousHash: string | null;
  readonly hash: string;
}

/** The hash of an event, SHA-256 in hexadecimal over its canonical JSON. */
export function sealOf(caseId: string, event: CaseEvent, previousHash: string | null): string {
  const sealed = canonicalJson({
    caseId,
    seq: event.seq,
    at: event.at.toISOString(),
    actor: event.actor,
    body: event.body,
    previousHash,
  });
  return createHash('sha256').update(sealed, 'utf8').digest('hex');
}

/** Whether a case's events are whole and as they were written; else the number of the first that is not. */
export function checkSeal(
  caseId: string,
  events: readonly SealedEvent[],
): { readonly whole: true } | { readonly whole: false; readonly seq: number } {
  let previous: string | null = null;
  for (const [index, event] of events.entries()) {
    const seq = index + 1;
    const isNext = event.seq === seq && event.previousHash === previous;
    if (!isNext || event.hash !== sealOf(caseId, event, previous)) return { whole: false, seq };
    previous = event.hash;
  }
  return { whole: true };
}

/** JSON with names in order and nothing between its parts: one text for one value, whoever writes it. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}
