/** Work that goes on after its request was answered, so that a stop can wait for it. */
export interface InHand {
  /** Keeps the work in mind until it ends; the work must look after its own failures. */
  track(work: Promise<unknown>): void;
  /** Resolves when nothing is in hand any more, or after `limitMs`. */
  idle(limitMs: number): Promise<void>;
}

export function createInHand(): InHand {
  const inHand = new Set<Promise<void>>();
  return {
    track: (work) => {
      const ended: Promise<void> = work
        .catch(() => undefined)
        .then(() => {
          inHand.delete(ended);
        });
      inHand.add(ended);
    },
    idle: async (limitMs) => {
      let timer: NodeJS.Timeout | undefined;
      const enough = new Promise((resolve) => {
        timer = setTimeout(resolve, limitMs);
      });
      await Promise.race([Promise.all(inHand), enough]);
      clearTimeout(timer);
    },
  };
}
