import { type Context, Hono } from 'hono';
import type { Clock } from '../../domain/ports.ts';
import { type Inbox, visibleHeaders } from '../arrived.ts';
import { CHATWORK_API_TOKEN } from '../credentials.ts';
import type { ChatworkFailure, FailurePlan } from '../failures.ts';
import { answerBroken, type NodeEnv } from '../http-faults.ts';
import type { Limits } from '../limits.ts';
import { createWindowMeter, type MeterReading } from '../meters.ts';
import { accountJson, meJson, messageJson, roomJson, taskJson } from './json.ts';
import { type ChatworkMessage, type Room, type Rooms, SANDBOX_ACCOUNT } from './rooms.ts';

const ROOM_LIMIT_SENTENCE = 'Rate limit for message posting per room exceeded.';
const NO_PERMISSION_SENTENCE = "You don't have permission to get this room";
const MAX_BODY_BYTES = 65_535;
const NEWEST = 100;

export interface ChatworkApiDeps {
  readonly rooms: Rooms;
  readonly inbox: Inbox;
  readonly failures: FailurePlan;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Called with every message the app posts, so that webhooks can tell of it. */
  readonly posted: (room: Room, message: ChatworkMessage) => void;
}

/**
 * Chatwork API v2 as far as Toritsugi uses it: token header, form bodies, both rate limits with their headers,
 * text ids, 204 on an empty room. The order of checks is the real one: token, window, then the request itself.
 */
