import type { ChannelName } from './outcome.ts';

/** Where reports go: a client's room or address, or one roster member's own. */
export interface Destination {
  readonly id: string;
  /** null: the client's, for every report. */
  readonly rosterMemberId: string | null;
  readonly channel: ChannelName;
  readonly address: string;
  readonly mention: string | null;
  readonly position: number;
  /** Used only when a report could not reach its first destination in time. */
  readonly fallback: boolean;
  /** Refused by the far side and switched off until somebody corrects it. */
  readonly disabled: boolean;
}

export interface Route {
  /** Each gets its own delivery at once. */
  readonly primary: readonly Destination[];
  /** Stand by, in order. */
  readonly fallbacks: readonly Destination[];
}

/**
 * Who gets a report [MK]: the client's own destinations always; besides, those of the person asked for, or,
 * when that person has none in working order or nobody known was named, the responsible person's. Fallback
 * destinations of the client and of these people stand by; when nothing else works they come first.
 *
 * One delivery a (channel, address): a member's row wins over the client's, because its mention names the
 * person. Disabled destinations are never chosen, so both lists may be empty: the caller must tell somebody
 * (P3).
 */
export function route(o: {
  readonly destinations: readonly Destination[];
  /** The responsible person at the top of the roster. */
  readonly responsibleMemberId: string | null;
  /** The roster member asked for (名指し); null when nobody was named or the name is not on the roster. */
  readonly addresseeId: string | null;
}): Route {
  const working = o.destinations
    .filter((destination) => !destination.disabled)
    .toSorted((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
  const ofMember = (id: string | null) =>
    id === null ? [] : working.filter((destination) => destination.rosterMemberId === id);

  const own = ofMember(o.addresseeId);
  const personal = own.some(isPrimary) ? own : [...own, ...ofMember(o.responsibleMemberId)];
  // Members' rows go first into the choice, so that theirs is the one kept of two rows for one address.
  const concerned = [...personal, ...working.filter((destination) => destination.rosterMemberId === null)];

  const primary = oncePerAddress(concerned.filter(isPrimary), []);
  const standby = oncePerAddress(
    concerned.filter((destination) => destination.fallback),
    primary,
  );
  return primary.length > 0
    ? { primary: inOrder(primary), fallbacks: inOrder(standby) }
    : { primary: inOrder(standby), fallbacks: [] };
}

function isPrimary(destination: Destination): boolean {
  return !destination.fallback;
}

function oncePerAddress(
  candidates: readonly Destination[],
  taken: readonly Destination[],
): readonly Destination[] {
  const seen = new Set(taken.map(target));
  return candidates.filter((candidate) => !seen.has(target(candidate)) && seen.add(target(candidate)));
}

/** Channel names hold no space, so this cannot confuse two targets. */
function target(destination: Destination): string {
  return `${destination.channel} ${destination.address}`;
}

function inOrder(destinations: readonly Destination[]): readonly Destination[] {
  return destinations.toSorted((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
}
