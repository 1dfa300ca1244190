import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import type { ChatworkInbox, Look } from '../../channels/chatwork/inbox.ts';
import { names } from '../../channels/chatwork/notation.ts';
import type { Budgets } from '../../delivery/budgets.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import { keepReply } from './keep-reply.ts';
import { tellIfWebhookIsSilent } from './webhook-silence.ts';

export interface ChatworkPoll {
  /** The next request that is due, if any. True when there may be another one at once. */
  look(): Promise<boolean>;
}

export interface PollSettings {
  /** How often the room list is asked for, ms, by all processes together. */
  readonly everyMs: number;
  /** How long the webhook may take to bring what a look has found. */
  readonly webhookLateMs: number;
  readonly lookTimeoutMs: number;
}

export const POLL_DEFAULTS: PollSettings = {
  everyMs: 60_000,
  webhookLateMs: 5 * 60_000,
  lookTimeoutMs: 15_000,
};

/** Chatwork tells times by the second: a room that changed just now may change again in the same one. Seconds. */
const STILL_SECONDS = 3;
/**
 * Rooms read for one room list: together four requests a minute of the six there are for reading. The others are left to
 * deliveries whose answer was lost.
 */
const ROOMS_A_TURN = 3;

/**
 * Finds what the webhook did not bring. Once a minute the room list says which rooms changed; of those only the ones
 * with an open case are read, one a turn, the ones that name us first. Every request is taken out of the token's tenth
 * for reading, which all processes share, and never all of it; what does not fit waits its turn and nothing is forgotten:
 * a room counts as read only when it was.
 */
export function createChatworkPoll(deps: {
  readonly db: Kysely<Schema>;
  readonly inbox: ChatworkInbox;
  readonly budgets: Pick<Budgets, 'spendRead'>;
  /** A webhook is set up, so that its silence means something. */
  readonly webhook: boolean;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly settings: PollSettings;
  readonly log: Logger;
}): ChatworkPoll {
  const { db, inbox, clock, settings } = deps;
  const later = (ms: number) => new Date(clock().getTime() + ms);
  const timeout = () => AbortSignal.timeout(settings.lookTimeoutMs);
  const mayRead = () => deps.budgets.spendRead({ channel: 'chatwork', credential: 'chatwork' });

  return {
    async look() {
      if (await takeTurn()) await askForRooms();
      const roomId = await takeRoom();
      if (roomId === undefined) return false;
      return await readRoom(roomId);
    },
  };

  /** Whether this process is the one that asks for the room list now. */
  async function takeTurn(): Promise<boolean> {
    const now = clock();
    const { rows } = await sql`
      update chatwork_looks set next_at = ${later(settings.everyMs)},
        webhook_since = case when ${deps.webhook}::boolean then coalesce(webhook_since, ${now}) end
      where next_at <= ${now} returning 1
    `.execute(db);
    return rows.length > 0;
  }

  async function askForRooms(): Promise<void> {
    if (deps.webhook) await tellIfWebhookIsSilent(db, settings.webhookLateMs, deps);
    const watched = await roomsWithOpenCases(db);
    await db
      .deleteFrom('chatwork_rooms')
      .where('room_id', 'not in', [...watched, ''])
      .execute();
    if (watched.length === 0) return;
    const permission = await mayRead();
    if (!permission.granted) return await nextTurn(later(permission.retryMs));
    const rooms = seen(await inbox.rooms(timeout()));
    if (rooms === undefined) return;
    for (const room of rooms.filter(({ roomId }) => watched.includes(roomId))) {
      await sql`
        insert into chatwork_rooms (room_id, changed_at, mentions)
        values (${room.roomId}, ${room.updatedAt}, ${room.mentions})
        on conflict (room_id) do update set changed_at = excluded.changed_at, mentions = excluded.mentions
      `.execute(db);
    }
  }

  async function nextTurn(at: Date): Promise<void> {
    await db.updateTable('chatwork_looks').set({ next_at: at }).execute();
  }

  /** One room that changed since it was read and that nobody is reading. */
  async function takeRoom(): Promise<string | undefined> {
    const now = clock();
    const { rows } = await sql<{ room_id: string }>`
      with turn as (
        update chatwork_looks set room_at = ${later(settings.everyMs / ROOMS_A_TURN)}
        where room_at <= ${now} and exists (
          select 1 from chatwork_rooms
          where changed_at > read_up_to and (looking_until is null or looking_until <= ${now})
        )
        returning 1
      ), taken as (
        select room_id from chatwork_rooms
        where changed_at > read_up_to and (looking_until is null or looking_until <= ${now})
          and exists (select 1 from turn)
        order by mentions desc, changed_at limit 1
        for update skip locked
      )
      update chatwork_rooms r set looking_until = ${later(2 * settings.lookTimeoutMs)}
      from taken where r.room_id = taken.room_id returning r.room_id
    `.execute(db);
    return rows[0]?.room_id;
  }

  /** True when the next room may be read at once. */
  async function readRoom(roomId: string): Promise<boolean> {
    const permission = await mayRead();
    if (!permission.granted) {
      const at = later(permission.retryMs);
      await letGo(roomId, at);
      await db.updateTable('chatwork_looks').set({ room_at: at }).execute();
      return false;
    }
    const account = seen(await inbox.account(timeout()));
    const startedAt = clock();
    const messages = account === undefined ? undefined : seen(await inbox.messages(roomId, timeout()));
    if (account === undefined || messages === undefined) {
      await letGo(roomId, later(settings.everyMs));
      return false;
    }
    for (const message of messages) {
      if (message.accountId === account.accountId || !names(message.body, account.accountId)) continue;
      await keepReply(db, { ...message, source: 'look', roomId }, deps);
    }
    const settledUpTo = Math.floor(startedAt.getTime() / 1000) - STILL_SECONDS;
    await sql`
      update chatwork_rooms set
        read_up_to = case when changed_at <= ${settledUpTo}::bigint then changed_at else changed_at - 1 end,
        looking_until = case when changed_at <= ${settledUpTo}::bigint then null
          else ${later(STILL_SECONDS * 1000)}::timestamptz end
      where room_id = ${roomId}
    `.execute(db);
    return true;
  }

  async function letGo(roomId: string, until: Date): Promise<void> {
    await db
      .updateTable('chatwork_rooms')
      .set({ looking_until: until })
      .where('room_id', '=', roomId)
      .execute();
  }

  function seen<T>(look: Look<T>): T | undefined {
    if (look.type === 'seen') return look.value;
    deps.log.warn(
      { reason: look.type === 'wait' ? 'chatwork.token_rate_limit' : look.code },
      'Chatwork could not be looked at; it comes again',
    );
    return undefined;
  }
}

/** Rooms that were told of a case which is still open; by indexes `cases_open` and `case_calls_of`. */
async function roomsWithOpenCases(db: Kysely<Schema>): Promise<readonly string[]> {
  const { rows } = await sql<{ address: string }>`
    select distinct d.address
    from cases c
    join case_calls cc on cc.case_id = c.id
    join reports r on r.call_id = cc.call_id
    join deliveries d on d.report_id = r.id and d.channel = 'chatwork' and d.receipt is not null
    where c.state <> 'closed'
  `.execute(db);
  return rows.map(({ address }) => address);
}
