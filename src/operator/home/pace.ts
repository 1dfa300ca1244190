import type { Kysely } from 'kysely';
import { blockScope } from '../../delivery/block-scope.ts';
import type { Pace } from '../../domain/budget.ts';
import type { Clock } from '../../domain/ports.ts';
import type { RateLimits } from '../../storage/rate-limits.ts';
import type { Schema } from '../../storage/schema.ts';

/** How often homes may be published, all processes together. */
export interface HomePace {
  /** Whether one more may be published now. `asked`: its person waits for it. */
  grants(asked: boolean): Promise<boolean>;
  /** Whether Slack's last 429 still holds. */
  resting(): Promise<boolean>;
  /** Slack said 429: nobody publishes before it allows. */
  rest(afterMs: number): Promise<void>;
}

/**
 * Slack's tier 4 for `views.publish` is "100+ per minute" in one workspace and forgives bursts, such as everybody opening
 * the home when a shift begins: 90 a minute, a third of them at once. What happens by itself leaves room for what people
 * ask for. Publishing too often costs nothing but a 429, so these need not be exact.
 */
const ALL: Pace = { steady: 30, steadyMs: 20_000, burst: 0, burstMs: 20_000 };
const BY_ITSELF: Pace = { ...ALL, steady: 18 };
const SCOPE = 'home:publish';

export function createHomePace(deps: {
  readonly db: Kysely<Schema>;
  readonly limits: RateLimits;
  readonly clock: Clock;
}): HomePace {
  const all = deps.limits.limit('slack.home', ALL);
  const byItself = deps.limits.limit('slack.home.by-itself', BY_ITSELF);
  const resting = async (): Promise<boolean> => {
    const bar = await deps.db
      .selectFrom('blocked_scopes')
      .select('scope')
      .where('scope', '=', SCOPE)
      .where('until', '>', deps.clock())
      .executeTakeFirst();
    return bar !== undefined;
  };
  return {
    resting,
    grants: async (asked) => {
      if (await resting()) return false;
      if (!asked && !(await byItself(SCOPE)).granted) return false;
      return (await all(SCOPE)).granted;
    },
    rest: async (afterMs) => {
      const until = new Date(deps.clock().getTime() + afterMs);
      await blockScope(deps.db, { scope: SCOPE, until, reason: 'far side' });
    },
  };
}
