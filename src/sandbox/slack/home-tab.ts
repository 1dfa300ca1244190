import { interactionBase, type PersonDeps } from './interaction.ts';
import { asList, asObject, asText, type JsonObject } from './json.ts';
import { labelOf, type OpenModal, textsIn } from './open-modal.ts';
import type { AppAnswer } from './transport.ts';
import { type OpenView, viewJson } from './views.ts';
import { APP_ID, type SlackUser } from './workspace.ts';

/** What the app answered, and the modal that came of it. */
export interface HomeReply {
  readonly answer: AppAnswer;
  /** Waits for the modal this opens; undefined when none comes within Slack's trigger time. */
  modal(): Promise<OpenModal | undefined>;
}

/** The home tab of the app, as one person has it in front of them. */
export interface HomeTab {
  /** Opens the tab: Slack shows what was published last and tells the app. */
  open(o?: { readonly tab?: 'home' | 'messages' }): Promise<AppAnswer>;
  isPublished(): boolean;
  /** What is published, as Slack would send it. Throws before the first publication. */
  view(): JsonObject;
  /** Everything that can be read on it, one text a line. */
  text(): string;
  /** How often it was published after the first time. */
  updates(): number;
  /** Presses a button, named by action id or by what is written on it. Throws when there is no such one. */
  press(button: string): Promise<HomeReply>;
  /** Chooses an option of a menu, named by its action id, by what is written on the option or by its value. */
  choose(actionId: string, option: string): Promise<AppAnswer>;
  /** What is written on the chosen option of a menu; null when nothing is chosen. */
  chosen(actionId: string): string | null;
  /** Chooses from the ⋮ menu of the first section that says `text`. */
  pick(text: string, option: string): Promise<HomeReply>;
  /** Waits until `look` finds something, looking again after every change. Throws after `timeoutMs` (5 s by default). */
  until<T>(look: (home: HomeTab) => T | undefined | false, timeoutMs?: number): Promise<T>;
}

export function createHomeTab(
  deps: PersonDeps,
  user: SlackUser,
  modalOf: (triggerId: string) => Promise<OpenModal | undefined>,
): HomeTab {
  const { views, triggers, transport, workspace, changed } = deps;

  const published = (): OpenView => {
    const view = views.homeOf(user.id);
    if (view === undefined) throw new Error(`nothing is published on the home of ${user.id}`);
    return view;
  };
  const elementsOf = (view: OpenView) =>
    asList(view.payload.blocks).flatMap((block) => {
      const elements = block.type === 'actions' ? asList(block.elements) : asList([block.accessory]);
      return elements.map((element) => ({ block, element }));
    });

  /** An interaction on a home has neither a channel nor a response URL. */
  async function act(
    view: OpenView,
    blockId: unknown,
    element: JsonObject,
    more: JsonObject,
  ): Promise<HomeReply> {
    const triggerId = triggers.issue(user.id, view.id);
    const { type, action_id: actionId } = element;
    const answer = await transport.interact({
      type: 'block_actions',
      ...interactionBase(user, workspace.team),
      container: { type: 'view', view_id: view.id },
      trigger_id: triggerId,
      view: viewJson(view),
      actions: [{ type, block_id: blockId, action_id: actionId, ...more, action_ts: workspace.nextTs() }],
    });
    return { answer, modal: () => modalOf(triggerId) };
  }

  function menu(view: OpenView, actionId: string) {
    const found = elementsOf(view).find(({ element }) => element.action_id === actionId);
    if (found === undefined) throw new Error(`no menu "${actionId}" on the home`);
    return { ...found, blockId: asText(found.block.block_id) };
  }

  function optionIn(element: JsonObject, wanted: string): JsonObject {
    const options = asList(element.options);
    const option =
      options.find((candidate) => labelOf(candidate) === wanted || candidate.value === wanted) ??
      options.find((candidate) => labelOf(candidate).includes(wanted));
    if (option === undefined)
      throw new Error(`"${wanted}" is not offered: ${options.map(labelOf).join(' | ')}`);
    return option;
  }

  const home: HomeTab = {
    async open({ tab = 'home' } = {}) {
      const ts = workspace.nextTs();
      const view = views.homeOf(user.id);
      return transport.event({
        type: 'event_callback',
        token: 'sandbox-verification-token',
        team_id: workspace.team.id,
        api_app_id: APP_ID,
        event_id: `Ev${ts.replace('.', '')}`,
        event_time: Math.floor(Number(ts)),
        event: {
          type: 'app_home_opened',
          user: user.id,
          channel: workspace.directWith(user.id)?.id,
          tab,
          event_ts: ts,
          ...(view !== undefined && tab === 'home' ? { view: viewJson(view) } : {}),
        },
      });
    },
    isPublished: () => views.homeOf(user.id) !== undefined,
    view: () => viewJson(published()),
    text: () => textsIn(published().payload.blocks).join('\n'),
    updates: () => published().updates,
    async press(name) {
      const view = published();
      const found = elementsOf(view).find(
        ({ element }) =>
          element.type === 'button' && (element.action_id === name || labelOf(element) === name),
      );
      if (found === undefined) throw new Error(`no button "${name}" on the home`);
      const { text, value } = found.element;
      return act(view, found.block.block_id, found.element, { text, value });
    },
    async choose(actionId, wanted) {
      const view = published();
      const { blockId, element } = menu(view, actionId);
      const selected = { selected_option: optionIn(element, wanted) };
      views.setValue(view, blockId, actionId, { type: element.type, ...selected });
      return (await act(view, blockId, element, selected)).answer;
    },
    chosen(actionId) {
      const view = published();
      const option = view.values[menu(view, actionId).blockId]?.[actionId]?.selected_option;
      return option === null || option === undefined ? null : labelOf(asObject(option));
    },
    async pick(text, wanted) {
      const view = published();
      const found = elementsOf(view).find(
        ({ block, element }) =>
          element.type === 'overflow' && textsIn([block.text, block.fields]).join('\n').includes(text),
      );
      if (found === undefined) throw new Error(`no menu beside "${text}" on the home`);
      return act(view, found.block.block_id, found.element, {
        selected_option: optionIn(found.element, wanted),
      });
    },
    async until(look, timeoutMs = 5_000) {
      const found = await changed.until(() => {
        const seen = look(home);
        return seen === false || seen === undefined ? undefined : { seen };
      }, timeoutMs);
      if (found === undefined) throw new Error('the home did not change as expected');
      return found.seen;
    },
  };
  return home;
}
