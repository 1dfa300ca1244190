import type { Allowance } from '../domain/budget.ts';
import { paceOf } from '../domain/budget.ts';
import type { ChannelName } from '../domain/outcome.ts';
import { workspaceOfCredential } from '../domain/slack-place.ts';
import type { Permission, RateLimit, RateLimits } from '../storage/rate-limits.ts';
import { credentialOf } from './add-deliveries.ts';

/** What the far sides allow, by channel; absent: as much as we like. */
export type Allowances = {
  readonly [K in ChannelName]?: { readonly credential?: Allowance; readonly destination?: Allowance };
};

/**
 * Chatwork: 300 requests in 5 minutes a token, 10 messages in 10 seconds a room (official). Slack: about one
 * message a second a channel (official); ten in ten seconds leaves it its short bursts.
 */
export const FAR_SIDE_ALLOWANCES: Allowances = {
  chatwork: {
    credential: { requests: 300, windowMs: 300_000 },
    destination: { requests: 10, windowMs: 10_000 },
  },
  slack: { destination: { requests: 10, windowMs: 10_000 } },
};

/** In a client's workspace an app outside Slack's Marketplace may read once a minute (official). */
const WORKSPACE_READS: Allowance = { requests: 1, windowMs: 60_000 };

/** Shares of a credential's allowance. Posts and reads together stay within it. */
const POSTS = 0.9;
const READS = 0.1;
/** Of the posts: a fifth is kept for urgent ones, and no client takes more than half. */
const NOT_URGENT = 0.8;
const ONE_CLIENT = 0.5;

/** What is about to be sent, as far as budgets care. */
export interface Spender {
  readonly channel: ChannelName;
  readonly credential: string;
  readonly address: string;
  readonly client_id: string;
  readonly urgent: boolean;
}

/** No room left now in `scope`, a name in `blocked_scopes`; `retryMs` is when to ask again. */
export type Spending =
  | { readonly granted: true }
  | { readonly granted: false; readonly scope: string; readonly retryMs: number };

export interface Budgets {
  /** Takes one post out of every budget it falls under, or says which one is used up. */
  spend(spender: Spender): Promise<Spending>;
  /** Takes one read of a credential. */
  spendRead(o: { readonly channel: ChannelName; readonly credential: string }): Promise<Permission>;
  /** What is left of each credential's budgets at this moment. */
  left(): Promise<readonly BudgetLeft[]>;
}

export interface BudgetLeft {
  readonly channel: ChannelName;
  /** All posts · those that are not urgent · reads. */
  readonly budget: 'posts' | 'not_urgent' | 'reads';
  /** Requests that would be granted now, and when nothing has been spent. */
  readonly left: number;
  readonly most: number;
}

/** Scopes a delivery may be barred by; `pick-due` leaves out what has one of these barred. */
export const SCOPE = {
  destination: (o: { readonly channel: string; readonly address: string }) =>
    `destination:${o.channel}:${o.address}`,
  credential: (o: { readonly credential: string }) => `credential:${o.credential}`,
  notUrgent: (o: { readonly credential: string }) => `not-urgent:${o.credential}`,
  client: (o: { readonly credential: string; readonly client_id: string }) =>
    `client:${o.credential}:${o.client_id}`,
} as const;

export function createBudgets(limits: RateLimits, allowances: Allowances): Budgets {
  const perChannel = new Map(
    (Object.keys(allowances) as ChannelName[]).map((channel) => [
      channel,
      limitsOf(channel, allowances[channel] ?? {}, limits),
    ]),
  );
  const workspaceReads = limits.limit('slack.workspace-reads', paceOf(WORKSPACE_READS, 1));
  return {
    async spend(spender) {
      for (const { scope, limit } of perChannel.get(spender.channel)?.posts(spender) ?? []) {
        const permission = await limit(scope);
        if (!permission.granted) return { granted: false, scope, retryMs: permission.retryMs };
      }
      return { granted: true };
    },
    async spendRead({ channel, credential }) {
      if (workspaceOfCredential(credential) !== undefined) return await workspaceReads(credential);
      return (await perChannel.get(channel)?.reads?.(credential)) ?? { granted: true };
    },
    async left() {
      const all = [...perChannel].flatMap(([channel, of]) => {
        const credential = credentialOf(channel);
        return [
          { channel, budget: 'posts', limit: of.credential, key: SCOPE.credential({ credential }) },
          { channel, budget: 'not_urgent', limit: of.notUrgent, key: SCOPE.notUrgent({ credential }) },
          { channel, budget: 'reads', limit: of.reads, key: credential },
        ] as const;
      });
      const lefts = all.map(
        async ({ limit, key, ...named }) => limit && { ...named, ...(await limit.left(key)) },
      );
      return (await Promise.all(lefts)).filter((left) => left !== undefined);
    },
  };
}

/** From the narrowest to the widest, so that what one client or room cannot use costs the others nothing. */
function limitsOf(
  channel: ChannelName,
  allowance: { readonly credential?: Allowance; readonly destination?: Allowance },
  limits: RateLimits,
) {
  const limit = (name: string, of: Allowance | undefined, share: number): RateLimit | undefined =>
    of && limits.limit(`${channel}.${name}`, paceOf(of, share));
  const destination = limit('destination', allowance.destination, 1);
  const client = limit('client', allowance.credential, POSTS * ONE_CLIENT);
  const notUrgent = limit('not-urgent', allowance.credential, POSTS * NOT_URGENT);
  const credential = limit('credential', allowance.credential, POSTS);
  const reads = limit('reads', allowance.credential, READS);
  return {
    reads,
    notUrgent,
    credential,
    posts: (spender: Spender): readonly { readonly scope: string; readonly limit: RateLimit }[] => [
      ...(destination ? [{ scope: SCOPE.destination(spender), limit: destination }] : []),
      ...(client ? [{ scope: SCOPE.client(spender), limit: client }] : []),
      ...(notUrgent && !spender.urgent ? [{ scope: SCOPE.notUrgent(spender), limit: notUrgent }] : []),
      ...(credential ? [{ scope: SCOPE.credential(spender), limit: credential }] : []),
    ],
  };
}
