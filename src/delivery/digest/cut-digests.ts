import { type Kysely, sql, type Transaction } from 'kysely';
import type { Logger } from 'pino';
import { decideItem, nextCut, partsOf } from '../../domain/digest.ts';
import type { ChannelName } from '../../domain/outcome.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import { callWeight, type DigestCall } from '../../reports/digest.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AddDeliveries, Recipient } from '../add-deliveries.ts';
import { loadReport } from '../report-facts.ts';
import type { ReportText } from '../report-text.ts';
import { callOf } from './digest-calls.ts';
import { DIGEST } from './enter-digest.ts';
import { type DueItem, dueItems } from './items.ts';
import { reportElsewhere } from './report-elsewhere.ts';

export interface Digests {
  /** Sends what is due. True when there may be more. */
  cut(): Promise<boolean>;
}

const BATCH = 20;
/** How soon to look again at a place that could not be dealt with, so that it keeps no other waiting. */
const AGAIN_MS = 300_000;
const DAY_MS = 86_400_000;

interface Place {
  readonly clientId: string;
  readonly channel: ChannelName;
  readonly address: string;
}

/**
 * Cuts digests: everything a place waited for becomes one report with one delivery, in one transaction under the
 * client's lock, which recording and changes take as well. So a call is in it as it is at that moment, or recorded after
 * it and in the next; killed before the commit, nothing happened, and after it, nothing is left to do (P4). A digest too
 * long for one message is several, each call in one of them. A day without calls sends nothing.
 */
export function createDigests(deps: {
  readonly db: Kysely<Schema>;
  readonly addDeliveries: AddDeliveries;
  readonly reportText: ReportText;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Called after a commit that made something due. A hint. */
  readonly wake: () => void;
  readonly log: Logger;
}): Digests {
  const { db } = deps;
  return {
    async cut() {
      // Index: digest_items_waiting.
      const { rows } = await sql<Place>`
        select client_id as "clientId", channel, address from digest_items
        where state = 'waiting' and due_at <= ${deps.clock()}
        group by client_id, channel, address order by min(due_at) limit ${BATCH}
      `.execute(db);
      let done = 0;
      for (const place of rows) {
        try {
          await db.transaction().execute((trx) => cutOne(trx, place));
          done += 1;
        } catch (thrown) {
          const error = thrown instanceof Error ? thrown : new Error('unknown');
          deps.log.error(
            { client: place.clientId, error: error.name, code: (error as { code?: unknown }).code },
            'a digest could not be cut; it is tried again',
          );
          await putOff(place);
        }
      }
      if (done > 0) deps.wake();
      return done > 0 && rows.length === BATCH;
    },
  };

  async function cutOne(trx: Transaction<Schema>, place: Place): Promise<void> {
    await trx
      .selectFrom('clients')
      .select('id')
      .where('id', '=', place.clientId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const now = deps.clock();
    const destination = await destinationAt(trx, place);
    const included: { item: DueItem; call: DigestCall }[] = [];
    for (const item of await dueItems(trx, place, now)) {
      const decision = decideItem({ ...item, placeWorks: destination?.works ?? false });
      switch (decision) {
        case 'include':
          included.push({ item, call: await callOf(trx, item.reportId, item.revision, loadReport) });
          break;
        case 'drop':
          await change(trx, place, item, { state: 'dropped' });
          break;
        case 'later':
          await change(trx, place, item, { due_at: laterThan(item.dueAt, now, destination?.at ?? null) });
          break;
        case 'elsewhere':
          await change(trx, place, item, { state: 'dropped' });
          await reportElsewhere(deps, trx, { ...item, now });
          break;
        default:
          decision satisfies never;
      }
    }
    if (destination === undefined) return;
    const parts = partsOf(included, ({ call }) => callWeight(call));
    for (const [index, part] of parts.entries()) {
      await send(trx, {
        place,
        destination,
        items: part.map(({ item }) => item),
        part: parts.length === 1 ? null : `${index + 1}/${parts.length}`,
        now,
      });
    }
  }

  async function send(
    trx: Transaction<Schema>,
    o: {
      readonly place: Place;
      readonly destination: Recipient;
      readonly items: readonly DueItem[];
      readonly part: string | null;
      readonly now: Date;
    },
  ): Promise<void> {
    const [first] = o.items;
    if (first === undefined) return;
    const { place, now } = o;
    const waiting = o.items.flatMap(({ heldIds }) => heldIds);
    await sql`
      update deliveries set state = 'cancelled', reason = ${DIGEST}, ended_at = ${now}, updated_at = ${now}
      where id = any(${waiting}::uuid[])
    `.execute(trx);
    const reportId = deps.newId();
    // Reports of one call are numbered one after the other.
    await trx.selectFrom('calls').select('id').where('id', '=', first.callId).forNoKeyUpdate().execute();
    await sql`
      insert into reports (id, call_id, client_id, sequence, purpose, template, created_at, revision, digest_part)
      select ${reportId}, ${first.callId}, ${place.clientId},
        coalesce((select max(sequence) from reports where call_id = ${first.callId}), 0) + 1,
        'digest', 'digest', ${now}, ${first.revision}, ${o.part}
    `.execute(trx);
    for (const item of o.items) {
      await change(trx, place, item, { state: 'out', digest_id: reportId, revision: item.revision });
    }
    await deps.addDeliveries(trx, { reportId, destinations: [o.destination], replaces: null });
  }

  async function putOff({ clientId, channel, address }: Place): Promise<void> {
    await db
      .updateTable('digest_items')
      .set({ due_at: new Date(deps.clock().getTime() + AGAIN_MS) })
      .where('client_id', '=', clientId)
      .where('channel', '=', channel)
      .where('address', '=', address)
      .where('state', '=', 'waiting')
      .where('due_at', '<=', deps.clock())
      .execute();
  }
}

async function change(
  trx: Transaction<Schema>,
  { channel, address }: Place,
  { callId }: DueItem,
  set: {
    readonly state?: 'out' | 'dropped';
    readonly due_at?: Date;
    readonly digest_id?: string;
    readonly revision?: number;
  },
): Promise<void> {
  await trx
    .updateTable('digest_items')
    .set(set)
    .where('call_id', '=', callId)
    .where('channel', '=', channel)
    .where('address', '=', address)
    .execute();
}

/** The client's destination at a place, a working one if there is; undefined where none is in its file any more. */
async function destinationAt(
  trx: Transaction<Schema>,
  { clientId, channel, address }: Place,
): Promise<(Recipient & { readonly works: boolean; readonly at: string | null }) | undefined> {
  const rows = await trx
    .selectFrom('destinations')
    .select(['id', 'channel', 'address', 'mention', 'digest_at as at', 'disabled_at as disabledAt'])
    .where('client_id', '=', clientId)
    .where('channel', '=', channel)
    .where('address', '=', address)
    .where('active', '=', true)
    .orderBy('position')
    .execute();
  const row = rows.find(({ disabledAt }) => disabledAt === null) ?? rows[0];
  return row && { ...row, works: row.disabledAt === null };
}

/** The next cut; a day on where the place has none any more. */
function laterThan(due: Date, now: Date, at: string | null): Date {
  return at === null ? new Date(Math.max(due.getTime(), now.getTime()) + DAY_MS) : nextCut(now, at);
}
