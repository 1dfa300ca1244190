import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Hono } from 'hono';
import type { Clock } from '../../domain/ports.ts';
import { type Inbox, visibleHeaders } from '../arrived.ts';
import { SLACK_APP_TOKEN, SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET } from '../credentials.ts';
import type { FailurePlan } from '../failures.ts';
import { answerBroken, type NodeEnv } from '../http-faults.ts';
import type { Limits } from '../limits.ts';
import { createSlackApi, DEFAULT_SCOPES } from './api.ts';
import { createChat } from './chat.ts';
import { createConversations } from './conversations.ts';
import type { JsonObject } from './json.ts';
import { createPerson, type Person } from './person.ts';
import { createResponses, readResponse } from './responses.ts';
import { createSignal } from './signal.ts';
import { createSocketMode } from './socket-mode.ts';
import { type AppAnswer, createTransport, type RawAnswer, type RawRequest } from './transport.ts';
import { createTriggers } from './triggers.ts';
import { createViewMethods } from './view-methods.ts';
import { createViews } from './views.ts';
import {
  APP_ID,
  BOT_USER_ID,
  type ChannelSetup,
  createWorkspace,
  type SlackMessage,
  TEAM_ID,
  type WorkspaceSetup,
} from './workspace.ts';

export interface SlackOptions extends WorkspaceSetup {
  /** Where the app takes requests; may be told later with `connectTo`. */
  readonly requestUrl?: string;
  readonly signingSecret?: string;
  /** The bot token's scopes; those of the manifest by default. */
  readonly scopes?: readonly string[];
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

export interface PretendSlack {
  /** For SLACK_API_URL, with its slash at the end. */
  readonly url: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly teamId: string;
  readonly appId: string;
  readonly botUserId: string;
  /** A user group of all the sandbox's operators, for SLACK_OPERATORS. */
  readonly operatorGroup: string;
  /** Tells Slack where the app takes requests (`http://…/slack/events`). Without, Socket Mode is used. */
  connectTo(requestUrl: string): void;
  /** A person by id; somebody unknown joins the workspace, a name given anew is taken. */
  person(id: string, name?: string): Person;
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
  const workspace = createWorkspace(clock, {
    ...o,
    users: [...SANDBOX_OPERATORS, SANDBOX_SUPERVISOR, ...(o.users ?? [])],
    userGroups: { [OPERATOR_GROUP]: operatorIds, ...o.userGroups },
  });
  if (workspace.channel(FRONT_DESK.id) === undefined || o.channels === undefined)
    workspace.addChannel(FRONT_DESK);
  workspace.joinStaff(SANDBOX_SUPERVISOR.id);
  const triggers = createTriggers(clock, limits);
  const views = createViews(changed);
  const socketMode = createSocketMode('/slack/link');
  const transport = createTransport({ clock, limits, signingSecret, socketMode });
  if (o.requestUrl !== undefined) transport.connectTo(o.requestUrl);
  const responses = createResponses({ workspace, inbox, changed });
  const chat = createChat({ workspace, inbox, clock, limits, changed });

  const app = new Hono<NodeEnv>();
  app.route(
    '/api',
    createSlackApi({
      workspace,
      failures,
      scopes: o.scopes ?? DEFAULT_SCOPES,
      methods: {
        ...chat.methods,
        ...createConversations(workspace),
        ...createViewMethods({ views, triggers, workspace }),
      },
      openConnection: () => `${baseUrl().replace(/^http/, 'ws')}${socketMode.newTicket()}`,
    }),
  );
  app.post('/response/:id', async (c) => {
    const body = await c.req.text();
    const accept = async (): Promise<Response> => {
      const used = triggers.useResponseUrl(c.req.param('id'));
      if (!used.ok) return c.json({ ok: false, error: used.error }, 404);
      const message = readResponse(body);
      if (message === undefined) return c.text('invalid_blocks', 400);
      if (message === null) return c.text('no_text', 400);
      responses.show(used.url, message, visibleHeaders(c.req.raw.headers));
      return c.text('ok');
    };
    const failure = failures.slack('response_url', undefined);
    if (failure === undefined) return accept();
    if (failure.how === 'error') return c.json({ ok: false, error: failure.error }, 404);
    if (failure.how === 'rate_limited') return c.text('rate_limited', 429);
    return answerBroken(c, failure, accept);
  });

  const slack: PretendSlack = {
    get url() {
      return `${baseUrl()}/slack/api/`;
    },
    botToken: SLACK_BOT_TOKEN,
    appToken: SLACK_APP_TOKEN,
    signingSecret,
    teamId: TEAM_ID,
    appId: APP_ID,
    botUserId: BOT_USER_ID,
    operatorGroup: OPERATOR_GROUP,
    connectTo: (url) => transport.connectTo(url),
    person(id, name) {
      const known = workspace.user(id);
      const user =
        known === undefined || (name !== undefined && name !== known.name)
          ? workspace.addUser({ id, name: name ?? id })
          : known;
      return createPerson(
        {
          workspace,
          views,
          triggers,
          transport,
          responses,
          inbox,
          limits,
          changed,
          baseUrl,
          defaultChannelId: FRONT_DESK.id,
        },
        user,
      );
    },
    addChannel: (setup) => void workspace.addChannel(setup),
    setUserGroup: (id, members) => workspace.setUserGroup(id, members),
    messages: (channelId) => workspace.channel(channelId)?.messages ?? [],
    event: (event) =>
      transport.event({
        type: 'event_callback',
        token: 'sandbox-verification-token',
        team_id: TEAM_ID,
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
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      socketMode.upgrade(request, socket, head),
    reset(): void {
      chat.reset();
      workspace.forgetMessages();
      views.closeAll();
    },
    close: () => socketMode.close(),
  };
}
