import { createLoop, type Loop } from '../../delivery/loop.ts';
import { jstDay } from '../../domain/calendar.ts';
import type { RateLimits } from '../../storage/rate-limits.ts';
import { readChoice } from './choice.ts';
import { openHome, storedChoice } from './homes.ts';
import { createHomePace } from './pace.ts';
import { createHomePublisher, type HomeDeps, type HomePublisher } from './publish.ts';
import { createHomeRefresh } from './refresh.ts';

/** The App Homes of all operators and supervisors. */
export interface Home {
  readonly publisher: HomePublisher;
  /** Somebody did something on their home: shows what became of it. */
  renew(userId: string): Promise<void>;
  /** One look at all homes opened lately. */
  refresh(): Promise<void>;
  /** Looks again and again, once started. */
  readonly loop: Loop;
}

export function createHome(deps: Omit<HomeDeps, 'pace'> & { readonly limits: RateLimits }): Home {
  const { db, clock, log, settings } = deps;
  const parts: HomeDeps = { ...deps, pace: createHomePace(deps) };
  const publisher = createHomePublisher(parts);
  const refresh = createHomeRefresh(parts, publisher);
  return {
    publisher,
    renew: async (userId) => {
      const role = await publisher.roleOf(userId);
      if (role === 'stranger') return;
      const now = clock();
      const choice = readChoice(await storedChoice(db, userId), jstDay(now));
      await openHome(db, { userId, now, choice, forget: false });
      await publisher.publish(userId, role, { asked: true });
    },
    refresh,
    loop: createLoop({
      name: 'homes',
      everyMs: settings.homeTickMs,
      run: async () => {
        await refresh();
        return false;
      },
      log,
    }),
  };
}
