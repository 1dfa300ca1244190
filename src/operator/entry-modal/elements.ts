import type { types } from '@slack/bolt';
import { plainSection } from '../plain-message.ts';
import { VALUE } from './block-ids.ts';

/*
 * Slack's building blocks as this form uses them: labels and options are plain text throughout, so that no
 * client's name or note becomes markup (P6).
 */

/** Slack's limit for an option's text. */
export const OPTION_TEXT_LIMIT = 75;
/** Slack's limit for the options of a menu, and for those of a group. */
export const OPTIONS_AT_MOST = 100;
const LABEL_LIMIT = 2000;

export type Option = types.PlainTextOption;

export function plain(text: string): types.PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}

/** Shortens a label (never what somebody entered) to what Slack shows, without splitting a character. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let kept = '';
  for (const sign of text) {
    if (kept.length + sign.length > limit - 1) break;
    kept += sign;
  }
  return `${kept}…`;
}

export function option(text: string, value: string): Option {
  return { text: plain(clip(text, OPTION_TEXT_LIMIT)), value };
}

/** The option with a value, or nothing: Slack refuses a whole view whose initial option is not among its options. */
export function initialOption(
  options: readonly Option[],
  value: string | null,
): { readonly initial_option?: Option } {
  const found = options.find((candidate) => candidate.value === value);
  return found === undefined ? {} : { initial_option: found };
}

export function input(
  blockId: string,
  label: string,
  element: types.InputBlock['element'],
  o: { readonly required?: boolean; readonly dispatch?: boolean; readonly hint?: string } = {},
): types.InputBlock {
  return {
    type: 'input',
    block_id: blockId,
    label: plain(clip(label, LABEL_LIMIT)),
    element,
    optional: o.required !== true,
    ...(o.dispatch === true && { dispatch_action: true }),
    ...(o.hint !== undefined && { hint: plain(o.hint) }),
  };
}

export function textInput(
  initial: string | null,
  o: { readonly limit: number; readonly multiline?: boolean; readonly placeholder?: string },
): types.PlainTextInput {
  return {
    type: 'plain_text_input',
    action_id: VALUE,
    max_length: o.limit,
    multiline: o.multiline === true,
    // What was typed comes back whole; text beyond the limit could only make Slack refuse the view.
    ...(initial !== null && initial.length <= o.limit && { initial_value: initial }),
    ...(o.placeholder !== undefined && { placeholder: plain(o.placeholder) }),
  };
}

export function checkbox(label: string, value: string, checked: boolean): types.Checkboxes {
  const only = option(label, value);
  return {
    type: 'checkboxes',
    action_id: VALUE,
    options: [only],
    ...(checked && { initial_options: [only] }),
  };
}

/** Slack's limit for the text of a section. */
const SECTION_LIMIT = 3000;
const CONTEXT_LIMIT = 2000;

/** A section, its text shortened to what Slack shows: for what we say, never for what somebody entered. */
export function clipped(text: string): ReturnType<typeof plainSection> {
  return plainSection(clip(text, SECTION_LIMIT));
}

export function context(text: string): types.ContextBlock {
  return { type: 'context', elements: [plain(clip(text, CONTEXT_LIMIT))] };
}

export function divider(): types.DividerBlock {
  return { type: 'divider' };
}

export function button(text: string, actionId: string, value: string): types.Button {
  return { type: 'button', action_id: actionId, text: plain(clip(text, OPTION_TEXT_LIMIT)), value };
}
