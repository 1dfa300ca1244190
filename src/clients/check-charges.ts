import { isDay, isMonth, monthStart, nextMonth } from '../domain/calendar.ts';
import type { ImportProblem } from '../rulebook/import-result.ts';
import type { Path } from '../rulebook/yaml-source.ts';
import type { DraftClient } from './client-file.ts';
import { type ClientReferences, importFirst, listed, type Problem } from './client-references.ts';

/** A contract whose days cannot be, or that would end in a month its client was charged for already (P5). */
export function contractProblems(
  client: DraftClient,
  known: ClientReferences,
  path: Path,
  problem: Problem,
): readonly ImportProblem[] {
  const stored = client.code === undefined ? undefined : known.stored.get(client.code);
  const from = dayOf(client.contract?.from);
  const until = dayOf(client.contract?.until);
  const firstPlan = (client.plans ?? []).flatMap((plan) => plan?.from ?? []).toSorted()[0];
  return [
    ...(from !== undefined && until !== undefined && until < from
      ? [problem([...path, 'contract', 'until'], 'a contract ends on the day it begins or later')]
      : []),
    ...(from !== undefined && firstPlan !== undefined && firstPlan > from.slice(0, 7)
      ? [
          problem(
            [...path, 'contract', 'from'],
            `there is no plan for ${from.slice(0, 7)}, when the contract begins; the first one is from ${firstPlan}`,
          ),
        ]
      : []),
    ...(until !== undefined &&
    known.closed !== null &&
    stored !== undefined &&
    until !== stored.contract_until &&
    until.slice(0, 7) <= known.closed.slice(0, 7)
      ? [
          problem(
            [...path, 'contract', 'until'],
            `${until.slice(0, 7)} is closed; a contract ends in an open month`,
          ),
        ]
      : []),
  ];
}

/** A client's lines of one extra: each with a price, never two in one month, and closed months as they were (P5). */
export function extraProblems(
  client: DraftClient,
  known: ClientReferences,
  path: Path,
  problem: Problem,
): readonly ImportProblem[] {
  const lines = client.extras ?? [];
  const spans = lines.flatMap((line, index) => {
    const [from, to] = [monthOf(line?.from), monthOf(line?.to)];
    if (line?.extra === undefined || from === undefined) return [];
    return [{ index, code: line.extra, from, to: to ?? FOREVER, quantity: line.quantity ?? '1' }];
  });
  const references = spans.flatMap(({ index, code, from, to }): readonly ImportProblem[] => {
    const first = known.extras.get(code);
    if (first === undefined) {
      const stored = listed(new Set(known.extras.keys()), importFirst('plans'));
      return [problem([...path, index, 'extra'], `a stored extra: ${stored}`)];
    }
    return [
      ...(from < first
        ? [problem([...path, index, 'from'], `the first price of ${code} is of ${first.slice(0, 7)}`)]
        : []),
      ...(to < from ? [problem([...path, index, 'to'], 'the last month comes before the first')] : []),
    ];
  });
  const doubled = spans.filter((span, n) =>
    spans
      .slice(0, n)
      .some((other) => other.code === span.code && other.from <= span.to && span.from <= other.to),
  );
  return [
    ...references,
    ...doubled.map(({ index, code }) =>
      problem([...path, index, 'from'], `${code} is charged for a month of this line by a line above`),
    ),
    ...(spans.length === lines.length ? closedMonthProblems(client, known, spans, path, problem) : []),
  ];
}

interface Span {
  readonly code: string;
  readonly from: string;
  readonly to: string;
  readonly quantity: string;
}

function closedMonthProblems(
  client: DraftClient,
  known: ClientReferences,
  spans: readonly Span[],
  path: Path,
  problem: Problem,
): readonly ImportProblem[] {
  const { closed } = known;
  const stored = client.code === undefined ? undefined : known.stored.get(client.code);
  if (stored === undefined || closed === null) return [];
  const before = stored.extras.map(
    ({ extra_code: code, from_month: from, to_month: to, quantity }): Span => ({
      ...{ code, from, to: to ?? FOREVER, quantity: String(quantity) },
    }),
  );
  // What holds can change only where a line begins, or after one ends.
  const months = [...before, ...spans]
    .flatMap(({ from, to }) => [from, to < closed ? monthStart(nextMonth(to.slice(0, 7))) : closed])
    .filter((month) => month <= closed);
  for (const month of new Set(months)) {
    if (inForce(before, month) === inForce(spans, month)) continue;
    return [
      problem(
        path,
        `${month.slice(0, 7)} is closed and had ${inForce(before, month) || 'no extras'}; extras change in open months only`,
      ),
    ];
  }
  return [];
}

function inForce(spans: readonly Span[], month: string): string {
  return spans
    .filter(({ from, to }) => from <= month && month <= to)
    .map(({ code, quantity }) => `${code} × ${quantity}`)
    .toSorted()
    .join(', ');
}

const FOREVER = '9999-12-01';

function dayOf(text: string | null | undefined): string | undefined {
  return typeof text === 'string' && isDay(text) ? text : undefined;
}

/** First day of a month as typed. */
function monthOf(text: string | null | undefined): string | undefined {
  return typeof text === 'string' && isMonth(text) ? monthStart(text) : undefined;
}
