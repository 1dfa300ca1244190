import type { Clock } from '../../domain/ports.ts';

export interface ChatworkAccount {
  readonly accountId: number;
  readonly name: string;
}

/** The account whose token the app holds. */
export const SANDBOX_ACCOUNT: ChatworkAccount = { accountId: 2739132, name: '電話代行サンドボックス' };

export interface RoomSetup {
  /** Digits only. */
  readonly roomId: string;
  readonly name?: string;
  /** People in the room besides the token's own account. */
  readonly members?: readonly ChatworkAccount[];
  /** Sends `chatwork-message-limitation: true`: part of the room's past is hidden (free plan). */
  readonly limited?: boolean;
}

export interface ChatworkMessage {
  /** Above 2^53, so text. */
  readonly messageId: string;
  readonly account: ChatworkAccount;
  readonly body: string;
  /** Unix seconds. */
  readonly sendTime: number;
  readonly updateTime: number;
}

export interface ChatworkTask {
  readonly taskId: number;
  readonly account: ChatworkAccount;
  readonly assignedBy: ChatworkAccount;
  readonly messageId: string;
  readonly body: string;
  /** Unix seconds; 0 without a limit. */
  readonly limitTime: number;
  readonly limitType: 'none' | 'date' | 'time';
  readonly status: 'open' | 'done';
}

export interface Room {
  readonly roomId: string;
  readonly name: string;
  readonly members: ChatworkAccount[];
  readonly messages: ChatworkMessage[];
  readonly tasks: ChatworkTask[];
  readonly limited: boolean;
  /** How many messages the token's user has read: what `force=0` counts from. */
  read: number;
}

const FIRST_MESSAGE_ID = 1_984_676_321_621_704_704n;

/**
 * The rooms the token can see. With `setups` given, only those exist; without, every room a request names is
 * opened on the spot, so that an agency can try its own client list as it is.
 */
export function createRooms(clock: Clock, setups: readonly RoomSetup[] | undefined) {
  const rooms = new Map<string, Room>();
  let lastMessageId = FIRST_MESSAGE_ID;
  let lastTaskId = 100;

  /** Opens a room, or describes one anew that is open already: its messages stay. */
  function open(setup: RoomSetup): Room {
    const before = rooms.get(setup.roomId);
    const room: Room = {
      roomId: setup.roomId,
      name: setup.name ?? `ルーム ${setup.roomId}`,
      members: [SANDBOX_ACCOUNT, ...(setup.members ?? [])],
      messages: before?.messages ?? [],
      tasks: before?.tasks ?? [],
      limited: setup.limited ?? false,
      read: before?.read ?? 0,
    };
    rooms.set(room.roomId, room);
    return room;
  }

  for (const setup of setups ?? []) open(setup);

  return {
    open,
    find(roomId: string): Room | undefined {
      const room = rooms.get(roomId);
      return room ?? (setups === undefined && /^\d{1,19}$/.test(roomId) ? open({ roomId }) : undefined);
    },
    all(): readonly Room[] {
      return [...rooms.values()];
    },
    post(room: Room, account: ChatworkAccount, body: string): ChatworkMessage {
      lastMessageId += 65_536n;
      const message = {
        messageId: String(lastMessageId),
        account,
        body,
        sendTime: Math.floor(clock().getTime() / 1000),
        updateTime: 0,
      };
      room.messages.push(message);
      return message;
    },
    edit(room: Room, messageId: string, body: string): ChatworkMessage | undefined {
      const at = room.messages.findIndex((message) => message.messageId === messageId);
      const before = room.messages[at];
      if (before === undefined) return undefined;
      const message = { ...before, body, updateTime: Math.floor(clock().getTime() / 1000) };
      room.messages[at] = message;
      return message;
    },
    /** One task for each person, and one message that tells of them, as Chatwork does. */
    assign(
      room: Room,
      to: readonly ChatworkAccount[],
      task: {
        readonly body: string;
        readonly limitTime: number;
        readonly limitType: ChatworkTask['limitType'];
      },
    ): readonly ChatworkTask[] {
      const message = this.post(
        room,
        SANDBOX_ACCOUNT,
        `[info][title]タスクを追加しました。[/title]${task.body}[/info]`,
      );
      const added = to.map((account): ChatworkTask => {
        lastTaskId += 1;
        return {
          taskId: lastTaskId,
          account,
          assignedBy: SANDBOX_ACCOUNT,
          messageId: message.messageId,
          status: 'open',
          ...task,
        };
      });
      room.tasks.push(...added);
      return added;
    },
    reset(): void {
      for (const room of rooms.values()) {
        room.messages.length = 0;
        room.tasks.length = 0;
        room.read = 0;
      }
    },
  };
}
export type Rooms = ReturnType<typeof createRooms>;
