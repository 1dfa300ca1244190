/**
 * Lets many scrapes share one reading: what was read stays good for `forMs`, and one read runs at a time.
 * Undefined while it cannot be had within `withinMs`; a failure stays good for `forMs` too, so that a database
 * in trouble is not asked by everybody.
 *
 * @param failed told of every failure
 */
export function cached<T>(
  read: () => Promise<T>,
  o: { readonly forMs: number; readonly withinMs: number; readonly failed: () => void },
): () => Promise<T | undefined> {
  let value: T | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const readOnce = async (): Promise<void> => {
    try {
      value = await read();
    } catch {
      value = undefined;
      o.failed();
    }
    readAt = performance.now();
    reading = undefined;
  };

  return async () => {
    if (performance.now() - readAt < o.forMs) return value;
    reading ??= readOnce();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), o.withinMs);
    });
    const how = await Promise.race([reading, late]);
    clearTimeout(timer);
    if (how !== 'late') return value;
    o.failed();
    return undefined;
  };
}
