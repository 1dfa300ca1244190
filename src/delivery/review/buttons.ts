/** `action_id`s of the buttons about a report that waits; `value` is `<call>.<round>`. */
export const REVIEW = {
  send: 'review_send',
  correct: 'review_correct',
  giveBack: 'review_return',
  /** The operator's: hands a returned report in again. */
  submit: 'review_submit',
} as const;

/** What a button is about: a call, as it stood when the button was shown. */
export interface ReviewAt {
  readonly callId: string;
  readonly round: number;
}

export function reviewValue({ callId, round }: ReviewAt): string {
  return `${callId}.${round}`;
}

/** Undefined when it is none of ours. */
export function readReviewValue(value: unknown): ReviewAt | undefined {
  if (typeof value !== 'string') return undefined;
  const [, callId, round] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,9})$/.exec(value) ?? [];
  return callId === undefined ? undefined : { callId, round: Number(round) };
}

/** [送信] [修正して送信] [差し戻し]; what was returned already cannot be returned again. */
export function reviewButtons(
  at: ReviewAt,
  o: { readonly returned: boolean },
): Readonly<Record<string, unknown>> {
  const value = reviewValue(at);
  const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
  return {
    type: 'actions',
    block_id: `review.${value}`,
    elements: [
      { type: 'button', action_id: REVIEW.send, text: plain('送信'), value, style: 'primary' },
      { type: 'button', action_id: REVIEW.correct, text: plain('修正して送信'), value },
      ...(o.returned ? [] : [{ type: 'button', action_id: REVIEW.giveBack, text: plain('差し戻し'), value }]),
    ],
  };
}
