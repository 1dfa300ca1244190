import type { types } from '@slack/bolt';
import { sameCallInWords } from '../wording.ts';
import type { EntryDraft } from './draft.ts';
import { messageView } from './message-view.ts';

/** Says under which number the call is on record, and gives back what was typed: nothing typed is lost. */
export function sameCallView(receiptNumber: string, shown: EntryDraft): types.ModalView {
  const typed: readonly (readonly [string, string | null])[] = [
    ['お相手の会社', shown.company],
    ['お相手のお名前', shown.name],
    ['お名指し', shown.addresseeName],
    ['ご用件', shown.message],
    ['ご発言', shown.quote],
  ];
  const kept = typed.flatMap(([label, text]) => (text === null ? [] : [`${label}: ${text}`]));
  return messageView('登録していません', [
    sameCallInWords(receiptNumber),
    ...(kept.length === 0 ? [] : ['入力されていた内容(控え):', ...kept]),
  ]);
}
