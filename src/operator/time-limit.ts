export type Timed<T> =
  | { readonly type: 'done'; readonly value: T }
  /** Not finished in time; it goes on, and its end can still be awaited. */
  | { readonly type: 'late'; readonly pending: Promise<T> };

/**
 * Waits for a promise, but not longer than the limit. A failure in time is thrown; a later one is for whoever
 * awaits `pending`, and is never an unhandled rejection.
 * @param limitMs milliseconds
 */
export async function withinTime<T>(promise: Promise<T>, limitMs: number): Promise<Timed<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Timed<T>>((resolve) => {
    timer = setTimeout(() => resolve({ type: 'late', pending: promise }), limitMs);
  });
  try {
    return await Promise.race([promise.then((value): Timed<T> => ({ type: 'done', value })), late]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => undefined);
  }
}
