import { describe, expect, it } from 'vitest';
import { type DoneStanding, mayMarkDone, offersDone } from '../../src/domain/done.ts';

const STANDING: DoneStanding = {
  purpose: 'initial',
  state: 'delivered',
  clientStatus: 'active',
  reported: true,
  retracted: false,
};

describe('marking a call done', () => {
  it('is offered by reports of a call, not by a retraction or a word about a destination', () => {
    expect(['initial', 'correction', 'reminder'].map((one) => offersDone(one as 'initial'))).toEqual([
      true,
      true,
      true,
    ]);
    expect(offersDone('retraction')).toBe(false);
    expect(offersDone('destination_notice')).toBe(false);
  });

  it('is possible for whoever has the report, also before we know that it arrived', () => {
    for (const state of ['delivered', 'uncertain', 'sending', 'due', 'queued', 'held'] as const) {
      expect(mayMarkDone({ ...STANDING, state })).toBe(true);
    }
    expect(mayMarkDone({ ...STANDING, clientStatus: 'paused' })).toBe(true);
  });

  it.each([
    ['superseded or cancelled', { state: 'cancelled' }],
    ['came back', { state: 'failed' }],
    ['of an ended client', { clientStatus: 'ended' }],
    ['of a call that is no longer reported', { reported: false }],
    ['of a retracted call', { retracted: true }],
    ['about a destination', { purpose: 'destination_notice' }],
  ] as const)('P9 is revoked for a delivery %s', (_, change) => {
    expect(mayMarkDone({ ...STANDING, ...change })).toBe(false);
  });
});
