import { asList, asObject, asText, isObject, type JsonObject } from './json.ts';

/** `values[block_id][action_id]`, what people have typed and chosen so far. */
export type ViewValues = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** One element of a view that holds a value. */
export interface Field {
  readonly blockId: string;
  readonly actionId: string;
  readonly element: JsonObject;
  readonly type: string;
  /** The input block's label, or the text of the section it stands beside. */
  readonly label: string;
  /** True in an input block that is not optional. */
  readonly required: boolean;
  /** Whether choosing or typing tells the app at once (`block_actions`). */
  readonly dispatches: boolean;
}

/** For each stateful element: the property its value has in the state, and the one its initial value comes from. */
const VALUE_OF: Readonly<Record<string, { readonly value: string; readonly initial: string }>> = {
  plain_text_input: { value: 'value', initial: 'initial_value' },
  email_text_input: { value: 'value', initial: 'initial_value' },
  url_text_input: { value: 'value', initial: 'initial_value' },
  number_input: { value: 'value', initial: 'initial_value' },
  static_select: { value: 'selected_option', initial: 'initial_option' },
  external_select: { value: 'selected_option', initial: 'initial_option' },
  radio_buttons: { value: 'selected_option', initial: 'initial_option' },
  multi_static_select: { value: 'selected_options', initial: 'initial_options' },
  multi_external_select: { value: 'selected_options', initial: 'initial_options' },
  checkboxes: { value: 'selected_options', initial: 'initial_options' },
  users_select: { value: 'selected_user', initial: 'initial_user' },
  channels_select: { value: 'selected_channel', initial: 'initial_channel' },
  conversations_select: { value: 'selected_conversation', initial: 'initial_conversation' },
  datepicker: { value: 'selected_date', initial: 'initial_date' },
  timepicker: { value: 'selected_time', initial: 'initial_time' },
  datetimepicker: { value: 'selected_date_time', initial: 'initial_date_time' },
};

const LISTS = ['multi_static_select', 'multi_external_select', 'checkboxes'];

/** The property a type's value has in the state; undefined for elements without one, such as buttons. */
export function valueProperty(type: string): string | undefined {
  return VALUE_OF[type]?.value;
}

/** Every element of the view that holds a value, in order. */
export function fieldsOf(view: JsonObject): readonly Field[] {
  return asList(view.blocks).flatMap((block): Field[] => {
    const inInput = block.type === 'input';
    const elements = inInput
      ? [asObject(block.element)]
      : block.type === 'section'
        ? [asObject(block.accessory)]
        : block.type === 'actions'
          ? asList(block.elements)
          : [];
    const label = asText(asObject(inInput ? block.label : block.text).text);
    return elements
      .filter((element) => VALUE_OF[asText(element.type)] !== undefined)
      .map((element) => ({
        blockId: asText(block.block_id),
        actionId: asText(element.action_id),
        element,
        type: asText(element.type),
        label,
        required: inInput && block.optional !== true,
        dispatches: !inInput || block.dispatch_action === true,
      }));
  });
}

function initialOf(field: Field): JsonObject {
  const names = VALUE_OF[field.type];
  if (names === undefined) return { type: field.type };
  const empty = LISTS.includes(field.type) ? [] : null;
  return { type: field.type, [names.value]: field.element[names.initial] ?? empty };
}

/**
 * The values of a view as Slack would send them. What somebody typed survives an update where block_id, action_id
 * and type stay the same; the new view's initial value counts only for an element that is new. A chosen option
 * that is no longer offered is dropped.
 */
export function valuesOf(view: JsonObject, before: ViewValues = {}): ViewValues {
  const values: Record<string, Record<string, JsonObject>> = {};
  for (const field of fieldsOf(view)) {
    const kept = before[field.blockId]?.[field.actionId];
    const keeps = kept !== undefined && kept.type === field.type && stillOffered(field, kept);
    const block = values[field.blockId] ?? {};
    block[field.actionId] = keeps ? kept : initialOf(field);
    values[field.blockId] = block;
  }
  return values;
}

/** The options of a select, radio group or checkboxes, groups flattened. */
export function optionsOf(holder: JsonObject): readonly JsonObject[] {
  return [
    ...asList(holder.options),
    ...asList(holder.option_groups).flatMap((group) => asList(group.options)),
  ];
}

function stillOffered(field: Field, kept: JsonObject): boolean {
  if (field.element.options === undefined && field.element.option_groups === undefined) return true;
  const offered = new Set(optionsOf(field.element).map((option) => option.value));
  const chosen = isObject(kept.selected_option) ? [kept.selected_option] : asList(kept.selected_options);
  return chosen.every((option) => offered.has(option.value));
}

/** What Slack itself holds back before it sends a submission: empty required fields, too short or long text. */
export function heldBack(view: JsonObject, values: ViewValues): Readonly<Record<string, string>> {
  const problems: Record<string, string> = {};
  for (const field of fieldsOf(view)) {
    const state = values[field.blockId]?.[field.actionId];
    const value = state?.[valueProperty(field.type) ?? ''];
    const empty =
      value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    if (empty) {
      if (field.required) problems[field.blockId] = 'この項目は必須です。';
      continue;
    }
    if (typeof value !== 'string') continue;
    const { max_length: max, min_length: min } = field.element;
    if (typeof max === 'number' && value.length > max)
      problems[field.blockId] = `${max} 文字以内で入力してください。`;
    if (typeof min === 'number' && value.length < min)
      problems[field.blockId] = `${min} 文字以上で入力してください。`;
    if (field.type === 'plain_text_input' && value.length > 3000) {
      problems[field.blockId] = '3000 文字以内で入力してください。';
    }
  }
  return problems;
}
