import { type Context, Hono } from 'hono';
import { visibleHeaders } from '../arrived.ts';
import { SLACK_APP_TOKEN } from '../credentials.ts';
import type { FailurePlan, SlackFailure } from '../failures.ts';
import { answerBroken, type NodeEnv } from '../http-faults.ts';
import { asText, isObject, type JsonObject, parseJson } from './json.ts';
import { Arguments, type MethodEntry, type MethodResult, refused } from './method.ts';
import { userJson, type Workspace } from './workspace.ts';

/** What the app's manifest asks for, and what the sandbox's token therefore has unless told otherwise. */
export const DEFAULT_SCOPES = [
  'commands',
  'chat:write',
  'im:write',
  'im:history',
  'im:read',
  'users:read',
  'usergroups:read',
  'channels:history',
  'channels:read',
  'groups:history',
  'groups:read',
] as const;

/** What a bot token opens: one workspace, with what was granted there. */
export interface Installed {
  readonly workspace: Workspace;
  readonly scopes: readonly string[];
  /** The methods of the other rooms, by name. */
  readonly methods: Readonly<Record<string, MethodEntry>>;
}

export interface SlackApiDeps {
  readonly failures: FailurePlan;
  /** Of a bot token, or Slack's error for it. */
  readonly installed: (token: string) => Installed | string;
  /** Exchanges a code for a token; the one method that needs none. */
  readonly oauthAccess: (args: Arguments) => MethodResult;
  /** Gives a fresh WebSocket address for Socket Mode. */
  readonly openConnection: () => string;
}

/**
 * Slack's Web API as far as Toritsugi uses it. Arguments come as JSON or as a form, the token in a header or as
 * an argument; refusals are 200 with `ok: false`, only rate limits have a status of their own.
 */
export function createSlackApi(deps: SlackApiDeps): Hono<NodeEnv> {
  const { failures } = deps;
  const ofWorkspace = ({ workspace }: Installed): Readonly<Record<string, MethodEntry>> => ({
    'auth.test': {
      run: () => ({
        ok: true,
        url: `https://${workspace.team.domain}.slack.example/`,
        team: workspace.team.name,
        user: 'toritsugi',
        team_id: workspace.team.id,
        user_id: workspace.team.botUserId,
        bot_id: workspace.team.botId,
        is_enterprise_install: false,
      }),
    },
    'users.info': {
      run(args) {
        const user = workspace.user(args.text('user'));
        return user === undefined
          ? refused('user_not_found')
          : { ok: true, user: userJson(user, workspace.team) };
      },
      scope: () => 'users:read',
    },
    'usergroups.users.list': {
      run(args) {
        const users = workspace.userGroup(args.text('usergroup'));
        return users === undefined ? refused('no_such_subteam') : { ok: true, users };
      },
      scope: () => 'usergroups:read',
    },
  });

  function run(name: string, args: Arguments, token: string): MethodResult {
    if (name === 'oauth.v2.access') return deps.oauthAccess(args);
    if (token === '') return refused('not_authed');
    const connects = name === 'apps.connections.open';
    if (token === SLACK_APP_TOKEN) {
      return connects ? { ok: true, url: deps.openConnection() } : refused('not_allowed_token_type');
    }
    const installed = deps.installed(token);
    if (typeof installed === 'string') return refused(installed);
    if (connects) return refused('not_allowed_token_type');
    const method = installed.methods[name] ?? ofWorkspace(installed)[name];
    if (method === undefined) return refused('unknown_method');
    const needed = method.scope?.(args);
    if (needed !== undefined && !installed.scopes.includes(needed)) {
      return { ok: false, error: 'missing_scope', extra: { needed, provided: installed.scopes.join(',') } };
    }
    return method.run(args);
  }

  function scopesOf(token: string): readonly string[] {
    const installed = deps.installed(token);
    return typeof installed === 'string' ? [] : installed.scopes;
  }

  function fail(c: Context<NodeEnv>, failure: SlackFailure, accept: () => Promise<Response>) {
    switch (failure.how) {
      case 'error':
        return (async () => {
          if (failure.accept) await accept();
          return c.json({ ok: false, error: failure.error });
        })();
      case 'rate_limited':
        if (failure.retryAfter !== null) c.header('retry-after', String(failure.retryAfter));
        return c.json({ ok: false, error: 'ratelimited' }, 429);
      default:
        return answerBroken(c, failure, accept);
    }
  }

  const app = new Hono<NodeEnv>();
  app.on(['GET', 'POST'], '/:method', async (c) => {
    const name = c.req.param('method');
    const values = await argumentsOf(c);
    if (values === undefined) return c.json({ ok: false, error: 'invalid_json' });
    const header = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    const args = new Arguments(values, visibleHeaders(c.req.raw.headers));
    const token = header ?? asText(values.token);
    const accept = async (): Promise<Response> => answer(c, run(name, args, token), scopesOf(token));
    const failure = failures.slack(name, args.text('channel') || undefined);
    return failure === undefined ? accept() : fail(c, failure, accept);
  });
  return app;
}

function answer(c: Context, result: MethodResult, scopes: readonly string[]): Response {
  c.header('x-oauth-scopes', scopes.join(','));
  if (result.ok) return c.json(result);
  const body = {
    ok: false,
    error: result.error,
    ...result.extra,
    ...(result.messages === undefined ? {} : { response_metadata: { messages: result.messages } }),
  };
  if (result.retryAfter === undefined) return c.json(body);
  c.header('retry-after', String(result.retryAfter));
  return c.json(body, 429);
}

/** The arguments of a call; undefined for a JSON body that is none. */
async function argumentsOf(c: Context): Promise<JsonObject | undefined> {
  if (c.req.method === 'GET') return c.req.query();
  const type = c.req.header('content-type') ?? '';
  const body = await c.req.text();
  if (/^application\/json\b/i.test(type)) {
    const parsed = parseJson(body === '' ? '{}' : body);
    return isObject(parsed) ? parsed : undefined;
  }
  return Object.fromEntries(new URLSearchParams(body));
}
