import type { types } from '@slack/bolt';
import { BURDENS, type Burden } from '../../followup/cases/operator-notes.ts';
import { isUuid, VALUE } from '../entry-modal/block-ids.ts';
import { input, option, plain, textInput } from '../entry-modal/elements.ts';
import type { ViewValues } from '../entry-modal/read-state.ts';
import { plainSection } from '../plain-message.ts';

/*
 * What an operator may leave about a hard call, under the bot's message about it: that they ended it, and how hard it
 * was. Nothing of it ever reaches a client.
 */

/** `action_id`s of the buttons; `value` is the call's id. */
export const HARDSHIP_ACTION = {
  hungUp: 'call_hung_up',
  burden: 'call_burden',
  move: 'call_move_case',
} as const;
export const BURDEN_FORM = 'call_burden_form';
export const BURDEN_BLOCK = { burden: 'burden', note: 'note' } as const;
/** The longest note of their own, in UTF-16 code units. */
export const BURDEN_NOTE_LIMIT = 1000;

const BURDEN_LABELS: Readonly<Record<Burden, string>> = {
  1: '1 ほとんど気にならない',
  2: '2 少しきつい',
  3: '3 きつい',
  4: '4 かなりきつい',
  5: '5 とてもきつい(助けがほしい)',
};
const OPTIONS = BURDENS.map((burden) => option(BURDEN_LABELS[burden], String(burden)));

export const NEVER_SHOWN =
  'ここに書いたことは、顧客には一切表示されません。ご自身の記録として残り、管理者だけが案件のカードで見ます。';

/** [切電した] [きつさを残す] [別の案件へ移す] of one call. */
export function hardshipButtons(callId: string): Readonly<Record<string, unknown>> {
  const button = (actionId: string, text: string) => ({
    type: 'button',
    action_id: actionId,
    text: plain(text),
    value: callId,
  });
  return {
    type: 'actions',
    block_id: `hardship.${callId}`,
    elements: [
      button(HARDSHIP_ACTION.hungUp, '切電した'),
      button(HARDSHIP_ACTION.burden, 'きつさを残す'),
      button(HARDSHIP_ACTION.move, '別の案件へ移す'),
    ],
  };
}

export function burdenView(callId: string): types.ModalView {
  return {
    type: 'modal',
    callback_id: BURDEN_FORM,
    private_metadata: callId,
    title: plain('きつさを残す'),
    submit: plain('残す'),
    close: plain('閉じる'),
    blocks: [
      plainSection(NEVER_SHOWN),
      input(
        BURDEN_BLOCK.burden,
        'どのくらいきつい電話でしたか',
        { type: 'radio_buttons', action_id: VALUE, options: OPTIONS },
        { required: true },
      ),
      input(
        BURDEN_BLOCK.note,
        '自分のメモ(顧客には表示されません)',
        textInput(null, { limit: BURDEN_NOTE_LIMIT, multiline: true }),
      ),
    ],
  };
}

/** What a submitted form says; undefined when it is not one of ours. */
export function readBurden(
  metadata: unknown,
  values: ViewValues,
): { readonly callId: string; readonly burden: Burden; readonly note: string | null } | undefined {
  const chosen = values[BURDEN_BLOCK.burden]?.[VALUE]?.selected_option;
  const value = typeof chosen === 'object' && chosen !== null && 'value' in chosen ? chosen.value : null;
  const burden = BURDENS.find((candidate) => String(candidate) === value);
  if (typeof metadata !== 'string' || !isUuid(metadata) || burden === undefined) return undefined;
  const note = values[BURDEN_BLOCK.note]?.[VALUE]?.value;
  return {
    callId: metadata,
    burden,
    note: typeof note === 'string' && note.trim() !== '' ? note.slice(0, BURDEN_NOTE_LIMIT) : null,
  };
}
