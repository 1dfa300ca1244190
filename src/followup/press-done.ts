import type { Kysely } from 'kysely';
import type { SlackBody } from '../domain/body.ts';
import { offersDone } from '../domain/done.ts';
import type { Receipt } from '../domain/outcome.ts';
import type { Schema } from '../storage/schema.ts';
import type { Done, DoneMark } from './mark-done.ts';

/** A press of the button in a Slack report, as Slack tells it. */
export interface DonePress {
  readonly deliveryId: string;
  /** The workspace the press came from; undefined where Slack does not say. */
  readonly teamId: string | undefined;
  readonly channelId: string;
  /** `ts` of the message the button stands in. */
  readonly ts: string;
  /** Slack user id. */
  readonly person: string;
}

/** A report in Slack that is to be shown as done. */
export interface DoneReport {
  readonly deliveryId: string;
  readonly channelId: string;
  readonly ts: string;
  readonly body: SlackBody;
}

export type PressResult =
  | {
      readonly type: 'marked' | 'already';
      readonly mark: DoneMark;
      readonly pressed: DoneReport;
      /** Other reports of the same call in the same workspace, when it was marked just now. */
      readonly others: readonly DoneReport[];
    }
  | { readonly type: 'revoked' }
  /** The message is not the one this delivery arrived as. */
  | { readonly type: 'elsewhere' }
  /** Not known yet which message the delivery arrived as. */
  | { readonly type: 'unsettled' };

export type PressDone = (press: DonePress) => Promise<PressResult>;

/** Reports and reminders of one call in Slack that are shown as done along with the one pressed. */
const OTHERS_AT_MOST = 10;

/**
 * Marks a call done by its button. Only in the very message the delivery arrived as: the receipt's workspace,
 * channel and timestamp. A button somebody copied elsewhere, or made up, marks nothing (P9).
 */
export function createPressDone(deps: { readonly db: Kysely<Schema>; readonly done: Done }): PressDone {
  return async ({ deliveryId, teamId, channelId, ts, person }) => {
    const delivery = await deps.db
      .selectFrom('deliveries')
      .select(['channel', 'receipt', 'body'])
      .where('id', '=', deliveryId)
      .executeTakeFirst();
    if (delivery?.channel !== 'slack') return { type: 'elsewhere' };
    const { receipt, body } = delivery;
    if (receipt === null) return { type: 'unsettled' };
    const sameTeam = receipt.team === undefined || receipt.team === teamId;
    if (!sameTeam || receipt.channel !== channelId || receipt.ts !== ts) return { type: 'elsewhere' };
    const result = await deps.done.mark(deliveryId, { via: 'slack', person });
    if (result.type === 'revoked' || !('blocks' in body)) return { type: 'revoked' };
    const { type, mark } = result;
    const others = type === 'marked' ? await othersOf(deliveryId, receipt) : [];
    return { type, mark, pressed: { deliveryId, channelId, ts, body }, others };
  };

  async function othersOf(deliveryId: string, receipt: Receipt): Promise<readonly DoneReport[]> {
    const rows = await deps.db
      .selectFrom('deliveries as pressed')
      .innerJoin('reports as told', 'told.id', 'pressed.report_id')
      .innerJoin('reports as r', 'r.call_id', 'told.call_id')
      .innerJoin('deliveries as d', 'd.report_id', 'r.id')
      .select(['d.id as deliveryId', 'd.receipt', 'd.body', 'r.purpose'])
      .where('pressed.id', '=', deliveryId)
      .where('d.id', '<>', deliveryId)
      .where('d.channel', '=', 'slack')
      .where('d.state', '=', 'delivered')
      .orderBy('d.id', 'desc')
      .limit(OTHERS_AT_MOST)
      .execute();
    return rows.flatMap(({ deliveryId: id, receipt: at, body, purpose }) =>
      at?.channel === undefined ||
      at.ts === undefined ||
      at.team !== receipt.team ||
      !offersDone(purpose) ||
      !('blocks' in body)
        ? []
        : [{ deliveryId: id, channelId: at.channel, ts: at.ts, body }],
    );
  }
}
