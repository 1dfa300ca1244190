import type { Clock } from '../../domain/ports.ts';
import type { Inbox } from '../arrived.ts';
import type { Limits } from '../limits.ts';
import { createPaceMeter } from '../meters.ts';
import { checkBlocks, textLength } from './blocks.ts';
import { asList, asObject, asText, isObject, type JsonObject } from './json.ts';
import { type Arguments, type MethodEntry, type MethodResult, refused } from './method.ts';
import type { Signal } from './signal.ts';
import { messageJson, type SlackChannel, type Workspace } from './workspace.ts';

const MAX_TEXT = 40_000;
const MAX_BLOCK_TEXT = 13_200;
const MAX_METADATA_BYTES = 8 * 1024;

/** A message's content after Slack's checks. */
interface Content {
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly metadata: JsonObject | null;
}
type Checked = { readonly ok: true; readonly content: Content } | Extract<MethodResult, { ok: false }>;

/** `chat.*`: posting, editing and whispering, with Slack's limits and its pace of about a message a second. */
export function createChat(deps: {
  readonly workspace: Workspace;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly changed: Signal;
}) {
  const { workspace, inbox, clock } = deps;
  const pace = createPaceMeter(deps.limits.slackChannelBurst, deps.limits.slackChannelIntervalMs);

  function postMessage(args: Arguments): MethodResult {
    const channel = workspace.channel(args.text('channel'));
    const refusal = cannotPost(channel);
    if (channel === undefined || refusal !== undefined) return refused(refusal ?? 'channel_not_found');
    const checked = checkContent(args);
    if (!checked.ok) return checked;
    const reading = pace.take(channel.id, clock().getTime());
    if (!reading.passes) {
      const retryAfter = Math.max(1, Math.ceil((reading.resetAtMs - clock().getTime()) / 1000));
      return { ok: false, error: 'ratelimited', retryAfter };
    }
    const { text, blocks, metadata } = checked.content;
    const threadTs = args.text('thread_ts') || null;
    const ts = workspace.nextTs();
    const deliveryId = deliveryIdIn(metadata);
    const arrived = inbox.add({
      channel: 'slack',
      kind: channel.type === 'direct' ? 'direct' : 'message',
      target: channel.id,
      targetName: channel.name,
      id: ts,
      text,
      blocks,
      metadata,
      threadTs,
      visibleTo: channel.userId,
      edited: false,
      audience: deliveryId === null ? 'staff' : workspace.audienceOf(channel),
      deliveryId,
      headers: args.headers,
    });
    const message = {
      ts,
      userId: workspace.team.botUserId,
      botId: workspace.team.botId,
      text,
      blocks,
      metadata,
      threadTs,
      edited: false,
      arrivedAs: arrived.number,
    };
    channel.messages.push(message);
    deps.changed.fire();
    return { ok: true, channel: channel.id, ts, message: messageJson(message, true, workspace.team) };
  }

  function update(args: Arguments): MethodResult {
    const channel = workspace.channel(args.text('channel'));
    if (channel === undefined) return refused('channel_not_found');
    const message = channel.messages.find((candidate) => candidate.ts === args.text('ts'));
    if (message === undefined) return refused('message_not_found');
    if (message.botId === null) return refused('cant_update_message');
    const checked = checkContent(args);
    if (!checked.ok) return checked;
    message.text = checked.content.text;
    message.blocks = checked.content.blocks;
    message.metadata = checked.content.metadata ?? message.metadata;
    message.edited = true;
    if (message.arrivedAs !== null) {
      inbox.replace(message.arrivedAs, (before) =>
        before.channel === 'slack'
          ? {
              ...before,
              text: message.text,
              blocks: message.blocks,
              metadata: message.metadata,
              edited: true,
            }
          : before,
      );
    }
    deps.changed.fire();
    return {
      ok: true,
      channel: channel.id,
      ts: message.ts,
      text: message.text,
      message: messageJson(message, true, workspace.team),
    };
  }

  function postEphemeral(args: Arguments): MethodResult {
    const channel = workspace.channel(args.text('channel'));
    const refusal = cannotPost(channel);
    if (channel === undefined || refusal !== undefined) return refused(refusal ?? 'channel_not_found');
    const user = workspace.user(args.text('user'));
    if (user === undefined) return refused('user_not_in_channel');
    const checked = checkContent(args);
    if (!checked.ok) return checked;
    const ts = workspace.nextTs();
    inbox.add({
      channel: 'slack',
      kind: 'ephemeral',
      target: channel.id,
      targetName: channel.name,
      id: ts,
      text: checked.content.text,
      blocks: checked.content.blocks,
      metadata: null,
      threadTs: null,
      visibleTo: user.id,
      edited: false,
      audience: 'staff',
      deliveryId: null,
      headers: args.headers,
    });
    deps.changed.fire();
    return { ok: true, message_ts: ts };
  }

  const scope = () => 'chat:write';
  const methods: Readonly<Record<string, MethodEntry>> = {
    'chat.postMessage': { run: postMessage, scope },
    'chat.update': { run: update, scope },
    'chat.postEphemeral': { run: postEphemeral, scope },
  };
  return { methods, reset: () => pace.reset() };
}

function cannotPost(channel: SlackChannel | undefined): string | undefined {
  if (channel === undefined) return 'channel_not_found';
  if (channel.archived) return 'is_archived';
  if (!channel.member) return channel.type === 'private' ? 'channel_not_found' : 'not_in_channel';
  return undefined;
}

function checkContent(args: Arguments): Checked {
  const blocks = args.structure('blocks');
  if (!blocks.ok) return { ok: false, error: 'invalid_blocks_format' };
  if (blocks.value !== undefined) {
    const problems = checkBlocks(blocks.value, 'message', '/blocks');
    if (problems.length > 0) return { ok: false, error: 'invalid_blocks', messages: problems };
    if (textLength(blocks.value) > MAX_BLOCK_TEXT) return { ok: false, error: 'msg_blocks_too_long' };
  }
  const list = asList(blocks.value);
  const text = args.text('text').slice(0, MAX_TEXT);
  if (text === '' && list.length === 0) return { ok: false, error: 'no_text' };
  const metadata = args.structure('metadata');
  if (!metadata.ok) return { ok: false, error: 'invalid_metadata_format' };
  if (metadata.value !== undefined) {
    const { event_type: type, event_payload: payload } = asObject(metadata.value);
    if (asText(type) === '' || !isObject(payload)) return { ok: false, error: 'invalid_metadata_schema' };
    if (Buffer.byteLength(JSON.stringify(metadata.value)) > MAX_METADATA_BYTES) {
      return { ok: false, error: 'metadata_too_large' };
    }
  }
  return {
    ok: true,
    content: { text, blocks: list, metadata: isObject(metadata.value) ? metadata.value : null },
  };
}

function deliveryIdIn(metadata: JsonObject | null): string | null {
  return asText(asObject(metadata?.event_payload).delivery_id) || null;
}
