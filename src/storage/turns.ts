/** Longest stretch, in ms, for which turns follow each other without letting timers and sockets run. */
const STRETCH_MS = 8;

/**
 * A fair queue for one thing that only one may use at a time: first come, first served, whatever the turn is
 * for, so that neither plain statements nor transactions can starve the other (P8).
 *
 * The embedded database computes on our own thread and answers within microtasks; a long queue of turns would
 * therefore silence the whole process. After `STRETCH_MS` a turn is handed on through the event loop.
 */
export class Turns {
  readonly #waiting: { begin: () => void; refuse: (reason: Error) => void }[] = [];
  #taken = false;
  #closedWith: Error | undefined;
  #lastGiven: () => void = () => undefined;
  #stretchBegan = 0;

  /** Resolves when it is the caller's turn, who must then call `give` exactly once; rejects when closed. */
  take(): Promise<void> {
    if (this.#closedWith) return Promise.reject(this.#closedWith);
    if (!this.#taken) {
      this.#taken = true;
      this.#stretchBegan = performance.now();
      return Promise.resolve();
    }
    return new Promise((begin, refuse) => {
      this.#waiting.push({ begin, refuse });
    });
  }

  give(): void {
    if (this.#waiting.length === 0) {
      this.#free();
      return;
    }
    if (performance.now() - this.#stretchBegan < STRETCH_MS) {
      this.#next();
      return;
    }
    setImmediate(() => {
      this.#stretchBegan = performance.now();
      this.#next();
    });
  }

  /**
   * Refuses everyone who waits and everyone who comes later. Resolves when whoever has the turn has given it.
   * May be called once.
   */
  close(reason: Error): Promise<void> {
    this.#closedWith = reason;
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(reason);
    if (!this.#taken) return Promise.resolve();
    return new Promise((resolve) => {
      this.#lastGiven = resolve;
    });
  }

  #next(): void {
    const waiter = this.#waiting.shift();
    if (waiter) waiter.begin();
    else this.#free();
  }

  #free(): void {
    this.#taken = false;
    this.#lastGiven();
  }
}
