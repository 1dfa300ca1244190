import type { types } from '@slack/bolt';
import type { NewNotice } from '../../delivery/notice.ts';
import { REVIEW, type ReviewAt, readReviewValue, reviewValue } from '../../delivery/review/buttons.ts';
import { REASON_LIMIT } from '../../domain/change.ts';
import type { RecordedCall } from '../../intake/recorded-call.ts';
import { CHANGE_ACTION, CHANGE_LABEL } from '../change/change-buttons.ts';
import { CHANGE_BLOCK } from '../change/change-view.ts';
import { callInWords } from '../change/notes.ts';
import { button, clip, clipped, input, plain, textInput } from '../entry-modal/elements.ts';
import { plainMessage } from '../plain-message.ts';

/** `callback_id` of the form that asks why a report goes back. Its block is `reason`, as in the forms of changes. */
export const RETURN_FORM = 'review_return_form';

const TITLE_LIMIT = 24;

/** 差し戻し: a reason. */
export function returnView(call: RecordedCall, round: number): types.ModalView {
  return {
    type: 'modal',
    callback_id: RETURN_FORM,
    private_metadata: reviewValue({ callId: call.id, round }),
    title: plain(clip(`差し戻し ${call.client.code}`, TITLE_LIMIT)),
    submit: plain('差し戻す'),
    close: plain('閉じる'),
    blocks: [
      clipped(callInWords(call)),
      clipped(
        '登録したオペレーターに、理由を添えて差し戻します。報告は送らずに保管し、再提出されたらもう一度お知らせします。',
      ),
      input(
        CHANGE_BLOCK.reason,
        '差し戻しの理由(オペレーターに伝わります)',
        textInput(null, { limit: REASON_LIMIT, multiline: true }),
        { required: true },
      ),
    ],
  };
}

/** What a submitted form is about; undefined when it is not one of ours. */
export function readReturnForm(metadata: unknown): ReviewAt | undefined {
  return readReviewValue(metadata);
}

/** The direct message to whoever entered the call, with what can be done about it. */
export function returnedNote(
  call: RecordedCall,
  o: { readonly round: number; readonly by: string; readonly reason: string },
): NewNotice {
  const body = plainMessage([
    `あなたの登録が差し戻されました。受付番号 ${call.receiptNumber} の報告は、まだ顧客に届いていません。`,
    callInWords(call),
    `差し戻した方: ${o.by}\n理由: ${o.reason}`,
    '「訂正して再提出」で内容を直すと、もう一度管理者の確認に回ります。直すところがなければ「このまま再提出」を押してください。',
  ]);
  const at = { callId: call.id, round: o.round };
  return {
    key: `review:${call.id}:${o.round}:returned`,
    target: call.operatorId,
    body: {
      ...body,
      blocks: [
        ...body.blocks,
        {
          type: 'actions',
          block_id: `review.${reviewValue(at)}`,
          elements: [
            button('訂正して再提出', CHANGE_ACTION.corrected, call.id),
            button('このまま再提出', REVIEW.submit, reviewValue(at)),
            button(CHANGE_LABEL.retracted, CHANGE_ACTION.retracted, call.id),
          ],
        },
      ],
    },
  };
}
