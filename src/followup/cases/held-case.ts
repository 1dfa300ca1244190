import type { Kysely, Transaction } from 'kysely';
import { afterEvent, type CaseStanding, foldCase } from '../../domain/cases/case-state.ts';
import type { CaseEvent, CaseEventBody } from '../../domain/cases/events.ts';
import { type SealedEvent, sealOf } from '../../domain/cases/seal.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import { refreshCase } from './refresh-case.ts';
import { sealWords } from './sealed-words.ts';

export interface CaseDeps {
  readonly clock: Clock;
  readonly newId: NewId;
}

/**
 * A case whose row is locked: what stands is true until the transaction ends, and only its holder writes. Whoever
 * holds a case has locked its client's row before anything else, as recording and changes of calls do; so nobody waits
 * in a circle.
 */
export interface HeldCase {
  readonly id: string;
  readonly clientId: string;
  standing(): CaseStanding;
  /** Adds an event, sealed, and returns its number. `key`: the press or message it came from, once for ever. */
  write(body: CaseEventBody, by: { readonly actor: string; readonly key?: string | null }): Promise<number>;
  /** Brings the row up to date with events and calls; must end every change. */
  refresh(): Promise<void>;
}

/** Locks a case and reads what stands; undefined when there is none. */
export async function holdCase(
  trx: Transaction<Schema>,
  caseId: string,
  deps: CaseDeps,
): Promise<HeldCase | undefined> {
  const row = await trx
    .selectFrom('cases')
    .select(['id', 'client_id'])
    .where('id', '=', caseId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const events = await eventsOf(trx, caseId);
  const standing = foldCase(events);
  if (standing === null) throw new Error('a case that was never opened');
  return held(trx, row.id, row.client_id, standing, events.at(-1), deps);
}

/** Opens a case with its first call, held. */
export async function openCase(
  trx: Transaction<Schema>,
  call: { readonly id: string; readonly clientId: string; readonly kind: string; readonly occurredAt: Date },
  by: { readonly actor: string; readonly key?: string | null },
  deps: CaseDeps,
): Promise<HeldCase> {
  const id = deps.newId();
  const now = deps.clock();
  await trx
    .insertInto('cases')
    .values({
      id,
      client_id: call.clientId,
      number_e164: null,
      kind: call.kind,
      state: 'open',
      opened_at: call.occurredAt,
      last_call_at: call.occurredAt,
      next_at: null,
      last_seq: 1,
      updated_at: now,
    })
    .execute();
  const body: CaseEventBody = { type: 'opened', callId: call.id };
  const first = await insertEvent(trx, id, { seq: 1, at: now, actor: by.actor, body }, null, by.key ?? null);
  const standing = afterEvent(null, first);
  if (standing === null) throw new Error('an opened case does not stand');
  return held(trx, id, call.clientId, standing, first, deps);
}

/** Locks a client's row, before anything else. */
export async function lockClient(trx: Transaction<Schema>, clientId: string): Promise<void> {
  await trx.selectFrom('clients').select('id').where('id', '=', clientId).forNoKeyUpdate().execute();
}

/** A case's events in their order, with their seals. */
export async function eventsOf(db: Kysely<Schema>, caseId: string): Promise<readonly SealedEvent[]> {
  const rows = await db
    .selectFrom('case_events')
    .select(['seq', 'at', 'actor', 'body', 'previous_hash as previousHash', 'hash'])
    .where('case_id', '=', caseId)
    .orderBy('seq')
    .execute();
  return rows;
}

function held(
  trx: Transaction<Schema>,
  id: string,
  clientId: string,
  read: CaseStanding,
  newest: SealedEvent | undefined,
  deps: CaseDeps,
): HeldCase {
  let standing = read;
  let last = newest;
  return {
    id,
    clientId,
    standing: () => standing,
    async write(body, by) {
      const event = { seq: (last?.seq ?? 0) + 1, at: deps.clock(), actor: by.actor, body };
      last = await insertEvent(trx, id, event, last?.hash ?? null, by.key ?? null);
      standing = afterEvent(standing, event) ?? standing;
      return event.seq;
    },
    refresh: () => refreshCase(trx, { id, clientId, standing, lastSeq: last?.seq ?? 1, now: deps.clock() }),
  };
}

async function insertEvent(
  trx: Transaction<Schema>,
  caseId: string,
  given: CaseEvent,
  previousHash: string | null,
  key: string | null,
): Promise<SealedEvent> {
  const event = { ...given, body: await withWords(trx, given.body) };
  const hash = sealOf(caseId, event, previousHash);
  await trx
    .insertInto('case_events')
    .values({
      case_id: caseId,
      seq: event.seq,
      at: event.at,
      actor: event.actor,
      body: JSON.stringify(event.body),
      key,
      previous_hash: previousHash,
      hash,
    })
    .execute();
  return { ...event, previousHash, hash };
}

/** A call that joins is sealed as it stands: whoever changes its words around the program is found out. */
async function withWords(trx: Transaction<Schema>, body: CaseEventBody): Promise<CaseEventBody> {
  if (body.type !== 'opened' && body.type !== 'call_joined') return body;
  const words = await sealWords(trx, body.callId);
  return words === undefined ? body : { ...body, words };
}
