import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChatworkInbox, SeenMessage, SeenRoom } from '../../src/channels/chatwork/inbox.ts';
import { claimReply } from '../../src/followup/chatwork/claim-reply.ts';
import {
  createReplyHandler,
  REPLY_DEFAULTS,
  type ReplyHandler,
} from '../../src/followup/chatwork/handle-replies.ts';
import { keepReply } from '../../src/followup/chatwork/keep-reply.ts';
import { createChatworkPoll, POLL_DEFAULTS } from '../../src/followup/chatwork/poll.ts';
import { newId } from '../support/ids.ts';
import { createWorld, type World } from '../support/world.ts';

const OUR_ACCOUNT = '2739132';
const PERSON = '77';
const ROOM = '1001';
const OTHER_ROOM = '1002';
const LINK = 'https://toritsugi.example/r/a';

let world: World;
let handler: ReplyHandler;
let clientId: string;
let nextMessage = 5_000;
/** What Chatwork shows, and how often it was asked. */
const chatwork = {
  rooms: [] as SeenRoom[],
  messages: new Map<string, SeenMessage[]>(),
  asked: [] as string[],
};

const inbox: ChatworkInbox = {
  account: async () => ({ type: 'seen', value: { accountId: OUR_ACCOUNT, name: '代行サンプル' } }),
  async rooms() {
    chatwork.asked.push('rooms');
    return { type: 'seen', value: chatwork.rooms };
  },
  async messages(roomId) {
    chatwork.asked.push(roomId);
    return { type: 'seen', value: chatwork.messages.get(roomId) ?? [] };
  },
  close: async () => {},
};

const parts = () => ({
  db: world.db,
  cases: world.cases,
  inbox,
  answerLink: () => LINK,
  clock: world.clock.now,
  newId,
  settings: REPLY_DEFAULTS,
  log: pino({ level: 'silent' }),
});

beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  await world.clear();
  await world.db
    .updateTable('chatwork_looks')
    .set({ next_at: new Date(0), room_at: new Date(0), webhook_since: null })
    .execute();
  await world.db.deleteFrom('chatwork_rooms').execute();
  chatwork.rooms = [];
  chatwork.messages.clear();
  chatwork.asked.length = 0;
  handler = createReplyHandler(parts());
  clientId = await world.addClient({
    code: 'acme',
    destinations: [{ channel: 'chatwork', address: ROOM }],
  });
});
afterAll(() => world?.dispose());

/** A harassment call whose report arrived in `room`; its message's id there. */
async function report(room = ROOM, client = clientId): Promise<string> {
  nextMessage += 1;
  const messageId = String(nextMessage);
  world.chatwork.answer({ type: 'delivered', receipt: { room_id: room, message_id: messageId } });
  const result = await world.recorder.record(
    world.entry(client, { kind: 'harassment', quote: 'ばか', message: null, wish: null }),
  );
  expect(result.type).toBe('recorded');
  await world.deliverOnce();
  world.clock.advance(60_000);
  return messageId;
}

/** Somebody writes in a room; handled at once. */
async function write(
  text: string,
  o: { quoting?: string; room?: string; id?: string; edited?: boolean; by?: string; to?: string } = {},
): Promise<{ id: string; outcome: string | null }> {
  const { room = ROOM, by = PERSON } = o;
  nextMessage += 1;
  const id = o.id ?? String(nextMessage);
  world.clock.advance(60_000);
  const mark = o.quoting ? `[rp aid=${OUR_ACCOUNT} to=${room}-${o.quoting}]代行サンプルさん\n` : (o.to ?? '');
  await keepReply(
    world.db,
    {
      source: o.edited ? 'message_updated' : 'mention_to_me',
      roomId: room,
      messageId: id,
      accountId: by,
      body: `${mark}${text}`,
      sentAt: Math.floor(world.clock.now().getTime() / 1000),
      updatedAt: o.edited ? Math.floor(world.clock.now().getTime() / 1000) : 0,
    },
    parts(),
  );
  await handler.handle();
  const rows = await world.db
    .selectFrom('chatwork_replies')
    .select(['outcome', 'body', 'state'])
    .where('message_id', '=', id)
    .orderBy('update_time', 'desc')
    .execute();
  // P10: words that were handled are nowhere but where they were passed to.
  for (const row of rows) expect(row.body === null).toBe(row.state === 'handled');
  return { id, outcome: rows[0]?.outcome ?? null };
}

