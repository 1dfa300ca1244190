/** `action_id`s of the buttons by which a supervisor decides; `value` is the dispute's id. */
export const DISPUTE_DECISION = {
  credit: 'dispute_credit',
  correct: 'dispute_correct',
  keep: 'dispute_keep',
} as const;

/** [営業電話として取り消す] [訂正する] [そのまま(理由)], as a block. */
export function disputeButtons(disputeId: string): Readonly<Record<string, unknown>> {
  const button = (actionId: string, text: string) => ({
    type: 'button',
    action_id: actionId,
    text: { type: 'plain_text', text, emoji: false },
    value: disputeId,
  });
  return {
    type: 'actions',
    block_id: `dispute.${disputeId}`,
    elements: [
      button(DISPUTE_DECISION.credit, '営業電話として取り消す'),
      button(DISPUTE_DECISION.correct, '訂正する'),
      button(DISPUTE_DECISION.keep, 'そのまま(理由)'),
    ],
  };
}
