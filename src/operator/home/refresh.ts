import { jstDay } from '../../domain/calendar.ts';
import { faultOf } from '../fault.ts';
import { forgetOldHomes, watchedHomes } from './homes.ts';
import { type HomeDeps, type HomePublisher, type HomeRole, withRole } from './publish.ts';
import { floorPulse, operatorPulses } from './pulse.ts';

/** Rows of homes nobody has opened for so long are forgotten. Milliseconds. */
const FORGOTTEN_AFTER_MS = 30 * 86_400_000;
const FORGET_EVERY_MS = 3_600_000;

/**
 * One look at all homes opened lately: two statements for the pulses, whatever their number, and then one publication for
 * each home that has changed or whose person asked for something. Any number of processes may look.
 */
export function createHomeRefresh(deps: HomeDeps, publisher: HomePublisher): () => Promise<void> {
  const { db, clock, settings, log } = deps;
  let forgotten = Number.NEGATIVE_INFINITY;

  return async () => {
    const now = clock();
    if (now.getTime() - forgotten > FORGET_EVERY_MS) {
      forgotten = now.getTime();
      await forgetOldHomes(db, new Date(now.getTime() - FORGOTTEN_AFTER_MS));
    }
    const since = new Date(now.getTime() - settings.homeWatchedMs);
    const homes = await watchedHomes(db, { since, now });
    if (homes.length === 0 || (await deps.pace.resting())) return;
    const roles = new Map(
      await Promise.all(homes.map(async ({ userId }) => [userId, await publisher.roleOf(userId)] as const)),
    );
    const pulseOf = await pulses(roles, now);
    for (const { userId, asked, shownPulse } of homes) {
      const role = roles.get(userId) ?? 'stranger';
      try {
        const result =
          role === 'stranger'
            ? await publisher.publishStranger(deps.slack, userId)
            : asked || pulseOf(userId, role) !== shownPulse
              ? await publisher.publish(userId, role, { asked })
              : 'done';
        // The rest comes at a later look, those first who have waited longest.
        if (result === 'limited') return;
      } catch (error) {
        // One home must not keep the others old.
        log.warn(faultOf(error), 'a home was not brought up to date');
      }
    }
  };

  async function pulses(roles: ReadonlyMap<string, HomeRole>, now: Date) {
    const day = jstDay(now);
    const having = (role: HomeRole) => [...roles].filter(([, has]) => has === role).map(([userId]) => userId);
    const own = await operatorPulses(db, having('operator'), day);
    const floor = having('supervisor').length === 0 ? '' : await floorPulse(db, day, now);
    return (userId: string, role: HomeRole) =>
      withRole(role, role === 'supervisor' ? floor : (own.get(userId) ?? day));
  }
}
