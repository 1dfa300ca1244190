import type { App, webApi } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { DELIVERY_EVENT } from '../channels/slack/post.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import { createDone, type DoneMark } from '../followup/mark-done.ts';
import { createPressDone, type DoneReport, type PressResult } from '../followup/press-done.ts';
import { DONE_ACTION } from '../reports/done.ts';
import type { Schema } from '../storage/schema.ts';
import { doneMessage } from './done-message.ts';
import { isUuid } from './entry-modal/block-ids.ts';
import { faultOf } from './fault.ts';
import type { InHand } from './in-hand.ts';
import { plainSection } from './plain-message.ts';
import type { ResponseUrl } from './response-url.ts';
import { BlockActions } from './slack-body.ts';

const NOT_HERE = 'このボタンは、報告が届いたメッセージでだけ使えます。届いたメッセージから押してください。';
const TOO_LATE = 'この報告は取り消されたか、期限が過ぎたため、対応済みにできません。';
const UNSETTLED = '送信の確認中です。1分ほどたってから、もう一度押してください。';
const FAILED = '記録できませんでした。少し待ってから、もう一度押してください。';
const MARKED = '対応済みとして記録しました。';

/**
 * The button of a report in Slack, for whoever reads its channel: clients, so nobody's list is asked (P9 is kept by
 * the delivery's own receipt). The press is acknowledged at once; the message then shows who and when, instead of
 * the button. Where it cannot be changed, the person who pressed is told.
 */
export function listenForDone(
  bolt: App,
  deps: {
    readonly db: Kysely<Schema>;
    readonly responseUrl: ResponseUrl;
    readonly inHand: InHand;
    readonly clock: Clock;
    readonly newId: NewId;
    readonly log: Logger;
  },
): void {
  const pressDone = createPressDone({ db: deps.db, done: createDone(deps) });

  bolt.action(DONE_ACTION, async ({ body, ack, client }) => {
    await ack();
    const working = take(BlockActions.parse(body), client).catch((error: unknown) =>
      deps.log.error(faultOf(error), 'a press of the done button failed'),
    );
    deps.inHand.track(working);
    await working;
  });

  async function take(pressed: Pressed, client: webApi.WebClient): Promise<void> {
    const { user, actions, channel, message, team, response_url: url } = pressed;
    const id = actions[0]?.value;
    const ts = message?.ts;
    if (channel === undefined || typeof ts !== 'string' || typeof id !== 'string' || !isUuid(id)) return;
    const say = async (text: string): Promise<void> => {
      if (url !== undefined) await deps.responseUrl.post(url, onlyFor(text));
    };
    let result: PressResult;
    try {
      result = await pressDone({
        deliveryId: id,
        // In a channel shared between workspaces the message says where it stands, the press where it came from.
        teamId: typeof message?.team === 'string' ? message.team : team?.id,
        channelId: channel.id,
        ts,
        person: user.id,
      });
    } catch (error) {
      deps.log.error(faultOf(error), 'a call was not marked done');
      return await say(FAILED);
    }
    switch (result.type) {
      case 'marked':
      case 'already': {
        if (!(await show(client, result.pressed, result.mark))) await say(MARKED);
        for (const other of result.others) await show(client, other, result.mark);
        return;
      }
      case 'revoked':
        return await say(TOO_LATE);
      case 'elsewhere':
        return await say(NOT_HERE);
      case 'unsettled':
        return await say(UNSETTLED);
      default:
        return result satisfies never;
    }
  }

  /** Pressing again shows it again, should this have failed. */
  async function show(client: webApi.WebClient, report: DoneReport, mark: DoneMark): Promise<boolean> {
    try {
      await client.apiCall('chat.update', {
        channel: report.channelId,
        ts: report.ts,
        ...doneMessage(report.body, mark),
        // P6: as it was posted; Slack's own reading of a changed message would make links of what was typed.
        parse: 'none',
        link_names: false,
        // What a reconciler knows the message by stays on it.
        metadata: { event_type: DELIVERY_EVENT, event_payload: { delivery_id: report.deliveryId } },
      });
      return true;
    } catch (error) {
      deps.log.warn(faultOf(error), 'a report could not be shown as done');
      return false;
    }
  }
}

type Pressed = ReturnType<typeof BlockActions.parse>;

function onlyFor(text: string) {
  return { response_type: 'ephemeral', replace_original: false, text, blocks: [plainSection(text)] };
}
