import { type Kysely, sql, type Transaction } from 'kysely';
import type { Clock, NewId } from '../../domain/ports.ts';
import { storable } from '../../domain/text.ts';
import type { Schema } from '../../storage/schema.ts';
import { cardIsBehind } from './card-queue.ts';

/** How hard a call was: from 1, hardly, to 5, very. */
export const BURDENS = [1, 2, 3, 4, 5] as const;
export type Burden = (typeof BURDENS)[number];

export type OperatorNoteResult =
  | { readonly type: 'noted' }
  /** Somebody else took the call. */
  | { readonly type: 'not-yours' }
  | { readonly type: 'unknown' };

/**
 * What operators keep about a hard call: that they ended it (切電した), how hard it was, and words of their own. For
 * supervisors, on the case's card; no report, page or delivery reads it. The only writer of `operator_notes`.
 */
export interface OperatorNotes {
  hungUp(o: { readonly callId: string; readonly operatorId: string }): Promise<OperatorNoteResult>;
  /** Replaces what the same operator kept of the same call before. */
  burden(o: {
    readonly callId: string;
    readonly operatorId: string;
    readonly burden: Burden;
    readonly note: string | null;
  }): Promise<OperatorNoteResult>;
}

export function createOperatorNotes(deps: {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly newId: NewId;
}): OperatorNotes {
  type Kept = { readonly hung_up?: true; readonly burden?: Burden; readonly note?: string | null };

  async function keep(callId: string, operatorId: string, kept: Kept): Promise<OperatorNoteResult> {
    return await deps.db.transaction().execute(async (trx) => {
      const call = await trx
        .selectFrom('calls')
        .select('operator_id')
        .where('id', '=', callId)
        .executeTakeFirst();
      if (call === undefined) return { type: 'unknown' };
      if (call.operator_id !== operatorId) return { type: 'not-yours' };
      const values = { ...kept, at: deps.clock() };
      await trx
        .insertInto('operator_notes')
        .values({
          id: deps.newId(),
          call_id: callId,
          operator_id: operatorId,
          burden: null,
          note: null,
          ...values,
        })
        .onConflict((conflict) => conflict.columns(['call_id', 'operator_id']).doUpdateSet(values))
        .execute();
      await cardIsBehind(trx, callId);
      return { type: 'noted' };
    });
  }

  return {
    hungUp: ({ callId, operatorId }) => keep(callId, operatorId, { hung_up: true }),
    burden: ({ callId, operatorId, burden, note }) =>
      keep(callId, operatorId, { burden, note: note === null ? null : storable(note) }),
  };
}

/** What operators kept of a case's calls, newest first. */
export interface KeptNote {
  readonly at: Date;
  readonly hungUp: boolean;
  readonly burden: number | null;
  readonly note: string | null;
}

/** For supervisors alone. Index: operator_notes_one. */
export async function notesOfCase(
  db: Kysely<Schema> | Transaction<Schema>,
  caseId: string,
): Promise<readonly KeptNote[]> {
  const { rows } = await sql<KeptNote>`
    select n.at, n.hung_up as "hungUp", n.burden, n.note
    from case_calls c join operator_notes n on n.call_id = c.call_id
    where c.case_id = ${caseId}
    order by n.at desc
  `.execute(db);
  return rows;
}
