import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Destination } from '../../src/domain/roster.ts';
import { route } from '../../src/domain/roster.ts';

function destination(id: string, o: Partial<Destination> = {}): Destination {
  return {
    id,
    rosterMemberId: null,
    channel: 'email',
    address: `${id}@client.example`,
    mention: null,
    position: 0,
    fallback: false,
    disabled: false,
    ...o,
  };
}

function ids(o: { destinations: readonly Destination[]; responsible?: string; addressee?: string }) {
  const { primary, fallbacks } = route({
    destinations: o.destinations,
    responsibleMemberId: o.responsible ?? null,
    addresseeId: o.addressee ?? null,
  });
  return [primary.map(({ id }) => id).join(' '), fallbacks.map(({ id }) => id).join(' ')];
}

const room = destination('room', { channel: 'chatwork', address: '1001' });
const yamada = destination('yamada', { rosterMemberId: 'm-yamada', position: 1 });
const suzuki = destination('suzuki', { rosterMemberId: 'm-suzuki', position: 2 });
const spare = destination('spare', { fallback: true, position: 3 });
const all = [spare, suzuki, yamada, room];

describe('who gets a report', () => {
  test('the client always, besides the person asked for', () => {
    expect(ids({ destinations: all, responsible: 'm-yamada', addressee: 'm-suzuki' })).toEqual([
      'room suzuki',
      'spare',
    ]);
  });

  test('nobody named or unknown: the responsible person', () => {
    expect(ids({ destinations: all, responsible: 'm-yamada' })).toEqual(['room yamada', 'spare']);
    expect(ids({ destinations: all, responsible: 'm-yamada', addressee: 'm-stranger' })).toEqual([
      'room yamada',
      'spare',
    ]);
  });

  test('the person asked for has no address in working order: the responsible person', () => {
    const off = { ...suzuki, disabled: true };
    expect(
      ids({ destinations: [room, yamada, off], responsible: 'm-yamada', addressee: 'm-suzuki' }),
    ).toEqual(['room yamada', '']);
  });

  test('the person asked for has nothing but a fallback: the responsible person, and the fallback stands by', () => {
    const own = destination('own', { rosterMemberId: 'm-suzuki', fallback: true });
    expect(ids({ destinations: [yamada, own], responsible: 'm-yamada', addressee: 'm-suzuki' })).toEqual([
      'yamada',
      'own',
    ]);
  });

  test('one delivery an address, and the member’s row with its mention wins', () => {
    const mentioned = destination('mentioned', {
      rosterMemberId: 'm-yamada',
      channel: 'chatwork',
      address: '1001',
      mention: '42',
      position: 9,
    });
    const { primary } = route({
      destinations: [room, mentioned],
      responsibleMemberId: 'm-yamada',
      addresseeId: null,
    });
    expect(primary.map(({ mention }) => mention)).toEqual(['42']);
  });

  test('an address that gets the report is no fallback besides', () => {
    const again = destination('again', { channel: 'chatwork', address: '1001', fallback: true });
    expect(ids({ destinations: [room, again] })).toEqual(['room', '']);
  });

  test('P3 every primary disabled or none there: the fallbacks come first', () => {
    expect(ids({ destinations: [{ ...room, disabled: true }, spare] })).toEqual(['spare', '']);
    expect(ids({ destinations: [spare] })).toEqual(['spare', '']);
    expect(ids({ destinations: [{ ...spare, disabled: true }] })).toEqual(['', '']);
  });

  test('the fallback of a person who is not concerned stays out of it', () => {
    const other = destination('other', { rosterMemberId: 'm-other', fallback: true });
    expect(ids({ destinations: [room, other], responsible: 'm-yamada' })).toEqual(['room', '']);
  });
});

describe('properties', () => {
  const members = [null, 'm1', 'm2', 'm3'] as const;
  const anyDestination = fc.record({
    id: fc.uuid(),
    rosterMemberId: fc.constantFrom(...members),
    channel: fc.constantFrom('chatwork' as const, 'slack' as const, 'email' as const),
    address: fc.constantFrom('1', '2', '3'),
    mention: fc.constantFrom(null, 'x'),
    position: fc.nat(3),
    fallback: fc.boolean(),
    disabled: fc.boolean(),
  });

  test('P4 no address twice; P3 nobody left out while something works; P9 nobody else’s address', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyDestination, { selector: ({ id }) => id, maxLength: 12 }),
        fc.constantFrom(...members),
        fc.constantFrom(...members),
        (destinations, responsibleMemberId, addresseeId) => {
          const { primary, fallbacks } = route({ destinations, responsibleMemberId, addresseeId });
          const chosen = [...primary, ...fallbacks];
          const targets = chosen.map(({ channel, address }) => `${channel} ${address}`);
          expect(new Set(targets).size).toBe(targets.length);
          const concerned = new Set<string | null>([null, responsibleMemberId, addresseeId]);
          expect(chosen.every((one) => !one.disabled && concerned.has(one.rosterMemberId))).toBe(true);
          const reachable = destinations.filter((one) => !one.disabled && concerned.has(one.rosterMemberId));
          expect(primary.length > 0).toBe(reachable.length > 0);
          for (const own of reachable.filter((one) => one.rosterMemberId === null && !one.fallback)) {
            expect(primary.some((one) => one.channel === own.channel && one.address === own.address)).toBe(
              true,
            );
          }
        },
      ),
    );
  });
});
