import type { SlackBody } from '../../domain/body.ts';
import { formatCallTime } from '../../domain/calendar.ts';
import { answerWords, VIA_LABELS } from '../../domain/cases/answer-words.ts';
import type { ShownAnswer } from '../../followup/cases/press-answer.ts';
import { ANSWER_AGAIN_ACTION, ANSWER_BLOCKS } from '../../reports/answer.ts';
import { plain } from '../entry-modal/elements.ts';

/** Slack user ids as Slack writes them: nothing else may stand inside a mention (P6). */
const USER = /^[UW][A-Z0-9]{2,30}$/;
/** The newest answers; all of them are with the agency. */
const SHOWN_AT_MOST = 3;

/**
 * A report in Slack once its case is answered: the same message, what was answered by whom and when in the place of
 * the six buttons, and one by which more can be said. Smaller than before, so Slack's limits hold wherever they held
 * for the report. Undefined when the report never had such buttons.
 */
export function answeredMessage(
  body: SlackBody,
  deliveryId: string,
  answers: readonly ShownAnswer[],
): SlackBody | undefined {
  const first = body.blocks.findIndex(isAnswers);
  if (first < 0 || answers.length === 0) return undefined;
  const more = answers.length - SHOWN_AT_MOST;
  const lines = [
    ...answers.slice(0, SHOWN_AT_MOST).map(lineOf),
    ...(more > 0 ? [`ほか${more}件のご回答を承っています`] : []),
  ];
  const shown = [
    {
      type: 'context',
      block_id: `${ANSWER_BLOCKS}.given`,
      elements: lines.map((text) => ({ type: 'mrkdwn', text })),
    },
    {
      type: 'actions',
      block_id: `${ANSWER_BLOCKS}.again`,
      elements: [
        {
          type: 'button',
          action_id: ANSWER_AGAIN_ACTION,
          text: plain('回答を変更・追加'),
          value: deliveryId,
        },
      ],
    },
  ];
  return {
    text: `【回答済み】${body.text}`,
    blocks: [
      ...body.blocks.slice(0, first),
      ...shown,
      ...body.blocks.slice(first).filter((block) => !isAnswers(block)),
    ],
  };
}

function isAnswers(block: SlackBody['blocks'][number]): boolean {
  return typeof block.block_id === 'string' && block.block_id.startsWith(`${ANSWER_BLOCKS}.`);
}

/** Our own words and dates only: nothing typed stands where Slack reads markup (P6). */
function lineOf(answer: ShownAnswer): string {
  const { person, via, at, noted } = answer;
  const said = `${formatCallTime(at)} に「${answerWords(answer)}」`;
  if (person !== null && USER.test(person)) {
    return `✅ <@${person}> さんが ${said}と回答しました${noted ? '(補足あり)' : ''}`;
  }
  return `✅ ${said}とのご回答を承りました(${VIA_LABELS[via]}${noted ? '・補足あり' : ''})`;
}
