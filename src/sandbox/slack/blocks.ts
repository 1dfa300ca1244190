import {
  checkConfirm,
  checkEach,
  checkLength,
  checkProperties,
  checkRequired,
  checkText,
  optionListProblems,
  optionProblems,
  type Say,
} from './composition.ts';
import { asList, asObject, isObject, type JsonObject } from './json.ts';

/**
 * Block Kit's documented limits. A problem reads as Slack words it:
 * `[ERROR] must be less than 76 characters [json-pointer:/view/blocks/0/…]`.
 */
export type Surface = 'message' | 'modal' | 'home';

const BLOCK_LIMIT: Readonly<Record<Surface, number>> = { message: 50, modal: 100, home: 100 };

const BLOCK_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  section: ['text', 'fields', 'accessory', 'expand'],
  divider: [],
  header: ['text', 'level'],
  context: ['elements'],
  actions: ['elements'],
  image: ['image_url', 'slack_file', 'alt_text', 'title'],
  input: ['label', 'element', 'hint', 'optional', 'dispatch_action'],
  rich_text: ['elements'],
};

const SELECT = ['placeholder', 'confirm', 'focus_on_load'];
const ELEMENT_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  button: ['text', 'url', 'value', 'style', 'confirm', 'accessibility_label'],
  overflow: ['options', 'confirm'],
  static_select: [...SELECT, 'options', 'option_groups', 'initial_option'],
  external_select: [...SELECT, 'initial_option', 'min_query_length'],
  users_select: [...SELECT, 'initial_user'],
  channels_select: [...SELECT, 'initial_channel', 'response_url_enabled'],
  conversations_select: [
    ...SELECT,
    'initial_conversation',
    'default_to_current_conversation',
    'response_url_enabled',
    'filter',
  ],
  multi_static_select: [...SELECT, 'options', 'option_groups', 'initial_options', 'max_selected_items'],
  multi_external_select: [...SELECT, 'initial_options', 'min_query_length', 'max_selected_items'],
  radio_buttons: ['options', 'initial_option', 'confirm', 'focus_on_load'],
  checkboxes: ['options', 'initial_options', 'confirm', 'focus_on_load'],
  datepicker: [...SELECT, 'initial_date'],
  timepicker: [...SELECT, 'initial_time', 'timezone'],
  datetimepicker: ['initial_date_time', 'confirm', 'focus_on_load'],
  plain_text_input: [
    'initial_value',
    'multiline',
    'min_length',
    'max_length',
    'dispatch_action_config',
    'focus_on_load',
    'placeholder',
  ],
  email_text_input: ['initial_value', 'dispatch_action_config', 'focus_on_load', 'placeholder'],
  url_text_input: ['initial_value', 'dispatch_action_config', 'focus_on_load', 'placeholder'],
  number_input: [
    'is_decimal_allowed',
    'initial_value',
    'min_value',
    'max_value',
    'dispatch_action_config',
    'focus_on_load',
    'placeholder',
  ],
};

const INPUT_ONLY = ['plain_text_input', 'email_text_input', 'url_text_input', 'number_input'];
const NOT_IN = {
  section: [...INPUT_ONLY, 'datetimepicker'],
  actions: [...INPUT_ONLY, 'multi_static_select', 'multi_external_select'],
  input: ['button', 'overflow'],
} as const;

/** All that is wrong with a list of blocks; empty when Slack would take it. `at` is its JSON pointer. */
export function checkBlocks(blocks: unknown, surface: Surface, at: string): readonly string[] {
  const problems: string[] = [];
  const say = (pointer: string, message: string) => {
    problems.push(`[ERROR] ${message} [json-pointer:${pointer}]`);
  };
  if (!Array.isArray(blocks)) {
    say(at, 'must be an array');
    return problems;
  }
  if (blocks.length > BLOCK_LIMIT[surface]) say(at, `no more than ${BLOCK_LIMIT[surface]} items allowed`);
  const blockIds = new Set<string>();
  for (const [index, block] of blocks.entries()) {
    const pointer = `${at}/${index}`;
    if (!isObject(block)) {
      say(pointer, 'must be an object');
      continue;
    }
    checkBlock(block, pointer, say);
    const id = block.block_id;
    if (typeof id === 'string') {
      if (blockIds.has(id)) say(`${pointer}/block_id`, `block_id already exists: ${id}`);
      blockIds.add(id);
    }
  }
  return problems;
}

