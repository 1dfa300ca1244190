import type { Kysely } from 'kysely';
import type { SaidOfReport } from '../../domain/dispute.ts';
import type { Schema } from '../../storage/schema.ts';
import { placed, type SlackPlace } from '../arrived-in-slack.ts';
import type { AskResult, Disputes } from './disputes.ts';
import type { DisputeReading } from './read-dispute.ts';

type Elsewhere =
  /** The message is not the one this delivery arrived as. */
  | { readonly type: 'elsewhere' }
  /** Not known yet which message the delivery arrived as. */
  | { readonly type: 'unsettled' };

/** Says something about a report in Slack, by anybody who reads the very message it arrived as (P9). */
export interface PressDispute {
  /** What may be shown to whoever pressed. Throws when the database cannot say. */
  read(place: SlackPlace): Promise<DisputeReading | Elsewhere>;
  /** `form`: the root view's id. Idempotent; throws when the database cannot say. */
  ask(
    place: SlackPlace,
    said: SaidOfReport,
    by: { readonly person: string; readonly form: string },
  ): Promise<AskResult | Elsewhere>;
}

export function createPressDispute(deps: {
  readonly db: Kysely<Schema>;
  readonly disputes: Pick<Disputes, 'read' | 'ask'>;
}): PressDispute {
  return {
    async read(place) {
      const at = await placed(deps.db, place);
      return at.type === 'here' ? await deps.disputes.read(place.deliveryId) : at;
    },

    async ask(place, said, { person, form }) {
      const at = await placed(deps.db, place);
      if (at.type !== 'here') return at;
      return await deps.disputes.ask(place.deliveryId, said, { via: 'slack', person, form: `slack:${form}` });
    },
  };
}
