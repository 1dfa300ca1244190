import type { App, webApi } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { SlackPlace } from '../../followup/arrived-in-slack.ts';
import type { Disputes } from '../../followup/disputes/disputes.ts';
import { createPressDispute } from '../../followup/disputes/press-dispute.ts';
import { DISPUTE_ACTION } from '../../reports/done.ts';
import type { Schema } from '../../storage/schema.ts';
import { isUuid } from '../entry-modal/block-ids.ts';
import type { SubmitAnswer } from '../entry-modal/entry-form.ts';
import { rootViewId } from '../entry-modal/submit.ts';
import { faultOf } from '../fault.ts';
import type { InHand } from '../in-hand.ts';
import { onlyFor } from '../plain-message.ts';
import type { ResponseUrl } from '../response-url.ts';
import type { OperatorSettings } from '../settings.ts';
import { BlockActions, type SlackView, ViewSubmission } from '../slack-body.ts';
import { withinTime } from '../time-limit.ts';
import {
  DISPUTE_BLOCK,
  DISPUTE_FORM,
  disputeView,
  readDispute,
  readDisputeMetadata,
} from './dispute-view.ts';
import { ASKED, NOT_HERE, NOT_OPENED, NOT_RECORDED, REVOKED, UNSETTLED, WAITING } from './dispute-words.ts';

/**
 * 「内容について連絡」 under a report in Slack, for whoever reads its channel: clients, so nobody's list is asked (P9 is
 * kept by the delivery's own receipt, once when the form opens and again when it is sent).
 */
export function listenForDisputes(
  bolt: App,
  deps: {
    readonly db: Kysely<Schema>;
    readonly disputes: Pick<Disputes, 'read' | 'ask'>;
    readonly responseUrl: ResponseUrl;
    readonly inHand: InHand;
    readonly log: Logger;
    readonly settings: Pick<OperatorSettings, 'recordTimeoutMs'>;
  },
): void {
  const pressDispute = createPressDispute(deps);

  bolt.action(DISPUTE_ACTION, async ({ body, ack, client }) => {
    await ack();
    const working = open(BlockActions.parse(body), client).catch((error: unknown) =>
      deps.log.error(faultOf(error), 'a press of a dispute button failed'),
    );
    deps.inHand.track(working);
    await working;
  });

  bolt.view(DISPUTE_FORM, async ({ body, ack }) => {
    const { view, user } = ViewSubmission.parse(body);
    const working = submit(view, user.id)
      .catch((error: unknown) => {
        deps.log.error(faultOf(error), 'what a client said of a report was not recorded');
        return { answer: notAsked(), url: undefined };
      })
      .then(async ({ answer, url }) => {
        await ack(answer);
        if (url !== undefined) await deps.responseUrl.post(url, onlyFor(ASKED));
      })
      .catch((error: unknown) => deps.log.error(faultOf(error), 'a Slack request failed'));
    deps.inHand.track(working);
    await working;
  });

  async function open(pressed: Pressed, client: webApi.WebClient): Promise<void> {
    const { actions, channel, message, team, trigger_id: triggerId, response_url: url } = pressed;
    const delivery = actions[0]?.value;
    const ts = message?.ts;
    if (typeof ts !== 'string' || typeof delivery !== 'string' || !isUuid(delivery)) return;
    if (channel === undefined || triggerId === undefined) return;
    const say = async (text: string): Promise<void> => {
      if (url !== undefined) await deps.responseUrl.post(url, onlyFor(text));
    };
    // In a channel shared between workspaces the message says where it stands, the press where it came from.
    const teamId = typeof message?.team === 'string' ? message.team : team?.id;
    try {
      const reading = await pressDispute.read({ deliveryId: delivery, teamId, channelId: channel.id, ts });
      if (reading.type === 'revoked' || reading.type === 'elsewhere' || reading.type === 'unsettled') {
        return await say(BARRED[reading.type]);
      }
      const view = disputeView(reading, {
        delivery,
        channel: channel.id,
        ts,
        ...(teamId !== undefined && { team: teamId }),
        ...(url !== undefined && { url }),
      });
      await client.views.open({ trigger_id: triggerId, view });
    } catch (error) {
      deps.log.error(faultOf(error), 'the form about a report’s content did not open');
      await say(NOT_OPENED);
    }
  }

  async function submit(
    view: SlackView,
    person: string,
  ): Promise<{ readonly answer: SubmitAnswer; readonly url: string | undefined }> {
    const metadata = readDisputeMetadata(view.private_metadata);
    if (metadata === undefined) return { answer: errorAt('note', NOT_HERE), url: undefined };
    const { delivery: deliveryId, team: teamId, channel: channelId, ts, url } = metadata;
    const place: SlackPlace = { deliveryId, teamId, channelId, ts };
    const timed = await withinTime(
      pressDispute.ask(place, readDispute(view), { person, form: rootViewId(view) }),
      deps.settings.recordTimeoutMs,
    );
    if (timed.type === 'late') {
      // It may still be written: the same form sent again is written once.
      deps.log.warn({ limitMs: deps.settings.recordTimeoutMs }, 'a dispute was not recorded in time');
      timed.pending.catch(() => undefined);
      return { answer: notAsked(), url: undefined };
    }
    const result = timed.value;
    switch (result.type) {
      case 'asked':
      case 'already':
        return { answer: { response_action: 'clear' }, url };
      case 'refused': {
        const errors: Record<string, string> = {};
        for (const { field, message } of result.problems) errors[DISPUTE_BLOCK[field]] ??= message;
        return { answer: { response_action: 'errors', errors }, url: undefined };
      }
      case 'waiting':
      case 'revoked':
      case 'elsewhere':
      case 'unsettled':
        return { answer: errorAt('note', BARRED[result.type]), url: undefined };
      default:
        return result satisfies never;
    }
  }
}

type Pressed = ReturnType<typeof BlockActions.parse>;

const BARRED = { revoked: REVOKED, elsewhere: NOT_HERE, unsettled: UNSETTLED, waiting: WAITING } as const;

/** What is shown when the database did not say that it is recorded. The form stays, with all that was typed. */
export function notAsked(): SubmitAnswer {
  return errorAt('note', NOT_RECORDED);
}

function errorAt(block: keyof typeof DISPUTE_BLOCK, message: string): SubmitAnswer {
  return { response_action: 'errors', errors: { [DISPUTE_BLOCK[block]]: message } };
}
