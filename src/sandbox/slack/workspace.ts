import type { Clock } from '../../domain/ports.ts';
import type { JsonObject } from './json.ts';

export interface SlackUser {
  /** `U…` or `W…`. */
  readonly id: string;
  readonly name: string;
  readonly bot: boolean;
  /** Their own workspace, when they are only here through a shared channel (Slack Connect). */
  readonly visitorOf: string | null;
}

/** A workspace, and the app's bot in it. */
export interface Team {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly botUserId: string;
  readonly botId: string;
}

export interface SlackMessage {
  readonly ts: string;
  readonly userId: string;
  readonly botId: string | null;
  text: string;
  blocks: readonly JsonObject[];
  metadata: JsonObject | null;
  readonly threadTs: string | null;
  edited: boolean;
  /** Where it stands in the inbox, when the app posted it. */
  readonly arrivedAs: number | null;
}

export interface SlackChannel {
  readonly id: string;
  readonly name: string;
  readonly type: 'public' | 'private' | 'direct';
  /** The person of a direct conversation. */
  readonly userId: string | null;
  /** Whether the bot is in it. */
  member: boolean;
  archived: boolean;
  readonly staff: boolean;
  readonly people: Set<string>;
  readonly messages: SlackMessage[];
}

export interface ChannelSetup {
  /** `C…` or `G…`. */
  readonly id: string;
  readonly name?: string;
  readonly private?: boolean;
  /** Whether the bot was invited; true by default. */
  readonly member?: boolean;
  readonly archived?: boolean;
  /** Whether the agency's own people read it, as a supervisors' channel; the page shows it apart. */
  readonly staff?: boolean;
  readonly people?: readonly string[];
}

export interface WorkspaceSetup {
  /** With channels given only those exist; without, every well-formed channel id a request names is opened. */
  readonly channels?: readonly ChannelSetup[];
  readonly users?: readonly { readonly id: string; readonly name: string }[];
  /** User groups by id (`S…`). */
  readonly userGroups?: Readonly<Record<string, readonly string[]>>;
}

export const APP_ID = 'A0SANDBOX1';
/** The agency's. */
export const HOME: Team = {
  id: 'T0SANDBOX1',
  name: 'サンプル電話代行',
  domain: 'sandbox',
  botUserId: 'U0SANDBOXB',
  botId: 'B0SANDBOX1',
};

/** People, channels and messages of a pretend workspace. */
export function createWorkspace(clock: Clock, setup: WorkspaceSetup, team: Team = HOME) {
  const users = new Map<string, SlackUser>();
  const channels = new Map<string, SlackChannel>();
  const userGroups = new Map<string, readonly string[]>(Object.entries(setup.userGroups ?? {}));
  const staff = new Set([...userGroups.values()].flat());
  let lastMicros = 0;

  function addUser(user: {
    readonly id: string;
    readonly name: string;
    readonly visitorOf?: string | undefined;
  }): SlackUser {
    const { id, name, visitorOf = null } = user;
    const added: SlackUser = { id, name, bot: id === team.botUserId, visitorOf };
    users.set(user.id, added);
    return added;
  }

  /** Adds a channel, or describes one anew that is there already: its messages stay. */
  function addChannel(channel: ChannelSetup): SlackChannel {
    const added: SlackChannel = {
      id: channel.id,
      name: channel.name ?? `channel-${channel.id.toLowerCase()}`,
      type: channel.private || channel.id.startsWith('G') ? 'private' : 'public',
      userId: null,
      member: channel.member ?? true,
      archived: channel.archived ?? false,
      staff: channel.staff ?? false,
      people: new Set([team.botUserId, ...(channel.people ?? [])]),
      messages: channels.get(channel.id)?.messages ?? [],
    };
    channels.set(added.id, added);
    return added;
  }

  function directWith(userId: string): SlackChannel | undefined {
    const user = users.get(userId);
    if (user === undefined) return undefined;
    const id = `D${userId.slice(1)}`;
    const existing = channels.get(id);
    if (existing !== undefined) return existing;
    const direct: SlackChannel = {
      id,
      name: user.name,
      type: 'direct',
      userId,
      member: true,
      archived: false,
      staff: false,
      people: new Set([team.botUserId, userId]),
      messages: [],
    };
    channels.set(id, direct);
    return direct;
  }

  addUser({ id: team.botUserId, name: 'toritsugi' });
  for (const user of setup.users ?? []) addUser(user);
  for (const channel of setup.channels ?? []) addChannel(channel);

  return {
    team,
    addUser,
    addChannel,
    directWith,
    user: (id: string): SlackUser | undefined => users.get(id),
    /** A channel by id; a person's id means the direct conversation with them. */
    channel(id: string): SlackChannel | undefined {
      if (/^[UW][A-Z0-9]+$/.test(id)) return directWith(id);
      const known = channels.get(id);
      if (known !== undefined || setup.channels !== undefined) return known;
      return /^[CG][A-Z0-9]{4,20}$/.test(id) ? addChannel({ id }) : undefined;
    },
    /** Whoever types a command works for the agency. */
    joinStaff(userId: string): void {
      staff.add(userId);
    },
    /** Who reads a channel: clients, or the agency's own people. */
    audienceOf(channel: SlackChannel): 'clients' | 'staff' {
      return channel.staff || staff.has(channel.userId ?? '') ? 'staff' : 'clients';
    },
    userGroup: (id: string): readonly string[] | undefined => userGroups.get(id),
    setUserGroup(id: string, members: readonly string[]): void {
      userGroups.set(id, members);
    },
    /** Unix seconds with six decimals, unique in the whole workspace and always rising. */
    nextTs(): string {
      lastMicros = Math.max(lastMicros + 1, clock().getTime() * 1000);
      return `${Math.floor(lastMicros / 1_000_000)}.${String(lastMicros % 1_000_000).padStart(6, '0')}`;
    },
    forgetMessages(): void {
      for (const channel of channels.values()) channel.messages.length = 0;
    },
  };
}
export type Workspace = ReturnType<typeof createWorkspace>;

/** A message as the Web API shows it; metadata only when it was asked for. */
export function messageJson(message: SlackMessage, withMetadata: boolean, team: Team): JsonObject {
  return {
    type: 'message',
    user: message.userId,
    ...(message.botId === null ? {} : { bot_id: message.botId, app_id: APP_ID }),
    team: team.id,
    ts: message.ts,
    text: message.text,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(message.edited ? { edited: { user: message.userId, ts: message.ts } } : {}),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
  };
}

export function userJson(user: SlackUser, team: Team): JsonObject {
  return {
    id: user.id,
    team_id: user.visitorOf ?? team.id,
    name: user.name,
    deleted: false,
    real_name: user.name,
    tz: 'Asia/Tokyo',
    tz_label: 'Japan Standard Time',
    tz_offset: 32_400,
    profile: { real_name: user.name, display_name: user.name, team: user.visitorOf ?? team.id },
    is_admin: false,
    is_owner: false,
    is_bot: user.bot,
    is_app_user: false,
    updated: 0,
  };
}

export function channelJson(channel: SlackChannel, team: Team): JsonObject {
  const direct = channel.type === 'direct';
  return {
    id: channel.id,
    ...(direct ? { user: channel.userId } : { name: channel.name }),
    is_channel: channel.type === 'public',
    is_group: channel.type === 'private',
    is_im: direct,
    is_private: channel.type !== 'public',
    is_archived: channel.archived,
    is_member: channel.member,
    context_team_id: team.id,
  };
}
