import { z } from 'zod';

/*
 * The shapes of Slack's requests that we take. Each keeps the named top-level fields and drops every other,
 * because Bolt tells requests apart by which fields are present: an unexpected `event` or `command` beside a
 * payload would make it read one as another.
 */

const Id = z.string().regex(/^[\w.:-]{1,255}$/);
const Name = z.string().max(255);
/** Action and block ids are ours, but a signed body may hold anything. */
const Key = z.string().min(1).max(255);
const Link = z.url({ protocol: /^https?$/ }).max(2000);

const User = z.looseObject({
  id: Id,
  name: Name.optional(),
  username: Name.optional(),
  team_id: Id.nullish(),
});
const Team = z.looseObject({ id: Id }).nullish();
const Enterprise = z.looseObject({ id: Id }).nullish();

/** `view.state.values`: block id → action id → what the element holds. */
const Values = z.record(z.string(), z.record(z.string(), z.looseObject({ type: z.string() })));
const View = z.looseObject({
  id: Id,
  type: z.string(),
  callback_id: z.string().max(255),
  private_metadata: z.string().max(3000).optional(),
  root_view_id: Id.nullish(),
  hash: Id.optional(),
  state: z.looseObject({ values: Values }).optional(),
});

const COMMON = {
  user: User,
  team: Team,
  enterprise: Enterprise,
  is_enterprise_install: z.boolean().nullish(),
};
const Channel = z.looseObject({ id: Id });

const Command = z.object({
  command: z.string().regex(/^\/\S{1,60}$/),
  text: z.string().default(''),
  user_id: Id,
  user_name: Name.optional(),
  team_id: Id,
  enterprise_id: Id.optional(),
  is_enterprise_install: z.enum(['true', 'false']).optional(),
  channel_id: Id.optional(),
  trigger_id: Id,
  response_url: Link.optional(),
});

const BlockActions = z.object({
  type: z.literal('block_actions'),
  ...COMMON,
  trigger_id: Id.optional(),
  response_url: Link.optional(),
  channel: Channel.optional(),
  view: View.optional(),
  message: z.looseObject({}).optional(),
  container: z.looseObject({}).optional(),
  state: z.looseObject({}).optional(),
  actions: z
    .array(
      z.looseObject({
        type: z.string(),
        action_id: Key,
        block_id: Key,
        action_ts: z.string().max(40).optional(),
      }),
    )
    .min(1)
    .max(25),
});

const ViewSubmission = z.object({
  type: z.literal('view_submission'),
  ...COMMON,
  trigger_id: Id.optional(),
  view: View,
});
const ViewClosed = z.object({ type: z.literal('view_closed'), ...COMMON, view: View });

const BlockSuggestion = z.object({
  type: z.literal('block_suggestion'),
  ...COMMON,
  action_id: Key,
  block_id: Key,
  value: z.string().max(3000),
  view: View.optional(),
  channel: Channel.optional(),
});

const Shortcut = z.object({
  type: z.literal('shortcut'),
  ...COMMON,
  callback_id: Key,
  trigger_id: Id,
});
const MessageAction = z.object({
  type: z.literal('message_action'),
  ...COMMON,
  callback_id: Key,
  trigger_id: Id,
  response_url: Link.optional(),
  channel: Channel,
  message: z.looseObject({}),
});

const Event = z.object({
  type: z.literal('event_callback'),
  team_id: Id.nullish(),
  enterprise_id: Id.nullish(),
  event_id: Id.optional(),
  event_time: z.number().optional(),
  authorizations: z.array(z.looseObject({ team_id: Id.nullish(), enterprise_id: Id.nullish() })).optional(),
  event: z.looseObject({
    type: z.string().min(1).max(255),
    user: z.union([z.string(), z.looseObject({ id: z.string() })]).optional(),
    channel: z.union([z.string(), z.looseObject({ id: z.string() })]).optional(),
    item: z.looseObject({}).optional(),
    subteam: z.looseObject({}).optional(),
    message: z.looseObject({}).optional(),
    previous_message: z.looseObject({}).optional(),
    assistant_thread: z.looseObject({}).optional(),
  }),
});

const Interaction = z.discriminatedUnion('type', [
  BlockActions,
  ViewSubmission,
  ViewClosed,
  BlockSuggestion,
  Shortcut,
  MessageAction,
]);
const UrlVerification = z.object({
  type: z.literal('url_verification'),
  challenge: z.string().min(1).max(1000),
});
const Posted = z.discriminatedUnion('type', [Event, UrlVerification]);

export type SlackCommand = z.output<typeof Command>;
export type SlackView = z.output<typeof View>;
export type SlackInteraction = z.output<typeof Interaction>;
/** Slack tries now and then whether our certificate is good; any answer will do. */
export type SslCheck = { readonly type: 'ssl_check' };
export type SlackBody = SlackCommand | SlackInteraction | z.output<typeof Posted> | SslCheck;
export { BlockActions, BlockSuggestion, Command, MessageAction, Shortcut, ViewSubmission };

/** Slack's own requests stay below a third of this; what Bolt and we walk through must not exhaust the stack. */
const DEEPEST = 50;

/** The body of a signed request as one of Slack's, or undefined when it is none of them. */
export function parseSlackBody(rawBody: Uint8Array, contentType: string | undefined): SlackBody | undefined {
  const text = utf8(rawBody);
  if (text === undefined) return undefined;
  if (/^application\/json\b/i.test(contentType ?? '')) return Posted.safeParse(json(text)).data;
  if (!/^application\/x-www-form-urlencoded\b/i.test(contentType ?? '')) return undefined;
  const fields = form(text);
  if (fields === undefined) return undefined;
  if (fields.get('ssl_check') === '1') return { type: 'ssl_check' };
  const payload = fields.get('payload');
  if (payload === undefined) return Command.safeParse(Object.fromEntries(fields)).data;
  return fields.size === 1 ? Interaction.safeParse(json(payload)).data : undefined;
}

/** A body that came as an object, over Socket Mode; undefined when it is none of Slack's. */
export function readSlackObject(value: unknown): Exclude<SlackBody, SslCheck> | undefined {
  return Interaction.safeParse(value).data ?? Posted.safeParse(value).data ?? Command.safeParse(value).data;
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function json(text: string): unknown {
  if (isDeeperThan(text, DEEPEST)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The fields of a form; undefined when one comes twice or an escape is not UTF-8, which Slack never sends. */
function form(text: string): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  try {
    for (const pair of text.split('&')) {
      const [name = '', ...rest] = pair.split('=');
      const key = decodeURIComponent(name.replaceAll('+', ' '));
      if (key === '' || fields.has(key)) return undefined;
      fields.set(key, decodeURIComponent(rest.join('=').replaceAll('+', ' ')));
    }
  } catch {
    return undefined;
  }
  return fields;
}

function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (quoted) {
      if (sign === '\\') i++;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === '{' || sign === '[') {
      if (++depth > limit) return true;
    } else if (sign === '}' || sign === ']') depth--;
  }
  return false;
}
