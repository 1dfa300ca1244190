/** What a meter says to one more request: whether it passes, how many are left, and when it starts afresh. */
export interface MeterReading {
  readonly passes: boolean;
  readonly remaining: number;
  /** Epoch ms at which the next request passes for certain. */
  readonly resetAtMs: number;
}

/** A fixed window per key: `limit` requests from the first one on, then none until the window is over. */
export function createWindowMeter(limit: number, windowMs: number) {
  const windows = new Map<string, { startedAtMs: number; used: number }>();
  return {
    take(key: string, nowMs: number): MeterReading {
      let window = windows.get(key);
      if (window === undefined || nowMs >= window.startedAtMs + windowMs) {
        window = { startedAtMs: nowMs, used: 0 };
        windows.set(key, window);
      }
      const resetAtMs = window.startedAtMs + windowMs;
      if (window.used >= limit) return { passes: false, remaining: 0, resetAtMs };
      window.used += 1;
      return { passes: true, remaining: limit - window.used, resetAtMs };
    },
    reset(): void {
      windows.clear();
    },
  };
}
export type WindowMeter = ReturnType<typeof createWindowMeter>;

/** A leaking bucket per key: `burst` requests at once, then one every `intervalMs`. */
export function createPaceMeter(burst: number, intervalMs: number) {
  const buckets = new Map<string, { filledAtMs: number; level: number }>();
  return {
    take(key: string, nowMs: number): MeterReading {
      const bucket = buckets.get(key) ?? { filledAtMs: nowMs, level: 0 };
      const level = Math.max(0, bucket.level - (nowMs - bucket.filledAtMs) / Math.max(intervalMs, 1));
      if (level + 1 > burst) {
        buckets.set(key, { filledAtMs: nowMs, level });
        return {
          passes: false,
          remaining: 0,
          resetAtMs: nowMs + Math.ceil((level + 1 - burst) * intervalMs),
        };
      }
      buckets.set(key, { filledAtMs: nowMs, level: level + 1 });
      return { passes: true, remaining: Math.floor(burst - level - 1), resetAtMs: nowMs };
    },
    reset(): void {
      buckets.clear();
    },
  };
}
export type PaceMeter = ReturnType<typeof createPaceMeter>;
