import type { App } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Clock, NewId } from '../domain/ports.ts';
import { createDone } from '../followup/mark-done.ts';
import { createPressDone, type PressResult } from '../followup/press-done.ts';
import { DONE_ACTION } from '../reports/done.ts';
import type { Schema } from '../storage/schema.ts';
import { doneMessage } from './done-message.ts';
import { isUuid } from './entry-modal/block-ids.ts';
import { faultOf } from './fault.ts';
import type { InHand } from './in-hand.ts';
import type { ClientIn } from './installed-in.ts';
import { onlyFor } from './plain-message.ts';
import type { ResponseUrl } from './response-url.ts';
import { createShowReport } from './show-report.ts';
import { BlockActions } from './slack-body.ts';

const NOT_HERE = 'このボタンは、報告が届いたメッセージでだけ使えます。届いたメッセージから押してください。';
const TOO_LATE =
  'この報告は取り消されたか、期限が過ぎたため、対応済みにできません。ご不明な点は、電話代行の担当者までお知らせください。';
const UNSETTLED = '送信の確認中です。1分ほどたってから、もう一度押してください。';
const FAILED = '恐れ入りますが、記録できませんでした。少し待ってから、もう一度押してください。';
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
    readonly clientIn: ClientIn;
    readonly responseUrl: ResponseUrl;
    readonly inHand: InHand;
    readonly clock: Clock;
    readonly newId: NewId;
    readonly log: Logger;
  },
): void {
  const pressDone = createPressDone({ db: deps.db, done: createDone(deps) });
  const show = createShowReport(deps);

  bolt.action(DONE_ACTION, async ({ body, ack }) => {
    await ack();
    const working = take(BlockActions.parse(body)).catch((error: unknown) =>
      deps.log.error(faultOf(error), 'a press of the done button failed'),
    );
    deps.inHand.track(working);
    await working;
  });

  async function take(pressed: Pressed): Promise<void> {
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
        const { pressed, others, mark } = result;
        // Pressing again shows it again, should this have failed.
        if (!(await show(pressed, doneMessage(pressed.body, mark)))) await say(MARKED);
        for (const other of others) await show(other, doneMessage(other.body, mark));
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
}

type Pressed = ReturnType<typeof BlockActions.parse>;
