import { type Context, Hono } from 'hono';
import { visibleHeaders } from '../arrived.ts';
import { SLACK_APP_TOKEN, SLACK_BOT_TOKEN } from '../credentials.ts';
import type { FailurePlan, SlackFailure } from '../failures.ts';
import { answerBroken, type NodeEnv } from '../http-faults.ts';
import { asText, isObject, type JsonObject, parseJson } from './json.ts';
import { Arguments, type MethodEntry, type MethodResult, refused } from './method.ts';
import { BOT_ID, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID, userJson, type Workspace } from './workspace.ts';

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

export interface SlackApiDeps {
  readonly workspace: Workspace;
  readonly failures: FailurePlan;
  readonly scopes: readonly string[];
  /** The methods of the other rooms, by name. */
  readonly methods: Readonly<Record<string, MethodEntry>>;
  /** Gives a fresh WebSocket address for Socket Mode. */
  readonly openConnection: () => string;
}

/**
 * Slack's Web API as far as Toritsugi uses it. Arguments come as JSON or as a form, the token in a header or as
 * an argument; refusals are 200 with `ok: false`, only rate limits have a status of their own.
 */
export function createSlackApi(deps: SlackApiDeps): Hono<NodeEnv> {
  const { workspace, failures } = deps;
  const methods: Readonly<Record<string, MethodEntry>> = {
    ...deps.methods,
    'auth.test': {
      run: () => ({
        ok: true,
        url: `https://${TEAM_DOMAIN}.slack.example/`,
        team: 'サンプル電話代行',
        user: 'toritsugi',
        team_id: TEAM_ID,
        user_id: BOT_USER_ID,
        bot_id: BOT_ID,
        is_enterprise_install: false,
      }),
    },
    'users.info': {
      run(args) {
        const user = workspace.user(args.text('user'));
        return user === undefined ? refused('user_not_found') : { ok: true, user: userJson(user) };
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
    'apps.connections.open': { run: () => ({ ok: true, url: deps.openConnection() }), token: 'app' },
  };

  function run(name: string, args: Arguments, token: string): MethodResult {
    const method = methods[name];
    if (method === undefined) return refused('unknown_method');
    if (token === '') return refused('not_authed');
    if (token !== SLACK_BOT_TOKEN && token !== SLACK_APP_TOKEN) return refused('invalid_auth');
    if ((token === SLACK_APP_TOKEN) !== (method.token === 'app')) return refused('not_allowed_token_type');
    const needed = method.scope?.(args);
    if (needed !== undefined && !deps.scopes.includes(needed)) {
      return { ok: false, error: 'missing_scope', extra: { needed, provided: deps.scopes.join(',') } };
    }
    return method.run(args);
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
    const accept = async (): Promise<Response> =>
      answer(c, run(name, args, header ?? asText(values.token)), deps.scopes);
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
