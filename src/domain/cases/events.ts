import type { AnswerVia, CaseAnswer } from './answers.ts';
import type { WordsSeal } from './call-words.ts';

/**
 * Everything that happens to a case, in its order. A case is nothing but its events: its state is folded from them
 * (`case-state.ts`), and they are never changed or taken away.
 */
export type CaseEventBody =
  /** The first call of the case; it always comes first. `words`: what it said, sealed; older events have none. */
  | { readonly type: 'opened'; readonly callId: string; readonly words?: WordsSeal }
  /** A later call. `by: 'rule'`: by number or kind; `'person'`: moved here from another case. */
  | {
      readonly type: 'call_joined';
      readonly callId: string;
      readonly by: 'rule' | 'person';
      readonly words?: WordsSeal;
    }
  /** A call that is no longer one of the case: retracted, given a kind that is not flagged, or moved by a person. */
  | {
      readonly type: 'call_left';
      readonly callId: string;
      readonly why: 'retracted' | 'reclassified' | 'moved';
    }
  /** `fromCase`: an answer that came with calls moved here, so that no answer is lost. */
  | ({
      readonly type: 'answered';
      readonly via: AnswerVia;
      /** Who, as far as the way tells: a Slack user id, a Chatwork account id, an operator's id; null for a link. */
      readonly person: string | null;
      readonly deliveryId: string | null;
      readonly fromCase: string | null;
    } & CaseAnswer)
  /** What was agreed with the client, in staff's words; operators read it on the next call. */
  | { readonly type: 'agreed'; readonly text: string; readonly wording: string | null }
  /** The client was reminded to answer: the how-manieth time. */
  | { readonly type: 'reminded'; readonly number: number }
  /** Nobody answered all reminders: a supervisor has it. */
  | { readonly type: 'escalated' }
  /** Staff was reminded of what the client promised: the day before, or on the day. */
  | { readonly type: 'promise_reminded'; readonly until: string; readonly when: 'before' | 'due' }
  /** A call came in although the client had said that forwarding is stopped. */
  | { readonly type: 'still_forwarding'; readonly callId: string }
  /** So many calls within an hour or a day that supervisors were alarmed. */
  | { readonly type: 'alarmed'; readonly window: 'hour' | 'day'; readonly calls: number }
  /** A supervisor sent the client a ready-made message. */
  | { readonly type: 'asked_client'; readonly message: 'stop_forwarding' | 'propose_suspension' }
  | { readonly type: 'noted'; readonly text: string }
  /** No call for 14 days. */
  | { readonly type: 'went_quiet' }
  /** `mergedInto`: all its calls moved to that case. */
  | { readonly type: 'closed'; readonly reason: string | null; readonly mergedInto: string | null }
  | { readonly type: 'reopened'; readonly callId: string | null };

export type CaseEventType = CaseEventBody['type'];

export interface CaseEvent {
  /** From 1, without a gap. */
  readonly seq: number;
  readonly at: Date;
  /** A Slack user id, `client` for an answer, `system` for the clock and the rules, `cli:…`. */
  readonly actor: string;
  readonly body: CaseEventBody;
}

/** The states of a case: see `case-state.ts` for what leads from one to another. */
export const CASE_STATES = ['open', 'answered', 'acting', 'quiet', 'closed'] as const;
export type CaseState = (typeof CASE_STATES)[number];

export const CASE_STATE_LABELS: Readonly<Record<CaseState, string>> = {
  open: '回答待ち',
  answered: '回答あり',
  acting: '対応中',
  quiet: '沈静',
  closed: '終了',
};
