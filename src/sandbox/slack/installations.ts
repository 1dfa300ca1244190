import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import type { Clock } from '../../domain/ports.ts';
import { SLACK_CLIENT_ID, SLACK_CLIENT_SECRET } from '../credentials.ts';
import type { Installed } from './api.ts';
import { type Arguments, type MethodResult, refused } from './method.ts';
import { APP_ID } from './workspace.ts';

/** A code is good for ten minutes, once. */
const CODE_MS = 600_000;

interface Candidate {
  readonly open: (scopes: readonly string[]) => Installed;
  /** Who decides about apps there. */
  readonly adminId: string;
  token: string | undefined;
}

interface Code {
  readonly teamId: string;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly expiresAtMs: number;
  used: boolean;
}

/** Bot tokens, the codes they are exchanged for, and the page on which somebody decides about the app. */
export function createInstallations(deps: { readonly clock: Clock }) {
  const live = new Map<string, Installed>();
  const gone = new Map<string, 'account_inactive' | 'token_revoked'>();
  const candidates = new Map<string, Candidate>();
  const codes = new Map<string, Code>();
  let tokens = 0;

  const now = () => deps.clock().getTime();

  /** Installed again without having been removed, an app keeps its token. */
  function tokenFor(teamId: string, candidate: Candidate, scopes: readonly string[]): string {
    tokens += 1;
    const token = candidate.token ?? `xoxb-${teamId}-${tokens}-${randomBytes(12).toString('hex')}`;
    candidate.token = token;
    live.set(token, candidate.open(scopes));
    return token;
  }

  return {
    /** The token of the app's own workspace. */
    own(token: string, installed: Installed): void {
      live.set(token, installed);
    },
    /** A workspace where the app can be installed. */
    offer(teamId: string, candidate: Omit<Candidate, 'token'>): void {
      candidates.set(teamId, { ...candidate, token: undefined });
    },
    of: (token: string): Installed | string => live.get(token) ?? gone.get(token) ?? 'invalid_auth',
    tokenOf: (teamId: string): string | undefined => candidates.get(teamId)?.token,
    /** From now on the token is refused, in Slack's words. False when the app was not installed. */
    end(teamId: string, as: 'account_inactive' | 'token_revoked'): boolean {
      const candidate = candidates.get(teamId);
      if (candidate?.token === undefined) return false;
      live.delete(candidate.token);
      gone.set(candidate.token, as);
      candidate.token = undefined;
      return true;
    },

    /** `oauth.v2.access`. */
    access(args: Arguments): MethodResult {
      if (args.text('client_id') !== SLACK_CLIENT_ID) return refused('invalid_client_id');
      if (args.text('client_secret') !== SLACK_CLIENT_SECRET) return refused('bad_client_secret');
      const code = codes.get(args.text('code'));
      if (code === undefined) return refused('invalid_code');
      if (code.used) return refused('code_already_used');
      if (now() > code.expiresAtMs) return refused('code_expired');
      if (args.text('redirect_uri') !== code.redirectUri) return refused('bad_redirect_uri');
      const candidate = candidates.get(code.teamId);
      if (candidate === undefined) return refused('invalid_code');
      code.used = true;
      const token = tokenFor(code.teamId, candidate, code.scopes);
      const { team } = candidate.open(code.scopes).workspace;
      return {
        ok: true,
        app_id: APP_ID,
        access_token: token,
        token_type: 'bot',
        scope: code.scopes.join(','),
        bot_user_id: team.botUserId,
        team: { id: team.id, name: team.name },
        enterprise: null,
        is_enterprise_install: false,
        authed_user: { id: candidate.adminId },
      };
    },

    /**
     * `/oauth/v2/authorize`: the page with the choice of workspaces. With `team`, the answer of that workspace's
     * administrator: back to the app with a code, or with `denied=1` without.
     */
    decide(c: Context): Response {
      const asked = (name: string) => c.req.query(name) ?? '';
      if (asked('client_id') !== SLACK_CLIENT_ID) return c.text('Invalid client_id parameter', 400);
      const redirectUri = asked('redirect_uri');
      if (!URL.canParse(redirectUri)) return c.text('redirect_uri did not match any configured URIs', 400);
      const scopes = asked('scope').split(',').filter(Boolean);
      if (scopes.length === 0) return c.text('No scopes requested', 400);
      const team = asked('team');
      if (team === '') return c.html(choice(c.req.url, [...candidates.keys()]));
      if (!candidates.has(team)) return c.text('no such workspace', 404);
      const back = new URL(redirectUri);
      back.searchParams.set('state', asked('state'));
      if (asked('denied') === '1') {
        back.searchParams.set('error', 'access_denied');
      } else {
        const code = randomBytes(16).toString('hex');
        codes.set(code, { teamId: team, scopes, redirectUri, expiresAtMs: now() + CODE_MS, used: false });
        back.searchParams.set('code', code);
      }
      return c.redirect(back.toString(), 302);
    },
  };
}
export type Installations = ReturnType<typeof createInstallations>;

function choice(address: string, teams: readonly string[]): string {
  const link = (team: string, words: string, denied: boolean) => {
    const url = new URL(address);
    url.searchParams.set('team', team);
    if (denied) url.searchParams.set('denied', '1');
    const href = `${url.pathname}${url.search}`.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    return `<a href="${href}">${words}</a>`;
  };
  const rows = teams.map(
    (id) => `<li>${id} ${link(id, '許可する', false)} ${link(id, 'キャンセル', true)}</li>`,
  );
  return `<!doctype html><html lang="ja"><title>サンドボックスのSlack</title><h1>どのワークスペースに追加しますか</h1><ul>${rows.join('')}</ul></html>`;
}
