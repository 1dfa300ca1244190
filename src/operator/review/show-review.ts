import type { webApi } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { DELIVERY_EVENT } from '../../channels/slack/post.ts';
import { type AskedMessage, askedMessages } from '../../delivery/review/asked-messages.ts';
import { isOpen, type ReviewStanding, reviewOf } from '../../delivery/review/standing.ts';
import type { Schema } from '../../storage/schema.ts';
import { faultOf } from '../fault.ts';
import { plainSection } from '../plain-message.ts';
import { decidedInWords } from './review-words.ts';

/**
 * Shows supervisors' messages about a call as what they are by now: what was decided, by whom and when, in the place
 * of the buttons. A convenience: whoever presses a button that stayed is told the same. Never throws; true when
 * everything that was to be shown is.
 */
export type ShowReview = (slack: webApi.WebClient, callId: string) => Promise<boolean>;

export function createShowReview(deps: { readonly db: Kysely<Schema>; readonly log: Logger }): ShowReview {
  return async (slack, callId) => {
    try {
      const review = await reviewOf(deps.db, callId);
      if (review === undefined) return true;
      const messages = await askedMessages(deps.db, callId);
      // What asks about the present round still is the question.
      const over = messages.filter(({ round }) => !isOpen(review.state) || round < review.round);
      const shown = await Promise.all(over.map((message) => show(slack, message, review)));
      return shown.every(Boolean);
    } catch (error) {
      deps.log.warn(faultOf(error), 'how a review stands could not be read');
      return false;
    }
  };

  async function show(
    slack: webApi.WebClient,
    message: AskedMessage,
    review: ReviewStanding,
  ): Promise<boolean> {
    const { text, blocks } = message.body;
    try {
      await slack.apiCall('chat.update', {
        channel: message.channelId,
        ts: message.ts,
        text,
        blocks: [...blocks, plainSection(decidedInWords(review))],
        // P6: as it was posted.
        parse: 'none',
        link_names: false,
        metadata: { event_type: DELIVERY_EVENT, event_payload: { delivery_id: message.noticeId } },
      });
      return true;
    } catch (error) {
      deps.log.warn(faultOf(error), 'a decided review could not be shown as such');
      return false;
    }
  }
}
