import type { Transaction } from 'kysely';
import type { AnswerVia, CaseAnswer } from '../../domain/cases/answers.ts';
import type { CaseEvent, CaseState } from '../../domain/cases/events.ts';
import type { Schema } from '../../storage/schema.ts';

/** A call with a flagged kind, as the case needs it. */
export interface FlaggedCall {
  readonly id: string;
  readonly clientId: string;
  readonly kind: string;
  /** Null: no number was shown, or it is one of the client's own. */
  readonly numberE164: string | null;
  readonly occurredAt: Date;
  /** Slack id of whoever entered it. */
  readonly actor: string;
}

/** What became of a call that joined. */
export interface Joined {
  readonly caseId: string;
  readonly how: 'opened' | 'joined' | 'reopened';
}

/** Who answered or acted. */
export interface By {
  readonly via: AnswerVia;
  /** Slack user id, Chatwork account id, operator's id; null where the way does not tell. */
  readonly person: string | null;
  /** Unique to one press, submission or message: the same one is written once. */
  readonly key: string;
}

/** A case as staff sees it. */
export interface CaseView {
  readonly id: string;
  /** Short, for people: 1001. */
  readonly number: number;
  readonly clientId: string;
  readonly clientCode: string;
  readonly clientName: string;
  readonly state: CaseState;
  readonly kind: string;
  /** Null: no number was shown. */
  readonly numberE164: string | null;
  readonly openedAt: Date;
  readonly lastCallAt: Date;
  readonly calls: readonly CaseCall[];
  /** The newest answer that says what the client does, or else the newest of all; null before the first. */
  readonly stands: (CaseAnswer & { readonly at: Date }) | null;
  /** What the client does, its newest answer of each sort; it may do several things at once. */
  readonly actions: readonly CaseAnswer[];
  readonly agreed: { readonly text: string; readonly wording: string | null } | null;
  readonly events: readonly CaseEvent[];
}

export interface CaseCall {
  readonly id: string;
  readonly receiptNumber: string;
  readonly kind: string;
  readonly kindLabel: string;
  readonly occurredAt: Date;
  readonly numberDisplay: string | null;
  readonly quote: string | null;
  readonly message: string | null;
  readonly operatorName: string;
  readonly surchargeYen: number | null;
  readonly surchargeLabel: string | null;
}

/** What the holder of a delivery may see and do: no more than its report shows (P9). */
export type AnswerReading =
  | {
      readonly type: 'open';
      readonly caseId: string;
      readonly receiptNumber: string;
      readonly clientName: string;
      readonly occurredAt: Date;
      readonly kindLabel: string;
      /** Calls of the case so far, and since when. */
      readonly calls: number;
      readonly since: Date;
      /** What the client answered so far, newest first. */
      readonly answers: readonly (CaseAnswer & { readonly at: Date; readonly via: AnswerVia })[];
    }
  /** The delivery never was, its call is none of a case any more, or the case is closed or its client gone. */
  | { readonly type: 'revoked' };

export type AnswerProblem = { readonly field: 'choice' | 'note' | 'until'; readonly message: string };

export type AnswerResult =
  /** Written now, or before under the same key. */
  | { readonly type: 'answered' | 'already'; readonly caseId: string; readonly state: CaseState }
  | { readonly type: 'refused'; readonly problems: readonly AnswerProblem[] }
  | { readonly type: 'revoked' };

/** What staff can do to a case, besides answering in the client's name. */
export type CaseAct =
  | { readonly type: 'agree'; readonly text: string; readonly wording: string | null }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'close'; readonly reason: string | null }
  | { readonly type: 'reopen' }
  /** Sends the client a ready-made message over the destinations of the newest report. */
  | { readonly type: 'ask_client'; readonly message: 'stop_forwarding' | 'propose_suspension' }
  /** Moves calls to another case of the same client; null: to a new one (split). */
  | { readonly type: 'move_calls'; readonly callIds: readonly string[]; readonly to: string | null }
  /** Moves everything, answers too, to another case of the same client, and closes this one. */
  | { readonly type: 'merge_into'; readonly caseId: string };

export type ActResult =
  | { readonly type: 'done' | 'already'; readonly caseId: string }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'unknown' };

/** A client's open case, as an operator is shown it on the next entry. */
export interface CaseBanner {
  readonly caseId: string;
  readonly number: number;
  readonly state: CaseState;
  readonly kind: string;
  readonly kindLabel: string;
  readonly numberE164: string | null;
  readonly calls: number;
  /** Its first call. */
  readonly since: Date;
  readonly lastCallAt: Date;
  readonly stands: CaseAnswer | null;
  /** What the client does, its newest answer of each sort; it may do several things at once. */
  readonly actions: readonly CaseAnswer[];
  readonly agreed: { readonly text: string; readonly wording: string | null } | null;
}

/** Harassment cases: the only writers of `cases`, `case_calls` and `case_events`. */
export interface Cases {
  /**
   * In the transaction that records or changes the call, under its client's row lock, before its report. A call that
   * is in a case already stays there.
   */
  join(trx: Transaction<Schema>, call: FlaggedCall): Promise<Joined>;
  /** In the transaction that retracts or reclassifies the call. Nothing happens for a call of no case. */
  leave(
    trx: Transaction<Schema>,
    o: { readonly callId: string; readonly why: 'retracted' | 'reclassified'; readonly actor: string },
  ): Promise<void>;
  /**
   * In the transaction that corrects a call: moves it where it belongs if it has another number now, or joins it where
   * it was in no case.
   */
  rejoin(trx: Transaction<Schema>, call: FlaggedCall, o: { readonly newNumber: boolean }): Promise<Joined>;
  read(caseId: string): Promise<CaseView | undefined>;
  readByNumber(number: number): Promise<CaseView | undefined>;
  /** For pages, buttons and replies that hold a delivery. */
  readForDelivery(deliveryId: string): Promise<AnswerReading>;
  /** Idempotent by `by.key`. Throws when the database cannot say. */
  answer(
    target: { readonly deliveryId: string } | { readonly caseId: string },
    answer: CaseAnswer,
    by: By,
  ): Promise<AnswerResult>;
  act(caseId: string, act: CaseAct, by: By): Promise<ActResult>;
  openOf(clientId: string): Promise<readonly CaseBanner[]>;
  list(o: {
    readonly clientId?: string;
    readonly states?: readonly CaseState[];
    readonly limit: number;
  }): Promise<readonly CaseView[]>;
}
