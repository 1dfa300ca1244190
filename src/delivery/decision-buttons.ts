/** `action_id`s of the buttons by which a supervisor decides about an uncertain delivery; `value` is its id. */
export const DECISION = { arrived: 'delivery_arrived', sendAgain: 'delivery_send_again' } as const;

/** The two answers, as a block. Sending again asks once more, because it may double the report (P4). */
export function decisionButtons(deliveryId: string): Readonly<Record<string, unknown>> {
  const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
  return {
    type: 'actions',
    block_id: `decision.${deliveryId}`,
    elements: [
      {
        type: 'button',
        action_id: DECISION.arrived,
        text: plain('届いている'),
        value: deliveryId,
        style: 'primary',
      },
      {
        type: 'button',
        action_id: DECISION.sendAgain,
        text: plain('届いていない・もう一度送る'),
        value: deliveryId,
        confirm: {
          title: plain('もう一度送りますか'),
          text: plain('宛先を確かめ、届いていない場合だけ送ってください。届いていれば二重の報告になります。'),
          confirm: plain('送る'),
          deny: plain('やめる'),
        },
      },
    ],
  };
}
