import type { Kysely } from 'kysely';
import { offersDone } from '../domain/done.ts';
import type { Schema } from '../storage/schema.ts';
import { othersOf, placed, type SlackPlace, type SlackReport } from './arrived-in-slack.ts';
import type { Done, DoneMark } from './mark-done.ts';

/** A press of the button in a Slack report. */
export interface DonePress extends SlackPlace {
  /** Slack user id. */
  readonly person: string;
}

export type PressResult =
  | {
      readonly type: 'marked' | 'already';
      readonly mark: DoneMark;
      readonly pressed: SlackReport;
      /** Other reports of the same call in the same workspace, when it was marked just now. */
      readonly others: readonly SlackReport[];
    }
  | { readonly type: 'revoked' }
  /** The message is not the one this delivery arrived as. */
  | { readonly type: 'elsewhere' }
  /** Not known yet which message the delivery arrived as. */
  | { readonly type: 'unsettled' };

export type PressDone = (press: DonePress) => Promise<PressResult>;

/** Marks a call done by its button, only in the very message its delivery arrived as (P9). */
export function createPressDone(deps: { readonly db: Kysely<Schema>; readonly done: Done }): PressDone {
  return async ({ person, ...place }) => {
    const at = await placed(deps.db, place);
    if (at.type !== 'here') return at;
    const result = await deps.done.mark(place.deliveryId, { via: 'slack', person });
    if (result.type === 'revoked') return result;
    const { type, mark } = result;
    const others =
      type === 'marked'
        ? await othersOf(deps.db, { deliveryId: place.deliveryId, receipt: at.receipt }, offersDone)
        : [];
    return { type, mark, pressed: at.report, others };
  };
}
