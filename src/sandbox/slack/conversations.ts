import type { Clock } from '../../domain/ports.ts';
import { createPaceMeter } from '../meters.ts';
import { asText } from './json.ts';
import { type Arguments, type MethodEntry, type MethodResult, refused } from './method.ts';
import {
  channelJson,
  messageJson,
  type SlackChannel,
  type SlackMessage,
  type Workspace,
} from './workspace.ts';

/** Messages an app outside the Marketplace gets from one reading of another's workspace, whatever it asks for. */
const READ_AT_MOST = 15;

/**
 * `conversations.*` as a reconciler and an app's start-up checks need them.
 * @param restricted of a workspace that is not the app's own: one reading of messages in so many milliseconds
 */
export function createConversations(
  workspace: Workspace,
  restricted?: { readonly clock: Clock; readonly everyMs: number },
): Readonly<Record<string, MethodEntry>> {
  const readings = restricted && createPaceMeter(1, restricted.everyMs);

  /** Why messages may not be read just now. */
  function tooOften(): MethodResult | undefined {
    const now = restricted?.clock().getTime() ?? 0;
    const reading = readings?.take('messages', now);
    if (reading === undefined || reading.passes) return undefined;
    return { ok: false, error: 'ratelimited', retryAfter: Math.ceil((reading.resetAtMs - now) / 1000) };
  }

  function open(args: Arguments): MethodResult {
    const users = args.text('users').split(',');
    if (users.length !== 1)
      return refused('invalid_arguments', ['[ERROR] the sandbox opens one person at a time']);
    const direct = workspace.directWith(users[0] ?? '');
    return direct === undefined ? refused('user_not_found') : { ok: true, channel: { id: direct.id } };
  }

  /** A page of messages, newest first unless a thread is read. */
  function page(args: Arguments, messages: readonly SlackMessage[]): MethodResult {
    const most = restricted ? READ_AT_MOST : 999;
    const limit = Math.min(Math.max(args.count('limit', 100), 1), most);
    const offset = Number(Buffer.from(args.text('cursor'), 'base64').toString().replace('offset:', '')) || 0;
    const oldest = micros(args.text('oldest') || '0');
    const latest = args.text('latest') === '' ? Number.POSITIVE_INFINITY : micros(args.text('latest'));
    const inclusive = args.flag('inclusive');
    const within = messages.filter((message) => {
      const at = micros(message.ts);
      return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
    });
    const shown = within.slice(offset, offset + limit);
    const more = within.length > offset + limit;
    return {
      ok: true,
      messages: shown.map((message) =>
        messageJson(message, args.flag('include_all_metadata'), workspace.team),
      ),
      has_more: more,
      pin_count: 0,
      ...(more
        ? { response_metadata: { next_cursor: Buffer.from(`offset:${offset + limit}`).toString('base64') } }
        : {}),
    };
  }

  /** The channel, when the bot may read it. */
  function readable(args: Arguments): SlackChannel | string {
    const channel = workspace.channel(args.text('channel'));
    if (channel === undefined) return 'channel_not_found';
    if (!channel.member) return channel.type === 'private' ? 'channel_not_found' : 'not_in_channel';
    return channel;
  }

  function history(args: Arguments): MethodResult {
    const refusal = tooOften();
    if (refusal !== undefined) return refusal;
    const channel = readable(args);
    if (typeof channel === 'string') return refused(channel);
    const top = channel.messages.filter(
      (message) => message.threadTs === null || message.threadTs === message.ts,
    );
    return page(args, top.toReversed());
  }

  function replies(args: Arguments): MethodResult {
    const refusal = tooOften();
    if (refusal !== undefined) return refusal;
    const channel = readable(args);
    if (typeof channel === 'string') return refused(channel);
    const ts = args.text('ts');
    const thread = channel.messages.filter((message) => message.ts === ts || message.threadTs === ts);
    return thread.length === 0 ? refused('thread_not_found') : page(args, thread);
  }

  function info(args: Arguments): MethodResult {
    const channel = workspace.channel(args.text('channel'));
    if (channel === undefined || (channel.type === 'private' && !channel.member))
      return refused('channel_not_found');
    return { ok: true, channel: channelJson(channel, workspace.team) };
  }

  function members(args: Arguments): MethodResult {
    const channel = readable(args);
    if (typeof channel === 'string') return refused(channel);
    return { ok: true, members: [...channel.people], response_metadata: { next_cursor: '' } };
  }

  const scopeOf = (suffix: 'history' | 'read') => (args: Arguments) => {
    const type = workspace.channel(args.text('channel'))?.type ?? 'public';
    return `${{ public: 'channels', private: 'groups', direct: 'im' }[type]}:${suffix}`;
  };
  return {
    'conversations.open': { run: open, scope: () => 'im:write' },
    'conversations.history': { run: history, scope: scopeOf('history') },
    'conversations.replies': { run: replies, scope: scopeOf('history') },
    'conversations.info': { run: info, scope: scopeOf('read') },
    'conversations.members': { run: members, scope: scopeOf('read') },
  };
}

/** A timestamp such as `1700000000.000100` as whole microseconds. */
function micros(ts: string): number {
  const [seconds, fraction] = asText(ts).split('.');
  return Number(seconds) * 1_000_000 + Number((fraction ?? '').slice(0, 6).padEnd(6, '0'));
}
