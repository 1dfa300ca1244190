import type { types } from '@slack/bolt';
import type { Kysely } from 'kysely';
import { jstDay } from '../../domain/calendar.ts';
import { type Changer, REASON_LIMIT } from '../../domain/change.ts';
import type { CaseCall, Cases, CaseView } from '../../followup/cases/cases.ts';
import type { CallChanges } from '../../intake/call-changes.ts';
import type { RecordedCall } from '../../intake/recorded-call.ts';
import { type SurchargeRange, surchargeRanges } from '../../rulebook/surcharges.ts';
import type { Schema } from '../../storage/schema.ts';
import { BARRED } from '../change/change-words.ts';
import { changeNotes } from '../change/notes.ts';
import { isUuid, VALUE } from '../entry-modal/block-ids.ts';
import {
  input,
  OPTION_TEXT_LIMIT,
  OPTIONS_AT_MOST,
  option,
  plain,
  textInput,
} from '../entry-modal/elements.ts';
import type { SubmitAnswer } from '../entry-modal/entry-form.ts';
import { messageView } from '../entry-modal/message-view.ts';
import { rootViewId } from '../entry-modal/submit.ts';
import { plainSection } from '../plain-message.ts';
import { decidedInWords } from '../review/review-words.ts';
import type { SlackView } from '../slack-body.ts';
import { CASE_BLOCK, CASE_FORM, callInLine, caseHead, newestCalls, titleOf } from './card-views.ts';
import { shorten } from './case-words.ts';
import { chosenOf, errorsAt, textOf } from './submit-case.ts';

/** Blocks of the form; the call is chosen at `main`. */
export const SURCHARGE_BLOCK = { call: CASE_BLOCK.main, code: 'code', yen: 'yen', why: 'why' } as const;
const AMOUNT_LIMIT = 12;

const TOLD =
  '報告が届いている宛先には、割増料金を直した訂正報告を送ります。金額は理由ごとに決められた範囲で変えられます。';
const SAME = 'いまの割増料金と同じです。変えるところがなければ「閉じる」を押してください。';

/** 割増料金を変更, with what it needs of the database. */
export async function surchargeView(db: Kysely<Schema>, view: CaseView): Promise<types.ModalView> {
  const calls = newestCalls(view);
  const reasons = await surchargeRanges(db, jstDay(calls[0]?.occurredAt ?? view.lastCallAt));
  return surchargeForm(view, reasons, await revisionsOf(db, calls));
}

/** Which call, which reason, how much. Each call carries the revision that is on the screen. */
export function surchargeForm(
  view: CaseView,
  reasons: readonly SurchargeRange[],
  revisions: ReadonlyMap<string, number>,
): types.ModalView {
  const calls = newestCalls(view);
  if (calls.length === 0 || reasons.length === 0) {
    return messageView(titleOf('surcharge', view), ['割増料金を付けられる電話か理由がありません。']);
  }
  const offered = calls.map((call) => option(callInLine(call), `${call.id}.${revisions.get(call.id) ?? 1}`));
  const [newest] = offered;
  return {
    type: 'modal',
    callback_id: CASE_FORM.surcharge,
    private_metadata: view.id,
    title: plain(titleOf('surcharge', view)),
    submit: plain('変更する'),
    close: plain('閉じる'),
    blocks: [
      caseHead(view),
      plainSection(TOLD),
      input(
        SURCHARGE_BLOCK.call,
        '電話',
        {
          type: 'static_select',
          action_id: VALUE,
          placeholder: plain('選択してください'),
          options: offered,
          ...(newest !== undefined && offered.length === 1 && { initial_option: newest }),
        },
        { required: true },
      ),
      input(
        SURCHARGE_BLOCK.code,
        '割増料金の理由',
        {
          type: 'static_select',
          action_id: VALUE,
          placeholder: plain('選択してください'),
          options: reasons
            .slice(0, OPTIONS_AT_MOST)
            .map((reason) => option(reasonInLine(reason), reason.code)),
        },
        { required: true },
      ),
      input(SURCHARGE_BLOCK.yen, '金額(円)', textInput(null, { limit: AMOUNT_LIMIT, placeholder: '250' }), {
        required: true,
      }),
      input(SURCHARGE_BLOCK.why, '変更の理由(社内用・任意)', textInput(null, { limit: REASON_LIMIT })),
    ],
  };
}

