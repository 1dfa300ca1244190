import type { AuthorizeResult, webApi } from '@slack/bolt';
import type { WorkspaceTokens } from '../domain/workspace-token.ts';
import { isOwn, type OwnWorkspace } from './own-workspace.ts';
import type { SlackBody } from './slack-body.ts';
import { createWebClient } from './slack-client.ts';
import { withinTime } from './time-limit.ts';

/** The bot's token for a client's workspace, or undefined where it has none, such as the agency's own. */
export type TokenIn = (workspaceId: string | undefined) => Promise<string | undefined>;

/** @param tokens of clients' workspaces; undefined: there are none */
export function createTokenIn(tokens: WorkspaceTokens | undefined): TokenIn {
  return async (workspaceId) => {
    if (workspaceId === undefined || tokens === undefined) return undefined;
    const found = await tokens(workspaceId);
    return found.type === 'token' ? found.token : undefined;
  };
}

/** Longest wait for a client's token, ms: an answer is due within three seconds. */
const LOOK_MS = 500;

/**
 * What Bolt's `authorize` is asked for: the token of the very installation a request came through. Requests of our own
 * workspace ask no database, and none fails because one is away: operators are told so by whoever needs it (P1).
 */
export function createAuthorize(o: {
  readonly botToken: string;
  readonly own: OwnWorkspace;
  readonly tokenIn: TokenIn;
}): (source: unknown, body: unknown) => Promise<AuthorizeResult> {
  return async (_source, body) => {
    const installed = installationOf(body as SlackBody);
    const own = await o.own(0);
    if (installed === undefined || (own !== undefined && isOwn(own, [installed]))) {
      return { botToken: o.botToken };
    }
    const looked = await withinTime(o.tokenIn(installed), LOOK_MS).catch(() => undefined);
    return { botToken: (looked?.type === 'done' ? looked.value : undefined) ?? o.botToken };
  };
}

/**
 * The workspace whose installation a request came through: of a message, where it stands, for in a channel shared
 * between workspaces whoever presses may be of another; of a form, where it was opened.
 */
function installationOf(body: SlackBody): string | undefined {
  if (!('type' in body)) return body.team_id;
  switch (body.type) {
    case 'block_actions':
    case 'message_action': {
      const stands = body.message?.team;
      return typeof stands === 'string' ? stands : (viewTeam(body) ?? body.team?.id);
    }
    case 'view_submission':
    case 'view_closed':
    case 'block_suggestion':
      return viewTeam(body) ?? body.team?.id;
    case 'shortcut':
      return body.team?.id;
    case 'event_callback':
      return body.authorizations?.[0]?.team_id ?? body.team_id ?? undefined;
    case 'url_verification':
    case 'ssl_check':
      return undefined;
    default:
      return body satisfies never;
  }
}

function viewTeam(body: object): string | undefined {
  const view: unknown = 'view' in body ? body.view : undefined;
  const team =
    view !== null && typeof view === 'object' && 'app_installed_team_id' in view
      ? view.app_installed_team_id
      : undefined;
  return typeof team === 'string' ? team : undefined;
}

/** Slack's Web API in the workspace a report stands in, null for the agency's own; undefined when it has gone. */
export type ClientIn = (workspaceId: string | null) => Promise<webApi.WebClient | undefined>;

export function createClientIn(o: {
  readonly own: webApi.WebClient;
  readonly tokenIn: TokenIn;
  readonly options: () => webApi.WebClientOptions;
}): ClientIn {
  return async (workspaceId) => {
    if (workspaceId === null) return o.own;
    const token = await o.tokenIn(workspaceId);
    return token === undefined ? undefined : createWebClient(token, o.options());
  };
}
