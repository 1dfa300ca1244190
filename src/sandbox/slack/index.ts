import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Hono } from 'hono';
import type { Clock } from '../../domain/ports.ts';
import { type Inbox, visibleHeaders } from '../arrived.ts';
import {
  SLACK_APP_TOKEN,
  SLACK_BOT_TOKEN,
  SLACK_CLIENT_ID,
  SLACK_CLIENT_SECRET,
  SLACK_SIGNING_SECRET,
} from '../credentials.ts';
import type { FailurePlan } from '../failures.ts';
import { answerBroken, type NodeEnv } from '../http-faults.ts';
import type { Limits } from '../limits.ts';
import { createSlackApi, DEFAULT_SCOPES } from './api.ts';
import { createInstallations } from './installations.ts';
import { asList, type JsonObject } from './json.ts';
import { createOtherWorkspace, type OtherWorkspace, type OtherWorkspaceSetup } from './other-workspace.ts';
import type { Person } from './person.ts';
import { createPlace } from './place.ts';
import { readResponse } from './responses.ts';
import { createSignal } from './signal.ts';
import { createSocketMode } from './socket-mode.ts';
import { type AppAnswer, createTransport, type RawAnswer, type RawRequest } from './transport.ts';
import { APP_ID, type ChannelSetup, HOME, type SlackMessage, type WorkspaceSetup } from './workspace.ts';

export interface SlackOptions extends WorkspaceSetup {
  /** Where the app takes requests; may be told later with `connectTo`. */
  readonly requestUrl?: string;
  readonly signingSecret?: string;
  /** The bot token's scopes; those of the manifest by default. */
  readonly scopes?: readonly string[];
  /** Whether the app has the home tab; true by default, as in the manifest. */
  readonly homeTab?: boolean;
}

/** The people and the group every sandbox workspace starts with. */
export const SANDBOX_OPERATORS = [
  { id: 'U0OPERATOR1', name: '鈴木' },
  { id: 'U0OPERATOR2', name: '高橋' },
  { id: 'U0OPERATOR3', name: '田中' },
] as const;
export const SANDBOX_SUPERVISOR = { id: 'U0SUPERVIS1', name: '佐藤' } as const;
export const OPERATOR_GROUP = 'S0OPERATORS';
const FRONT_DESK: ChannelSetup = { id: 'C0FRONTDESK', name: '受電フロア', staff: true };

/** What stands on somebody's App Home. */
export interface PublishedHome {
  readonly userId: string;
  readonly name: string;
  readonly blocks: readonly JsonObject[];
  /** How often it was published after the first time. */
  readonly updates: number;
}

export interface PretendSlack {
  /** For SLACK_API_URL, with its slash at the end. */
  readonly url: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly teamId: string;
  readonly appId: string;
  readonly botUserId: string;
  /** For SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: with them the app can be installed in other workspaces. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** A user group of all the sandbox's operators, for SLACK_OPERATORS. */
  readonly operatorGroup: string;
  /** Tells Slack where the app takes requests (`http://…/slack/events`). Without, Socket Mode is used. */
  connectTo(requestUrl: string): void;
  /** A person by id; somebody unknown joins the workspace, a name given anew is taken. */
  person(id: string, name?: string): Person;
  /** Somebody of another workspace, here through a shared channel (Slack Connect). */
  visitor(id: string, name: string, teamId: string): Person;
  /** A workspace of somebody else, where the app can be installed. */
  addWorkspace(setup: OtherWorkspaceSetup): OtherWorkspace;
  addChannel(setup: ChannelSetup): void;
  setUserGroup(id: string, members: readonly string[]): void;
  /** A channel's messages, the app's and people's, oldest first. */
  messages(channelId: string): readonly SlackMessage[];
  /** Sends an event of the Events API; `event` is the inner one. */
  event(event: JsonObject): Promise<AppAnswer>;
  /** Sends a request made by hand, for hostile tests. */
  raw(request: RawRequest): Promise<RawAnswer>;
  /** How many Socket Mode connections are open. */
  socketConnections(): number;
  /** Asks every Socket Mode client to connect anew. */
  refreshSockets(): void;
}