/**
 * Changes the surcharge as the form asks, told to whoever was told the old one, and keeps it with the case. The form's
 * own id is the key. Throws when the database does; the same form may then be sent again.
 */
export async function submitSurcharge(
  deps: { readonly changes: Pick<CallChanges, 'surcharge'>; readonly cases: Pick<Cases, 'act'> },
  view: SlackView,
  by: Changer,
): Promise<SubmitAnswer> {
  const values = view.state?.values ?? {};
  const chosen = /^([0-9a-f-]{36})\.(\d{1,9})$/.exec(chosenOf(values, SURCHARGE_BLOCK.call) ?? '');
  const [, callId = '', revision = ''] = chosen ?? [];
  const code = chosenOf(values, SURCHARGE_BLOCK.code);
  const amountYen = readYen(textOf(values, SURCHARGE_BLOCK.yen) ?? '');
  if (!isUuid(callId)) return errorsAt(values, SURCHARGE_BLOCK.call, '電話を選んでください。');
  if (code === null) return errorsAt(values, SURCHARGE_BLOCK.code, '理由を選んでください。');
  if (amountYen === null) {
    return errorsAt(values, SURCHARGE_BLOCK.yen, '金額を円の数字で入力してください(例: 250)。');
  }
  const key = rootViewId(view);
  const result = await deps.changes.surcharge(
    {
      key: `change:${key}`,
      callId,
      revision: Number(revision),
      by,
      reason: textOf(values, SURCHARGE_BLOCK.why),
      surcharge: { code, amountYen },
    },
    changeNotes,
  );
  switch (result.type) {
    case 'changed': {
      const caseId = view.private_metadata ?? '';
      // The case keeps it among its events, which also brings its card up to date.
      if (isUuid(caseId)) {
        const kept = { via: 'staff', person: by.id, key: `surcharge:${key}` } as const;
        await deps.cases.act(caseId, { type: 'note', text: noteOf(result.changed.call) }, kept);
      }
      return { response_action: 'clear' };
    }
    case 'already':
      return { response_action: 'clear' };
    case 'nothing':
      return errorsAt(values, SURCHARGE_BLOCK.yen, SAME);
    case 'barred':
      return errorsAt(values, SURCHARGE_BLOCK.call, BARRED[result.why]);
    case 'refused':
      return errorsAt(values, SURCHARGE_BLOCK.yen, result.problems.map(({ message }) => message).join('\n'));
    case 'decided':
      return errorsAt(values, SURCHARGE_BLOCK.call, decidedInWords(result.review));
    default:
      return result satisfies never;
  }
}

function noteOf(call: RecordedCall): string {
  const yen = (call.surcharge_yen ?? 0).toLocaleString('ja-JP');
  return `割増料金を変更: ${call.receiptNumber} ${call.surcharge_label ?? ''} ${yen}円`;
}

/** Yen as typed: full-width digits, commas and 円 are understood; null for anything else. */
export function readYen(typed: string): number | null {
  const digits = typed.normalize('NFKC').replaceAll(/[,\s円¥\\]/g, '');
  return /^\d{1,7}$/.test(digits) ? Number(digits) : null;
}

function reasonInLine({ label, amountYen, minYen, maxYen }: SurchargeRange): string {
  const yen = (amount: number) => amount.toLocaleString('ja-JP');
  const range = ` ${yen(minYen)}〜${yen(maxYen)}円(通常${yen(amountYen)}円)`;
  // The range must not be what is cut off of a long name.
  return `${shorten(label, OPTION_TEXT_LIMIT - range.length - 1)}${range}`;
}

async function revisionsOf(
  db: Kysely<Schema>,
  calls: readonly CaseCall[],
): Promise<ReadonlyMap<string, number>> {
  if (calls.length === 0) return new Map();
  const rows = await db
    .selectFrom('calls')
    .select(['id', 'revision'])
    .where(
      'id',
      'in',
      calls.map(({ id }) => id),
    )
    .execute();
  return new Map(rows.map(({ id, revision }) => [id, revision]));
}
