/** The value below which `p` per cent of the values lie; NaN of none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Three significant digits, which is more than a shared machine repeats. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
