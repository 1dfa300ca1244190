import type { Kysely } from 'kysely';
import type { AnswerVia, CaseAnswer } from '../../domain/cases/answers.ts';
import type { CaseEvent } from '../../domain/cases/events.ts';
import { asksForAnswer } from '../../domain/cases/may-answer.ts';
import type { Schema } from '../../storage/schema.ts';
import { othersOf, placed, type SlackPlace, type SlackReport } from '../arrived-in-slack.ts';
import { answerKey } from './answer-key.ts';
import type { AnswerProblem, AnswerReading, Cases } from './cases.ts';

/** An answer as a report in Slack shows it. The note is not in it: it is written for the agency. */
export interface ShownAnswer extends Pick<CaseAnswer, 'choice' | 'until'> {
  readonly noted: boolean;
  readonly at: Date;
  readonly via: AnswerVia;
  /** Slack user id of this very workspace; null for every other way. */
  readonly person: string | null;
}

/** A report to show, and what to show in it. */
export interface AnsweredReport {
  readonly report: SlackReport;
  /** Newest first. */
  readonly answers: readonly ShownAnswer[];
}

type Barred =
  | { readonly type: 'revoked' }
  /** The message is not the one this delivery arrived as. */
  | { readonly type: 'elsewhere' }
  /** Not known yet which message the delivery arrived as. */
  | { readonly type: 'unsettled' };

export type PressReading = Extract<AnswerReading, { type: 'open' }> | Barred;

export type PressAnswerResult =
  | {
      readonly type: 'answered' | 'already';
      /** The one answered, then others of the same call in the same workspace. */
      readonly shown: readonly AnsweredReport[];
    }
  | { readonly type: 'refused'; readonly problems: readonly AnswerProblem[] }
  | Barred;

/** Answers a case from a report in Slack, by anybody who reads the very message it arrived as (P9). */
export interface PressAnswer {
  /** What may be shown to whoever pressed. Throws when the database cannot say. */
  read(place: SlackPlace): Promise<PressReading>;
  /** `form`: the root view's id. Idempotent; throws when the database cannot say. */
  answer(
    place: SlackPlace,
    answer: CaseAnswer,
    by: { readonly person: string; readonly form: string },
  ): Promise<PressAnswerResult>;
}

export function createPressAnswer(deps: {
  readonly db: Kysely<Schema>;
  readonly cases: Pick<Cases, 'read' | 'readForDelivery' | 'answer'>;
}): PressAnswer {
  const { db, cases } = deps;
  return {
    async read(place) {
      const at = await placed(db, place);
      return at.type === 'here' ? await cases.readForDelivery(place.deliveryId) : at;
    },

    async answer(place, answer, { person, form }) {
      const at = await placed(db, place);
      if (at.type !== 'here') return at;
      const { deliveryId } = place;
      const result = await cases.answer({ deliveryId }, answer, {
        via: 'slack',
        person,
        key: answerKey(`slack:${form}`, answer),
      });
      if (result.type === 'refused' || result.type === 'revoked') return result;
      const others = await othersOf(db, { deliveryId, receipt: at.receipt }, asksForAnswer);
      const reports = [at.report, ...others];
      const here = new Set(reports.map((report) => report.deliveryId));
      const events = (await cases.read(result.caseId))?.events ?? [];
      const answers = events.flatMap((event) => shownAnswer(event, here)).reverse();
      return { type: result.type, shown: reports.map((report) => ({ report, answers })) };
    },
  };
}

/** @param here deliveries of the workspace the answer is shown in: only its own people are named there. */
function shownAnswer({ at, body }: CaseEvent, here: ReadonlySet<string>): readonly ShownAnswer[] {
  if (body.type !== 'answered') return [];
  const { choice, until, note, via, person, deliveryId } = body;
  const known = via === 'slack' && deliveryId !== null && here.has(deliveryId);
  return [{ choice, until, noted: note !== null, at, via, person: known ? person : null }];
}
