import type { Installations } from './installations.ts';
import type { JsonObject } from './json.ts';
import type { Person } from './person.ts';
import { createPlace, type Place, type PlaceDeps } from './place.ts';
import type { AppAnswer } from './transport.ts';
import { APP_ID, type ChannelSetup, type SlackMessage, type Team } from './workspace.ts';

export interface OtherWorkspaceSetup {
  /** `T…`. */
  readonly id: string;
  readonly name: string;
  readonly channels?: readonly ChannelSetup[];
  /** Who decides about apps; a person of this id joins. */
  readonly adminId?: string;
}

/** A workspace of somebody else: a client's, or a stranger's. */
export interface OtherWorkspace {
  readonly teamId: string;
  readonly botUserId: string;
  person(id: string, name?: string): Person;
  addChannel(setup: ChannelSetup): void;
  messages(channelId: string): readonly SlackMessage[];
  /** The app's token here; undefined while it is not installed. */
  token(): string | undefined;
  /** Removes the app: its token is dead, and the app is told, as Slack tells it, unless `silently`. */
  uninstall(o?: { readonly silently?: boolean }): Promise<readonly AppAnswer[]>;
  /** Tells the app of something about this workspace. */
  event(event: JsonObject, o?: { readonly at?: Date }): Promise<AppAnswer>;
}

export function createOtherWorkspace(
  setup: OtherWorkspaceSetup,
  deps: PlaceDeps & { readonly installations: Installations },
): { readonly place: Place; readonly workspace: OtherWorkspace } {
  const { installations, transport, clock } = deps;
  const adminId = setup.adminId ?? 'U0ADMIN001';
  const team: Team = {
    id: setup.id,
    name: setup.name,
    domain: setup.id.toLowerCase(),
    botUserId: `U${setup.id.slice(1)}B`,
    botId: `B${setup.id.slice(1)}`,
  };
  const place = createPlace({
    ...deps,
    team,
    foreign: true,
    defaultChannelId: setup.channels?.[0]?.id ?? 'C0GENERAL01',
    setup: { channels: setup.channels ?? [], users: [{ id: adminId, name: '管理者' }] },
  });
  installations.offer(setup.id, {
    adminId,
    open: (scopes) => ({ workspace: place.workspace, scopes, methods: place.methods }),
  });

  const event: OtherWorkspace['event'] = (inner, o = {}) =>
    transport.event({
      type: 'event_callback',
      token: 'sandbox-verification-token',
      team_id: setup.id,
      api_app_id: APP_ID,
      event_id: `Ev${place.workspace.nextTs().replace('.', '')}`,
      event_time: Math.floor((o.at ?? clock()).getTime() / 1000),
      event: inner,
    });

  return {
    place,
    workspace: {
      teamId: setup.id,
      botUserId: team.botUserId,
      person: (id, name) => place.person(id, name),
      addChannel: (channel) => void place.workspace.addChannel(channel),
      messages: (channelId) => place.workspace.channel(channelId)?.messages ?? [],
      token: () => installations.tokenOf(setup.id),
      async uninstall(o = {}) {
        if (!installations.end(setup.id, o.silently ? 'token_revoked' : 'account_inactive')) return [];
        if (o.silently) return [];
        return [
          await event({ type: 'tokens_revoked', tokens: { oauth: [], bot: [team.botUserId] } }),
          await event({ type: 'app_uninstalled' }),
        ];
      },
      event,
    },
  };
}
