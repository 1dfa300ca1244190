import { setTimeout as pause } from 'node:timers/promises';
import { SANDBOX_OPERATORS } from '../../../src/sandbox/index.ts';
import type { Client } from './clients.ts';
import type { Scene } from './scene.ts';

/** An entry whose operator was told that it is recorded. */
export interface Acknowledged {
  readonly receiptNumber: string;
  readonly client: Client;
  readonly reported: boolean;
}

export interface Entered {
  /** Every line typed, answered or not. */
  readonly typed: number;
  readonly acknowledged: readonly Acknowledged[];
  /** Lines to which the operator was told that they are not recorded, or told nothing. */
  readonly unacknowledged: readonly string[];
}

/** Two in seven are silent sales calls, one is harassment: its mails are re-sent when in doubt. */
const KINDS = [
  { word: '用件', reported: true },
  { word: '営業', reported: false },
  { word: '用件', reported: true },
  { word: '嫌がらせ', reported: true },
  { word: '用件', reported: true },
  { word: '営業', reported: false },
  { word: '用件', reported: true },
] as const;
const OPERATORS_AT_ONCE = 8;
/** How long an operator who got no answer waits before the next line, ms. */
const BREATH_MS = 150;
/** Nobody got an answer for this long: the suite itself is broken, ms. */
const PATIENCE_MS = 60_000;

export interface Load {
  /** Reported calls to have acknowledged. */
  readonly reports: number;
  /** Lines a second at most, all operators together. */
  readonly perSecond: number;
  readonly atOnce?: number;
}

/**
 * Operators type while `disturb` runs again and again; both end when enough was acknowledged. A disturbance that
 * cannot be carried out ends the suite.
 */
export async function enterWhile(
  scene: Scene,
  o: Load,
  disturb: (over: AbortSignal, reported: () => number, refused: () => number) => Promise<void>,
): Promise<Entered> {
  const over = new AbortController();
  const count = { reported: 0, refused: 0 };
  const entering = enterCalls(scene, o, over.signal, (what) => {
    count[what] += 1;
  }).finally(() => over.abort());
  const disturbing = (async () => {
    while (!over.signal.aborted)
      await disturb(
        over.signal,
        () => count.reported,
        () => count.refused,
      );
  })().finally(() => over.abort());
  const [entered] = await Promise.all([entering, disturbing]);
  return entered;
}

/** Waits until it is so, or it is over. */
export async function until(over: AbortSignal, isSo: () => boolean): Promise<void> {
  while (!over.aborted && !isSo()) await pauseUnless(over, 20);
}

/** Waits, or less when it is over. */
export async function pauseUnless(over: AbortSignal, ms: number): Promise<void> {
  await pause(ms, undefined, { signal: over }).catch(() => undefined);
}

/**
 * Operators type one-line entries, signed as Slack signs them, until `reports` reported calls were acknowledged.
 * A line that was not acknowledged is not typed again: the next one is another call.
 */
export async function enterCalls(
  scene: Scene,
  o: Load,
  over?: AbortSignal,
  on?: (what: 'reported' | 'refused') => void,
): Promise<Entered> {
  const acknowledged: Acknowledged[] = [];
  const unacknowledged: string[] = [];
  let typed = 0;
  let reports = 0;
  const began = performance.now();
  let lastAnswer = began;

  const operate = async (operator: number): Promise<void> => {
    const user = SANDBOX_OPERATORS[operator % SANDBOX_OPERATORS.length] ?? SANDBOX_OPERATORS[0];
    const person = scene.sandbox.slack.person(user.id);
    while (reports < o.reports && !over?.aborted) {
      const index = typed;
      typed += 1;
      const early = began + (index * 1000) / o.perSecond - performance.now();
      if (early > 0) await pause(early);
      const client = scene.clients[index % scene.clients.length];
      const kind = KINDS[index % KINDS.length];
      if (client === undefined || kind === undefined) throw new Error('nobody to enter a call for');
      const reply = await person.command(`${client.code} ${kind.word} 見積書の件 ${index}`);
      const said = reply.message?.text ?? '';
      const receiptNumber = /受付番号\D{0,4}(\d{8}-\d{4,})/.exec(said)?.[1];
      if (reply.failed === null && receiptNumber !== undefined) {
        lastAnswer = performance.now();
        acknowledged.push({ receiptNumber, client, reported: kind.reported });
        if (!kind.reported) continue;
        reports += 1;
        on?.('reported');
      } else {
        unacknowledged.push(reply.failed ?? said);
        on?.('refused');
        if (performance.now() - lastAnswer > PATIENCE_MS) throw new Error(`nobody is acknowledged: ${said}`);
        await pause(BREATH_MS);
      }
    }
  };
  await Promise.all(Array.from({ length: o.atOnce ?? OPERATORS_AT_ONCE }, (_, index) => operate(index)));
  return { typed, acknowledged, unacknowledged };
}
