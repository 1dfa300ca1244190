import type { Migration } from 'kysely';
import * as foundation from './0001_foundation.ts';
import * as deliveryIndexes from './0002_delivery_indexes.ts';
import * as corrections from './0003_corrections.ts';
import * as done from './0004_done.ts';
import * as entry from './0005_entry.ts';
import * as reminders from './0006_reminders.ts';
import * as largeLedger from './0007_large_ledger.ts';
import * as review from './0008_review.ts';
import * as workspaces from './0009_workspaces.ts';
import * as cases from './0010_cases.ts';
import * as casesMore from './0011_cases_more.ts';
import * as chatworkReplies from './0012_chatwork_replies.ts';
import * as caseCard from './0013_case_card.ts';
import * as billing from './0014_billing.ts';
import * as homes from './0015_homes.ts';
import * as warnings from './0016_warnings.ts';
import * as statementRuns from './0017_statement_runs.ts';
import * as disputes from './0018_disputes.ts';
import * as digests from './0019_digests.ts';

/** Every migration by its name; the numbers give the order, and a name that was ever released never changes. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001_foundation': foundation,
  '0002_delivery_indexes': deliveryIndexes,
  '0003_corrections': corrections,
  '0004_done': done,
  '0005_entry': entry,
  '0006_reminders': reminders,
  '0007_large_ledger': largeLedger,
  '0008_review': review,
  '0009_workspaces': workspaces,
  '0010_cases': cases,
  '0011_cases_more': casesMore,
  '0012_chatwork_replies': chatworkReplies,
  '0013_case_card': caseCard,
  '0014_billing': billing,
  '0015_homes': homes,
  '0016_warnings': warnings,
  '0017_statement_runs': statementRuns,
  '0018_disputes': disputes,
  '0019_digests': digests,
};
