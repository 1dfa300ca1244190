import type { types } from '@slack/bolt';
import { formatCallTime } from '../../domain/calendar.ts';
import { STAFF_ANSWER_LABELS } from '../../domain/cases/answer-words.ts';
import { ANSWER_CHOICES, NOTE_AT_MOST } from '../../domain/cases/answers.ts';
import { CASE_STATE_LABELS } from '../../domain/cases/events.ts';
import { wordingFor } from '../../domain/cases/wording.ts';
import { EVIDENCE_LINK_MINUTES } from '../../domain/evidence-link.ts';
import { CASE_ASK_LABELS } from '../../followup/cases/ask-buttons.ts';
import type { CaseCall, CaseView } from '../../followup/cases/cases.ts';
import { VALUE } from '../entry-modal/block-ids.ts';
import { clip, clipped, input, OPTIONS_AT_MOST, option, plain, textInput } from '../entry-modal/elements.ts';
import { messageView } from '../entry-modal/message-view.ts';
import { plainSection } from '../plain-message.ts';
import { CARD_LABELS, type CardButton } from './card-buttons.ts';
import { callerInWords } from './case-words.ts';

/*
 * The forms behind a case card's buttons. Every form has the block `main`, at which what has no field of its own is
 * said.
 */

/** Buttons that open a form of their own; the surcharge's is in `surcharge-form.ts`. */
export const FORM_BUTTONS = ['answer', 'agree', 'ask', 'calls', 'merge', 'note', 'close'] as const;
export type FormButton = (typeof FORM_BUTTONS)[number];

/** `callback_id`s. */
export const CASE_FORM: Readonly<Record<FormButton | 'surcharge', string>> = {
  answer: 'case_card_answer_form',
  agree: 'case_agree_form',
  ask: 'case_ask_form',
  calls: 'case_calls_form',
  merge: 'case_merge_form',
  note: 'case_note_form',
  close: 'case_close_form',
  surcharge: 'case_surcharge_form',
};
export const CASE_BLOCK = {
  main: 'main',
  note: 'note',
  until: 'until',
  wording: 'wording',
  to: 'to',
} as const;
/** Value of the target that stands for a new case. */
export const NEW_CASE = 'new';

const TITLE_LIMIT = 24;
/** In UTF-16 code units, as Slack counts. */
export const CASE_TEXT_LIMITS = { agreed: 1000, wording: 300, note: 1000, reason: 300 } as const;

const CONFIRMED = 'この操作は案件の記録に残ります(だれが・いつ)。';

/** The form of a button. `others`: the client's other cases, to move calls or the whole case to. */
export function caseFormView(
  button: FormButton,
  view: CaseView,
  others: readonly CaseView[],
): types.ModalView {
  switch (button) {
    case 'answer':
      return form(button, view, '記録する', [
        plainSection('顧客からお電話などで伺った回答を、代わりに記録します。'),
        input(
          CASE_BLOCK.main,
          '回答',
          {
            type: 'radio_buttons',
            action_id: VALUE,
            options: ANSWER_CHOICES.map((choice) => option(STAFF_ANSWER_LABELS[choice], choice)),
          },
          { required: true },
        ),
        input(CASE_BLOCK.until, '予定の日(転送停止は転送を再開する日、ほかは対応する日)', {
          type: 'datepicker',
          action_id: VALUE,
        }),
        input(CASE_BLOCK.note, '伺ったこと', textInput(null, { limit: NOTE_AT_MOST, multiline: true })),
      ]);
    case 'agree':
      return form(button, view, '記録する', [
        plainSection('次の電話で、オペレーターの入力画面に表示されます。'),
        input(
          CASE_BLOCK.main,
          '合意内容',
          textInput(view.agreed?.text ?? null, { limit: CASE_TEXT_LIMITS.agreed, multiline: true }),
          { required: true },
        ),
        input(
          CASE_BLOCK.wording,
          'お相手にお伝えする言葉',
          textInput(view.agreed?.wording ?? null, { limit: CASE_TEXT_LIMITS.wording, multiline: true }),
          { hint: `空欄のときは${wordingFor(view.kind)}と表示します。` },
        ),
      ]);
    case 'ask':
      return form(button, view, '送る', [
        plainSection('最新の報告と同じ宛先へ、用意された文面をすぐに送ります。'),
        input(
          CASE_BLOCK.main,
          '送る内容',
          {
            type: 'radio_buttons',
            action_id: VALUE,
            options: (['stop_forwarding', 'propose_suspension'] as const).map((message) =>
              option(CASE_ASK_LABELS[message], message),
            ),
          },
          { required: true },
        ),
      ]);
    case 'calls':
      return form(button, view, '移す', [
        plainSection('選んだ電話を、同じ顧客の別の案件か、新しい案件に移します。'),
        input(
          CASE_BLOCK.main,
          '移す電話',
          {
            type: 'multi_static_select',
            action_id: VALUE,
            placeholder: plain('選択してください'),
            options: newestCalls(view).map((call) => option(callInLine(call), call.id)),
          },
          { required: true },
        ),
        input(
          CASE_BLOCK.to,
          '移す先',
          {
            type: 'static_select',
            action_id: VALUE,
            placeholder: plain('選択してください'),
            options: [
              option('新しい案件に分ける', NEW_CASE),
              ...others.slice(0, OPTIONS_AT_MOST - 1).map((other) => option(caseInLine(other), other.id)),
            ],
          },
          { required: true },
        ),
      ]);
    case 'merge':
      if (others.length === 0) {
        return messageView(titleOf(button, view), ['この顧客には、統合できるほかの案件がありません。']);
      }
      return form(button, view, '統合する', [
        plainSection('この案件の電話と回答をすべて選んだ案件へ移し、この案件を終了します。'),
        input(
          CASE_BLOCK.main,
          '統合先',
          {
            type: 'static_select',
            action_id: VALUE,
            placeholder: plain('選択してください'),
            options: others.slice(0, OPTIONS_AT_MOST).map((other) => option(caseInLine(other), other.id)),
          },
          { required: true },
        ),
      ]);
    case 'note':
      return form(button, view, '残す', [
        input(
          CASE_BLOCK.main,
          'メモ(社内用)',
          textInput(null, { limit: CASE_TEXT_LIMITS.note, multiline: true }),
          { required: true },
        ),
      ]);
    case 'close':
      return form(button, view, '終了する', [
        plainSection('この案件を終了します。新しい電話があれば、自動で再開します。'),
        input(
          CASE_BLOCK.main,
          '終了の理由(社内用・任意)',
          textInput(null, { limit: CASE_TEXT_LIMITS.reason, multiline: true }),
        ),
      ]);
    default:
      return button satisfies never;
  }
}

