import type { types } from '@slack/bolt';
import { formatCallTime } from '../../domain/calendar.ts';
import { FIELD_LIMITS, NUMBER_STATE_LABELS } from '../../domain/call.ts';
import type { KnownNumber } from '../../intake/known-number.ts';
import { ACTION, BLOCK, VALUE } from './block-ids.ts';
import type { EntryDraft } from './draft.ts';
import { checkbox, clipped, initialOption, input, option, textInput } from './elements.ts';

const STATES = [
  option('番号あり', 'given'),
  ...(['withheld', 'payphone', 'out_of_area'] as const).map((state) =>
    option(NUMBER_STATE_LABELS[state], state),
  ),
  option('不明', 'unknown'),
];

/** A form that looks the number up while it is typed; `known` is what it found so far. */
export interface NumberLookup {
  readonly known: KnownNumber | null;
}

/** The caller's number, and what is known of it as soon as it is complete. */
export function numberBlocks(draft: EntryDraft, lookup: NumberLookup | null): types.KnownBlock[] {
  const known = lookup?.known ?? null;
  const number: types.PlainTextInput = {
    ...textInput(draft.number, { limit: FIELD_LIMITS.number, placeholder: '例: 03-5550-0123' }),
    action_id: ACTION.number,
    ...(lookup && {
      dispatch_action_config: { trigger_actions_on: ['on_character_entered', 'on_enter_pressed'] },
    }),
  };
  return [
    input(BLOCK.number, '電話番号', number, { dispatch: lookup !== null }),
    ...(known === null ? [] : [clipped(knownInWords(known))]),
    input(
      BLOCK.numberState,
      '番号の状態',
      {
        type: 'static_select',
        action_id: VALUE,
        options: STATES,
        ...initialOption(STATES, draft.numberState ?? 'given'),
      },
      { required: true },
    ),
    input(BLOCK.numberConfirmed, '番号の確認', checkbox('復唱確認済', 'confirmed', draft.numberConfirmed)),
  ];
}

function knownInWords(known: KnownNumber): string {
  if (known.own) {
    return `${known.display} は、この顧客の番号または転送元の番号です。お相手の番号は別にお聞きください。`;
  }
  if (known.calls.length === 0) return `${known.display} この顧客へは初めての番号です。`;
  return [
    `${known.display} この顧客へのこれまでの受電(新しい順・5件まで):`,
    ...known.calls.map(
      (call) => `・${formatCallTime(call.occurredAt)} ${call.kindLabel} ${call.receiptNumber}`,
    ),
  ].join('\n');
}
