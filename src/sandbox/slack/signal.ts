/** Tells waiters that something changed, so that nobody has to poll by the clock. */
export function createSignal() {
  const waiters = new Set<() => void>();
  return {
    fire(): void {
      for (const wake of [...waiters]) wake();
    },
    /** Looks at once and after every change; undefined when `timeoutMs` passed without a finding. */
    until<T>(look: () => T | undefined, timeoutMs: number): Promise<T | undefined> {
      const first = look();
      if (first !== undefined) return Promise.resolve(first);
      return new Promise((resolve) => {
        const finish = (found: T | undefined) => {
          waiters.delete(wake);
          clearTimeout(timer);
          resolve(found);
        };
        const wake = () => {
          const found = look();
          if (found !== undefined) finish(found);
        };
        const timer = setTimeout(() => finish(undefined), timeoutMs);
        waiters.add(wake);
      });
    },
  };
}
export type Signal = ReturnType<typeof createSignal>;
