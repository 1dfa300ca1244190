import {
  type Exchange,
  type HttpFarSide,
  type HttpRequest,
  type HttpTimeouts,
  openHttpFarSide,
} from '../http/far-side.ts';

export const CHATWORK_API_URL = 'https://api.chatwork.com/v2';

/**
 * The few calls of the Chatwork API v2 that we make, each one exchange: what an answer means is decided by
 * `classify.ts` and `reconcile.ts`. Our own, because no maintained client exists that has time-outs, can be
 * aborted and keeps ids as text.
 */
export interface ChatworkClient {
  /** `POST /rooms/{room_id}/messages`. Not marked as unread for ourselves. */
  postMessage(roomId: string, text: string, signal: AbortSignal): Promise<Exchange>;
  /** `GET /rooms/{room_id}/messages?force=1`: the newest 100. Never force=0, a cursor all users of a token share. */
  newestMessages(roomId: string, signal: AbortSignal): Promise<Exchange>;
  /** `GET /rooms`: every room the account is in, with the time of its newest message. */
  rooms(signal: AbortSignal): Promise<Exchange>;
  /** `GET /rooms/{room_id}` */
  room(roomId: string, signal: AbortSignal): Promise<Exchange>;
  /** `GET /me` */
  me(signal: AbortSignal): Promise<Exchange>;
  close(): Promise<void>;
}

export function createChatworkClient(o: {
  readonly apiToken: string;
  readonly apiUrl: string;
  readonly timeouts?: HttpTimeouts | undefined;
}): ChatworkClient {
  const base = o.apiUrl.replace(/\/+$/, '');
  const farSide: HttpFarSide = openHttpFarSide(o.timeouts);
  const call = (
    method: HttpRequest['method'],
    path: string,
    signal: AbortSignal,
    form?: Readonly<Record<string, string>>,
  ): Promise<Exchange> =>
    farSide.exchange(
      {
        method,
        url: new URL(`${base}${path}`),
        headers: {
          'x-chatworktoken': o.apiToken,
          accept: 'application/json',
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        },
        ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
      },
      signal,
    );
  return {
    postMessage: (roomId, text, signal) =>
      call('POST', `/rooms/${roomPath(roomId)}/messages`, signal, { body: text, self_unread: '0' }),
    newestMessages: (roomId, signal) => call('GET', `/rooms/${roomPath(roomId)}/messages?force=1`, signal),
    rooms: (signal) => call('GET', '/rooms', signal),
    room: (roomId, signal) => call('GET', `/rooms/${roomPath(roomId)}`, signal),
    me: (signal) => call('GET', '/me', signal),
    close: () => farSide.close(),
  };
}

/** A room id as it may stand in a path (P6). */
function roomPath(roomId: string): string {
  if (!/^\d{1,20}$/.test(roomId)) throw new TypeError('a Chatwork room id is digits only');
  return roomId;
}
