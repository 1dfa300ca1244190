import { z } from 'zod';
import type { Reason } from '../../domain/outcome.ts';
import type { HttpTimeouts } from '../http/far-side.ts';
import { errorCode, failureReason } from './classify.ts';
import { createSlackClient } from './client.ts';

/** What the bot may do in a client's workspace: reports, and looking back after a lost answer. No commands. */
export const CLIENT_SCOPES = [
  'chat:write',
  'im:write',
  'channels:history',
  'groups:history',
  'im:history',
] as const;

const granted = z.object({
  access_token: z.string().regex(/^xoxb-\S+$/),
  token_type: z.literal('bot'),
  scope: z.string(),
  bot_user_id: z.string().min(1),
  team: z.object({ id: z.string().regex(/^T[A-Z0-9]{5,20}$/), name: z.string().catch('') }),
  enterprise: z.object({ id: z.string() }).nullish(),
  authed_user: z.object({ id: z.string().min(1) }),
  is_enterprise_install: z.boolean().optional(),
  refresh_token: z.unknown().optional(),
  expires_in: z.unknown().optional(),
});

/** What Slack gave for a code. */
export type Exchanged =
  | {
      readonly type: 'installed';
      readonly teamId: string;
      readonly teamName: string;
      readonly enterpriseId: string | null;
      readonly botUserId: string;
      readonly scopes: string;
      readonly token: string;
      readonly installedBy: string;
    }
  /** The whole organisation's, or with a token that expires: neither is what we can keep. */
  | { readonly type: 'unsuitable'; readonly why: 'organisation' | 'rotating_token' | 'missing_scope' }
  /** Slack will not have this code. */
  | { readonly type: 'refused'; readonly reason: Reason }
  /** Slack was not reached, or answered something else. */
  | { readonly type: 'failed'; readonly reason: Reason };

export interface SlackOAuth {
  /** Where somebody who may install apps decides about ours. */
  authorizeUrl(state: string): string;
  /** Exchanges a code for the workspace's token. Never rejects. */
  exchange(code: string, signal: AbortSignal): Promise<Exchanged>;
  close(): Promise<void>;
}

/**
 * The two steps of Slack's OAuth (v2) that talk to Slack.
 * @param o.redirectUri as in the app's settings, character for character
 */
export function createSlackOAuth(o: {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiUrl: string;
  readonly redirectUri: string;
  readonly timeouts?: HttpTimeouts;
}): SlackOAuth {
  const client = createSlackClient({ botToken: undefined, apiUrl: o.apiUrl, timeouts: o.timeouts });
  return {
    authorizeUrl(state) {
      // Beside the Web API: https://slack.com/api/ → https://slack.com/oauth/v2/authorize.
      const url = new URL('../oauth/v2/authorize', o.apiUrl);
      url.search = new URLSearchParams({
        client_id: o.clientId,
        scope: CLIENT_SCOPES.join(','),
        redirect_uri: o.redirectUri,
        state,
      }).toString();
      return url.toString();
    },
    async exchange(code, signal) {
      const call = await client.call(
        'oauth.v2.access',
        { client_id: o.clientId, client_secret: o.clientSecret, code, redirect_uri: o.redirectUri },
        signal,
      );
      if (call.type === 'failed') {
        const reason = failureReason(call, { secrets: [o.clientSecret, code], contents: [] });
        return { type: errorCode(call) === undefined ? 'failed' : 'refused', reason };
      }
      const parsed = granted.safeParse(call.result);
      if (!parsed.success) {
        const organisation = call.result.is_enterprise_install === true;
        return organisation
          ? { type: 'unsuitable', why: 'organisation' }
          : { type: 'failed', reason: { code: 'slack.unexpected_answer' } };
      }
      const { data } = parsed;
      if (data.is_enterprise_install === true) return { type: 'unsuitable', why: 'organisation' };
      if (data.refresh_token !== undefined || data.expires_in !== undefined) {
        return { type: 'unsuitable', why: 'rotating_token' };
      }
      if (!data.scope.split(',').includes('chat:write')) {
        return { type: 'unsuitable', why: 'missing_scope' };
      }
      return {
        type: 'installed',
        teamId: data.team.id,
        teamName: data.team.name,
        enterpriseId: data.enterprise?.id ?? null,
        botUserId: data.bot_user_id,
        scopes: data.scope,
        token: data.access_token,
        installedBy: data.authed_user.id,
      };
    },
    close: () => client.close(),
  };
}
