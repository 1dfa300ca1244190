import { optionListProblems } from './composition.ts';
import { interactionBase, type PersonDeps } from './interaction.ts';
import { asList, asObject, asText, isObject, type JsonObject, parseJson } from './json.ts';
import { type Submission, settle } from './submission.ts';
import type { AppAnswer, SentRequest } from './transport.ts';
import { type Field, fieldsOf, heldBack, optionsOf, type ViewValues, valueProperty } from './view-state.ts';
import { type OpenView, viewJson } from './views.ts';
import type { SlackUser } from './workspace.ts';

/** An option as a person sees it. */
export interface Offered {
  readonly text: string;
  readonly value: string;
}

/**
 * A modal in front of a person. A field is named by its block id, its action id, or its label as written (a
 * unique part of it is enough); naming one that is not there throws with the list of those that are.
 */
export interface OpenModal {
  readonly rootViewId: string;
  /** The view on top, as Slack would send it. Throws when the modal is closed. */
  view(): JsonObject;
  viewId(): string;
  title(): string;
  isOpen(): boolean;
  /** How often the app has changed the view on top. */
  updates(): number;
  fields(): readonly Field[];
  has(field: string): boolean;
  /** Everything that can be read in it: labels, hints and texts, one a line. */
  text(): string;
  /** The field's value: typed text, a chosen option's value, a list of them, a date; null when empty. */
  value(field: string): unknown;
  values(): ViewValues;
  /** Types into a text field. */
  fill(field: string, text: string): Promise<void>;
  /** Presses Enter in a text field, which tells the app where the field asks for it. */
  enter(field: string): Promise<AppAnswer | undefined>;
  /** Chooses an option of a select or a radio group, by what is written on it or by its value; null clears it. */
  choose(field: string, option: string | null): Promise<void>;
  /** Types into a search field and gives what the app offers. */
  search(field: string, typed: string): Promise<readonly Offered[]>;
  /** Types, then takes the offered option that carries `option` (the first one when left out). */
  pick(field: string, typed: string, option?: string): Promise<Offered>;
  /** Ticks exactly these boxes. */
  check(field: string, ...options: readonly string[]): Promise<void>;
  /** Sets a date-and-time field. */
  setTime(field: string, at: Date): Promise<void>;
  /** Chooses a day (`YYYY-MM-DD`) in a date field; null clears it. */
  setDate(field: string, day: string | null): Promise<void>;
  /** Presses a button, named by action id or by what is written on it. */
  press(button: string): Promise<AppAnswer>;
  submit(o?: { readonly evenIfHeldBack?: boolean }): Promise<Submission>;
  /** Presses the close button of the view on top; tells the app where the view asks for it. */
  close(): Promise<AppAnswer | undefined>;
  /** Waits until `look` finds something, looking again after every change of a view. Throws after `timeoutMs`. */
  until<T>(look: (modal: OpenModal) => T | undefined | false, timeoutMs?: number): Promise<T>;
  /** The last request this modal sent. */
  lastRequest(): SentRequest | undefined;
}

