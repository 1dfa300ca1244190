/** `action_id`s of the buttons that send a client a ready-made message; `value` is the case's id. */
export const CASE_ASK = { stop_forwarding: 'case_ask_stop', propose_suspension: 'case_ask_suspend' } as const;

/** What is sent, by name. */
export const CASE_ASK_LABELS: Readonly<Record<keyof typeof CASE_ASK, string>> = {
  stop_forwarding: '転送停止のお願い',
  propose_suspension: '契約の休止・解約のご相談',
};

/** Both, as a block under an alarm. Each asks once more, because it writes to the client. */
export function askButtons(caseId: string): Readonly<Record<string, unknown>> {
  const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
  return {
    type: 'actions',
    block_id: `case_ask.${caseId}`,
    elements: (['stop_forwarding', 'propose_suspension'] as const).map((message) => ({
      type: 'button',
      action_id: CASE_ASK[message],
      text: plain(`${CASE_ASK_LABELS[message]}を送る`),
      value: caseId,
      confirm: {
        title: plain('顧客に送りますか'),
        text: plain('最新の報告と同じ宛先へ、用意された文面をすぐに送ります。'),
        confirm: plain('送る'),
        deny: plain('やめる'),
      },
    })),
  };
}
