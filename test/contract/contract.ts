import { afterEach, describe, expect, it } from 'vitest';
import type { Channel, OutgoingMessage } from '../../src/channels/channel.ts';
import type { Body } from '../../src/domain/body.ts';
import type { Outcome } from '../../src/domain/outcome.ts';

/**
 * The ways in which a far side can fail a message, whatever its protocol. What the far side has in the end is in
 * its own ledger (`accepted`), and every outcome is held against it.
 */
export const FAULTS = {
  healthy: 'takes the message and says so',
  refused: 'nobody listens',
  noSuchHost: 'the name does not resolve',
  tlsSilence: 'the TLS handshake is never answered',
  tlsGarbage: 'the TLS handshake is answered with something else',
  resetAtOnce: 'resets the connection as soon as it stands',
  silentAtOnce: 'accepts the connection and never says anything',
  garbageAtOnce: 'talks something that is not the protocol',
  lostMidway: 'resets in the middle of the message',
  readThenReset: 'reads the whole message, drops it and resets',
  takenThenReset: 'takes the message and resets before answering',
  takenThenClosed: 'takes the message and closes before answering',
  takenThenSilent: 'takes the message and never answers',
  takenThenTruncated: 'takes the message and closes within its answer',
  takenThenDripping: 'takes the message and drips an answer that never ends',
  takenThenGarbage: 'takes the message and answers with garbage',
} as const;
export type Fault = keyof typeof FAULTS;

/** A channel and the far side it talks to. */
export interface Rig {
  readonly channel: Channel;
  /** Messages the far side has really taken. */
  accepted(): number;
  /** Connections it has seen. */
  connections(): number;
  close(): Promise<void>;
}

export interface ContractSubject {
  readonly channel: 'chatwork' | 'slack' | 'email';
  readonly protocol: 'http' | 'smtp';
  message(): OutgoingMessage<Body>;
  start(fault: Fault): Promise<Rig>;
  /** Never to be seen in an outcome: tokens and passwords, and every word of the message. */
  readonly secrets: readonly string[];
}

type OutcomeType = Outcome['type'];
type Expectation = { readonly http: readonly OutcomeType[]; readonly smtp: readonly OutcomeType[] };
const both = (...types: OutcomeType[]): Expectation => ({ http: types, smtp: types });

const EXPECTED: Readonly<Record<Fault, Expectation>> = {
  healthy: both('delivered'),
  refused: both('retry'),
  noSuchHost: both('retry'),
  tlsSilence: both('retry'),
  // A mail server that speaks no TLS on a TLS port is a wrong setting; of an HTTPS service it is an outage.
  tlsGarbage: { http: ['retry'], smtp: ['rejected'] },
  // Whether the request was already written is a race; both are true, and neither may resend what arrived.
  resetAtOnce: { http: ['retry', 'uncertain'], smtp: ['retry'] },
  silentAtOnce: { http: ['uncertain'], smtp: ['retry'] },
  garbageAtOnce: { http: ['uncertain'], smtp: ['retry'] },
  lostMidway: both('uncertain'),
  readThenReset: both('uncertain'),
  takenThenReset: both('uncertain'),
  takenThenClosed: both('uncertain'),
  takenThenSilent: both('uncertain'),
  takenThenTruncated: both('uncertain'),
  takenThenDripping: both('uncertain'),
  takenThenGarbage: both('uncertain'),
};

/** Longest an attempt may take with the scaled-down time-outs of the subjects. */
const SOON_MS = 3_000;

