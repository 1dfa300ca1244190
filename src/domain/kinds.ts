/** What one kind of call means for one client on one day. [seed] the kinds table of the trade, as data. */
export interface RuleFlags {
  /** Counted against the plan. Always equal to `reported` (P5). */
  readonly counted: boolean;
  readonly reported: boolean;
  /** Needs the client's answer: harassment, prank, silent. */
  readonly flagged: boolean;
}

export type KindTemplate = 'message' | 'unsure' | 'flagged';

/**
 * What is sent to a client: the report of a call, worded by its kind; what changed in it, or that it is taken back;
 * a word about one of its destinations; about a harassment case as a whole; about how much of the plan is used; the
 * answer to what a client said of a report; a day's calls in one; or a month's statement.
 */
export type ReportTemplate =
  | KindTemplate
  | 'correction'
  | 'retraction'
  | 'destination-notice'
  | 'case-reminder'
  | 'case-message'
  | 'statement'
  | 'usage-notice'
  | 'dispute-answer'
  | 'digest';

export interface Kind {
  readonly code: string;
  /** Japanese name shown to operators and in statements. */
  readonly label: string;
  /** Other words an operator may type for it. */
  readonly aliases: readonly string[];
  readonly template: KindTemplate;
  readonly position: number;
}

export interface KindRule extends RuleFlags {
  readonly kind: string;
  /** null: the agency's own rule. */
  readonly clientId: string | null;
  /** First JST day it holds, `YYYY-MM-DD`. */
  readonly effectiveFrom: string;
}

/** The rule for a kind on a JST day: the client's newest one in force, else the agency's; undefined if none. */
export function ruleFor(
  rules: readonly KindRule[],
  query: { readonly kind: string; readonly clientId: string; readonly day: string },
): RuleFlags | undefined {
  const inForce = rules
    .filter((rule) => rule.kind === query.kind && rule.effectiveFrom <= query.day)
    .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? 1 : -1));
  const rule =
    inForce.find((candidate) => candidate.clientId === query.clientId) ??
    inForce.find((candidate) => candidate.clientId === null);
  return rule && { counted: rule.counted, reported: rule.reported, flagged: rule.flagged };
}
