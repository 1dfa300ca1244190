import type { Kysely } from 'kysely';
import { type CallWords, hashOfWords, type WordsSeal } from '../../domain/cases/call-words.ts';
import type { CaseEvent } from '../../domain/cases/events.ts';
import type { CallSnapshot, Schema } from '../../storage/schema.ts';

/** The seal of what a call says now; undefined for a call that is not there. */
export async function sealWords(db: Kysely<Schema>, callId: string): Promise<WordsSeal | undefined> {
  const [call] = await callsWith(db, [callId]);
  return call && { revision: call.revision, sha256: hashOfWords(wordsOf(call, call)) };
}

/**
 * The receipt numbers of calls that no longer bear out what they said when they joined: changed without the correction
 * that keeps what stood before. Calls that joined before words were sealed are not among them.
 */
export async function alteredCalls(
  db: Kysely<Schema>,
  events: readonly CaseEvent[],
): Promise<readonly string[]> {
  const sealed = events.flatMap(({ body }) =>
    (body.type === 'opened' || body.type === 'call_joined') && body.words
      ? [{ callId: body.callId, words: body.words }]
      : [],
  );
  if (sealed.length === 0) return [];
  const ids = [...new Set(sealed.map(({ callId }) => callId))];
  const calls = new Map((await callsWith(db, ids)).map((call) => [call.id, call]));
  const changes = await db
    .selectFrom('call_changes')
    .select(['call_id', 'revision', 'before'])
    .where('call_id', 'in', ids)
    .execute();
  const altered = sealed.flatMap(({ callId, words }) => {
    const call = calls.get(callId);
    if (call === undefined) return [callId];
    // A revision is either the call as it stands, or what its next correction kept.
    const next = changes.find((one) => one.call_id === callId && one.revision === words.revision + 1);
    const said = next === undefined ? wordsOf(call, call) : wordsOf(call, next.before);
    return hashOfWords(said) === words.sha256 ? [] : [call.receipt_number];
  });
  return [...new Set(altered)];
}

type Call = Awaited<ReturnType<typeof callsWith>>[number];

async function callsWith(db: Kysely<Schema>, ids: readonly string[]) {
  return await db
    .selectFrom('calls')
    .select([
      'id',
      'revision',
      'receipt_number',
      'operator_id',
      'occurred_at',
      'kind',
      'number_state',
      'number_raw',
      'number_display',
      'caller_company',
      'caller_name',
      'message',
      'quote',
    ])
    .where('id', 'in', ids)
    .execute();
}

function wordsOf(
  { receipt_number: receiptNumber, operator_id: operatorId }: Call,
  said:
    | Call
    | Pick<
        CallSnapshot,
        | 'occurred_at'
        | 'kind'
        | 'number_state'
        | 'number_raw'
        | 'number_display'
        | 'caller_company'
        | 'caller_name'
        | 'message'
        | 'quote'
      >,
): CallWords {
  return {
    receiptNumber,
    operatorId,
    occurredAt: new Date(said.occurred_at).toISOString(),
    kind: said.kind,
    numberState: said.number_state,
    numberRaw: said.number_raw,
    numberDisplay: said.number_display,
    company: said.caller_company,
    name: said.caller_name,
    message: said.message,
    quote: said.quote,
  };
}
