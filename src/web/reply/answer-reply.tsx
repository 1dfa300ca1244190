import type { Context } from 'hono';
import { jstDay } from '../../domain/calendar.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import { answerKey } from '../../followup/cases/answer-key.ts';
import type { AnswerProblem, Cases } from '../../followup/cases/cases.ts';
import { readAnswerForm, type SentAnswer } from './answer-form.ts';
import { AnswerAgainPage, AnswerPage } from './answer-page.tsx';
import { GoneWithNotePage } from './form-parts.tsx';
import { backToPage, html, type Refusal, type Reply, refusal, refusalPage, unreadable } from './reply.tsx';

const CHOOSE: AnswerProblem = { field: 'choice', message: 'ご回答を一つお選びください。' };

/**
 * 「回答はこちら」: 200 the page · 303 answered, now or before · 400 not our form · 410 revoked · 422 something to
 * put right, in the form as it was sent. Idempotent by the form's key: pressed twice, or sent again by a browser, it
 * answers once.
 */
export function createAnswerReply(deps: {
  readonly cases: Pick<Cases, 'readForDelivery' | 'answer'>;
  readonly clock: Clock;
  readonly newId: NewId;
}): Reply {
  const today = () => jstDay(deps.clock());
  const empty = (): SentAnswer => ({ key: deps.newId(), choice: undefined, until: null, note: null });

  async function again(
    context: Context,
    deliveryId: string,
    sent: SentAnswer,
    problems: readonly AnswerProblem[],
  ): Promise<Response> {
    const reading = await deps.cases.readForDelivery(deliveryId);
    if (reading.type === 'revoked') return await gone(context, sent);
    const props = { reading, sent, problems, today: today() };
    return await html(context, 422, <AnswerPage {...props} />);
  }

  async function gone(context: Context, { note }: SentAnswer): Promise<Response> {
    if (note === null) return await refusalPage(context, 'gone');
    const { status, ...words } = refusal(context, 'gone');
    return await html(context, status, <GoneWithNotePage {...words} note={note} />);
  }

  return {
    async show(context, deliveryId) {
      const reading = await deps.cases.readForDelivery(deliveryId);
      if (reading.type === 'revoked') return await refusalPage(context, 'gone');
      const props = { reading, sent: empty(), problems: [], today: today() };
      return await html(context, 200, <AnswerPage {...props} />);
    },

    async act(context, deliveryId, body) {
      const sent = readAnswerForm(body);
      if (sent === undefined) return await unreadable(context);
      const { key, choice, until, note } = sent;
      if (choice === undefined) return await again(context, deliveryId, sent, [CHOOSE]);
      const answer = { choice, until, note };
      const result = await deps.cases.answer({ deliveryId }, answer, {
        via: 'link',
        person: null,
        // With the delivery in it, a key of one client's page says nothing on another's (P9).
        key: answerKey(`link:${deliveryId}:${key}`, answer),
      });
      switch (result.type) {
        case 'answered':
        case 'already':
          return backToPage(context);
        case 'refused':
          return await again(context, deliveryId, sent, result.problems);
        case 'revoked':
          return await gone(context, sent);
        default:
          return result satisfies never;
      }
    },

    async refuse(context: Context, why: Refusal, body: string) {
      const sent = readAnswerForm(body);
      if (sent === undefined) return await refusalPage(context, why);
      if (why === 'gone') return await gone(context, sent);
      const { status, ...words } = refusal(context, why);
      const props = { ...words, sent, problems: [], today: today() };
      return await html(context, status, <AnswerAgainPage {...props} />);
    },
  };
}
