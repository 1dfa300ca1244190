import { createHash } from 'node:crypto';
import { canonicalJson } from './seal.ts';

/** What a call says, as evidence: everything about it that is no charge and no routing. */
export interface CallWords {
  readonly receiptNumber: string;
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
  readonly operatorId: string;
  readonly kind: string;
  readonly numberState: string;
  readonly numberRaw: string | null;
  readonly numberDisplay: string | null;
  readonly company: string | null;
  readonly name: string | null;
  readonly message: string | null;
  readonly quote: string | null;
}

/**
 * Stands in the event by which a call joins a case, and is sealed with it: which revision of the call joined, and the
 * SHA-256 of what it said. The words themselves stay in the call.
 */
export interface WordsSeal {
  readonly revision: number;
  readonly sha256: string;
}

/** SHA-256 in hexadecimal over the canonical JSON of the words. */
export function hashOfWords(words: CallWords): string {
  return createHash('sha256').update(canonicalJson(words), 'utf8').digest('hex');
}
