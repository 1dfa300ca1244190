/** What a far side allows: so many requests in so long, per credential or per destination. */
export interface Allowance {
  readonly requests: number;
  readonly windowMs: number;
}

/** How an allowance is spent: a steady trickle, and a reserve for bursts. All figures per `…Ms`. */
export interface Pace {
  readonly steady: number;
  readonly steadyMs: number;
  readonly burst: number;
  readonly burstMs: number;
}

/** A window is cut into this many slices for the trickle. */
const SLICES = 30;
const STEADY = 0.75;
const BURST = 0.1;

/**
 * Paces a share of an allowance so that no window of the far side ever sees more than the share, whenever that
 * window begins: the trickle fills at most `SLICES + 1` slices of any window, and of the burst reserve at most
 * two of our windows touch one of theirs. Three quarters trickle, a tenth burst: 0.75 × 31/30 + 2 × 0.1 < 1.
 *
 * @param share of the allowance, above 0 and at most 1
 */
export function paceOf(allowance: Allowance, share: number): Pace {
  const requests = allowance.requests * share;
  const burst = { burst: Math.floor(requests * BURST), burstMs: allowance.windowMs };
  const steady = Math.floor((requests * STEADY) / SLICES);
  if (steady >= 1) return { steady, steadyMs: Math.ceil(allowance.windowMs / SLICES), ...burst };
  // Too little for one in every slice: one in a longer slice.
  const longer = Math.ceil(allowance.windowMs / Math.max(1, requests * STEADY));
  return { steady: 1, steadyMs: Math.min(longer, allowance.windowMs), ...burst };
}
