import type { App, webApi } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { clientCard } from '../../clients/directory.ts';
import { REVIEW, type ReviewAt, readReviewValue } from '../../delivery/review/buttons.ts';
import type { Verdict } from '../../delivery/review/decide.ts';
import type { Reviews } from '../../delivery/review/reviews.ts';
import { isOpenAt, reviewOf } from '../../delivery/review/standing.ts';
import { jstDay } from '../../domain/calendar.ts';
import { storable, textOrNull } from '../../domain/text.ts';
import type { CallChanges } from '../../intake/call-changes.ts';
import type { RecordedCall } from '../../intake/recorded-call.ts';
import { surchargeReasons } from '../../rulebook/surcharges.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AllowList } from '../allow-list.ts';
import { notChanged } from '../change/change-form.ts';
import { CHANGE_BLOCK, correctView } from '../change/change-view.ts';
import { NOT_OPENED } from '../change/change-words.ts';
import { VALUE } from '../entry-modal/block-ids.ts';
import type { SubmitAnswer } from '../entry-modal/entry-form.ts';
import { messageView } from '../entry-modal/message-view.ts';
import { faultOf } from '../fault.ts';
import type { InHand } from '../in-hand.ts';
import type { OperatorNames } from '../operator-name.ts';
import { plainMessage } from '../plain-message.ts';
import type { ResponseUrl } from '../response-url.ts';
import type { OperatorSettings } from '../settings.ts';
import { BlockActions, type SlackView, ViewSubmission } from '../slack-body.ts';
import { withinTime } from '../time-limit.ts';
import { RETURN_FORM, readReturnForm, returnedNote, returnView } from './review-view.ts';
import {
  decidedInWords,
  NOT_DECIDED,
  NOT_YOURS_TO_REVIEW,
  NOT_YOURS_TO_SUBMIT,
  NOTHING_WAITS,
  SUBMITTED,
} from './review-words.ts';
import type { ShowReview } from './show-review.ts';

interface ReviewListenerDeps {
  readonly db: Kysely<Schema>;
  readonly reviews: Reviews;
  readonly changes: Pick<CallChanges, 'find'>;
  readonly names: OperatorNames;
  readonly supervisors: AllowList;
  readonly responseUrl: ResponseUrl;
  readonly showReview: ShowReview;
  readonly inHand: InHand;
  readonly log: Logger;
  readonly settings: Pick<OperatorSettings, 'recordTimeoutMs'>;
  /** Called when a decision made something due. A hint. */
  readonly wake: () => void;
}

type Person = { readonly id: string; readonly name: string | undefined };

/**
 * Supervisors' word on reports that wait, and the operator's answer to what came back. A press is acknowledged at
 * once; the message then shows who decided what. Only the first of two presses counts, and the other is told whose.
 */
