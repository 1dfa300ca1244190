/** Places of values that appeared before; undefined ones (malformed, already reported) do not count. */
export function doubles(values: readonly (string | undefined)[]): readonly number[] {
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    if (value === undefined) return [];
    if (seen.has(value)) return [index];
    seen.add(value);
    return [];
  });
}

/**
 * How the flags of a rule, as typed, contradict each other. [MK] P5: what is counted is what was reported, so
 * one without the other is refused; and a flag asks the client something, which only a report can do.
 */
export function contradictions(
  rule:
    | {
        readonly counted?: string | undefined;
        readonly reported?: string | undefined;
        readonly flagged?: string | null | undefined;
      }
    | undefined,
): readonly { readonly key: 'counted' | 'flagged'; readonly message: string }[] {
  const { counted, reported, flagged } = rule ?? {};
  const found: { key: 'counted' | 'flagged'; message: string }[] = [];
  if (counted !== undefined && reported !== undefined && counted !== reported) {
    found.push({
      key: 'counted',
      message: `must be the same as reported (here ${reported}): what is counted is what was reported`,
    });
  }
  if (flagged === 'true' && reported === 'false') {
    found.push({ key: 'flagged', message: 'only a reported kind can be flagged: the client has to answer' });
  }
  return found;
}
