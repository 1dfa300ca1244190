import { checkBlocks } from './blocks.ts';
import { checkText } from './composition.ts';
import { asList, asText, isObject, type JsonObject } from './json.ts';
import type { Signal } from './signal.ts';
import { type ViewValues, valuesOf } from './view-state.ts';
import { APP_ID, type Team } from './workspace.ts';

/** One view on somebody's screen, or behind the one on top. */
export interface OpenView {
  readonly id: string;
  readonly team: Team;
  readonly userId: string;
  readonly rootId: string;
  readonly previousId: string | null;
  readonly type: 'modal' | 'home';
  hash: string;
  /** As the app sent it, every block and element with its id. */
  payload: JsonObject;
  values: ViewValues;
  /** The trigger that opened it. */
  readonly triggerId: string;
  open: boolean;
  /** How often the app has changed it. */
  updates: number;
}

export type ViewResult =
  | { readonly ok: true; readonly view: OpenView }
  | { readonly ok: false; readonly error: string; readonly messages?: readonly string[] };

const MAX_STACK = 3;
const MAX_VIEW_BYTES = 250_000;

/** The views of all people, with Slack's rules for opening, stacking and changing them. */
export function createViews(changed: Signal, team: Team) {
  const views = new Map<string, OpenView>();
  let counter = 0;

  /** A short id that rises, in the alphabet of Slack's. */
  function nextId(prefix: string): string {
    counter += 1;
    // Ids of two workspaces never meet.
    return `${prefix}${team.id.slice(-2)}${counter.toString(36).toUpperCase().padStart(8, '0')}`;
  }

  /** Blocks and elements without ids get one, as Slack does. */
  function withIds(payload: JsonObject): JsonObject {
    const element = (value: unknown): unknown =>
      isObject(value) && value.type !== 'image' && value.action_id === undefined && asText(value.type) !== ''
        ? { ...value, action_id: nextId('a') }
        : value;
    const blocks = asList(payload.blocks).map((block) => ({
      block_id: nextId('b'),
      ...block,
      ...(block.type === 'input' ? { element: element(block.element) } : {}),
      ...(block.accessory === undefined ? {} : { accessory: element(block.accessory) }),
      ...(block.type === 'actions' ? { elements: asList(block.elements).map(element) } : {}),
    }));
    return { ...payload, blocks };
  }

  function duplicateExternalId(payload: JsonObject, own: string | undefined): boolean {
    if (payload.external_id === undefined || payload.external_id === '') return false;
    return [...views.values()].some(
      (view) => view.open && view.id !== own && view.payload.external_id === payload.external_id,
    );
  }

  function stackOf(rootId: string): readonly OpenView[] {
    return [...views.values()].filter((view) => view.open && view.rootId === rootId);
  }

  function show(
    payload: JsonObject,
    o: { userId: string; triggerId: string; under: OpenView | null },
  ): ViewResult {
    const refusal = refuse(payload, 'modal');
    if (refusal !== undefined) return refusal;
    if (duplicateExternalId(payload, undefined)) return { ok: false, error: 'duplicate_external_id' };
    if (o.under !== null && stackOf(o.under.rootId).length >= MAX_STACK) {
      return { ok: false, error: 'push_limit_reached' };
    }
    const id = nextId('V');
    const completed = withIds(payload);
    const view: OpenView = {
      id,
      team,
      userId: o.userId,
      rootId: o.under?.rootId ?? id,
      previousId: o.under?.id ?? null,
      type: 'modal',
      hash: nextId('h'),
      payload: completed,
      values: valuesOf(completed),
      triggerId: o.triggerId,
      open: true,
      updates: 0,
    };
    if (o.under === null)
      for (const other of views.values())
        if (other.type === 'modal' && other.userId === o.userId) other.open = false;
    views.set(id, view);
    forgetClosed();
    changed.fire();
    return { ok: true, view };
  }

  /** Views that were closed long ago only take memory in a long run. */
  function forgetClosed(): void {
    if (views.size <= 2_000) return;
    for (const [id, view] of [...views].slice(0, 1_000)) if (!view.open) views.delete(id);
  }

  return {
    stackOf,
    find: (id: string): OpenView | undefined => views.get(id),
    findByExternalId: (externalId: string): OpenView | undefined =>
      [...views.values()].findLast((view) => view.open && view.payload.external_id === externalId),
    openedBy: (triggerId: string): OpenView | undefined =>
      [...views.values()].findLast((view) => view.triggerId === triggerId),
    top: (rootId: string): OpenView | undefined => stackOf(rootId).at(-1),
    show,
    update(view: OpenView, payload: JsonObject, hash: string | undefined): ViewResult {
      const refusal = refuse(payload, view.type);
      if (refusal !== undefined) return refusal;
      if (!view.open) return { ok: false, error: 'not_found' };
      if (hash !== undefined && hash !== '' && hash !== view.hash)
        return { ok: false, error: 'hash_conflict' };
      if (duplicateExternalId(payload, view.id)) return { ok: false, error: 'duplicate_external_id' };
      view.payload = withIds(payload);
      view.values = valuesOf(view.payload, view.values);
      view.hash = nextId('h');
      view.updates += 1;
      changed.fire();
      return { ok: true, view };
    },
    publish(userId: string, payload: JsonObject, hash: string | undefined): ViewResult {
      const refusal = refuse(payload, 'home');
      if (refusal !== undefined) return refusal;
      const existing = this.homeOf(userId);
      if (existing !== undefined) return this.update(existing, payload, hash);
      const id = nextId('V');
      const completed = withIds(payload);
      const view: OpenView = {
        id,
        team,
        userId,
        rootId: id,
        previousId: null,
        type: 'home',
        hash: nextId('h'),
        payload: completed,
        values: valuesOf(completed),
        triggerId: '',
        open: true,
        updates: 0,
      };
      views.set(id, view);
      changed.fire();
      return { ok: true, view };
    },
    /** Closes one view, or with `all` the whole stack it belongs to. */
    close(view: OpenView, all: boolean): void {
      for (const other of all ? stackOf(view.rootId) : [view]) other.open = false;
      changed.fire();
    },
    homeOf: (userId: string): OpenView | undefined =>
      [...views.values()].find((view) => view.type === 'home' && view.userId === userId),
    /** Every home that was published, in order of its first publication. */
    homes: (): readonly OpenView[] => [...views.values()].filter((view) => view.type === 'home'),
    /** Takes every view off every screen, and forgets homes. */
    closeAll(): void {
      for (const [id, view] of views) {
        view.open = false;
        if (view.type === 'home') views.delete(id);
      }
      changed.fire();
    },
    setValue(view: OpenView, blockId: string, actionId: string, state: JsonObject): void {
      view.values = { ...view.values, [blockId]: { ...view.values[blockId], [actionId]: state } };
    },
  };
}
export type Views = ReturnType<typeof createViews>;

