import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Observer } from '../../delivery/observer.ts';
import type { Outcome } from '../../domain/outcome.ts';

/** Seconds. Attempts end at 45 s, mail at 130 s. */
const ATTEMPT_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 150];
/** Seconds, up to the day after which delivery gives up. */
const ARRIVAL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 1800, 3600, 14_400, 86_400];
/** Different reasons shown before the rest is `other`: far sides may make codes up. */
const MOST_REASONS = 200;

/** Counts what delivery tells of. */
export function countAttempts(registry: Registry): Observer {
  const registers = [registry];
  const attempts = new Counter({
    name: 'toritsugi_attempts_total',
    help: 'Attempts to send a report, by how they ended and why.',
    labelNames: ['channel', 'outcome', 'reason'],
    registers,
  });
  const running = new Gauge({
    name: 'toritsugi_attempts_running',
    help: 'Attempts of this process waiting for the far side.',
    labelNames: ['channel'],
    registers,
  });
  const attemptSeconds = new Histogram({
    name: 'toritsugi_attempt_seconds',
    help: 'How long the far side took to answer an attempt.',
    labelNames: ['channel', 'outcome'],
    buckets: ATTEMPT_BUCKETS,
    registers,
  });
  const arrivalSeconds = new Histogram({
    name: 'toritsugi_entry_to_delivered_seconds',
    help: 'From the recording of a call to the arrival of its report, waits, retries and fallbacks included.',
    labelNames: ['channel', 'urgent'],
    buckets: ARRIVAL_BUCKETS,
    registers,
  });
  const looks = new Counter({
    name: 'toritsugi_looks_total',
    help: 'Looks at the far side for a report of which nobody knows whether it arrived, by what was seen.',
    labelNames: ['channel', 'seen'],
    registers,
  });
  const notices = new Counter({
    name: 'toritsugi_notices_total',
    help: 'Tries to send a message of the bot to operators or staff, by how they ended.',
    labelNames: ['outcome'],
    registers,
  });
  const restarts = new Counter({
    name: 'toritsugi_worker_restarts_total',
    help: 'Workers replaced because they took no jobs although jobs waited.',
    registers,
  });
  const reasons = new Set<string>();

  /** Codes only: anything else might be what a far side said. */
  const reasonLabel = (outcome: Outcome): string => {
    if (!('reason' in outcome)) return 'none';
    const { code } = outcome.reason;
    if (!/^[a-z]+(\.[a-z0-9_]{1,60}){1,3}$/.test(code)) return 'other';
    if (!reasons.has(code) && reasons.size >= MOST_REASONS) return 'other';
    reasons.add(code);
    return code;
  };

  return {
    attemptBegan: ({ channel }) => running.inc({ channel }),
    attemptEnded({ channel, outcome, tookMs }) {
      running.dec({ channel });
      const label = outcome.type === 'rejected' ? `rejected_${outcome.scope}` : outcome.type;
      attempts.inc({ channel, outcome: label, reason: reasonLabel(outcome) });
      attemptSeconds.observe({ channel, outcome: label }, tookMs / 1000);
    },
    arrived: ({ channel, urgent, afterMs }) =>
      // Clocks of two machines may differ: never below nothing.
      arrivalSeconds.observe({ channel, urgent: urgent ? 'yes' : 'no' }, Math.max(0, afterMs) / 1000),
    looked: ({ channel, seen }) => looks.inc({ channel, seen }),
    noticeTried: ({ outcome }) => notices.inc({ outcome }),
    workerRestarted: () => restarts.inc(),
  };
}
