import type { types, webApi } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { jstDay } from '../../domain/calendar.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AllowList } from '../allow-list.ts';
import type { OperatorSettings } from '../settings.ts';
import { readChoice } from './choice.ts';
import { readDay } from './day.ts';
import { readFloor } from './floor.ts';
import { type BuiltHome, listedHome, strangerHome } from './home-view.ts';
import { type ClaimedHome, claimHome, forgetHome, openHome, releaseHome, storedChoice } from './homes.ts';
import type { HomePace } from './pace.ts';
import { floorPulse, operatorPulses } from './pulse.ts';
import { readRefusal } from './slack-refusal.ts';

export type HomeRole = 'operator' | 'supervisor' | 'stranger';

export interface HomePublisher {
  roleOf(userId: string): Promise<HomeRole>;
  /**
   * Publishes a home if there is anything to change on it and its turn has come. Never throws for what Slack says.
   * `limited`: the workspace's pace is used up; it stays to be done.
   */
  publish(
    userId: string,
    role: Exclude<HomeRole, 'stranger'>,
    o: { readonly asked: boolean },
  ): Promise<'done' | 'limited'>;
  /** The page of who is on neither list, and nothing is kept of them (P9). */
  publishStranger(slack: Pick<webApi.WebClient, 'views'>, userId: string): Promise<'done' | 'limited'>;
  /** Notes that a home was opened anew; `lost`: Slack has no view of it. */
  opened(userId: string, o: { readonly lost: boolean }): Promise<void>;
}

export interface HomeDeps {
  readonly db: Kysely<Schema>;
  readonly slack: Pick<webApi.WebClient, 'views'>;
  readonly allowList: AllowList;
  readonly supervisors: AllowList;
  /** Ids of `SLACK_SUPERVISORS`, named to whom is on no list. */
  readonly supervisorIds: readonly string[];
  readonly pace: HomePace;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
  readonly settings: OperatorSettings;
}

/** An unchanged page is published anew on opening when its time of day is older than this. */
const STALE_MS = 60_000;
/** How long nobody publishes after an answer nobody understands. */
const UNNAMED_REST_MS = 5_000;

/**
 * One home at a time, by one process at a time:
 *
 *   claim (lease, and the gap since the last time) ── read and build ── the same as on the screen? ──► nothing to do
 *     └── pace of the workspace, Slack's 429 ── views.publish with the hash of the view it replaces ──► on the screen
 *
 * A process that was stopped in between comes back with an old hash and is refused by Slack (`hash_conflict`): an older
 * page never replaces a newer one. Nothing is held open across the call.
 */