const answers = async () => {
  const [only] = await world.cases.list({ clientId, limit: 10 });
  return (only?.events ?? []).flatMap(({ body }) =>
    body.type === 'answered' ? [{ choice: body.choice, until: body.until, note: body.note }] : [],
  );
};
/** What the bot said in rooms since the last look, in order. */
async function said(): Promise<{ room: string; text: string; to: string | undefined; id: string }[]> {
  const before = world.chatwork.sent.length;
  await world.delivery.notices.pump();
  return world.chatwork.sent.slice(before).map((message, index) => ({
    room: message.address,
    text: (message.body as { text: string }).text,
    to: message.answers?.receipt?.message_id,
    id: String(before + index + 1),
  }));
}
const staffWords = async () =>
  (
    await world.db.selectFrom('notices').select('body').where('key', 'like', 'chatwork-words:%').execute()
  ).map(({ body }) => JSON.stringify(body));

describe('a reply to a report in Chatwork', () => {
  it('answers the case, and the room is told what was recorded, in reply to the person', async () => {
    const quoting = await report();
    const { id, outcome } = await write('お世話になっております。\n12/5まで転送停止します。', { quoting });
    expect(outcome).toBe('answered');
    expect(await answers()).toEqual([
      { choice: 'pause', until: '2026-12-06', note: 'お世話になっております。\n12/5まで転送停止します。' },
    ]);
    const [view] = await world.cases.list({ clientId, limit: 1 });
    expect(view?.state).toBe('acting');
    const [confirmation, ...more] = await said();
    expect(more).toEqual([]);
    expect(confirmation).toMatchObject({ room: ROOM, to: id });
    expect(confirmation?.text).toContain('転送を停止する');
    expect(confirmation?.text).toContain('2026年12月6日(日)');
    // P6: nothing somebody typed comes back.
    expect(confirmation?.text).not.toContain('お世話');
    expect(confirmation?.text).not.toMatch(/[[\]]/);
  });

  it('P4 is taken once, however often and in whatever way it is told', async () => {
    const quoting = await report();
    const { id } = await write('心当たりはありません', { quoting });
    const told = {
      roomId: ROOM,
      messageId: id,
      accountId: PERSON,
      body: `[rp aid=${OUR_ACCOUNT} to=${ROOM}-${quoting}]x\n解約します`,
      sentAt: 1,
      updatedAt: 0,
    };
    for (const source of ['mention_to_me', 'message_created', 'look'] as const) {
      expect(await keepReply(world.db, { ...told, source }, parts())).toBe(false);
    }
    await handler.handle();
    expect(await answers()).toHaveLength(1);
    expect(await said()).toHaveLength(1);
  });

  it('P9 counts only in the room its report went to', async () => {
    const other = await world.addClient({
      code: 'hinata',
      destinations: [{ channel: 'chatwork', address: OTHER_ROOM }],
    });
    const mine = await report();
    const theirs = await report(OTHER_ROOM, other);
    // Their message's id, quoted in our room; our message's id quoted in theirs; a room quoted in another.
    expect((await write('心当たりあり', { quoting: theirs })).outcome).toBe('unrelated');
    expect((await write('心当たりあり', { quoting: mine, room: OTHER_ROOM })).outcome).toBe('unrelated');
    expect((await write(`[rp aid=${OUR_ACCOUNT} to=${OTHER_ROOM}-${theirs}]x\n心当たりあり`)).outcome).toBe(
      'unrelated',
    );
    expect(await answers()).toEqual([]);
    expect(await said()).toEqual([]);
  });

  it('leaves alone what answers an ordinary report, is our own, or is only polite after an answer', async () => {
    nextMessage += 1;
    const ordinary = String(nextMessage);
    world.chatwork.answer({ type: 'delivered', receipt: { room_id: ROOM, message_id: ordinary } });
    await world.recorder.record(world.entry(clientId));
    await world.deliverOnce();
    expect((await write('心当たりあり', { quoting: ordinary })).outcome).toBe('unrelated');
    const quoting = await report();
    expect((await write('心当たりあり', { quoting, by: OUR_ACCOUNT })).outcome).toBe('own');
    expect((await write('心当たりあり', { quoting })).outcome).toBe('answered');
    expect((await write('ありがとうございます。', { quoting })).outcome).toBe('courtesy');
    expect(await answers()).toHaveLength(1);
    expect(await said()).toHaveLength(1);
  });

  it('asks back once with the choices and the link; the number is the answer', async () => {
    const quoting = await report();
    expect((await write('はい、対応します', { quoting })).outcome).toBe('asked');
    const [question] = await said();
    expect(question?.text).toContain('6. 契約の休止・解約を相談する');
    expect(question?.text).toContain(LINK);
    expect((await write('1と5', { quoting: question?.id ?? '' })).outcome).toBe('answered');
    expect(await answers()).toMatchObject([
      { choice: 'known', note: null },
      { choice: 'self', note: '1と5' },
    ]);
    expect((await said())[0]?.text).toContain('ご回答: 心当たりあり、当社で対応する');
  });

  it('asked back already, or asked by the client: a supervisor reads the words, nobody else', async () => {
    const quoting = await report();
    expect((await write('うーん、対応します', { quoting })).outcome).toBe('asked');
    expect((await write('だから対応します', { quoting })).outcome).toBe('passed');
    expect((await write('料金は<!channel>かかりますか?', { quoting })).outcome).toBe('passed');
    const words = await staffWords();
    expect(words).toHaveLength(2);
    expect(words[0]).toContain('だから対応します');
    expect(words[1]).toContain('料金は');
    expect(words[1]).not.toContain('mrkdwn');
    const texts = (await said()).map(({ text }) => text);
    expect(texts).toHaveLength(3);
    for (const text of texts) expect(text).not.toMatch(/だから|料金は/);
    expect(await answers()).toEqual([]);
  });

  it('takes a mention without a quote for the only open case when it is clear, else asks', async () => {
    const to = `[To:${OUR_ACCOUNT}]代行サンプルさん\n`;
    expect((await write('転送を止めます', { to })).outcome).toBe('unrelated');
    await report();
    expect((await write('録音はありますか', { to })).outcome).toBe('asked');
    expect((await write('転送を止めます', { to })).outcome).toBe('answered');
    const other = await world.addClient({
      code: 'hinata',
      destinations: [{ channel: 'chatwork', address: ROOM }],
    });
    await report(ROOM, other);
    expect((await write('心当たりありません', { to })).outcome).toBe('asked');
    expect((await said()).filter(({ text }) => text.includes('どのお電話について'))).toHaveLength(1);
    expect(await answers()).toHaveLength(1);
    expect((await write('[To:12]山田さん 転送を止めます')).outcome).toBe('unrelated');
  });

  it('edited: a changed answer is a new one, the same answer is not confirmed again, an old version is history', async () => {
    const quoting = await report();
    const { id } = await write('心当たりはありません', { quoting });
    expect((await write('心当たりはございません。', { quoting, id, edited: true })).outcome).toBe('answered');
    expect((await write('転送を止めます', { quoting, id, edited: true })).outcome).toBe('answered');
    expect((await answers()).map(({ choice }) => choice)).toEqual(['unknown', 'unknown', 'pause']);
    expect(await said()).toHaveLength(2);
    const late = {
      source: 'look' as const,
      roomId: ROOM,
      messageId: id,
      accountId: PERSON,
      sentAt: 9,
      updatedAt: 1,
    };
    await keepReply(world.db, { ...late, body: `[rp aid=1 to=${ROOM}-${quoting}]\n解約します` }, parts());
    await handler.handle();
    expect(await answers()).toHaveLength(3);
  });

  it('a message found late does not take the place of a newer answer; a person reads it', async () => {
    const quoting = await report();
    await write('転送を止めます', { quoting });
    nextMessage += 1;
    await keepReply(
      world.db,
      {
        source: 'look',
        roomId: ROOM,
        messageId: String(nextMessage),
        accountId: PERSON,
        body: `[rp aid=${OUR_ACCOUNT} to=${ROOM}-${quoting}]\n当社で対応します`,
        sentAt: Math.floor(world.clock.now().getTime() / 1000) - 30,
        updatedAt: 0,
      },
      parts(),
    );
    await handler.handle();
    expect(await answers()).toMatchObject([{ choice: 'pause' }]);
    expect((await staffWords())[0]).toContain('当社で対応します');
    expect(await said()).toHaveLength(1);
  });

  it('waits for the receipt of the message it quotes', async () => {
    const quoting = '777777';
    await world.recorder.record(world.entry(clientId, { kind: 'harassment' }));
    // The message is there, and what we were answered is not on record yet.
    world.chatwork.answer({ type: 'uncertain', reason: { code: 'chatwork.timeout' } });
    await world.deliverOnce();
    expect((await write('心当たりあり', { quoting })).outcome).toBeNull();
    // It holds up nobody else in the room.
    expect((await write('承知しました', { to: `[To:${OUR_ACCOUNT}]代行サンプルさん\n` })).outcome).toBe(
      'unrelated',
    );
    world.chatwork.see({ type: 'found', receipt: { room_id: ROOM, message_id: quoting } });
    await world.delivery.reconciler.look();
    world.clock.advance(REPLY_DEFAULTS.againMs);
    await handler.handle();
    expect(await answers()).toHaveLength(1);
  });

  it('P1 a process lost in between loses nothing and doubles nothing', async () => {
    const quoting = await report();
    const failing = createReplyHandler({
      ...parts(),
      cases: {
        ...world.cases,
        async answer(...given) {
          await world.cases.answer(...given);
          throw new Error('lost after the answer was written');
        },
      },
    });
    handler = failing;
    expect((await write('解約します', { quoting })).outcome).toBeNull();
    // Another one dies with it in hand.
    world.clock.advance(REPLY_DEFAULTS.againMs * 2);
    expect(await claimReply(world.db, world.clock.now(), 1_000)).toBeDefined();
    handler = createReplyHandler(parts());
    await handler.handle();
    expect(await said()).toEqual([]);
    world.clock.advance(2_000);
    await handler.handle();
    expect(await answers()).toHaveLength(1);
    expect(await said()).toHaveLength(1);
  });

  it('says no more than twelve things a day in a room, so that two programs cannot talk for ever', async () => {
    const quoting = await report();
    for (let turn = 0; turn < 14; turn += 1) {
      await write(turn % 2 === 0 ? '心当たりあり' : '心当たりなし', { quoting });
    }
    expect(await answers()).toHaveLength(14);
    expect(await said()).toHaveLength(12);
  });
});