export function listenForReviews(bolt: App, deps: ReviewListenerDeps): void {
  onPress(REVIEW.send, async ({ at, person, slack, say }) => {
    if (!(await deps.supervisors.allows(person.id))) return await say(NOT_YOURS_TO_REVIEW);
    const result = await deps.reviews.send({ ...at, by: await named(person) });
    if (result.type === 'unknown') return await say(NOTHING_WAITS);
    if (result.type === 'done') deps.wake();
    const shown = await deps.showReview(slack, at.callId);
    if (result.type === 'stale' || !shown) await say(decidedInWords(result.review));
  });

  onPress(REVIEW.submit, async ({ at, person, slack, say }) => {
    const call = await deps.changes.find(at.callId);
    const own = call?.operatorId === person.id;
    if (!own && !(await deps.supervisors.allows(person.id))) return await say(NOT_YOURS_TO_SUBMIT);
    const result = await deps.reviews.submit({ ...at, by: await named(person) });
    if (result.type === 'done') deps.wake();
    await say(result.type === 'done' ? SUBMITTED : decidedInWords(standingOf(result)));
    await deps.showReview(slack, at.callId);
  });

  onPress(REVIEW.correct, async (pressed) => {
    await open(pressed, '修正して送信', async (call) => {
      const card = await clientCard(deps.db, call.client.id);
      if (card === undefined) return undefined;
      const surcharges = await surchargeReasons(deps.db, jstDay(call.occurred_at));
      return correctView(call, card, surcharges, { round: pressed.at.round });
    });
  });

  onPress(REVIEW.giveBack, async (pressed) => {
    await open(pressed, '差し戻し', async (call) => returnView(call, pressed.at.round));
  });

  bolt.view(RETURN_FORM, async ({ body, ack, client }) => {
    const { view, user } = ViewSubmission.parse(body);
    const work = (async () => {
      const timed = await withinTime(
        giveBack(view, { id: user.id, name: user.name ?? user.username }),
        deps.settings.recordTimeoutMs,
      );
      await ack(timed.type === 'done' ? timed.value : notChanged());
      const at = readReturnForm(view.private_metadata);
      if (at !== undefined) await deps.showReview(client, at.callId);
      deps.wake();
    })().catch(async (error: unknown) => {
      deps.log.error(faultOf(error), 'a report was not returned');
      await ack(notChanged()).catch(() => undefined);
    });
    deps.inHand.track(work);
    await work;
  });

  async function giveBack(view: SlackView, person: Person): Promise<SubmitAnswer> {
    const at = readReturnForm(view.private_metadata);
    const reason = textOrNull(textOf(view));
    const call = at && (await deps.changes.find(at.callId));
    if (at === undefined || call === undefined || reason === null) return error(NOTHING_WAITS);
    if (!(await deps.supervisors.allows(person.id))) return error(NOT_YOURS_TO_REVIEW);
    const by = await named(person);
    const kept = storable(reason);
    const result = await deps.reviews.giveBack({
      ...at,
      by,
      reason: kept,
      notice: (round) => returnedNote(call, { round, by: by.name, reason: kept }),
    });
    return result.type === 'done' ? { response_action: 'clear' } : error(decidedInWords(standingOf(result)));
  }

  /** Opens a form about a report that still waits as it was shown; else says how it stands. */
  async function open(
    { at, person, slack, triggerId }: Press,
    title: string,
    viewOf: (call: RecordedCall) => Promise<ReturnType<typeof returnView> | undefined>,
  ): Promise<void> {
    if (triggerId === undefined) return;
    const sorry = (words: string) => messageView(title, [words]);
    const view = await (async () => {
      // P9: nothing of a call is shown to who may not decide about it.
      if (!(await deps.supervisors.allows(person.id))) return sorry(NOT_YOURS_TO_REVIEW);
      const review = await reviewOf(deps.db, at.callId);
      if (!isOpenAt(review, at.round)) return sorry(decidedInWords(review));
      const call = await deps.changes.find(at.callId);
      return (call && (await viewOf(call))) ?? sorry(NOTHING_WAITS);
    })();
    await slack.views.open({ trigger_id: triggerId, view });
  }

  async function named(person: Person): Promise<Verdict['by']> {
    return { id: person.id, name: storable(await deps.names.nameOf(person.id, person.name)) };
  }

  interface Press {
    readonly at: ReviewAt;
    readonly person: Person;
    readonly slack: webApi.WebClient;
    readonly triggerId: string | undefined;
    /** Only to whoever pressed. */
    readonly say: (text: string) => Promise<void>;
  }

  function onPress(action: string, take: (press: Press) => Promise<void>): void {
    const opens = action === REVIEW.correct || action === REVIEW.giveBack;
    bolt.action(action, async ({ body, ack, client }) => {
      await ack();
      const { user, actions, trigger_id: triggerId, response_url: url } = BlockActions.parse(body);
      const at = readReviewValue(actions[0]?.value);
      if (at === undefined) return;
      const say = async (text: string): Promise<void> => {
        if (url !== undefined) await deps.responseUrl.post(url, onlyFor(text));
      };
      const person = { id: user.id, name: user.name ?? user.username };
      const work = take({ at, person, slack: client, triggerId, say }).catch(async (error: unknown) => {
        deps.log.error(faultOf(error), 'a press about a waiting report failed');
        await say(opens ? NOT_OPENED : NOT_DECIDED);
      });
      deps.inHand.track(work);
      await work;
    });
  }
}

function standingOf(result: Exclude<Awaited<ReturnType<Reviews['send']>>, { type: 'done' }>) {
  return result.type === 'stale' ? result.review : undefined;
}

function textOf(view: SlackView): string | null {
  const value = view.state?.values[CHANGE_BLOCK.reason]?.[VALUE]?.value;
  return typeof value === 'string' ? value : null;
}

function error(message: string): SubmitAnswer {
  return { response_action: 'errors', errors: { [CHANGE_BLOCK.reason]: message } };
}

function onlyFor(text: string) {
  return { response_type: 'ephemeral', replace_original: false, ...plainMessage([text]) };
}
