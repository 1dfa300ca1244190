import type { App, webApi } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { ANSWER_CHOICES, type AnswerChoice } from '../../domain/cases/answers.ts';
import type { SlackPlace } from '../../followup/arrived-in-slack.ts';
import type { AnswerProblem, Cases } from '../../followup/cases/cases.ts';
import { createPressAnswer, type PressAnswerResult } from '../../followup/cases/press-answer.ts';
import { ANSWER_AGAIN_ACTION, answerAction } from '../../reports/answer.ts';
import type { Schema } from '../../storage/schema.ts';
import { isUuid } from '../entry-modal/block-ids.ts';
import type { SubmitAnswer } from '../entry-modal/entry-form.ts';
import { rootViewId } from '../entry-modal/submit.ts';
import { faultOf } from '../fault.ts';
import type { InHand } from '../in-hand.ts';
import type { ClientIn } from '../installed-in.ts';
import { onlyFor } from '../plain-message.ts';
import type { ResponseUrl } from '../response-url.ts';
import type { OperatorSettings } from '../settings.ts';
import { createShowReport } from '../show-report.ts';
import { BlockActions, type SlackView, ViewSubmission } from '../slack-body.ts';
import { withinTime } from '../time-limit.ts';
import { ANSWER_BLOCK, ANSWER_FORM, answerView, readAnswer, readAnswerMetadata } from './answer-view.ts';
import { NOT_HERE, NOT_OPENED, NOT_RECORDED, RECORDED, REVOKED, UNSETTLED } from './answer-words.ts';
import { answeredMessage } from './answered-message.ts';

/**
 * The answers under a report of harassment in Slack, for whoever reads its channel: clients, so nobody's list is
 * asked (P9 is kept by the delivery's own receipt, once when the form opens and again when it is sent). What became
 * of it then stands in the message, with a button to say more.
 */
export function listenForAnswers(
  bolt: App,
  deps: {
    readonly db: Kysely<Schema>;
    readonly cases: Pick<Cases, 'read' | 'readForDelivery' | 'answer'>;
    readonly clientIn: ClientIn;
    readonly responseUrl: ResponseUrl;
    readonly inHand: InHand;
    readonly log: Logger;
    readonly settings: Pick<OperatorSettings, 'recordTimeoutMs'>;
  },
): void {
  const pressAnswer = createPressAnswer(deps);
  const show = createShowReport(deps);
  const buttons: readonly (readonly [string, AnswerChoice | undefined])[] = [
    ...ANSWER_CHOICES.map((choice) => [answerAction(choice), choice] as const),
    [ANSWER_AGAIN_ACTION, undefined],
  ];

  for (const [action, choice] of buttons) {
    bolt.action(action, async ({ body, ack, client }) => {
      await ack();
      const working = open(BlockActions.parse(body), choice, client).catch((error: unknown) =>
        deps.log.error(faultOf(error), 'a press of an answer button failed'),
      );
      deps.inHand.track(working);
      await working;
    });
  }

  bolt.view(ANSWER_FORM, async ({ body, ack }) => {
    const { view, user } = ViewSubmission.parse(body);
    const working = submit(view, user.id).then(
      async ({ answer, after }) => {
        await ack(answer);
        await after();
      },
      async (error: unknown) => {
        deps.log.error(faultOf(error), 'an answer to a report was not recorded');
        await ack(notAnswered());
      },
    );
    deps.inHand.track(working);
    await working.catch((error: unknown) => deps.log.error(faultOf(error), 'a Slack request failed'));
  });

  async function open(
    pressed: Pressed,
    choice: AnswerChoice | undefined,
    client: webApi.WebClient,
  ): Promise<void> {
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
      const reading = await pressAnswer.read({ deliveryId: delivery, teamId, channelId: channel.id, ts });
      if (reading.type !== 'open') return await say(BARRED[reading.type]);
      const view = answerView(reading, {
        delivery,
        channel: channel.id,
        ts,
        ...(teamId !== undefined && { team: teamId }),
        ...(choice !== undefined && { choice }),
        ...(url !== undefined && { url }),
      });
      await client.views.open({ trigger_id: triggerId, view });
    } catch (error) {
      deps.log.error(faultOf(error), 'the form to answer a report did not open');
      await say(NOT_OPENED);
    }
  }

  async function submit(
    view: SlackView,
    person: string,
  ): Promise<{ readonly answer: SubmitAnswer; readonly after: () => Promise<void> }> {
    const nothing = async () => undefined;
    const metadata = readAnswerMetadata(view.private_metadata);
    if (metadata === undefined) return { answer: errorAt('note', NOT_HERE), after: nothing };
    const { choice, ...said } = readAnswer(view, metadata);
    if (choice === undefined) {
      return { answer: errorAt('choice', 'ご回答を一つお選びください。'), after: nothing };
    }
    const place: SlackPlace = {
      deliveryId: metadata.delivery,
      teamId: metadata.team,
      channelId: metadata.channel,
      ts: metadata.ts,
    };
    const finish = async (result: PressAnswerResult): Promise<void> => {
      if (result.type !== 'answered' && result.type !== 'already') return;
      const [own] = await Promise.all(
        result.shown.map(async ({ report, answers }) => {
          const body = answeredMessage(report.body, report.deliveryId, answers);
          return body !== undefined && (await show(report, body));
        }),
      );
      if (!own && metadata.url !== undefined) await deps.responseUrl.post(metadata.url, onlyFor(RECORDED));
    };
    const timed = await withinTime(
      pressAnswer.answer(place, { choice, ...said }, { person, form: rootViewId(view) }),
      deps.settings.recordTimeoutMs,
    );
    if (timed.type === 'late') {
      // It may still be written: then the message shows it, and the same form sent again is the same answer.
      deps.log.warn({ limitMs: deps.settings.recordTimeoutMs }, 'an answer was not recorded in time');
      return { answer: notAnswered(), after: () => timed.pending.then(finish, nothing) };
    }
    const result = timed.value;
    switch (result.type) {
      case 'answered':
      case 'already':
        return { answer: { response_action: 'clear' }, after: () => finish(result) };
      case 'refused':
        return { answer: problemsIn(view, result.problems), after: nothing };
      case 'revoked':
      case 'elsewhere':
      case 'unsettled':
        return { answer: errorAt('note', BARRED[result.type]), after: nothing };
      default:
        return result satisfies never;
    }
  }
}

type Pressed = ReturnType<typeof BlockActions.parse>;

const BARRED = { revoked: REVOKED, elsewhere: NOT_HERE, unsettled: UNSETTLED } as const;

/** What is shown when the database did not say that the answer is recorded. The form stays, with all that was typed. */
export function notAnswered(): SubmitAnswer {
  return errorAt('note', NOT_RECORDED);
}

function errorAt(block: keyof typeof ANSWER_BLOCK, message: string): SubmitAnswer {
  return { response_action: 'errors', errors: { [ANSWER_BLOCK[block]]: message } };
}

/** Slack shows an error only at a block the form has. */
function problemsIn(view: SlackView, problems: readonly AnswerProblem[]): SubmitAnswer {
  const shown = view.state?.values ?? {};
  const errors: Record<string, string> = {};
  for (const { field, message } of problems) {
    const block = Object.hasOwn(shown, ANSWER_BLOCK[field]) ? ANSWER_BLOCK[field] : ANSWER_BLOCK.note;
    errors[block] = errors[block] === undefined ? message : `${errors[block]}\n${message}`;
  }
  return { response_action: 'errors', errors };
}