export function createChatworkApi(deps: ChatworkApiDeps) {
  const { rooms, inbox, failures, limits, clock } = deps;
  const tokenMeter = createWindowMeter(limits.chatworkRequests, limits.chatworkWindowMs);
  const roomMeter = createWindowMeter(limits.roomPosts, limits.roomWindowMs);
  const app = new Hono<NodeEnv>();

  /** Everything an operation has in common; `work` is the operation itself. */
  async function operate(
    c: Context<NodeEnv>,
    operation: string,
    work: () => Promise<Response> | Response,
  ): Promise<Response> {
    const failure = failures.chatwork(operation, c.req.param('roomId'));
    const accept = async (): Promise<Response> => {
      if (c.req.header('x-chatworktoken') !== CHATWORK_API_TOKEN) return errors(c, 401, 'Invalid API token');
      const reading = tokenMeter.take(CHATWORK_API_TOKEN, clock().getTime());
      windowHeaders(c, limits.chatworkRequests, reading);
      return reading.passes ? work() : errors(c, 429, 'Rate limit exceeded.');
    };
    return failure === undefined ? accept() : fail(c, failure, accept);
  }

  function fail(c: Context<NodeEnv>, failure: ChatworkFailure, accept: () => Promise<Response>) {
    switch (failure.how) {
      case 'room_limit':
        return errors(c, 429, ROOM_LIMIT_SENTENCE);
      case 'token_limit': {
        const resetAtMs = clock().getTime() + limits.chatworkWindowMs;
        windowHeaders(c, limits.chatworkRequests, { passes: false, remaining: 0, resetAtMs });
        return errors(c, 429, 'Rate limit exceeded.');
      }
      case 'invalid_token':
        return errors(c, 401, 'Invalid API token');
      case 'no_permission':
        return errors(c, 403, NO_PERMISSION_SENTENCE);
      default:
        return answerBroken(c, failure, accept);
    }
  }

  /** The room of the path, or the refusal a token gets that is not in it. */
  function inRoom(c: Context<NodeEnv>, work: (room: Room) => Promise<Response> | Response) {
    const roomId = c.req.param('roomId') ?? '';
    if (!/^\d+$/.test(roomId)) return errors(c, 404, 'Not found');
    const room = rooms.find(roomId);
    return room === undefined ? errors(c, 403, NO_PERMISSION_SENTENCE) : work(room);
  }

  function mayPost(c: Context<NodeEnv>, room: Room): Response | undefined {
    return roomMeter.take(room.roomId, clock().getTime()).passes
      ? undefined
      : errors(c, 429, ROOM_LIMIT_SENTENCE);
  }

  app.get('/me', (c) => operate(c, 'me', () => c.json(meJson(SANDBOX_ACCOUNT))));
  app.get('/rooms', (c) => operate(c, 'rooms', () => c.json(rooms.all().map((room) => roomJson(room)))));
  app.get('/rooms/:roomId', (c) =>
    operate(c, 'room', () => inRoom(c, (room) => c.json({ ...roomJson(room), description: '' }))),
  );
  app.get('/rooms/:roomId/members', (c) =>
    operate(c, 'members', () =>
      inRoom(c, (room) =>
        c.json(
          room.members.map((member) => ({
            ...accountJson(member),
            role: member.accountId === SANDBOX_ACCOUNT.accountId ? 'admin' : 'member',
            chatwork_id: '',
            organization_id: 101,
            organization_name: '',
            department: '',
          })),
        ),
      ),
    ),
  );

  app.get('/rooms/:roomId/messages', (c) =>
    operate(c, 'get_messages', () =>
      inRoom(c, (room) => {
        const forced = c.req.query('force') === '1';
        const from = forced ? Math.max(0, room.messages.length - NEWEST) : room.read;
        const shown = room.messages.slice(from).slice(-NEWEST);
        room.read = room.messages.length;
        if (room.limited) c.header('chatwork-message-limitation', 'true');
        return shown.length === 0 ? c.body(null, 204) : c.json(shown.map(messageJson));
      }),
    ),
  );
  app.get('/rooms/:roomId/messages/:messageId', (c) =>
    operate(c, 'get_message', () =>
      inRoom(c, (room) => {
        const message = room.messages.find((candidate) => candidate.messageId === c.req.param('messageId'));
        return message === undefined ? errors(c, 404, 'Message not found') : c.json(messageJson(message));
      }),
    ),
  );

  app.post('/rooms/:roomId/messages', (c) =>
    operate(c, 'post_message', () =>
      inRoom(c, async (room) => {
        const form = await formOf(c);
        const body = form?.get('body') ?? '';
        const selfUnread = form?.get('self_unread') ?? '0';
        if (body === '') return errors(c, 400, 'body is required');
        if (Buffer.byteLength(body) > MAX_BODY_BYTES) return errors(c, 400, 'body is too long');
        if (selfUnread !== '0' && selfUnread !== '1') return errors(c, 400, 'self_unread must be 0 or 1');
        const refusal = mayPost(c, room);
        if (refusal !== undefined) return refusal;
        const message = rooms.post(room, SANDBOX_ACCOUNT, body);
        inbox.add({
          channel: 'chatwork',
          kind: 'message',
          target: room.roomId,
          targetName: room.name,
          id: message.messageId,
          text: body,
          deliveryId: null,
          headers: visibleHeaders(c.req.raw.headers),
          selfUnread: selfUnread === '1',
        });
        deps.posted(room, message);
        return c.json({ message_id: message.messageId });
      }),
    ),
  );

  app.get('/rooms/:roomId/tasks', (c) =>
    operate(c, 'get_tasks', () =>
      inRoom(c, (room) => {
        const { account_id: account, status } = c.req.query();
        const shown = room.tasks
          .filter((task) => account === undefined || String(task.account.accountId) === account)
          .filter((task) => status === undefined || task.status === status)
          .slice(-NEWEST);
        return shown.length === 0 ? c.body(null, 204) : c.json(shown.map(taskJson));
      }),
    ),
  );
  app.post('/rooms/:roomId/tasks', (c) =>
    operate(c, 'post_task', () =>
      inRoom(c, async (room) => {
        const form = await formOf(c);
        const body = form?.get('body') ?? '';
        const ids = (form?.get('to_ids') ?? '').split(',').filter((id) => id !== '');
        const limitType = form?.get('limit_type') ?? 'time';
        if (body === '' || ids.length === 0) return errors(c, 400, 'body and to_ids are required');
        if (limitType !== 'none' && limitType !== 'date' && limitType !== 'time') {
          return errors(c, 400, 'limit_type must be none, date or time');
        }
        const people = ids.map((id) => room.members.find((member) => String(member.accountId) === id));
        if (people.some((person) => person === undefined))
          return errors(c, 400, 'to_ids must be members of the room');
        const refusal = mayPost(c, room);
        if (refusal !== undefined) return refusal;
        const limitTime = Number(form?.get('limit') ?? 0);
        const tasks = rooms.assign(
          room,
          people.filter((person) => person !== undefined),
          { body, limitTime, limitType },
        );
        inbox.add({
          channel: 'chatwork',
          kind: 'task',
          target: room.roomId,
          targetName: room.name,
          id: String(tasks[0]?.taskId ?? ''),
          text: body,
          deliveryId: null,
          headers: visibleHeaders(c.req.raw.headers),
          selfUnread: false,
        });
        return c.json({ task_ids: tasks.map((task) => task.taskId) });
      }),
    ),
  );

  app.all('*', (c) => errors(c, 404, 'Not found'));

  return {
    app,
    reset(): void {
      tokenMeter.reset();
      roomMeter.reset();
    },
  };
}

function errors(c: Context, status: 400 | 401 | 403 | 404 | 429, message: string): Response {
  return c.json({ errors: [message] }, status);
}

function windowHeaders(c: Context, limit: number, reading: MeterReading): void {
  const finite = (value: number) => String(Math.min(value, Number.MAX_SAFE_INTEGER));
  c.header('x-ratelimit-limit', finite(limit));
  c.header('x-ratelimit-remaining', finite(reading.remaining));
  c.header('x-ratelimit-reset', String(Math.ceil(reading.resetAtMs / 1000)));
}

/** The form fields, or undefined when the body is not a form: Chatwork reads nothing else. */
async function formOf(c: Context): Promise<URLSearchParams | undefined> {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded(;|$)/i.test(type)) return undefined;
  return new URLSearchParams(await c.req.text());
}
