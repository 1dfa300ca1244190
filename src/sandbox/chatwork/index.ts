import type { Clock } from '../../domain/ports.ts';
import type { Inbox } from '../arrived.ts';
import { CHATWORK_API_TOKEN, CHATWORK_WEBHOOK_TOKEN } from '../credentials.ts';
import type { FailurePlan } from '../failures.ts';
import type { Limits } from '../limits.ts';
import { createChatworkApi } from './api.ts';
import {
  type ChatworkAccount,
  type ChatworkMessage,
  createRooms,
  type RoomSetup,
  SANDBOX_ACCOUNT,
} from './rooms.ts';
import { emitWebhooks, type WebhookAnswer } from './webhook.ts';

export interface ChatworkOptions {
  /** With rooms given only those exist; without, every room a request names is opened on the spot. */
  readonly rooms?: readonly RoomSetup[];
  /** Where to send webhooks; may be told later with `webhooksTo`. */
  readonly webhookUrl?: string;
}

export interface PretendChatwork {
  /** For CHATWORK_API_URL, no slash at the end. */
  readonly url: string;
  readonly apiToken: string;
  readonly webhookToken: string;
  /** The account the token belongs to. */
  readonly account: ChatworkAccount;
  addRoom(setup: RoomSetup): void;
  /** A room's messages, the app's and people's, oldest first. */
  messages(roomId: string): readonly ChatworkMessage[];
  /** Undefined: nobody is told any more. */
  webhooksTo(url: string | undefined): void;
  /**
   * Somebody writes in a room. Webhooks go out once their address is known; a text that begins with
   * `[rp aid=… to=…]` for the app's account is told as `mention_to_me` too.
   */
  say(o: {
    readonly roomId: string;
    readonly account: ChatworkAccount;
    readonly body: string;
  }): Promise<{ readonly messageId: string; readonly webhooks: readonly WebhookAnswer[] }>;
  /** Somebody changes what they wrote. */
  edit(o: {
    readonly roomId: string;
    readonly messageId: string;
    readonly body: string;
  }): Promise<{ readonly webhooks: readonly WebhookAnswer[] }>;
}

const WEBHOOK_TIMEOUT_MS = 5_000;

/** The pretend Chatwork: its API (`app`) and the people in its rooms. */
export function createChatwork(
  o: ChatworkOptions,
  deps: {
    readonly inbox: Inbox;
    readonly failures: FailurePlan;
    readonly limits: Limits;
    readonly clock: Clock;
    readonly baseUrl: () => string;
  },
) {
  const { clock, baseUrl } = deps;
  const rooms = createRooms(clock, o.rooms);
  let webhookUrl = o.webhookUrl;

  async function tell(
    roomId: string,
    message: ChatworkMessage,
    edited = false,
  ): Promise<readonly WebhookAnswer[]> {
    const room = rooms.find(roomId);
    if (webhookUrl === undefined || room === undefined) return [];
    return emitWebhooks({ url: webhookUrl, room, message, edited, clock, timeoutMs: WEBHOOK_TIMEOUT_MS });
  }

  const api = createChatworkApi({
    rooms,
    inbox: deps.inbox,
    failures: deps.failures,
    limits: deps.limits,
    clock,
    posted(room, message) {
      void tell(room.roomId, message);
    },
  });

  const chatwork: PretendChatwork = {
    get url() {
      return `${baseUrl()}/chatwork/v2`;
    },
    apiToken: CHATWORK_API_TOKEN,
    webhookToken: CHATWORK_WEBHOOK_TOKEN,
    account: SANDBOX_ACCOUNT,
    addRoom: (setup) => void rooms.open(setup),
    messages: (roomId) => rooms.find(roomId)?.messages ?? [],
    webhooksTo(url) {
      webhookUrl = url;
    },
    async say({ roomId, account, body }) {
      const room = rooms.find(roomId);
      if (room === undefined) throw new Error(`no room ${roomId}`);
      const message = rooms.post(room, account, body);
      return { messageId: message.messageId, webhooks: await tell(roomId, message) };
    },
    async edit({ roomId, messageId, body }) {
      const room = rooms.find(roomId);
      const message = room && rooms.edit(room, messageId, body);
      if (message === undefined) throw new Error(`no message ${messageId} in room ${roomId}`);
      return { webhooks: await tell(roomId, message, true) };
    },
  };
  return {
    app: api.app,
    chatwork,
    reset(): void {
      api.reset();
      rooms.reset();
    },
  };
}