export function createOpenModal(deps: PersonDeps, user: SlackUser, opened: OpenView): OpenModal {
  const { views, triggers, transport, workspace, changed } = deps;
  let last: SentRequest | undefined;

  const top = (): OpenView => {
    const view = views.top(opened.rootId);
    if (view === undefined) throw new Error('the modal is closed');
    return view;
  };

  function fieldNamed(name: string): Field {
    const fields = fieldsOf(top().payload);
    const byLabelPart = fields.filter((field) => field.label.includes(name));
    const found =
      fields.find((field) => field.blockId === name) ??
      fields.find((field) => field.actionId === name) ??
      fields.find((field) => field.label === name) ??
      (byLabelPart.length === 1 ? byLabelPart[0] : undefined);
    if (found !== undefined) return found;
    const known = fields.map((field) => `${field.blockId}/${field.actionId} 「${field.label}」`);
    throw new Error(`no field "${name}" in the view; there are: ${known.join(', ')}`);
  }

  async function interact(payload: JsonObject): Promise<AppAnswer> {
    const answer = await transport.interact({ ...payload, ...interactionBase(user, workspace.team) });
    last = answer.request;
    return answer;
  }

  function actionOn(view: OpenView, action: JsonObject): Promise<AppAnswer> {
    return interact({
      type: 'block_actions',
      container: { type: 'view', view_id: view.id },
      trigger_id: triggers.issue(user.id, view.id),
      view: viewJson(view),
      actions: [{ ...action, action_ts: workspace.nextTs() }],
    });
  }

  /** Sets a value and, where the element asks for it, tells the app and waits for its acknowledgement. */
  async function set(field: Field, value: unknown, tell: boolean): Promise<AppAnswer | undefined> {
    const property = valueProperty(field.type) ?? 'value';
    const view = top();
    views.setValue(view, field.blockId, field.actionId, { type: field.type, [property]: value });
    if (!tell) return undefined;
    return actionOn(view, {
      type: field.type,
      block_id: field.blockId,
      action_id: field.actionId,
      [property]: value,
    });
  }

  function optionIn(field: Field, options: readonly JsonObject[], wanted: string): JsonObject {
    const found =
      options.find((option) => labelOf(option) === wanted || option.value === wanted) ??
      options.find((option) => labelOf(option).includes(wanted));
    if (found !== undefined) return found;
    throw new Error(`"${wanted}" is not offered in 「${field.label}」: ${options.map(labelOf).join(' | ')}`);
  }

  async function suggest(field: Field, typed: string): Promise<readonly JsonObject[]> {
    const view = top();
    const shortest = typeof field.element.min_query_length === 'number' ? field.element.min_query_length : 3;
    if ([...typed].length < shortest) return [];
    const answer = await interact({
      type: 'block_suggestion',
      container: { type: 'view', view_id: view.id },
      view: viewJson(view),
      block_id: field.blockId,
      action_id: field.actionId,
      value: typed,
    });
    if (answer.type !== 'answered' || answer.status >= 300)
      throw new Error(`no suggestions: ${describe(answer)}`);
    const body = asObject(parseJson(answer.body));
    const problems = optionListProblems(body, 100, '');
    if (!(Array.isArray(body.options) || Array.isArray(body.option_groups)))
      throw new Error('no options in the answer');
    const serious = problems.filter((problem) => !problem.message.startsWith('no less than'));
    if (serious.length > 0)
      throw new Error(`Slack refuses the options: ${serious[0]?.message} at ${serious[0]?.at}`);
    return optionsOf(body);
  }

  const modal: OpenModal = {
    rootViewId: opened.rootId,
    view: () => viewJson(top()),
    viewId: () => top().id,
    title: () => asText(asObject(top().payload.title).text),
    isOpen: () => views.top(opened.rootId) !== undefined,
    updates: () => top().updates,
    fields: () => fieldsOf(top().payload),
    has(name) {
      try {
        fieldNamed(name);
        return true;
      } catch {
        return false;
      }
    },
    text: () => textsIn(top().payload.blocks).join('\n'),
    value(name) {
      const field = fieldNamed(name);
      const value = top().values[field.blockId]?.[field.actionId]?.[valueProperty(field.type) ?? 'value'];
      if (Array.isArray(value)) return value.map((option) => asObject(option).value);
      return isObject(value) ? value.value : value;
    },
    values: () => top().values,
    async fill(name, text) {
      const field = fieldNamed(name);
      const config = asObject(field.element.dispatch_action_config);
      const asTyped =
        Array.isArray(config.trigger_actions_on) &&
        config.trigger_actions_on.includes('on_character_entered');
      await set(field, text === '' ? null : text, field.dispatches && asTyped);
    },
    async enter(name) {
      const field = fieldNamed(name);
      const config = asObject(field.element.dispatch_action_config);
      const onEnter =
        !Array.isArray(config.trigger_actions_on) || config.trigger_actions_on.includes('on_enter_pressed');
      const state = top().values[field.blockId]?.[field.actionId];
      return set(field, state?.value ?? null, field.dispatches && onEnter);
    },
    async choose(name, option) {
      const field = fieldNamed(name);
      const chosen = option === null ? null : optionIn(field, optionsOf(field.element), option);
      await set(field, chosen, field.dispatches);
    },
    search: async (name, typed) => (await suggest(fieldNamed(name), typed)).map(offered),
    async pick(name, typed, option) {
      const field = fieldNamed(name);
      const options = await suggest(field, typed);
      const chosen = option === undefined ? options[0] : optionIn(field, options, option);
      if (chosen === undefined) throw new Error(`nothing is offered for "${typed}"`);
      await set(field, chosen, field.dispatches);
      return offered(chosen);
    },
    async check(name, ...wanted) {
      const field = fieldNamed(name);
      const options = optionsOf(field.element);
      await set(
        field,
        wanted.map((option) => optionIn(field, options, option)),
        field.dispatches,
      );
    },
    async setTime(name, at) {
      const field = fieldNamed(name);
      await set(field, Math.floor(at.getTime() / 1000), field.dispatches);
    },
    async setDate(name, day) {
      const field = fieldNamed(name);
      await set(field, day, field.dispatches);
    },
    async press(name) {
      const view = top();
      for (const block of asList(view.payload.blocks)) {
        const elements = block.type === 'actions' ? asList(block.elements) : asList([block.accessory]);
        const button = elements.find(
          (element) => element.type === 'button' && (element.action_id === name || labelOf(element) === name),
        );
        if (button === undefined) continue;
        const { text, value, action_id: actionId } = button;
        return actionOn(view, { type: 'button', block_id: block.block_id, action_id: actionId, text, value });
      }
      throw new Error(`no button "${name}" in the view`);
    },
    async submit(o = {}) {
      const view = top();
      const errors = heldBack(view.payload, view.values);
      if (Object.keys(errors).length > 0 && !o.evenIfHeldBack) return { type: 'held_back', errors };
      const answer = await interact({
        type: 'view_submission',
        trigger_id: triggers.issue(user.id, view.id),
        view: viewJson(view),
        response_urls: [],
      });
      return settle(views, view, answer);
    },
    async close() {
      const view = top();
      const told = view.payload.notify_on_close === true;
      const payload = { type: 'view_closed', view: viewJson(view), is_cleared: false };
      views.close(view, false);
      return told ? interact(payload) : undefined;
    },
    async until(look, timeoutMs = 5_000) {
      const found = await changed.until(() => {
        const seen = look(modal);
        return seen === false || seen === undefined ? undefined : { seen };
      }, timeoutMs);
      if (found === undefined) throw new Error('the view did not change as expected');
      return found.seen;
    },
    lastRequest: () => last,
  };
  return modal;
}

export const labelOf = (option: JsonObject): string => asText(asObject(option.text).text);
const offered = (option: JsonObject): Offered => ({ text: labelOf(option), value: asText(option.value) });

function describe(answer: AppAnswer): string {
  return answer.type === 'answered' ? `status ${answer.status}` : answer.type;
}

/** Every text a reader finds in the blocks, in order. */
export function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!isObject(value)) return [];
  if ((value.type === 'plain_text' || value.type === 'mrkdwn') && typeof value.text === 'string')
    return [value.text];
  return Object.values(value).flatMap(textsIn);
}