/** The pretend Slack: its Web API and response URLs (`app`), Socket Mode (`upgrade`), and the people using it. */
export function createSlack(
  o: SlackOptions,
  deps: {
    readonly inbox: Inbox;
    readonly failures: FailurePlan;
    readonly limits: Limits;
    readonly clock: Clock;
    /** Address of the sandbox's HTTP server, known once it listens. */
    readonly baseUrl: () => string;
  },
) {
  const { inbox, failures, limits, clock, baseUrl } = deps;
  const signingSecret = o.signingSecret ?? SLACK_SIGNING_SECRET;
  const changed = createSignal();
  const operatorIds = SANDBOX_OPERATORS.map((operator) => operator.id);
  const socketMode = createSocketMode('/slack/link');
  const transport = createTransport({ clock, limits, signingSecret, socketMode });
  const common = { inbox, clock, limits, changed, baseUrl, transport };
  const home = createPlace({
    ...common,
    team: HOME,
    defaultChannelId: FRONT_DESK.id,
    homeTab: o.homeTab ?? true,
    setup: {
      ...o,
      users: [...SANDBOX_OPERATORS, SANDBOX_SUPERVISOR, ...(o.users ?? [])],
      userGroups: { [OPERATOR_GROUP]: operatorIds, ...o.userGroups },
    },
  });
  const { workspace } = home;
  const places = [home];
  const installations = createInstallations({ clock });
  if (workspace.channel(FRONT_DESK.id) === undefined || o.channels === undefined)
    workspace.addChannel(FRONT_DESK);
  workspace.joinStaff(SANDBOX_SUPERVISOR.id);
  installations.own(SLACK_BOT_TOKEN, {
    workspace,
    scopes: o.scopes ?? DEFAULT_SCOPES,
    methods: home.methods,
  });
  if (o.requestUrl !== undefined) transport.connectTo(o.requestUrl);

  const app = new Hono<NodeEnv>();
  app.route(
    '/api',
    createSlackApi({
      failures,
      installed: (token) => installations.of(token),
      oauthAccess: (args) => installations.access(args),
      openConnection: () => `${baseUrl().replace(/^http/, 'ws')}${socketMode.newTicket()}`,
    }),
  );
  app.post('/response/:id', async (c) => {
    const body = await c.req.text();
    const accept = async (): Promise<Response> => {
      const place = places.find(({ triggers }) => triggers.knowsResponseUrl(c.req.param('id'))) ?? home;
      const used = place.triggers.useResponseUrl(c.req.param('id'));
      if (!used.ok) return c.json({ ok: false, error: used.error }, 404);
      const message = readResponse(body);
      if (message === undefined) return c.text('invalid_blocks', 400);
      if (message === null) return c.text('no_text', 400);
      place.responses.show(used.url, message, visibleHeaders(c.req.raw.headers));
      return c.text('ok');
    };
    const failure = failures.slack('response_url', undefined);
    if (failure === undefined) return accept();
    if (failure.how === 'error') return c.json({ ok: false, error: failure.error }, 404);
    if (failure.how === 'rate_limited') return c.text('rate_limited', 429);
    return answerBroken(c, failure, accept);
  });

  app.get('/oauth/v2/authorize', (c) => installations.decide(c));

  const slack: PretendSlack = {
    get url() {
      return `${baseUrl()}/slack/api/`;
    },
    botToken: SLACK_BOT_TOKEN,
    appToken: SLACK_APP_TOKEN,
    signingSecret,
    clientId: SLACK_CLIENT_ID,
    clientSecret: SLACK_CLIENT_SECRET,
    teamId: HOME.id,
    appId: APP_ID,
    botUserId: HOME.botUserId,
    operatorGroup: OPERATOR_GROUP,
    connectTo: (url) => transport.connectTo(url),
    person: (id, name) => home.person(id, name),
    visitor: (id, name, teamId) => home.person(id, name, teamId),
    addWorkspace(setup) {
      const other = createOtherWorkspace(setup, { ...common, installations });
      places.push(other.place);
      return other.workspace;
    },
    addChannel: (setup) => void workspace.addChannel(setup),
    setUserGroup: (id, members) => workspace.setUserGroup(id, members),
    messages: (channelId) => workspace.channel(channelId)?.messages ?? [],
    event: (event) =>
      transport.event({
        type: 'event_callback',
        token: 'sandbox-verification-token',
        team_id: HOME.id,
        api_app_id: APP_ID,
        event_id: `Ev${workspace.nextTs().replace('.', '')}`,
        event_time: Math.floor(clock().getTime() / 1000),
        event,
      }),
    raw: (request) => transport.raw(request),
    socketConnections: () => socketMode.connected(),
    refreshSockets: () => socketMode.disconnect(),
  };

  return {
    app,
    slack,
    nameOf: (userId: string): string | undefined => workspace.user(userId)?.name,
    /** The homes as their people see them. */
    homes: (): readonly PublishedHome[] =>
      home.views.homes().map(({ userId, payload, updates }) => ({
        userId,
        name: workspace.user(userId)?.name ?? userId,
        blocks: asList(payload.blocks),
        updates,
      })),
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      socketMode.upgrade(request, socket, head),
    reset(): void {
      for (const place of places) place.reset();
    },
    close: () => socketMode.close(),
  };
}
