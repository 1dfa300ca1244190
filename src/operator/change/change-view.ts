import type { types } from '@slack/bolt';
import { z } from 'zod';
import type { ClientCard } from '../../clients/directory.ts';
import { type ChangeType, REASON_LIMIT } from '../../domain/change.ts';
import type { Kind, RuleFlags } from '../../domain/kinds.ts';
import type { RecordedCall } from '../../intake/recorded-call.ts';
import type { SurchargeReason } from '../../rulebook/surcharges.ts';
import { VALUE } from '../entry-modal/block-ids.ts';
import type { EntryDraft } from '../entry-modal/draft.ts';
import { clip, input, OPTIONS_AT_MOST, option, plain, textInput } from '../entry-modal/elements.ts';
import { reportedBlocks, timeInput } from '../entry-modal/view.ts';
import { plainSection } from '../plain-message.ts';
import { CHANGE_LABEL } from './change-buttons.ts';
import { callInWords } from './notes.ts';

/** `callback_id`s of the three forms. */
export const CHANGE_FORM: Readonly<Record<ChangeType, string>> = {
  corrected: 'call_correct_form',
  retracted: 'call_retract_form',
  reclassified: 'call_reclassify_form',
};
/** Blocks of these forms besides the entry's own. Every form has `reason`: what has no field of its own is said there. */
export const CHANGE_BLOCK = { reason: 'reason', newKind: 'new_kind' } as const;

const TITLE_LIMIT = 24;
const SECTION_LIMIT = 3000;

/** A kind a call may be given, and what it would mean for its client on that day. */
export interface KindChoice {
  readonly kind: Kind;
  readonly rule: RuleFlags;
}

const Metadata = z.object({
  call: z.uuid(),
  revision: z.number().int().positive(),
  /** Of 修正して送信: the round of the review that was on the screen. */
  round: z.number().int().positive().optional(),
});

/** The call a form is about and the revision it shows; undefined when it is not one of ours. */
export function readMetadata(text: unknown): z.output<typeof Metadata> | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return Metadata.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** 訂正: every field, as recorded. With `release` it is 修正して送信, of a report that waits for a supervisor. */
export function correctView(
  call: RecordedCall,
  card: ClientCard,
  surcharges: readonly SurchargeReason[],
  release?: { readonly round: number },
): types.ModalView {
  const draft = draftOf(call, card);
  if (release !== undefined) {
    const { code } = call.client;
    return {
      ...form('corrected', call, '送信する', [
        plainSection(
          '修正した内容だけを、最初の報告としてすぐに送ります。登録したオペレーターにもお知らせします。',
        ),
        ...fields(draft, call, card, surcharges),
      ]),
      title: plain(clip(`修正して送信 ${code}`, TITLE_LIMIT)),
      private_metadata: JSON.stringify({ call: call.id, revision: call.revision, round: release.round }),
    };
  }
  const told = call.rule.reported
    ? '報告が届いている宛先には、変わったところを記した訂正報告を送ります。まだ送っていない宛先には、訂正後の内容だけを送ります。回数は増えません。'
    : 'この種別は報告しません。記録だけを直します。';
  return form('corrected', call, '訂正する', [plainSection(told), ...fields(draft, call, card, surcharges)]);
}

function fields(
  draft: EntryDraft,
  call: RecordedCall,
  card: ClientCard,
  surcharges: readonly SurchargeReason[],
): readonly types.KnownBlock[] {
  return [
    reasonInput('訂正の理由(社内用・任意)', false),
    ...reportedBlocks(draft, { card, surcharges: call.rule.counted ? offered(call, surcharges) : [] }),
    timeInput(draft, call.occurred_at),
  ];
}

/** 取消: a reason, and what it leads to. */
export function retractView(call: RecordedCall): types.ModalView {
  const told = call.rule.reported
    ? '取り消すと元に戻せません。報告が届いている宛先には取消のお知らせを送ります。まだ送っていない報告は送りません。受電回数と割増料金から差し引きます。'
    : '取り消すと元に戻せません。顧客には何も送りません。';
  return form('retracted', call, '取り消す', [plainSection(told), reasonInput('取消の理由(社内用)', true)]);
}

/** 種別を変更: the other kinds, each with what it means. */
export function reclassifyView(call: RecordedCall, choices: readonly KindChoice[]): types.ModalView {
  const options = choices
    .filter(({ kind }) => kind.code !== call.kind)
    .slice(0, OPTIONS_AT_MOST)
    .map(({ kind, rule }) => option(`${kind.label}(${meaning(rule)})`, kind.code));
  const told = call.rule.reported
    ? '報告しない種別にすると、顧客には何も送らずに受電回数から差し引きます。ほかの種別にすると、報告が届いている宛先に訂正報告を送ります。'
    : '報告する種別にすると、記録されている内容ですぐに報告し、受電回数に入れます。内容が足りないときは、先に「訂正」で補ってください。';
  return form('reclassified', call, '変更する', [
    plainSection(told),
    input(
      CHANGE_BLOCK.newKind,
      '新しい種別',
      { type: 'static_select', action_id: VALUE, placeholder: plain('選択してください'), options },
      { required: true },
    ),
    reasonInput('変更の理由(社内用)', true),
  ]);
}

function form(
  type: ChangeType,
  call: RecordedCall,
  submit: string,
  blocks: readonly types.KnownBlock[],
): types.ModalView {
  return {
    type: 'modal',
    callback_id: CHANGE_FORM[type],
    private_metadata: JSON.stringify({ call: call.id, revision: call.revision }),
    title: plain(clip(`${CHANGE_LABEL[type]} ${call.client.code}`, TITLE_LIMIT)),
    submit: plain(submit),
    close: plain('閉じる'),
    blocks: [plainSection(clip(callInWords(call), SECTION_LIMIT)), ...blocks],
  };
}

function reasonInput(label: string, required: boolean): types.InputBlock {
  return input(CHANGE_BLOCK.reason, label, textInput(null, { limit: REASON_LIMIT }), { required });
}

function meaning(rule: RuleFlags): string {
  if (!rule.reported) return '報告しない';
  return rule.flagged ? '要対応として報告' : '報告する';
}

/** The call as a form shows it. Somebody who left the roster since is shown by name. */
export function draftOf(call: RecordedCall, card: ClientCard): EntryDraft {
  const onRoster = card.roster.some(({ id }) => id === call.addressee_id);
  return {
    clientId: call.client.id,
    kind: call.kind,
    occurredAt: Math.floor(call.occurred_at.getTime() / 1000),
    addressees: onRoster ? { [call.client.id]: call.addressee_id } : {},
    addresseeName: onRoster ? null : call.addressee_name,
    company: call.caller_company,
    name: call.caller_name,
    kana: call.caller_kana,
    numberState: call.number_state,
    number: call.number_raw,
    numberConfirmed: call.number_confirmed,
    message: call.message,
    quote: call.quote,
    wish: call.wish,
    urgent: call.urgent,
    surcharge: call.surcharge_code,
    prefills: {},
    renewed: {},
  };
}

/** The reasons of the day, and the recorded one should it be gone: a form that hides it would take it away. */
function offered(call: RecordedCall, surcharges: readonly SurchargeReason[]): readonly SurchargeReason[] {
  const { surcharge_code: code, surcharge_label: label, surcharge_yen: amountYen } = call;
  if (code === null || label === null || amountYen === null) return surcharges;
  return surcharges.some((reason) => reason.code === code)
    ? surcharges
    : [{ code, label, amountYen }, ...surcharges];
}
