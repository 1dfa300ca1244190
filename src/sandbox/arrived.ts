import type { Clock } from '../domain/ports.ts';

/** Everything that arrived has these, whatever the channel. */
interface ArrivedBase {
  /** 1, 2, 3 … in order of arrival, over all channels. */
  readonly number: number;
  readonly at: Date;
  /** Room id · channel id · mail address. */
  readonly target: string;
  /** What a person calls that place: the room's, channel's or reader's name. */
  readonly targetName: string;
  /** Chatwork message id · Slack timestamp · mail Message-ID. */
  readonly id: string;
  readonly text: string;
  /** The sender's own id where the channel shows it (Slack metadata, mail Message-ID); else null. */
  readonly deliveryId: string | null;
  /** The delivery's sign (last twelve hexadecimal digits of its id), as printed in the text, else from the id; else null. */
  readonly mark: string | null;
  /** The request's headers, names in lower case, without credentials. Mail: the message's own headers. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ArrivedInChatwork extends ArrivedBase {
  readonly channel: 'chatwork';
  readonly kind: 'message' | 'task';
  readonly selfUnread: boolean;
}

export interface ArrivedInSlack extends ArrivedBase {
  readonly channel: 'slack';
  /** `response` came through a command's answer or its response URL; `direct` lies in a person's own messages. */
  readonly kind: 'message' | 'direct' | 'ephemeral' | 'response';
  readonly blocks: readonly Readonly<Record<string, unknown>>[];
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly threadTs: string | null;
  /** The only person who sees it, for `ephemeral` and `response`. */
  readonly visibleTo: string | null;
  /** Whether a client reads it, or the agency's own people: operators, supervisors, their channels. */
  readonly audience: 'clients' | 'staff';
  /** True once `chat.update` changed it: text and blocks are then the newest ones. */
  readonly edited: boolean;
}

export interface ArrivedInMail extends ArrivedBase {
  readonly channel: 'email';
  readonly subject: string;
  /** Sender and recipients of the message's own header, decoded: `名前 <address>`. */
  readonly from: string;
  readonly to: string;
  readonly html: string | null;
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** The message as it came over the wire. */
  readonly source: string;
}

export type Arrived = ArrivedInChatwork | ArrivedInSlack | ArrivedInMail;

type Unnumbered<A> = A extends Arrived ? Omit<A, 'number' | 'at' | 'mark'> : never;

/** Everything that arrived, in memory, newest last. */
export function createInbox(clock: Clock, kept: number) {
  let messages: Arrived[] = [];
  let count = 0;
  let version = 0;
  return {
    add(arrival: Unnumbered<Arrived>): Arrived {
      count += 1;
      version += 1;
      const arrived: Arrived = {
        ...arrival,
        number: count,
        at: clock(),
        mark: markIn(arrival.text) ?? markOf(arrival.deliveryId),
      };
      messages.push(arrived);
      if (messages.length > kept * 1.1) messages = messages.slice(-kept);
      return arrived;
    },
    /** Replaces a message that its sender edited. */
    replace(number: number, change: (before: Arrived) => Arrived): void {
      const index = messages.findLastIndex((candidate) => candidate.number === number);
      const before = messages[index];
      if (before === undefined) return;
      version += 1;
      messages[index] = change(before);
    },
    all(): readonly Arrived[] {
      return messages.slice(-kept);
    },
    find(number: number): Arrived | undefined {
      return messages.findLast((candidate) => candidate.number === number);
    },
    /** Grows with every arrival and every edit, so that a page knows whether to look again. */
    version(): number {
      return version;
    },
    clear(): void {
      messages = [];
      version += 1;
    },
  };
}
export type Inbox = ReturnType<typeof createInbox>;

/** The last twelve-digit sign standing after a label's colon, such as 「配信番号: 3f9a0c21b7d4」. */
function markIn(text: string): string | null {
  let found: string | null = null;
  for (const match of text.matchAll(/[:：]\s*([0-9a-f]{12})(?![0-9a-f])/g)) found = match[1] ?? null;
  return found;
}

/** The sign a delivery's own id ends with. */
function markOf(deliveryId: string | null): string | null {
  return /[0-9a-f]{12}$/.exec(deliveryId ?? '')?.[0] ?? null;
}

/** Request headers worth keeping: credentials are dropped, names are lower case. */
export function visibleHeaders(
  headers: Iterable<readonly [string, string]>,
): Readonly<Record<string, string>> {
  const hidden = new Set(['x-chatworktoken', 'authorization', 'cookie']);
  return Object.fromEntries([...headers].filter(([name]) => !hidden.has(name)));
}
