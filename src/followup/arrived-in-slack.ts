import type { Kysely } from 'kysely';
import type { SlackBody } from '../domain/body.ts';
import type { ReportPurpose } from '../domain/call.ts';
import type { Receipt } from '../domain/outcome.ts';
import { slackPlace } from '../domain/slack-place.ts';
import type { Schema } from '../storage/schema.ts';

/** Where somebody pressed a button of a report, as Slack tells it. */
export interface SlackPlace {
  /** What the button carries. */
  readonly deliveryId: string;
  /** The workspace the message stands in; undefined where Slack does not say. */
  readonly teamId: string | undefined;
  readonly channelId: string;
  /** `ts` of the message the button stands in. */
  readonly ts: string;
}

/** A report's message in Slack. */
export interface SlackReport {
  readonly deliveryId: string;
  /** The client's own workspace it stands in; null: the agency's. */
  readonly workspace: string | null;
  readonly channelId: string;
  readonly ts: string;
  /** As it was sent. */
  readonly body: SlackBody;
}

export type Placed =
  | { readonly type: 'here'; readonly report: SlackReport; readonly receipt: Receipt }
  /** The message is not the one this delivery arrived as. */
  | { readonly type: 'elsewhere' }
  /** Not known yet which message the delivery arrived as. */
  | { readonly type: 'unsettled' };

/** Reports of one call that are shown as dealt with along with the one pressed. */
const OTHERS_AT_MOST = 10;

/**
 * Whether a button stands in the very message its delivery arrived as: the receipt's workspace, channel and
 * timestamp. Whoever reads that message is the client; a button somebody copied elsewhere, or made up, is worth
 * nothing (P9).
 */
export async function placed(
  db: Kysely<Schema>,
  { deliveryId, teamId, channelId, ts }: SlackPlace,
): Promise<Placed> {
  const delivery = await db
    .selectFrom('deliveries')
    .select(['channel', 'address', 'receipt', 'body'])
    .where('id', '=', deliveryId)
    .executeTakeFirst();
  if (delivery?.channel !== 'slack') return { type: 'elsewhere' };
  const { receipt, body } = delivery;
  if (receipt === null) return { type: 'unsettled' };
  const { workspace } = slackPlace(delivery.address);
  const team = workspace ?? receipt.team;
  const sameTeam = team === undefined || team === teamId;
  if (!sameTeam || receipt.channel !== channelId || receipt.ts !== ts) return { type: 'elsewhere' };
  // The plainest form has no blocks, and so no buttons.
  if (!('blocks' in body)) return { type: 'elsewhere' };
  return { type: 'here', report: { deliveryId, workspace, channelId, ts, body }, receipt };
}

/** Other messages of the same call in the same workspace, newest first, whose purpose `offers` what was pressed. */
export async function othersOf(
  db: Kysely<Schema>,
  pressed: { readonly deliveryId: string; readonly receipt: Receipt },
  offers: (purpose: ReportPurpose) => boolean,
): Promise<readonly SlackReport[]> {
  const rows = await db
    .selectFrom('deliveries as pressed')
    .innerJoin('reports as told', 'told.id', 'pressed.report_id')
    .innerJoin('reports as r', 'r.call_id', 'told.call_id')
    .innerJoin('deliveries as d', 'd.report_id', 'r.id')
    .select(['d.id as deliveryId', 'd.address', 'd.receipt', 'd.body', 'r.purpose'])
    .where('pressed.id', '=', pressed.deliveryId)
    .where('d.id', '<>', pressed.deliveryId)
    .where('d.channel', '=', 'slack')
    .where('d.state', '=', 'delivered')
    .orderBy('d.id', 'desc')
    .limit(OTHERS_AT_MOST)
    .execute();
  return rows.flatMap(({ deliveryId, address, receipt: at, body, purpose }) =>
    at?.channel === undefined ||
    at.ts === undefined ||
    at.team !== pressed.receipt.team ||
    !offers(purpose) ||
    !('blocks' in body)
      ? []
      : [{ deliveryId, workspace: slackPlace(address).workspace, channelId: at.channel, ts: at.ts, body }],
  );
}
