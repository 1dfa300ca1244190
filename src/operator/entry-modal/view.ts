import type { types } from '@slack/bolt';
import type { ClientCard } from '../../clients/directory.ts';
import { FIELD_LIMITS, NUMBER_STATE_LABELS, WISH_LABELS, WISHES } from '../../domain/call.ts';
import { plainSection } from '../plain-message.ts';
import { ruleInWords, SALES_REFUSAL } from '../wording.ts';
import { ACTION, addresseeBlock, BLOCK, ENTRY_FORM, VALUE } from './block-ids.ts';
import { addresseeOf, type EntryDraft } from './draft.ts';
import {
  checkbox,
  clip,
  initialOption,
  input,
  OPTIONS_AT_MOST,
  option,
  plain,
  textInput,
} from './elements.ts';
import type { FormData } from './form-data.ts';
import { LISTED_AT_MOST, memberOption, rosterOptions } from './roster-options.ts';

const TITLE_LIMIT = 24;
const SECTION_LIMIT = 3000;

const NUMBER_STATE_OPTIONS = [
  option('番号あり', 'given'),
  ...(['withheld', 'payphone', 'out_of_area'] as const).map((state) =>
    option(NUMBER_STATE_LABELS[state], state),
  ),
  option('不明', 'unknown'),
];
const WISH_OPTIONS = WISHES.map((wish) => option(WISH_LABELS[wish], wish));

/** The options a client is shown and found by. */
export function clientOption(client: Pick<ClientCard, 'id' | 'code' | 'name'>): types.PlainTextOption {
  return option(`${client.code} ${client.name}`, client.id);
}

/** Whether the form is the short one: client, kind, memo and time are all a call that is not reported needs. */
export function isShort(data: Pick<FormData, 'rule'>): boolean {
  return data.rule !== null && !data.rule.reported;
}

/**
 * The form for a draft. Pure: the same draft and data make the same view.
 * @param o.note a line above everything, such as why the form changed
 */
export function entryView(
  draft: EntryDraft,
  data: FormData,
  now: Date,
  o: { readonly note?: string } = {},
): types.ModalView {
  const { card } = data;
  const short = isShort(data);
  return {
    type: 'modal',
    callback_id: ENTRY_FORM,
    title: plain(clip(card === null ? '受電登録' : `受電登録 ${card.code}`, TITLE_LIMIT)),
    submit: plain('登録'),
    close: plain('閉じる'),
    blocks: [
      ...(o.note === undefined ? [] : [plainSection(o.note), divider()]),
      ...(card === null ? [] : clientBlocks(card)),
      clientInput(card),
      kindInput(draft, data),
      ...(data.rule === null ? [] : [context(ruleInWords(data.rule))]),
      ...(short ? shortBlocks(draft) : reportedBlocks(draft, data)),
      timeInput(draft, now),
    ],
  };
}

function clientBlocks(card: ClientCard): types.KnownBlock[] {
  const kana = card.kana === '' || card.kana === card.name ? '' : `(${card.kana})`;
  const lines = [
    `${card.code} ${card.name}${kana}`,
    ...(card.status === 'paused' ? ['※ 休止中の顧客です。受けてよい電話か確かめてください。'] : []),
    ...(card.greeting === null ? [] : [`名乗り: ${card.greeting}`]),
    ...(card.operatorNotes === null ? [] : [`注意: ${card.operatorNotes}`]),
  ];
  return [plainSection(clip(lines.join('\n'), SECTION_LIMIT)), divider()];
}

function clientInput(card: ClientCard | null): types.InputBlock {
  return input(
    BLOCK.client,
    '顧客',
    {
      type: 'external_select',
      action_id: ACTION.client,
      min_query_length: 1,
      placeholder: plain('コード・名前・カナ・通称で検索'),
      ...(card !== null && { initial_option: clientOption(card) }),
    },
    { required: true, dispatch: true },
  );
}

function kindInput(draft: EntryDraft, data: FormData): types.InputBlock {
  const options = data.kinds.slice(0, OPTIONS_AT_MOST).map((kind) => option(kind.label, kind.code));
  return input(
    BLOCK.kind,
    '種別',
    {
      type: 'static_select',
      action_id: ACTION.kind,
      placeholder: plain('選択してください'),
      options,
      ...initialOption(options, draft.kind),
    },
    { required: true, dispatch: true },
  );
}

/** All that a call needs which is neither counted nor reported. */
function shortBlocks(draft: EntryDraft): types.KnownBlock[] {
  return [
    plainSection(`お断りの言葉: ${SALES_REFUSAL}`),
    input(
      BLOCK.message,
      'メモ(社内用・任意)',
      textInput(draft.message, { limit: FIELD_LIMITS.message, multiline: true }),
    ),
  ];
}

