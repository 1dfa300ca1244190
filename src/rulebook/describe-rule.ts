import type { RuleFlags } from '../domain/kinds.ts';

/** A rule's flags in words, for lists of changes: `not counted, not reported` · `counted, reported, flagged`. */
export function describeRule(
  rule: Omit<RuleFlags, 'flagged'> & { readonly flagged: boolean | null },
): string {
  return [
    rule.counted ? 'counted' : 'not counted',
    rule.reported ? 'reported' : 'not reported',
    ...(rule.flagged ? ['flagged'] : []),
  ].join(', ');
}
