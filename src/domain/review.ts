/** Why a report waits for a supervisor's word: whoever entered it is being trained, or its client's reports all do. */
export type ReviewReason = 'trainee' | 'client';

/**
 * The life of a report that is read before it is sent, one a call:
 *
 *   waiting ──return──► returned ──submit──► waiting
 *      │                   │
 *      └──send──► sent ◄──send
 *
 * Either ends as `dropped` when its call is taken back or given a kind that is not reported. A change of the call
 * puts it back to `waiting`. While it is open, its deliveries are `held`: nothing sends them but a person.
 */
export const REVIEW_STATES = ['waiting', 'returned', 'sent', 'dropped'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

export const OPEN_REVIEW = ['waiting', 'returned'] as const satisfies readonly ReviewState[];

/** What a person can do about it: 送信, 差し戻し, 再提出. */
export type ReviewAct = 'send' | 'return' | 'submit';

/** The state after an act; null where the act comes too late, or too early. */
export function afterReview(state: ReviewState, act: ReviewAct): ReviewState | null {
  switch (state) {
    case 'waiting':
      return act === 'send' ? 'sent' : act === 'return' ? 'returned' : null;
    case 'returned':
      return act === 'send' ? 'sent' : act === 'submit' ? 'waiting' : null;
    case 'sent':
    case 'dropped':
      return null;
    default:
      return state satisfies never;
  }
}
