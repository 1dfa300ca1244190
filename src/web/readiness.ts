/** Whether this process can do its work now: what `/readyz` answers. Names of parts only, no data (P10). */
export type Readiness = () => Promise<{
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, 'ok' | 'failing'>>;
}>;

/** Longest a probe may take before it counts as failing, milliseconds. */
const PROBE_TIMEOUT_MS = 2_000;

/** Runs every probe at once; a probe that throws or takes too long is failing. */
export function createReadiness(probes: Readonly<Record<string, () => Promise<unknown>>>): Readiness {
  return async () => {
    const results = await Promise.all(
      Object.entries(probes).map(async ([name, probe]) => [name, await passes(probe)] as const),
    );
    return { ready: results.every(([, state]) => state === 'ok'), checks: Object.fromEntries(results) };
  };
}

async function passes(probe: () => Promise<unknown>): Promise<'ok' | 'failing'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'failing'>((resolve) => {
    timer = setTimeout(() => resolve('failing'), PROBE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([
      probe().then(
        () => 'ok' as const,
        () => 'failing' as const,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
