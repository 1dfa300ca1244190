import { plain } from '../entry-modal/elements.ts';

/** `action_id`s of a card's buttons; `value` is the case's id. */
export const CARD_ACTION = {
  answer: 'case_answer',
  agree: 'case_agree',
  ask: 'case_ask',
  calls: 'case_calls',
  merge: 'case_merge',
  note: 'case_note',
  close: 'case_close',
  reopen: 'case_reopen',
  surcharge: 'case_surcharge',
  evidence: 'case_evidence',
} as const;
export type CardButton = keyof typeof CARD_ACTION;

export const CARD_LABELS: Readonly<Record<CardButton, string>> = {
  answer: '回答を代わりに記録',
  agree: '合意内容を記録',
  ask: '顧客に依頼を送る',
  calls: '電話を移動・分割',
  merge: '別の案件へ統合',
  note: 'メモ',
  close: '終了',
  reopen: '再開',
  surcharge: '割増料金を変更',
  evidence: '証跡',
};

const REOPEN_CONFIRM = {
  title: plain('案件を再開しますか'),
  text: plain('終了した案件への対応を、もう一度始めます。'),
  confirm: plain('再開する'),
  deny: plain('やめる'),
};

/** What a supervisor can do to a case, in the order of its life, as blocks of its card. */
export function cardButtons(caseId: string, closed: boolean): readonly Readonly<Record<string, unknown>>[] {
  const row = (name: string, buttons: readonly CardButton[]) => ({
    type: 'actions',
    block_id: `case_${name}.${caseId}`,
    elements: buttons.map((button) => ({
      type: 'button',
      action_id: CARD_ACTION[button],
      text: plain(CARD_LABELS[button]),
      value: caseId,
      ...(button === 'reopen' && { confirm: REOPEN_CONFIRM }),
    })),
  });
  return [
    ...(closed ? [] : [row('client', ['answer', 'agree', 'ask'])]),
    row('case', closed ? ['reopen', 'note'] : ['calls', 'merge', 'note', 'close']),
    row('record', ['surcharge', 'evidence']),
  ];
}