describe('what is said back', () => {
  it('P4 is looked for before it is posted again, and keeps to the budget of the reports', async () => {
    const quoting = await report();
    await write('心当たりあり', { quoting });
    world.chatwork.answer({ type: 'uncertain', reason: { code: 'chatwork.timeout' } });
    expect(await said()).toHaveLength(1);
    world.clock.advance(60_000);
    world.chatwork.see({ type: 'found', receipt: { room_id: ROOM, message_id: '9' } });
    expect(await said()).toEqual([]);
    expect(world.chatwork.looks).toHaveLength(1);

    await write('転送を止めます', { quoting });
    await world.db
      .insertInto('blocked_scopes')
      .values({
        scope: `destination:chatwork:${ROOM}`,
        until: new Date(world.clock.now().getTime() + 10_000),
        reason: 'chatwork.room_rate_limit',
      })
      .execute();
    expect(await said()).toEqual([]);
    world.clock.advance(11_000);
    expect(await said()).toHaveLength(1);
  });
});

describe('looking for what the webhook missed', () => {
  const poll = (o: { webhook?: boolean; reads?: number } = {}) => {
    let reads = o.reads ?? 100;
    return createChatworkPoll({
      ...parts(),
      budgets: {
        async spendRead() {
          reads -= 1;
          return reads >= 0 ? { granted: true } : { granted: false, retryMs: 13_000 };
        },
      },
      webhook: o.webhook ?? false,
      settings: POLL_DEFAULTS,
    });
  };
  const seconds = () => Math.floor(world.clock.now().getTime() / 1000);
  const post = (quoting: string, text: string, room = ROOM) => {
    nextMessage += 1;
    world.clock.advance(10_000);
    const message = {
      messageId: String(nextMessage),
      accountId: PERSON,
      body: `[rp aid=${OUR_ACCOUNT} to=${room}-${quoting}]代行サンプルさん\n${text}`,
      sentAt: seconds(),
      updatedAt: 0,
    };
    chatwork.messages.set(room, [...(chatwork.messages.get(room) ?? []), message]);
    chatwork.rooms = [
      ...chatwork.rooms.filter(({ roomId }) => roomId !== room),
      { roomId: room, updatedAt: seconds(), mentions: 1 },
    ];
    world.clock.advance(10_000);
  };
  const turn = async (looker: ReturnType<typeof poll>) => {
    while (await looker.look());
    await handler.handle();
  };

  it('asks nothing without an open case, and reads only rooms that changed', async () => {
    chatwork.rooms = [{ roomId: OTHER_ROOM, updatedAt: seconds(), mentions: 9 }];
    const looker = poll();
    await turn(looker);
    expect(chatwork.asked).toEqual([]);
    const quoting = await report();
    world.clock.advance(60_000);
    await turn(looker);
    expect(chatwork.asked).toEqual(['rooms']);
    post(quoting, '心当たりはありません');
    world.clock.advance(60_000);
    await turn(looker);
    expect(chatwork.asked).toEqual(['rooms', 'rooms', ROOM]);
    expect(await answers()).toMatchObject([{ choice: 'unknown' }]);
    await turn(looker);
    await turn(poll());
    world.clock.advance(60_000);
    await turn(looker);
    expect(chatwork.asked).toEqual(['rooms', 'rooms', ROOM, 'rooms']);
    expect(await said()).toHaveLength(1);
  });

  it('keeps to its share of the reads, and forgets no room that had to wait', async () => {
    const quoting = await report();
    post(quoting, '転送を止めます');
    world.clock.advance(60_000);
    await turn(poll({ reads: 1 }));
    expect(chatwork.asked).toEqual(['rooms']);
    await turn(poll());
    expect(chatwork.asked).toEqual(['rooms']);
    world.clock.advance(14_000);
    await turn(poll());
    expect(chatwork.asked).toEqual(['rooms', ROOM]);
    expect(await answers()).toHaveLength(1);
  });

  it('P8 leaves reads for deliveries whose answer was lost, however many rooms changed', async () => {
    const rooms = ['1003', '1004', '1005', '1006', '1007'];
    for (const room of rooms) {
      const client = await world.addClient({
        code: `r${room}`,
        destinations: [{ channel: 'chatwork', address: room }],
      });
      await report(room, client);
    }
    chatwork.rooms = rooms.map((roomId, at) => ({ roomId, updatedAt: seconds() - 100, mentions: at }));
    const looker = poll();
    for (let step = 0; step < 12; step += 1) {
      await turn(looker);
      world.clock.advance(5_000);
    }
    // The ones that name us most come first.
    expect(chatwork.asked).toEqual(['rooms', '1007', '1006', '1005']);
  });

  it('tells staff once a day that the webhook seems dead, and not when it is only late', async () => {
    const silent = () =>
      world.db.selectFrom('notices').select('key').where('key', 'like', 'chatwork-webhook%').execute();
    const looker = poll({ webhook: true });
    const quoting = await report();
    await turn(looker);
    post(quoting, '心当たりはありません');
    world.clock.advance(60_000);
    await turn(looker);
    const [found] = await world.db.selectFrom('chatwork_replies').selectAll().execute();
    world.clock.advance(120_000);
    // It comes after all.
    await keepReply(
      world.db,
      {
        source: 'mention_to_me',
        roomId: ROOM,
        messageId: found?.message_id ?? '',
        accountId: PERSON,
        body: '[To:1]x',
        sentAt: seconds(),
        updatedAt: 0,
      },
      parts(),
    );
    world.clock.advance(600_000);
    await turn(looker);
    expect(await silent()).toEqual([]);
    post(quoting, '転送を止めます');
    world.clock.advance(60_000);
    await turn(looker);
    expect(await silent()).toEqual([]);
    for (let minute = 0; minute < 10; minute += 1) {
      world.clock.advance(60_000);
      await turn(looker);
    }
    expect(await silent()).toHaveLength(1);
    // Without a webhook nothing is missed.
    await world.db.deleteFrom('notices').execute();
    post(quoting, '当社で対応します');
    for (let minute = 0; minute < 10; minute += 1) {
      world.clock.advance(60_000);
      await turn(poll());
    }
    expect(await answers()).toHaveLength(3);
    expect(await silent()).toEqual([]);
  });
});
