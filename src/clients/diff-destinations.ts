import type { NewId } from '../domain/ports.ts';
import { diffByKey, sameContent } from '../rulebook/diff.ts';
import type { StoredClient, StoredDestination } from './stored-clients.ts';
import type { WantedClient, WantedDestination } from './wanted-client.ts';

type NamedDestination = StoredDestination & { readonly member: string | null };

/** What changes about a client's destinations: in words, and as rows to write. */
export function destinationChange(
  stored: StoredClient | undefined,
  wanted: WantedClient,
  idOf: ReadonlyMap<string, string>,
  newId: NewId,
) {
  const nameOf = new Map((stored?.roster ?? []).map((member) => [member.id, member.name]));
  const named = (stored?.destinations ?? []).map(
    (destination): NamedDestination => ({
      ...destination,
      member:
        destination.roster_member_id === null ? null : (nameOf.get(destination.roster_member_id) ?? null),
    }),
  );
  const active = named.filter((destination) => destination.active);
  const { added, removed, changed } = diffByKey(active, wanted.destinations, targetKey, useContent);
  // An active row wins over rows for the same target that were taken out before.
  const known = new Map(
    [...named.filter((one) => !one.active), ...active].map((one) => [targetKey(one), one]),
  );
  const whole = wanted.destinations.map((destination) => {
    const old = known.get(targetKey(destination));
    const { member, ...rest } = destination;
    const row: StoredDestination = {
      ...rest,
      id: old?.id ?? newId(),
      roster_member_id: member === null ? null : (idOf.get(member) ?? null),
      active: true,
      // Put back into the file is how a destination is switched on again.
      disabled_at: old?.active ? old.disabled_at : null,
      disabled_reason: old?.active ? old.disabled_reason : null,
    };
    const same =
      old?.active === true &&
      old.position === destination.position &&
      sameContent(useContent(old), useContent(destination));
    return { row, same, moved: old?.active === true && old.position !== destination.position };
  });
  const reordered = added.length + removed.length === 0 && whole.some(({ moved }) => moved);
  return {
    lines: [
      ...added.map((one) => `+ destination ${describeTarget(one)}${inBrackets(describeUse(one))}`),
      ...removed.map((one) => `- destination ${describeTarget(one)}`),
      ...changed.map(
        ({ before, after }) =>
          `destination ${describeTarget(after)}: ${describeUse(before) || 'plain'} → ${describeUse(after) || 'plain'}`,
      ),
      ...(reordered
        ? [
            `order of destinations: ${wanted.destinations.map((one) => `${one.position} ${describeTarget(one)}`).join(', ')}`,
          ]
        : []),
    ],
    rows: [
      ...removed.map(({ member: _member, ...row }): StoredDestination => ({ ...row, active: false })),
      ...whole.filter(({ same }) => !same).map(({ row }) => row),
    ],
  };
}

function targetKey({
  member,
  channel,
  address,
}: Pick<WantedDestination, 'member' | 'channel' | 'address'>): string {
  return JSON.stringify([member, channel, address]);
}

type Use = Pick<WantedDestination, 'mention' | 'fallback' | 'digest_at' | 'immediate'>;

function useContent({ mention, fallback, digest_at, immediate }: Use): unknown {
  return [mention, fallback, digest_at, immediate];
}

function describeTarget(one: Pick<WantedDestination, 'member' | 'channel' | 'address'>): string {
  return `${one.member === null ? '' : `of ${one.member}: `}${one.channel} ${one.address}`;
}

function describeUse(one: Use): string {
  return [
    ...(one.mention === null ? [] : [`mention ${one.mention}`]),
    ...(one.fallback ? ['fallback'] : []),
    ...(one.digest_at === null ? [] : [`digest at ${one.digest_at}${one.immediate ? ' besides' : ''}`]),
  ].join(', ');
}

function inBrackets(text: string): string {
  return text === '' ? '' : ` (${text})`;
}