/**
 * Leads one supervisor to the evidence of a case; a form is seen by whoever pressed alone.
 * @param url of a page of ours that works for them, for a short time; undefined: there is none
 */
export function evidenceView(view: CaseView, url: string | undefined): types.ModalView {
  const title = titleOf('evidence', view);
  const what = '警察・弁護士への相談や、従業員を守るための記録として、案件の証跡を書き出せます。';
  const care =
    '電話の日時・番号または非通知・お言葉・報告の送達・顧客の回答が入ります。取り扱いにご注意ください。';
  const command = `npm run toritsugi -- cases export ${view.number}`;
  if (url === undefined) {
    return messageView(title, [
      what,
      `システムの担当者に、次のコマンドを依頼してください。\n${command}`,
      care,
    ]);
  }
  const said = messageView(title, [
    what,
    care,
    `リンクは、あなた専用で${EVIDENCE_LINK_MINUTES}分間使えます。ほかの人に渡さないでください。オペレーターの記録を含めた社内用の書き出しは、システムの担当者に依頼してください。\n${command} --with-operator-notes`,
  ]);
  // Nothing in this text was typed by anybody (P6).
  const link = { type: 'mrkdwn' as const, text: `*<${url}|証跡のページを開く>*(印刷・PDF・CSV)` };
  const [first, ...rest] = said.blocks;
  return {
    ...said,
    blocks: [...(first ? [first] : []), { type: 'section', text: link }, ...rest],
  };
}

export function titleOf(button: CardButton, view: Pick<CaseView, 'number'>): string {
  const number = ` #${view.number}`;
  return `${clip(CARD_LABELS[button], TITLE_LIMIT - number.length)}${number}`;
}

/** A case's client and number, above every form: a wrong client is the worst mistake. */
export function caseHead(view: CaseView): ReturnType<typeof clipped> {
  return clipped(
    [
      `案件 #${view.number}(${CASE_STATE_LABELS[view.state]})`,
      `${clip(`${view.clientCode} ${view.clientName}`, 500)}`,
      `番号: ${callerInWords(view.numberE164)} 電話: ${view.calls.length}件`,
    ].join('\n'),
  );
}

export function newestCalls(view: CaseView): readonly CaseCall[] {
  return [...view.calls]
    .sort((a, b) => b.occurredAt.getTime() - a.occurredAt.getTime())
    .slice(0, OPTIONS_AT_MOST);
}

export function callInLine(call: CaseCall): string {
  const yen = call.surchargeYen === null ? '' : ` 割増${call.surchargeYen.toLocaleString('ja-JP')}円`;
  return `${call.receiptNumber} ${formatCallTime(call.occurredAt)}${yen} ${call.kindLabel}`;
}

function form(
  button: FormButton,
  view: CaseView,
  submit: string,
  blocks: readonly types.KnownBlock[],
): types.ModalView {
  return {
    type: 'modal',
    callback_id: CASE_FORM[button],
    private_metadata: view.id,
    title: plain(titleOf(button, view)),
    submit: plain(submit),
    close: plain('閉じる'),
    blocks: [caseHead(view), ...blocks, { type: 'context', elements: [plain(CONFIRMED)] }],
  };
}

export function caseInLine(view: CaseView): string {
  return `#${view.number} ${CASE_STATE_LABELS[view.state]} ${view.calls.length}件 ${callerInWords(view.numberE164)}`;
}
