import { z } from 'zod';
import type { SlackBody } from '../../domain/body.ts';
import type { Outcome, Reason, Reconciliation } from '../../domain/outcome.ts';
import type { Clock } from '../../domain/ports.ts';
import { slackPlace } from '../../domain/slack-place.ts';
import {
  type NoToken,
  WORKSPACE_NOT_CONNECTED,
  WORKSPACE_REVOKED,
  type WorkspaceTokens,
} from '../../domain/workspace-token.ts';
import { checkAddress } from '../address.ts';
import type { Channel, CredentialCheck, OutgoingMessage } from '../channel.ts';
import type { HttpTimeouts } from '../http/far-side.ts';
import type { Hidden } from '../said.ts';
import { classifyPost, errorCode, failureReason } from './classify.ts';
import { createSlackClient, type SlackClient } from './client.ts';
import { postArguments } from './post.ts';
import { lookIntoConversation } from './reconcile.ts';

/** What the bot token must be allowed for posting, and for looking back after a lost answer. */
const SCOPES = ['chat:write', 'channels:history', 'groups:history', 'im:history', 'im:write'] as const;

const self = z.object({
  team: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});

/** Why a message cannot be sent to a workspace, as its reason. */
const NO_TOKEN: Readonly<Record<NoToken, string>> = {
  not_connected: WORKSPACE_NOT_CONNECTED,
  revoked: WORKSPACE_REVOKED,
  unreadable: 'slack.workspace_token_unreadable',
};

/** A workspace's connection, or why there is none: `retry` when it could not be found out. */
type Workspace =
  | { readonly type: 'open'; readonly client: SlackClient; readonly token: string }
  | { readonly type: 'retry'; readonly reason: Reason }
  | { readonly type: 'none'; readonly reason: Reason };

/**
 * Reports as messages of the bot: in the agency's own workspace, and in clients' own, each with a token of its own,
 * asked for anew for every message.
 */
export function createSlackChannel(o: {
  readonly botToken: string;
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly timeouts?: HttpTimeouts;
  /** Of clients' workspaces; without it there are none. */
  readonly workspaces?: WorkspaceTokens | undefined;
}): Channel<SlackBody> {
  const client = createSlackClient(o);
  const secrets = [o.botToken];
  /** Our own bot by its token, asked for once: a token never changes its bot. */
  const botIds = new Map<string, string | undefined>();

  const hiddenOf = (message: OutgoingMessage<SlackBody>, token = o.botToken): Hidden => ({
    secrets: [...secrets, token],
    contents: [message.body.text, ...stringsIn(message.body.blocks)],
  });

  async function workspaceOf(address: string): Promise<Workspace> {
    const { workspace } = slackPlace(address);
    if (workspace === null) return { type: 'open', client, token: o.botToken };
    try {
      const found = (await o.workspaces?.(workspace)) ?? { type: 'none', why: 'not_connected' as const };
      return found.type === 'token'
        ? { type: 'open', client: client.as(found.token), token: found.token }
        : { type: 'none', reason: { code: NO_TOKEN[found.why] } };
    } catch {
      return { type: 'retry', reason: { code: 'slack.workspace_token_not_read' } };
    }
  }

  return {
    name: 'slack',

    async send(message, signal): Promise<Outcome> {
      if (!checkAddress('slack', message.address, null).ok) {
        return { type: 'rejected', scope: 'destination', reason: { code: 'slack.invalid_address' } };
      }
      const workspace = await workspaceOf(message.address);
      if (workspace.type === 'retry') return { type: 'retry', reason: workspace.reason };
      if (workspace.type === 'none') {
        return { type: 'rejected', scope: 'credential', reason: workspace.reason };
      }
      const call = await workspace.client.call('chat.postMessage', postArguments(message), signal);
      return classifyPost(call, {
        nowMs: o.clock().getTime(),
        hidden: hiddenOf(message, workspace.token),
        workspace: slackPlace(message.address).workspace,
      });
    },

    async reconcile(attempt, signal): Promise<Reconciliation> {
      const workspace = await workspaceOf(attempt.message.address);
      if (workspace.type !== 'open') return { type: 'inconclusive', reason: workspace.reason };
      const { token } = workspace;
      if (botIds.get(token) === undefined) {
        const call = await workspace.client.call('auth.test', {}, signal);
        const known = call.type === 'ok' ? self.safeParse(call.result) : undefined;
        botIds.set(token, known?.success === true ? known.data.bot_id : undefined);
      }
      return await lookIntoConversation(workspace.client, attempt, {
        botId: botIds.get(token),
        hidden: hiddenOf(attempt.message, token),
        signal,
      });
    },

    async checkCredential(signal): Promise<CredentialCheck> {
      const call = await client.call('auth.test', {}, signal);
      if (call.type === 'failed') {
        const code = errorCode(call);
        return {
          ok: false,
          reason: failureReason(call, { secrets, contents: [] }),
          advice:
            code === undefined
              ? 'Slack did not answer as expected: check the network and SLACK_API_URL.'
              : 'Slack refuses the token: reinstall the app to the workspace and set SLACK_BOT_TOKEN to the new bot token.',
        };
      }
      const parsed = self.safeParse(call.result);
      if (!parsed.success) {
        return {
          ok: false,
          reason: { code: 'slack.unexpected_answer' },
          advice: 'This does not look like the Slack Web API: check SLACK_API_URL.',
        };
      }
      botIds.set(o.botToken, parsed.data.bot_id);
      const granted = parsed.data.response_metadata?.scopes;
      const missing = granted === undefined ? [] : SCOPES.filter((scope) => !granted.includes(scope));
      if (missing.length > 0) {
        return {
          ok: false,
          reason: { code: 'slack.missing_scope', said: `missing: ${missing.join(', ')}` },
          advice: `Add the scopes ${missing.join(', ')} to the app and reinstall it to the workspace.`,
        };
      }
      return {
        ok: true,
        detail: `Slack bot ${parsed.data.user ?? 'unknown'} in ${parsed.data.team ?? 'unknown'}`,
      };
    },

    close: () => client.close(),
  };
}

/** Every text inside blocks, so that an error that echoes one is not quoted. */
function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).flatMap(([key, inner]) => (key === 'type' ? [] : stringsIn(inner)));
  }
  return [];
}