/** Everything a reported call has, but for its client, kind and time. */
export function reportedBlocks(
  draft: EntryDraft,
  data: Pick<FormData, 'card' | 'surcharges'>,
): types.KnownBlock[] {
  return [
    ...addresseeInputs(draft, data.card),
    input(BLOCK.company, 'お相手の会社', textInput(draft.company, { limit: FIELD_LIMITS.company })),
    input(BLOCK.name, 'お相手のお名前', textInput(draft.name, { limit: FIELD_LIMITS.name })),
    input(BLOCK.kana, 'お名前のカナ', textInput(draft.kana, { limit: FIELD_LIMITS.kana })),
    ...numberInputs(draft),
    input(
      BLOCK.message,
      'ご用件',
      textInput(draft.message, { limit: FIELD_LIMITS.message, multiline: true }),
    ),
    input(
      BLOCK.quote,
      'お言葉どおりの内容',
      textInput(draft.quote, { limit: FIELD_LIMITS.quote, multiline: true }),
      {
        hint: '報告では「」に入れて、このまま伝えます。',
      },
    ),
    input(BLOCK.wish, 'ご対応', {
      type: 'radio_buttons',
      action_id: VALUE,
      options: WISH_OPTIONS,
      ...initialOption(WISH_OPTIONS, draft.wish),
    }),
    input(BLOCK.urgent, '緊急度', checkbox('至急', 'urgent', draft.urgent)),
    ...surchargeInput(draft, data),
  ];
}

function addresseeInputs(draft: EntryDraft, card: ClientCard | null): types.KnownBlock[] {
  const heard = (label: string) =>
    input(BLOCK.addresseeName, label, textInput(draft.addresseeName, { limit: FIELD_LIMITS.addressee }));
  if (card === null || card.roster.length === 0) return [heard('お名指し')];
  const chosen = card.roster.find((member) => member.id === addresseeOf(draft));
  const initial = chosen === undefined ? {} : { initial_option: memberOption(chosen) };
  const element: types.InputBlock['element'] =
    card.roster.length > LISTED_AT_MOST
      ? {
          type: 'external_select',
          action_id: ACTION.addressee,
          min_query_length: 1,
          placeholder: plain('名前・カナで検索'),
          ...initial,
        }
      : {
          type: 'static_select',
          action_id: ACTION.addressee,
          placeholder: plain('名簿から選択'),
          ...rosterOptions(card.roster),
          ...initial,
        };
  return [input(addresseeBlock(card.id), 'お名指し(名簿)', element), heard('お名指し(名簿にない方)')];
}

function numberInputs(draft: EntryDraft): types.KnownBlock[] {
  return [
    input(
      BLOCK.numberState,
      '番号の状態',
      {
        type: 'static_select',
        action_id: VALUE,
        options: NUMBER_STATE_OPTIONS,
        ...initialOption(NUMBER_STATE_OPTIONS, draft.numberState ?? 'given'),
      },
      { required: true },
    ),
    input(
      BLOCK.number,
      '電話番号',
      textInput(draft.number, { limit: FIELD_LIMITS.number, placeholder: '例: 03-5550-0123' }),
    ),
    input(BLOCK.numberConfirmed, '番号の確認', checkbox('復唱確認済', 'confirmed', draft.numberConfirmed)),
  ];
}

function surchargeInput(draft: EntryDraft, data: Pick<FormData, 'surcharges'>): types.KnownBlock[] {
  const options = data.surcharges
    .slice(0, OPTIONS_AT_MOST)
    .map((reason) => option(`${reason.label} ${reason.amountYen.toLocaleString('ja-JP')}円`, reason.code));
  if (options.length === 0) return [];
  return [
    input(BLOCK.surcharge, '割増料金の理由', {
      type: 'static_select',
      action_id: VALUE,
      placeholder: plain('割増なし'),
      options,
      ...initialOption(options, draft.surcharge),
    }),
  ];
}

/** When the call was. */
export function timeInput(draft: EntryDraft, now: Date): types.InputBlock {
  return input(
    BLOCK.occurredAt,
    '受電日時',
    {
      type: 'datetimepicker',
      action_id: VALUE,
      initial_date_time: draft.occurredAt ?? Math.floor(now.getTime() / 1000),
    },
    { required: true },
  );
}

function context(text: string): types.ContextBlock {
  return { type: 'context', elements: [plain(text)] };
}

function divider(): types.DividerBlock {
  return { type: 'divider' };
}
