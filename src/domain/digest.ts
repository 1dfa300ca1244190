import { addDays, atJst, jstDay } from './calendar.ts';

/** A destination's daily digest (まとめ). */
export interface DigestChoice {
  /** JST, `HH:MM`. */
  readonly at: string;
  /** Whether reports come at once besides. */
  readonly immediate: boolean;
}

/** The first cut after a moment: what is recorded at the cut itself is in the next one. */
export function nextCut(now: Date, at: string): Date {
  const today = atJst(jstDay(now), at);
  return today > now ? today : atJst(addDays(jstDay(now), 1), at);
}

/** How big one digest may get; what is more goes into a further one. See `partsOf`. */
export const DIGEST_LIMITS = { calls: 40, weight: 9_000 } as const;

/**
 * Calls in order, cut into as few parts as `DIGEST_LIMITS` asks for, each call in exactly one. A call heavier than the
 * limit has a part of its own.
 */
export function partsOf<T>(calls: readonly T[], weightOf: (call: T) => number): readonly (readonly T[])[] {
  const parts: T[][] = [];
  let weight = 0;
  for (const call of calls) {
    const more = weightOf(call);
    const part = parts.at(-1);
    if (part === undefined || part.length >= DIGEST_LIMITS.calls || weight + more > DIGEST_LIMITS.weight) {
      parts.push([call]);
      weight = more;
    } else {
      part.push(call);
      weight += more;
    }
  }
  return parts;
}

/** What is known of a call whose digest is cut. */
export interface ItemStanding {
  readonly reported: boolean;
  readonly retracted: boolean;
  /** Whether the digest is the only way this place gets it. */
  readonly onlyThere: boolean;
  /** Whether the place is still in the client's file and takes messages. */
  readonly placeWorks: boolean;
  /** The call's deliveries at this place: what waits for the digest, for a supervisor, and what was sent or will be. */
  readonly waitsForDigest: boolean;
  readonly waitsForReview: boolean;
  readonly sent: boolean;
}

/**
 * Whether a call goes into the digest that is cut:
 *
 *   drop       it is not reported any more, or the place got it, or never will, another way
 *   later      a supervisor has not released it: it joins a later digest
 *   elsewhere  it waited for this digest, and the place is gone: it is reported where it may be (P3)
 */
export function decideItem(item: ItemStanding): 'include' | 'drop' | 'later' | 'elsewhere' {
  if (!item.reported || item.retracted) return 'drop';
  if (item.waitsForReview) return 'later';
  if (item.onlyThere && !item.waitsForDigest) return 'drop';
  if (item.onlyThere) return item.placeWorks ? 'include' : 'elsewhere';
  return item.placeWorks && item.sent ? 'include' : 'drop';
}
