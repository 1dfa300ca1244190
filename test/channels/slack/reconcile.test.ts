import { afterEach, describe, expect, it } from 'vitest';
import { createSlackChannel } from '../../../src/channels/slack/channel.ts';
import { deliveryMark } from '../../../src/domain/delivery.ts';
import { type Answer, answer, json, openScriptedHttp } from '../../contract/far-sides/http-far-side.ts';

const CHANNEL = 'C0123ABCDEF';
const DELIVERY = '01902f6e-7c1a-7b3c-9d4e-5f60718293a4';
const MARK = deliveryMark(DELIVERY);
const STARTED = Date.parse('2024-06-20T04:05:06Z');
const BOT = 'B0123ABCDEF';
const signal = new AbortController().signal;

const ours = { ts: '1718856306.000200', bot_id: BOT, text: `受電報告 ${MARK}`, metadata: metadata(DELIVERY) };
const foreign = { ts: '1718856300.000100', user: 'U0123ABCDEF', text: 'お疲れさまです' };

function metadata(deliveryId: string) {
  return { event_type: 'toritsugi_delivery', event_payload: { delivery_id: deliveryId } };
}
const page = (messages: readonly object[], cursor = ''): Answer =>
  json(200, { ok: true, messages, has_more: cursor !== '', response_metadata: { next_cursor: cursor } });

describe('slack: looking for a message whose answer was lost', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()));
  });
  const rig = async (history: (form: URLSearchParams, method: string) => Answer) => {
    const farSide = await openScriptedHttp((socket, request) => {
      const method = request.path.replace('/api/', '');
      if (method === 'auth.test') answer(socket, json(200, { ok: true, bot_id: BOT }));
      else answer(socket, history(new URLSearchParams(request.body), method));
    });
    const channel = createSlackChannel({
      botToken: 'xoxb-fictional-9b2f71c0',
      apiUrl: `${farSide.url}/api/`,
      clock: () => new Date(STARTED + 5_000),
      timeouts: { connectMs: 300, totalMs: 500 },
    });
    open.push(farSide, channel);
    const look = (o: { address?: string; thread?: string; owned?: readonly string[] } = {}) =>
      channel.reconcile(
        {
          message: {
            deliveryId: DELIVERY,
            mark: MARK,
            address: o.address ?? CHANNEL,
            mention: null,
            body: { text: MARK, blocks: [] },
            ...(o.thread === undefined
              ? {}
              : { answers: { deliveryId: 'first', receipt: { ts: o.thread } } }),
          },
          startedAtMs: STARTED,
          ownedByOther: async (key) => o.owned?.includes(key) === true,
        },
        signal,
      );
    return { look, farSide };
  };

  it('finds it by the id in its metadata, in the history from before the attempt', async () => {
    const { look, farSide } = await rig(() => page([foreign, ours]));
    expect(await look()).toEqual({ type: 'found', receipt: { channel: CHANNEL, ts: ours.ts } });
    const request = farSide.requests.at(-1);
    expect(request?.path).toBe('/api/conversations.history');
    const form = new URLSearchParams(request?.body);
    expect(form.get('channel')).toBe(CHANNEL);
    expect(form.get('include_all_metadata')).toBe('true');
    expect(Number(form.get('oldest'))).toBeLessThanOrEqual(STARTED / 1000 - 5);
  });

  it('finds it by its mark in a message of our bot when Slack shows no metadata, but not in a quotation', async () => {
    const { metadata: _metadata, ...bare } = ours;
    expect((await (await rig(() => page([bare]))).look()).type).toBe('found');
    const inBlocks = { ...bare, text: '受電報告', blocks: [{ type: 'context', elements: [{ text: MARK }] }] };
    expect((await (await rig(() => page([inBlocks]))).look()).type).toBe('found');
    const quotation = { ts: ours.ts, user: 'U0123ABCDEF', text: `> ${MARK}` };
    expect((await (await rig(() => page([quotation]))).look()).type).toBe('absent');
    const otherBot = { ...bare, bot_id: 'B9999ABCDEF' };
    expect((await (await rig(() => page([otherBot]))).look()).type).toBe('absent');
  });

  it('does not take another delivery, nor a message another delivery owns', async () => {
    const other = { ...ours, metadata: metadata('01902f6e-7c1a-7b3c-9d4e-000000000000') };
    expect((await (await rig(() => page([other]))).look()).type).toBe('absent');
    const { look } = await rig(() => page([ours]));
    expect((await look({ owned: [ours.ts] })).type).toBe('absent');
  });

  it('reads every page before it says absent', async () => {
    const pages: Record<string, Answer> = {
      '': page([foreign], 'p2'),
      p2: page([foreign], 'p3'),
      p3: page([ours]),
    };
    const { look } = await rig((form) => pages[form.get('cursor') ?? ''] ?? page([]));
    expect((await look()).type).toBe('found');
    const without = await rig((form) => (form.has('cursor') ? page([foreign]) : page([foreign], 'p2')));
    expect(await without.look()).toEqual({ type: 'absent' });
    expect(without.farSide.requests.filter((request) => request.path.endsWith('history'))).toHaveLength(2);
  });

  it('asks for the replies of a thread, where history does not show them', async () => {
    const { look, farSide } = await rig((_form, method) =>
      method === 'conversations.replies' ? page([ours]) : page([]),
    );
    expect((await look({ thread: '1718850000.000100' })).type).toBe('found');
    expect(new URLSearchParams(farSide.requests.at(-1)?.body).get('ts')).toBe('1718850000.000100');
  });

  it('looks for a post to a person in their direct conversation', async () => {
    const { look } = await rig((form, method) => {
      if (method === 'conversations.open') return json(200, { ok: true, channel: { id: 'D0123ABCDEF' } });
      return form.get('channel') === 'D0123ABCDEF' ? page([ours]) : page([]);
    });
    expect(await look({ address: 'U0123ABCDEF' })).toEqual({
      type: 'found',
      receipt: { channel: 'D0123ABCDEF', ts: ours.ts },
    });
  });

  it.each<[string, (form: URLSearchParams) => Answer, string]>([
    ['the bot may not read', () => json(200, { ok: false, error: 'missing_scope' }), 'slack.missing_scope'],
    [
      'the bot is not in the channel',
      () => json(200, { ok: false, error: 'not_in_channel' }),
      'slack.not_in_channel',
    ],
    ['the limit is met', () => ({ status: 429, headers: { 'retry-after': '60' } }), 'slack.rate_limit'],
    [
      'the limit is met on the second page',
      (form) => (form.has('cursor') ? { status: 429 } : page([foreign], 'p2')),
      'slack.rate_limit',
    ],
    ['a page', () => ({ status: 200, body: '<html></html>' }), 'slack.unexpected_answer'],
    ['another shape', () => json(200, { ok: true }), 'slack.unexpected_answer'],
    [
      'more, but no way to it',
      () => json(200, { ok: true, messages: [], has_more: true }),
      'slack.window_not_shown',
    ],
    ['no end', () => page([foreign], 'again'), 'slack.window_too_long'],
  ])('%s: inconclusive', async (_name, history, code) => {
    const { look } = await rig(history);
    expect(await look()).toMatchObject({ type: 'inconclusive', reason: { code } });
  });
});
