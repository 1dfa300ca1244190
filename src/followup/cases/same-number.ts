import { type Kysely, sql, type Transaction } from 'kysely';
import type { CaseState } from '../../domain/cases/events.ts';
import type { Schema } from '../../storage/schema.ts';

/** Another client's case with the same caller's number. */
export interface CaseElsewhere {
  readonly number: number;
  readonly clientCode: string;
  readonly clientName: string;
  readonly state: CaseState;
}

/**
 * Cases of other clients with the number of this one, newest first. P9: for supervisors alone; neither a client nor
 * the form of an operator ever sees it. Index: cases_across.
 */
export async function sameNumberElsewhere(
  db: Kysely<Schema> | Transaction<Schema>,
  caseId: string,
  limit: number,
): Promise<readonly CaseElsewhere[]> {
  const { rows } = await sql<CaseElsewhere>`
    select other.number, client.code as "clientCode", client.name as "clientName", other.state
    from cases mine
    join cases other on other.number_e164 = mine.number_e164 and other.client_id <> mine.client_id
    join clients client on client.id = other.client_id
    where mine.id = ${caseId}
    order by other.last_call_at desc
    limit ${limit}
  `.execute(db);
  return rows;
}