export function createHomePublisher(deps: HomeDeps): HomePublisher {
  const { db, clock, settings, log } = deps;

  return {
    roleOf: async (userId) => {
      if (await deps.supervisors.allows(userId)) return 'supervisor';
      return (await deps.allowList.allows(userId)) ? 'operator' : 'stranger';
    },

    opened: async (userId, { lost }) => {
      const now = clock();
      const day = jstDay(now);
      const before = readChoice(await storedChoice(db, userId), day);
      await openHome(db, { userId, now, choice: before, forget: lost });
    },

    publish: async (userId, role, { asked }) => {
      const gapMs = asked
        ? settings.homeAskedGapMs
        : role === 'supervisor'
          ? settings.homeSupervisorGapMs
          : settings.homeGapMs;
      const now = clock();
      const claim = { userId, now, gapMs, leaseMs: settings.homeLeaseMs, newId: deps.newId };
      const home = await claimHome(db, claim);
      // Another process has it, or its next turn is still to come.
      if (home === undefined) return 'done';
      try {
        return await show(home, role, asked);
      } catch (error) {
        await releaseHome(db, home, { type: 'untouched' }).catch(() => undefined);
        throw error;
      }
    },

    publishStranger: async (slack, userId) => {
      if (!(await deps.pace.grants(true))) return 'limited';
      const { view } = strangerHome(deps.supervisorIds);
      try {
        await slack.views.publish({ user_id: userId, view });
      } catch (error) {
        const refusal = readRefusal(error);
        await learn(refusal);
        // What an operator saw who was taken off the list must not stay: the next look tries again.
        if (refusal.type === 'limited') return 'limited';
      }
      await forgetHome(db, userId);
      return 'done';
    },
  };

  async function show(
    home: ClaimedHome,
    role: 'operator' | 'supervisor',
    asked: boolean,
  ): Promise<'done' | 'limited'> {
    // Taken before the data is read: what changes in between is found at the next look.
    const { pulse, built } = await build(home, role);
    const old = home.publishedAt === null || clock().getTime() - home.publishedAt.getTime() > STALE_MS;
    if (built.digest === home.shownDigest && !(asked && old)) {
      const shown = { digest: home.shownDigest, viewHash: home.viewHash };
      await releaseHome(db, home, { type: 'shown', pulse, publishedAt: null, shown });
      return 'done';
    }
    if (!(await deps.pace.grants(asked))) return await later(home);
    try {
      const viewHash = await send(home, built.view);
      const shown = { digest: built.digest, viewHash };
      await releaseHome(db, home, { type: 'shown', pulse, publishedAt: clock(), shown });
    } catch (error) {
      const refusal = readRefusal(error);
      const rests = refusal.type === 'refused' || refusal.type === 'unknown';
      await learn(refusal);
      if (refusal.type === 'limited') return await later(home);
      const restUntil = rests ? new Date(clock().getTime() + settings.homeRestMs) : null;
      await releaseHome(db, home, { type: 'unknown', restUntil });
    }
    return 'done';
  }

  async function later(home: ClaimedHome): Promise<'limited'> {
    await releaseHome(db, home, { type: 'untouched' });
    return 'limited';
  }

  async function send(home: ClaimedHome, view: types.HomeView): Promise<string | null> {
    const answer = await deps.slack.views.publish({
      user_id: home.userId,
      view,
      ...(home.viewHash !== null && { hash: home.viewHash }),
    });
    return answer.view?.hash ?? null;
  }

  async function learn(refusal: ReturnType<typeof readRefusal>): Promise<void> {
    log.warn(
      { refusal: refusal.type, ...(refusal.type === 'refused' && { code: refusal.code }) },
      'a home was not published',
    );
    if (refusal.type === 'limited') await deps.pace.rest(refusal.afterMs);
    // A 429 that does not say how long looks like this, and so does a Slack that is ill.
    if (refusal.type === 'unknown') await deps.pace.rest(UNNAMED_REST_MS);
  }

  async function build(
    home: ClaimedHome,
    role: 'operator' | 'supervisor',
  ): Promise<{ readonly pulse: string | null; readonly built: BuiltHome }> {
    const now = clock();
    const day = jstDay(now);
    const isSupervisor = role === 'supervisor';
    const pulse = isSupervisor
      ? await floorPulse(db, day, now)
      : ((await operatorPulses(db, [home.userId], day)).get(home.userId) ?? day);
    const stored = readChoice(home.choice, day);
    // P9: an operator sees their own entries, whatever is stored.
    const choice = isSupervisor ? stored : { ...stored, operatorId: null };
    const [of, floor] = await Promise.all([
      readDay(db, { day, choice, operatorId: isSupervisor ? null : home.userId }),
      isSupervisor ? readFloor(db, day.slice(0, 7)) : null,
    ]);
    const watchedUntil = new Date(home.openedAt.getTime() + settings.homeWatchedMs);
    return { pulse: withRole(role, pulse), built: listedHome({ day, now, watchedUntil, choice, of, floor }) };
  }
}

/** Somebody who became a supervisor, or is none any more, sees another page although nothing else has changed. */
export function withRole(role: HomeRole, pulse: string): string {
  return `${role} ${pulse}`;
}