/** Why Slack would not take this view; undefined when it would. */
function refuse(
  payload: JsonObject,
  expected: 'modal' | 'home',
): Extract<ViewResult, { ok: false }> | undefined {
  const problems: string[] = [];
  const say = (at: string, message: string) => problems.push(`[ERROR] ${message} [json-pointer:/view${at}]`);
  if (Buffer.byteLength(JSON.stringify(payload)) > MAX_VIEW_BYTES)
    return { ok: false, error: 'view_too_large' };
  if (payload.type !== expected) say('/type', `must be ${expected}`);
  if (expected === 'modal') {
    checkText(payload.title, { max: 24, plain: true }, '/title', say);
    if (payload.submit !== undefined) checkText(payload.submit, { max: 24, plain: true }, '/submit', say);
    if (payload.close !== undefined) checkText(payload.close, { max: 24, plain: true }, '/close', say);
    const hasInput = asList(payload.blocks).some((block) => block.type === 'input');
    if (hasInput && payload.submit === undefined) say('', 'missing required field: submit');
  } else {
    for (const name of ['title', 'submit', 'close', 'clear_on_close', 'notify_on_close'])
      if (payload[name] !== undefined) say('', `invalid additional property: ${name}`);
  }
  for (const [name, max] of [
    ['private_metadata', 3000],
    ['callback_id', 255],
    ['external_id', 255],
  ] as const) {
    const value = payload[name];
    if (value !== undefined && (typeof value !== 'string' || value.length > max)) {
      say(`/${name}`, `must be less than ${max + 1} characters`);
    }
  }
  problems.push(...checkBlocks(payload.blocks, expected, '/view/blocks'));
  return problems.length > 0 ? { ok: false, error: 'invalid_arguments', messages: problems } : undefined;
}

/** The view as the Web API answers it and as interactions carry it. */
export function viewJson(view: OpenView): JsonObject {
  const { payload } = view;
  return {
    id: view.id,
    team_id: view.team.id,
    type: view.type,
    blocks: payload.blocks,
    private_metadata: payload.private_metadata ?? '',
    callback_id: payload.callback_id ?? '',
    state: { values: view.values },
    hash: view.hash,
    title: withEmoji(payload.title),
    clear_on_close: payload.clear_on_close ?? false,
    notify_on_close: payload.notify_on_close ?? false,
    close: payload.close === undefined ? null : withEmoji(payload.close),
    submit: payload.submit === undefined ? null : withEmoji(payload.submit),
    previous_view_id: view.previousId,
    root_view_id: view.rootId,
    app_id: APP_ID,
    external_id: payload.external_id ?? '',
    app_installed_team_id: view.team.id,
    bot_id: view.team.botId,
  };
}

function withEmoji(text: unknown): unknown {
  return isObject(text) ? { emoji: true, ...text } : text;
}

/** The view's block ids that may carry a submission's error: input blocks only. */
export function errorTargets(view: OpenView): ReadonlySet<string> {
  const inputs = asList(view.payload.blocks).filter((block) => block.type === 'input');
  return new Set(inputs.map((block) => asText(block.block_id)));
}