function checkBlock(block: JsonObject, at: string, say: Say): void {
  const type = String(block.type);
  const known = BLOCK_PROPERTIES[type];
  if (known === undefined) {
    say(`${at}/type`, `unsupported type: ${type}`);
    return;
  }
  checkProperties(block, ['type', 'block_id', ...known], at, say);
  checkLength(block.block_id, 255, `${at}/block_id`, say);
  switch (type) {
    case 'section':
      if (block.text === undefined && block.fields === undefined)
        say(at, 'must define either `fields` or `text`');
      if (block.text !== undefined) checkText(block.text, { max: 3000 }, `${at}/text`, say);
      checkEach(block.fields, 10, `${at}/fields`, say, (field, pointer) =>
        checkText(field, { max: 2000 }, pointer, say),
      );
      if (block.accessory !== undefined) checkElement(block.accessory, 'section', `${at}/accessory`, say);
      return;
    case 'header':
      checkText(block.text, { max: 150, plain: true }, `${at}/text`, say);
      return;
    case 'context':
      checkRequired(block, ['elements'], at, say);
      checkEach(block.elements, 10, `${at}/elements`, say, (element, pointer) => {
        if (asObject(element).type === 'image') return;
        checkText(element, { max: 3000 }, pointer, say);
      });
      return;
    case 'actions':
      checkRequired(block, ['elements'], at, say);
      checkEach(block.elements, 25, `${at}/elements`, say, (element, pointer) =>
        checkElement(element, 'actions', pointer, say),
      );
      return;
    case 'image':
      checkRequired(block, ['alt_text'], at, say);
      checkLength(block.alt_text, 2000, `${at}/alt_text`, say);
      return;
    case 'input':
      checkText(block.label, { max: 2000, plain: true }, `${at}/label`, say);
      if (block.hint !== undefined) checkText(block.hint, { max: 2000, plain: true }, `${at}/hint`, say);
      checkElement(block.element, 'input', `${at}/element`, say);
      return;
    default:
      return;
  }
}

function checkElement(element: unknown, place: keyof typeof NOT_IN, at: string, say: Say): void {
  if (!isObject(element)) {
    say(at, 'must be an object');
    return;
  }
  const type = String(element.type);
  if (type === 'image' && place === 'section') return;
  const known = ELEMENT_PROPERTIES[type];
  if (known === undefined || (NOT_IN[place] as readonly string[]).includes(type)) {
    say(`${at}/type`, `unsupported type: ${type}`);
    return;
  }
  checkProperties(element, ['type', 'action_id', ...known], at, say);
  checkLength(element.action_id, 255, `${at}/action_id`, say);
  if (element.placeholder !== undefined) {
    checkText(element.placeholder, { max: 150, plain: true }, `${at}/placeholder`, say);
  }
  if (element.confirm !== undefined) checkConfirm(element.confirm, `${at}/confirm`, say);
  switch (type) {
    case 'button':
      checkText(element.text, { max: 75, plain: true }, `${at}/text`, say);
      checkLength(element.value, 2000, `${at}/value`, say);
      checkLength(element.url, 3000, `${at}/url`, say);
      if (element.style !== undefined && element.style !== 'primary' && element.style !== 'danger') {
        say(`${at}/style`, 'must be one of primary, danger');
      }
      return;
    case 'plain_text_input': {
      const max = typeof element.max_length === 'number' ? element.max_length : 3000;
      if (max < 1 || max > 3000) say(`${at}/max_length`, 'must be between 1 and 3000');
      checkLength(element.initial_value, max, `${at}/initial_value`, say);
      return;
    }
    case 'datetimepicker':
      if (element.initial_date_time !== undefined && !/^\d{10}$/.test(String(element.initial_date_time))) {
        say(`${at}/initial_date_time`, 'must be a UNIX timestamp of 10 digits');
      }
      return;
    case 'external_select':
    case 'multi_external_select':
      checkInitial(element, undefined, at, say);
      return;
    case 'static_select':
    case 'multi_static_select':
    case 'radio_buttons':
    case 'checkboxes':
    case 'overflow':
      checkOptions(element, type, at, say);
      return;
    default:
      return;
  }
}

function checkOptions(element: JsonObject, type: string, at: string, say: Say): void {
  const limit = type === 'radio_buttons' || type === 'checkboxes' ? 10 : type === 'overflow' ? 5 : 100;
  if (element.options === undefined && element.option_groups === undefined) {
    say(at, 'must define either `options` or `option_groups`');
    return;
  }
  const options: JsonObject[] = [...asList(element.options)];
  for (const problem of optionListProblems(element, limit, at)) say(problem.at, problem.message);
  for (const group of asList(element.option_groups)) options.push(...asList(group.options));
  checkInitial(element, options, at, say);
}

/** Initial options are options too, and must be among the offered ones. */
function checkInitial(
  element: JsonObject,
  options: readonly JsonObject[] | undefined,
  at: string,
  say: Say,
): void {
  const initial = [
    ...(element.initial_option === undefined ? [] : [asObject(element.initial_option)]),
    ...asList(element.initial_options),
  ];
  for (const option of initial) {
    for (const problem of optionProblems(option, `${at}/initial_option`)) say(problem.at, problem.message);
    if (options !== undefined && !options.some((offered) => offered.value === option.value)) {
      say(`${at}/initial_option`, 'initial option must be one of the options');
    }
  }
  if (Array.isArray(element.initial_options) && element.initial_options.length === 0) {
    say(`${at}/initial_options`, 'no less than 1 items allowed');
  }
}

/** The characters of every text in the blocks; above about 13,200 Slack answers `msg_blocks_too_long`. */
export function textLength(blocks: unknown): number {
  if (Array.isArray(blocks)) return blocks.reduce<number>((sum, item) => sum + textLength(item), 0);
  if (!isObject(blocks)) return 0;
  let sum = 0;
  for (const [name, value] of Object.entries(blocks)) {
    sum += name === 'text' && typeof value === 'string' ? value.length : textLength(value);
  }
  return sum;
}
