import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { advancing, createReadiness, takingJobs } from '../../src/web/readiness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A loop that succeeds whenever it is told to. */
function loop() {
  let at: number | undefined;
  return {
    lastSuccess: () => at,
    succeed() {
      at = performance.now();
    },
  };
}

describe('readiness', () => {
  it('says of each part whether it works', async () => {
    const readiness = createReadiness({
      database: async () => 1,
      queue: () => Promise.reject(new Error('away')),
    });
    expect(await readiness()).toEqual({ ready: false, checks: { database: 'ok', queue: 'failing' } });
  });

  it('takes a part that does not answer for failing', async () => {
    const asked = createReadiness({ database: () => new Promise(() => undefined) })();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await asked).toEqual({ ready: false, checks: { database: 'failing' } });
  });

  it('ends when a loop makes no progress, and comes back with it', async () => {
    const relay = loop();
    const readiness = createReadiness({ relay: advancing(relay, { everyMs: 1_000 }) });
    // Starting is not being stuck.
    await vi.advanceTimersByTimeAsync(9_000);
    expect((await readiness()).ready).toBe(true);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await readiness()).toEqual({ ready: false, checks: { relay: 'failing' } });
    relay.succeed();
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await readiness()).ready).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await readiness()).ready).toBe(false);
  });

  it('is patient with loops that come round fast or may rightly take long', async () => {
    const fast = createReadiness({ relay: advancing(loop(), { everyMs: 10 }) });
    const slow = createReadiness({ notices: advancing(loop(), { everyMs: 10, mayTakeMs: 60_000 }) });
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await fast()).ready).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await fast()).ready).toBe(false);
    await vi.advanceTimersByTimeAsync(59_000);
    expect((await slow()).ready).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await slow()).ready).toBe(false);
  });

  it('ends while the worker takes no jobs', async () => {
    let stuck = false;
    const readiness = createReadiness({ worker: takingJobs({ stuck: () => stuck }) });
    expect((await readiness()).ready).toBe(true);
    stuck = true;
    expect((await readiness()).ready).toBe(false);
  });
});
