import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Answered } from '../channels/channel.ts';
import { deliveryMark } from '../domain/delivery.ts';
import type { ChannelName } from '../domain/outcome.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { ReplyLinks } from '../domain/reply-link.ts';
import type { ReviewReason } from '../domain/review.ts';
import type { Destination } from '../domain/roster.ts';
import { slackCredential } from '../domain/slack-place.ts';
import type { Renderer } from '../reports/render.ts';
import type { Schema } from '../storage/schema.ts';
import { DIGEST, enterDigests } from './digest/enter-digest.ts';
import { offersOf } from './offers.ts';
import { loadReport } from './report-facts.ts';

/** Where a report goes, and the message at that place it continues, if any. */
export type Recipient = Pick<Destination, 'id' | 'channel' | 'address' | 'mention'> & {
  readonly answers?: Answered | undefined;
};

/**
 * Renders a report for each destination and makes its deliveries due, or held: for a supervisor, or for
 * the digest of their place. The database keeps one delivery a
 * (report, channel, address); a target that has one already is left as it is. Returns the ids added.
 */
export type AddDeliveries = (
  trx: Kysely<Schema>,
  o: {
    readonly reportId: string;
    readonly destinations: readonly Recipient[];
    /** The delivery these stand in for; null for the first ones. */
    readonly replaces: string | null;
    /** Why they wait for a supervisor; null when they do not. */
    readonly held?: ReviewReason | null;
    /** Sends to places with a digest at once, too. */
    readonly atOnce?: boolean;
  },
) => Promise<readonly string[]>;

/**
 * The credential a channel sends with: what a budget, a pause and a bar belong to. Each client's own Slack workspace
 * has one of its own; without an address it is the agency's.
 */
export function credentialOf(channel: ChannelName, address = ''): string {
  return channel === 'slack' ? slackCredential(address) : channel;
}

export function createAddDeliveries(deps: {
  readonly renderer: Renderer;
  readonly replyLinks: ReplyLinks | undefined;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
}): AddDeliveries {
  return async (trx, o) => {
    const report = await loadReport(trx, o.reportId);
    const { content, urgent } = report;
    const now = deps.clock();
    const { client_id: clientId, call_id: callId } = await trx
      .selectFrom('reports')
      .select(['client_id', 'call_id'])
      .where('id', '=', o.reportId)
      .executeTakeFirstOrThrow();
    const digested =
      report.purpose === 'initial' && callId !== null && o.replaces === null && o.atOnce !== true
        ? await enterDigests(trx, { ...o, callId, clientId, now })
        : new Set<string>();
    const rows = o.destinations.map((destination) => {
      const id = deps.newId();
      const mark = deliveryMark(id);
      const { channel, address, mention } = destination;
      const offers = offersOf(deps.replyLinks, report, { id, createdAt: now });
      const rendered = deps.renderer.render({ ...content, channel, mark, mention, ...offers });
      if (rendered.problem !== null) {
        deps.log.error(
          { delivery: id, channel, problem: rendered.problem },
          'a template failed; sent plainly',
        );
      }
      return {
        id,
        report_id: o.reportId,
        client_id: clientId,
        destination_id: destination.id,
        channel,
        credential: credentialOf(channel, address),
        address,
        mention,
        mark,
        urgent,
        body: JSON.stringify(rendered.body),
        template_version: rendered.templateVersion,
        plainest: rendered.plainest,
        state: o.held || digested.has(destination.id) ? ('held' as const) : ('due' as const),
        next_attempt_at: now,
        lease_until: null,
        receipt: null,
        reason: o.held ? `review.${o.held}` : digested.has(destination.id) ? DIGEST : null,
        said: null,
        replaces: o.replaces,
        answers: destination.answers?.deliveryId ?? null,
        answers_receipt: destination.answers?.receipt ? JSON.stringify(destination.answers.receipt) : null,
        waiting_since: now,
        created_at: now,
        updated_at: now,
        ended_at: null,
      };
    });
    const added = await trx
      .insertInto('deliveries')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['report_id', 'channel', 'address']).doNothing())
      .returning('id')
      .execute();
    return added.map(({ id }) => id);
  };
}
