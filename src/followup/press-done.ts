import type { Kysely } from 'kysely';
import type { SlackBody } from '../domain/body.ts';
import type { Schema } from '../storage/schema.ts';
import type { Done, DoneResult } from './mark-done.ts';

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

export type PressResult =
  | (DoneResult & { readonly type: 'marked' | 'already'; readonly body: SlackBody })
  | { readonly type: 'revoked' }
  /** The message is not the one this delivery arrived as. */
  | { readonly type: 'elsewhere' }
  /** Not known yet which message the delivery arrived as. */
  | { readonly type: 'unsettled' };

export type PressDone = (press: DonePress) => Promise<PressResult>;

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
    return { ...result, body };
  };
}
