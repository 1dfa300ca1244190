/** A call without a number belongs to a case of its kind whose last call is no further away than this. [ours] */
export const SAME_KIND_DAYS = 14;

/** A case of the call's client, by the calls that are in it. */
export interface MemberCandidate {
  readonly caseId: string;
  /** Numbers its calls came from, the client's own left out. */
  readonly numbers: readonly string[];
  readonly kinds: readonly string[];
  readonly lastCallAt: Date;
}

/**
 * The case a flagged call belongs to; null: it opens one. By its number, however long ago; a call that shows none, or
 * one of the client's own or forwarding numbers, by its kind within 14 days. Of several the one called last; a call
 * without a number goes to a case without numbers first. A case without calls takes none.
 *
 * @param call.numberE164 null for the client's own numbers, too: they do not tell callers apart [peer]
 */
export function caseOf(
  call: { readonly numberE164: string | null; readonly kind: string; readonly occurredAt: Date },
  candidates: readonly MemberCandidate[],
): string | null {
  const { numberE164, kind, occurredAt } = call;
  const fitting =
    numberE164 === null
      ? candidates.filter(
          ({ kinds, lastCallAt }) =>
            kinds.includes(kind) && daysApart(lastCallAt, occurredAt) <= SAME_KIND_DAYS,
        )
      : candidates.filter(({ numbers }) => numbers.includes(numberE164));
  const [first] = fitting.toSorted(
    (a, b) =>
      (numberE164 === null ? Number(a.numbers.length > 0) - Number(b.numbers.length > 0) : 0) ||
      b.lastCallAt.getTime() - a.lastCallAt.getTime() ||
      (a.caseId < b.caseId ? -1 : 1),
  );
  return first?.caseId ?? null;
}

function daysApart(a: Date, b: Date): number {
  return Math.abs(a.getTime() - b.getTime()) / 86_400_000;
}