/** What every channel must pass: each cut of the connection in the right class, and nothing given away. */
export function describeContract(subject: ContractSubject): void {
  describe(`${subject.channel}: the contract of a channel`, () => {
    const rigs: Rig[] = [];
    const start = async (fault: Fault): Promise<Rig> => {
      const rig = await subject.start(fault);
      rigs.push(rig);
      return rig;
    };
    afterEach(async () => {
      await Promise.all(rigs.splice(0).map((rig) => rig.close()));
    });

    for (const [fault, story] of Object.entries(FAULTS) as [Fault, string][]) {
      const expected = EXPECTED[fault][subject.protocol];
      it(`P4 ${fault} (${story}): ${expected.join(' or ')}`, async () => {
        const rig = await start(fault);
        const began = performance.now();
        const outcome = await rig.channel.send(subject.message(), new AbortController().signal);
        expect(performance.now() - began).toBeLessThan(SOON_MS);
        expect(expected, JSON.stringify(outcome)).toContain(outcome.type);
        expectTruthful(outcome, rig);
        expectQuiet(outcome, subject);
      });
    }

    it('keeps ids as text', async () => {
      const rig = await start('healthy');
      const outcome = await rig.channel.send(subject.message(), new AbortController().signal);
      expect(outcome.type).toBe('delivered');
      if (outcome.type !== 'delivered') return;
      expect(Object.keys(outcome.receipt).length).toBeGreaterThan(0);
      for (const value of Object.values(outcome.receipt)) expect(typeof value).toBe('string');
    });

    it('sends one after the other over the connection it keeps', async () => {
      const rig = await start('healthy');
      for (let nth = 1; nth <= 6; nth += 1) {
        const outcome = await rig.channel.send(subject.message(), new AbortController().signal);
        expect(outcome.type).toBe('delivered');
        expect(rig.accepted()).toBe(nth);
      }
      // Not one: the next may be handed over in the moment before the first connection is free again.
      expect(rig.connections()).toBeLessThanOrEqual(2);
    });

    it('aborted before it began: retry, and nothing was even connected', async () => {
      const rig = await start('healthy');
      const outcome = await rig.channel.send(subject.message(), AbortSignal.abort());
      expect(outcome.type).toBe('retry');
      await settle();
      expect(rig.connections()).toBe(0);
      expect(rig.accepted()).toBe(0);
    });

    it('aborted while connecting: retry, and nothing is sent afterwards', async () => {
      const rig = await start('tlsSilence');
      const abort = new AbortController();
      const sending = rig.channel.send(subject.message(), abort.signal);
      await until(() => rig.connections() > 0);
      abort.abort();
      const outcome = await sending;
      expect(outcome.type).toBe('retry');
      expectQuiet(outcome, subject);
    });

    it('aborted after the message had gone: uncertain, and soon', async () => {
      const rig = await start('takenThenSilent');
      const abort = new AbortController();
      const sending = rig.channel.send(subject.message(), abort.signal);
      await until(() => rig.accepted() > 0);
      const began = performance.now();
      abort.abort();
      const outcome = await sending;
      expect(performance.now() - began).toBeLessThan(200);
      expect(outcome.type).toBe('uncertain');
      expectTruthful(outcome, rig);
      expectQuiet(outcome, subject);
    });

    it('an address that is none is a rejected destination, and nothing is sent', async () => {
      const rig = await start('healthy');
      for (const address of ['', '../me', 'a@b.example, c@d.example', '<!channel>', '1\r\nX: y']) {
        const outcome = await rig.channel.send(
          { ...subject.message(), address },
          new AbortController().signal,
        );
        expect(outcome).toMatchObject({ type: 'rejected', scope: 'destination' });
      }
      expect(rig.connections()).toBe(0);
    });

    it('a credential that cannot be checked is told, not thrown, and without the credential', async () => {
      for (const fault of ['refused', 'silentAtOnce', 'garbageAtOnce', 'tlsSilence'] as const) {
        const rig = await start(fault);
        const check = await rig.channel.checkCredential(new AbortController().signal);
        expect(check.ok).toBe(false);
        for (const secret of subject.secrets) expect(JSON.stringify(check)).not.toContain(secret);
      }
    });

    it('looking at a far side that fails is inconclusive, never absent', async () => {
      for (const fault of ['refused', 'silentAtOnce', 'garbageAtOnce', 'takenThenTruncated'] as const) {
        const rig = await start(fault);
        const look = await rig.channel.reconcile(
          { message: subject.message(), startedAtMs: Date.now(), ownedByOther: async () => false },
          new AbortController().signal,
        );
        expect(look.type).toBe('inconclusive');
        expect(JSON.stringify(look).length).toBeLessThan(1000);
        for (const secret of subject.secrets) expect(JSON.stringify(look)).not.toContain(secret);
      }
    });

    it('closing ends within seconds, also while an attempt hangs', async () => {
      const rig = await start('takenThenSilent');
      const sending = rig.channel.send(subject.message(), new AbortController().signal);
      await until(() => rig.accepted() > 0);
      const began = performance.now();
      await rig.channel.close();
      expect(performance.now() - began).toBeLessThan(SOON_MS);
      expect((await sending).type).toBe('uncertain');
    });
  });
}

/** The far side's ledger agrees: delivered is exactly one, everything surely not delivered is none. */
export function expectTruthful(outcome: Outcome, rig: Pick<Rig, 'accepted'>): void {
  switch (outcome.type) {
    case 'delivered':
      expect(rig.accepted()).toBe(1);
      return;
    case 'retry':
    case 'wait':
    case 'rejected':
      expect(rig.accepted()).toBe(0);
      return;
    case 'uncertain':
      expect(rig.accepted()).toBeLessThanOrEqual(1);
      return;
    default:
      outcome satisfies never;
  }
}

/** P10: no secret and no word of the message in what is kept; a code of ours and at most one short line. */
export function expectQuiet(outcome: Outcome, subject: Pick<ContractSubject, 'channel' | 'secrets'>): void {
  const kept = JSON.stringify(outcome);
  for (const secret of subject.secrets) expect(kept).not.toContain(secret);
  if (outcome.type === 'delivered') return;
  expect(outcome.reason.code).toMatch(new RegExp(`^${subject.channel}\\.[a-z][a-z0-9_]*$`));
  const { said } = outcome.reason;
  if (said === undefined) return;
  expect(said.length).toBeLessThanOrEqual(300);
  expect(said).toMatch(/^[\x20-\x7e…]*$/);
}

/** Waits for a condition without a fixed pause. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets everything that is already on its way over loopback arrive. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
