import { type Kysely, sql } from 'kysely';
import { formatE164 } from '../../domain/phone.ts';
import type { Schema } from '../../storage/schema.ts';

/** A case as messages to staff name it. */
export interface CaseWords {
  readonly caseId: string;
  readonly number: number;
  readonly clientCode: string;
  readonly clientName: string;
  readonly kindLabel: string;
  /** As reports show it; null: no number was shown. */
  readonly numberShown: string | null;
  readonly calls: number;
  readonly openedAt: Date;
  readonly lastCallAt: Date;
  /** The client's own telephone numbers, as they are dialled. */
  readonly clientPhones: readonly string[];
}

export async function caseWords(db: Kysely<Schema>, caseId: string): Promise<CaseWords> {
  const { rows } = await sql<
    Omit<CaseWords, 'numberShown' | 'clientPhones'> & {
      readonly numberE164: string | null;
      readonly ownNumbers: readonly string[];
    }
  >`
    select k.id as "caseId", k.number, client.code as "clientCode", client.name as "clientName",
      kind.label as "kindLabel", k.number_e164 as "numberE164", k.opened_at as "openedAt",
      k.last_call_at as "lastCallAt", client.own_numbers as "ownNumbers",
      (select count(*) from case_calls m where m.case_id = k.id) as calls
    from cases k
    join clients client on client.id = k.client_id
    join kinds kind on kind.code = k.kind
    where k.id = ${caseId}
  `.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('a case that is gone');
  const { numberE164, ownNumbers, ...words } = row;
  return {
    ...words,
    numberShown: numberE164 === null ? null : formatE164(numberE164),
    clientPhones: ownNumbers.map(formatE164),
  };
}
