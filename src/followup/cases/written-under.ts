import type { Kysely } from 'kysely';
import type { CaseState } from '../../domain/cases/events.ts';
import type { Schema } from '../../storage/schema.ts';

/** The case in which a press or message was written down before; undefined when it was not. */
export async function writtenUnder(
  db: Kysely<Schema>,
  key: string,
): Promise<{ readonly caseId: string; readonly state: CaseState } | undefined> {
  return await db
    .selectFrom('case_events as e')
    .innerJoin('cases as k', 'k.id', 'e.case_id')
    .select(['k.id as caseId', 'k.state'])
    .where('e.key', '=', key)
    .executeTakeFirst();
}

const UNIQUE_VIOLATION = '23505';

/** Whether the same key was written in another case at the same moment. */
export function isKeyTaken(thrown: unknown): boolean {
  const { code, constraint } = { ...(thrown as { code?: unknown; constraint?: unknown } | null) };
  return code === UNIQUE_VIOLATION && constraint === 'case_events_key_key';
}
