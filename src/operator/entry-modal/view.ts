import type { types } from '@slack/bolt';
import type { ClientCard } from '../../clients/directory.ts';
import { FIELD_LIMITS, WISH_LABELS, WISHES } from '../../domain/call.ts';
import { plainSection } from '../plain-message.ts';
import { ruleInWords, SALES_REFUSAL } from '../wording.ts';
import { ACTION, addresseeBlock, BLOCK, blockInRound, ENTRY_FORM, VALUE } from './block-ids.ts';
import { addresseeOf, type EntryDraft } from './draft.ts';
import {
  checkbox,
  clip,
  context,
  divider,
  initialOption,
  input,
  OPTIONS_AT_MOST,
  option,
  plain,
  textInput,
} from './elements.ts';
import { type FormData, NO_SIGHTS, type Sights } from './form-data.ts';
import { clientBlocks, recentBlocks, refusalBlocks } from './head-blocks.ts';
import { type NumberLookup, numberBlocks } from './number-blocks.ts';
import { LISTED_AT_MOST, memberOption, rosterOptions } from './roster-options.ts';

const TITLE_LIMIT = 24;

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
  o: {
    readonly note?: string;
    readonly sights?: Sights;
    /** Asked before recording, below the note. */
    readonly questions?: readonly types.KnownBlock[];
  } = {},
): types.ModalView {
  const { card } = data;
  const { known, recent, cases } = o.sights ?? NO_SIGHTS;
  const ended = card?.status === 'ended';
  const short = isShort(data);
  return {
    type: 'modal',
    callback_id: ENTRY_FORM,
    title: plain(titleOf(card)),
    submit: plain('登録'),
    close: plain('閉じる'),
    blocks: [
      ...(o.note === undefined ? [] : [plainSection(o.note), divider()]),
      ...(o.questions === undefined ? [] : [...o.questions, divider()]),
      ...(card === null ? recentBlocks(recent) : clientBlocks(card, cases, now)),
      ...(ended || short ? [] : refusalBlocks(data, { mayPress: card !== null && draft.kind === null })),
      clientInput(draft, card),
      ...(ended
        ? []
        : [
            kindInput(draft, data),
            ...(data.rule === null ? [] : [context(ruleInWords(data.rule))]),
            ...(short ? shortBlocks(draft) : reportedBlocks(draft, data, { known })),
            timeInput(draft, now),
          ]),
    ],
  };
}

/** The client's code above all: a long one takes the whole title. */
function titleOf(card: ClientCard | null): string {
  if (card === null) return '受電登録';
  const title = `受電登録 ${card.code}`;
  return title.length <= TITLE_LIMIT ? title : clip(card.code, TITLE_LIMIT);
}

function clientInput(draft: EntryDraft, card: ClientCard | null): types.InputBlock {
  return input(
    blockInRound(BLOCK.client, draft.renewed),
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
  lookup: NumberLookup | null = null,
): types.KnownBlock[] {
  const names = (field: 'company' | 'name' | 'kana', label: string) =>
    input(
      blockInRound(BLOCK[field], draft.renewed),
      label,
      textInput(draft[field], { limit: FIELD_LIMITS[field] }),
    );
  return [
    // The number stands on the phone before a word is said, and may bring the names with it.
    ...numberBlocks(draft, lookup),
    names('company', 'お相手の会社'),
    names('name', 'お相手のお名前'),
    names('kana', 'お名前のカナ'),
    ...addresseeInputs(draft, data.card),
    input(
      BLOCK.message,
      'ご用件',
      textInput(draft.message, { limit: FIELD_LIMITS.message, multiline: true }),
    ),
    input(
      BLOCK.quote,
      'ご発言(お言葉どおり)',
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
