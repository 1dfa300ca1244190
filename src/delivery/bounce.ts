import { type Kysely, sql, type Transaction } from 'kysely';
import type { Logger } from 'pino';
import { type Dsn, type DsnReading, type DsnRecipient, readDsn } from '../channels/email/dsn.ts';
import { afterBounce, type DeliveryState } from '../domain/delivery.ts';
import type { Reason } from '../domain/outcome.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import type { Affected, Consequences } from './consequences.ts';

/** Why a mail that was handed in as a bounce changed nothing. */
export type Unchanged =
  | Extract<DsnReading, { type: 'other' | 'unreadable' }>['why']
  /** No delivery has this id. */
  | 'unknown_delivery'
  /** The delivery went over another channel, so this cannot be about it. */
  | 'not_a_mail'
  /** It tells of an address that is not the delivery's: forged, or about somebody else's mail. */
  | 'other_recipient'
  /** It was taken before. */
  | 'seen_before'
  /** It tells that the mail went well. */
  | 'good_news'
  /** The delivery is not where a bounce could change it: it has failed already, or is about to be sent again. */
  | 'not_delivered';

export type BounceResult =
  /** The delivery failed after all; `disabled` when its address is to blame. */
  | { readonly type: 'failed'; readonly deliveryId: string; readonly disabled: boolean }
  /** The far side goes on trying; noted. */
  | { readonly type: 'noted'; readonly deliveryId: string }
  /** An address behind the destination did not get it; staff was told, nothing else changed. */
  | { readonly type: 'forwarding'; readonly deliveryId: string }
  | { readonly type: 'unchanged'; readonly why: Unchanged }
  /** The mail is just being handed over and its outcome not yet written: to be handed in again in a moment. */
  | { readonly type: 'too_early'; readonly deliveryId: string };

/**
 * Takes a mail that came back. `actor` is kept in the audit log. Nothing it says is believed beyond what the
 * ledger bears out, and the same notification counts once, however often and by whatever way it comes.
 */
export type TakeBounce = (raw: Uint8Array, actor: string) => Promise<BounceResult>;

interface Bounced extends Affected {
  readonly state: DeliveryState;
}

/**
 *   delivered | uncertain ──bounced for good──► failed, and the same follows as when the address is refused at once
 *                         ──delayed──► as before, noted
 *
 * "For good" is the Action `failed`, whatever the status: a server that gives up after days of a full mailbox
 * reports a 4.x.x, and that report is as lost as any (P3).
 */
export function createTakeBounce(deps: {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly consequences: Pick<Consequences, 'apply' | 'alertStaff'>;
  readonly log: Logger;
}): TakeBounce {
  return async (raw, actor) => {
    const reading = await readDsn(raw);
    const result =
      reading.type === 'dsn'
        ? await deps.db.transaction().execute((trx) => take(trx, reading.dsn, actor))
        : ({ type: 'unchanged', why: reading.why } as const);
    deps.log.info(
      {
        bounce: result.type,
        ...('deliveryId' in result && { delivery: result.deliveryId }),
        ...('why' in result && { reason: result.why }),
      },
      'a bounce was handed in',
    );
    return result;
  };

  async function take(trx: Transaction<Schema>, dsn: Dsn, actor: string): Promise<BounceResult> {
    const delivery = await lock(trx, dsn.deliveryId);
    if (delivery === undefined) return { type: 'unchanged', why: 'unknown_delivery' };
    if (delivery.channel !== 'email') return { type: 'unchanged', why: 'not_a_mail' };
    const told = whatItTells(dsn, delivery.address);
    if (told === undefined) return { type: 'unchanged', why: 'other_recipient' };
    if (await seenBefore(trx, dsn)) return { type: 'unchanged', why: 'seen_before' };
    // Its own outcome comes first: it would overwrite this one.
    if (delivery.state === 'sending') return { type: 'too_early', deliveryId: delivery.id };
    if (delivery.state !== 'delivered' && delivery.state !== 'uncertain') {
      return { type: 'unchanged', why: 'not_delivered' };
    }
    const note = (action: string) => writeNote(trx, { dsn, actor, action, told, was: delivery.state });
    const { action } = told.recipient;
    switch (action) {
      case 'delivered':
      case 'relayed':
      case 'expanded':
        return { type: 'unchanged', why: 'good_news' };
      case 'delayed':
        await note('delivery.bounce_delayed');
        return { type: 'noted', deliveryId: delivery.id };
      case 'failed': {
        const reason: Reason = { code: 'email.bounced', said: told.recipient.said };
        if (!told.atDestination) {
          await note('delivery.bounce_behind');
          await deps.consequences.alertStaff(trx, 'forwarding', delivery, reason);
          return { type: 'forwarding', deliveryId: delivery.id };
        }
        await note('delivery.bounced');
        await fail(trx, delivery, told.recipient, reason);
        return { type: 'failed', deliveryId: delivery.id, disabled: told.recipient.condemnsAddress };
      }
      default:
        return action satisfies never;
    }
  }

  async function fail(
    trx: Transaction<Schema>,
    delivery: Bounced,
    recipient: DsnRecipient,
    reason: Reason,
  ): Promise<void> {
    const now = deps.clock();
    await trx
      .updateTable('deliveries')
      .set({
        state: 'failed',
        reason: reason.code,
        said: reason.said ?? null,
        ended_at: now,
        updated_at: now,
      })
      .where('id', '=', delivery.id)
      .execute();
    for (const effect of afterBounce(recipient.condemnsAddress)) {
      await deps.consequences.apply(trx, delivery, effect, reason, now);
    }
  }

  async function writeNote(
    trx: Transaction<Schema>,
    o: {
      readonly dsn: Dsn;
      readonly actor: string;
      readonly action: string;
      readonly told: Told;
      readonly was: DeliveryState;
    },
  ): Promise<void> {
    await trx
      .insertInto('audit_log')
      .values({
        id: deps.newId(),
        at: deps.clock(),
        actor: o.actor,
        action: o.action,
        subject_type: 'delivery',
        subject_id: o.dsn.deliveryId,
        detail: JSON.stringify({
          bounce: o.dsn.fingerprint,
          status: o.told.recipient.status,
          said: o.told.recipient.said,
          was: o.was,
        }),
      })
      .execute();
  }
}

async function lock(trx: Transaction<Schema>, id: string): Promise<Bounced | undefined> {
  return await trx
    .selectFrom('deliveries')
    .select(['id', 'report_id', 'client_id', 'destination_id', 'channel', 'credential', 'address', 'state'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

type Told = { readonly recipient: DsnRecipient; readonly atDestination: boolean };

/** What the notification says of a delivery's own address, or else of one that address forwards to. */
function whatItTells(dsn: Dsn, address: string): Told | undefined {
  const about = (own: string | undefined): boolean => own?.toLowerCase() === address.toLowerCase();
  const own = dsn.recipients.find(({ final }) => about(final));
  if (own !== undefined) return { recipient: own, atDestination: true };
  const behind = dsn.recipients.find(({ original }) => about(original));
  return behind && { recipient: behind, atDestination: false };
}

/** By index `audit_log_subject`. */
async function seenBefore(trx: Transaction<Schema>, dsn: Dsn): Promise<boolean> {
  const noted = await trx
    .selectFrom('audit_log')
    .select('id')
    .where('subject_type', '=', 'delivery')
    .where('subject_id', '=', dsn.deliveryId)
    .where(sql<string>`detail ->> 'bounce'`, '=', dsn.fingerprint)
    .executeTakeFirst();
  return noted !== undefined;
}
