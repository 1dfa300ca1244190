import type { SlackBody } from '../domain/body.ts';
import { formatCallTime } from '../domain/calendar.ts';
import type { DoneMark } from '../followup/mark-done.ts';
import { DISPUTE_ACTION, DONE_ACTION } from '../reports/done.ts';

/** Slack user ids as Slack writes them: nothing else may stand inside a mention (P6). */
const USER = /^[UW][A-Z0-9]{2,30}$/;

/**
 * A report in Slack once its call is dealt with: the same message, who and when in the place of the button, and what
 * else the buttons were for. Never larger than before by more than the button was and one block, so Slack's limits
 * hold wherever they held for the report.
 */
export function doneMessage(body: SlackBody, mark: DoneMark): SlackBody {
  const when = formatCallTime(mark.at);
  const who = mark.person !== null && USER.test(mark.person) ? `<@${mark.person}> さんが ` : '';
  const line = `✅ ${who}${when} に対応済みにしました`;
  const shown = { type: 'context', elements: [{ type: 'mrkdwn', text: line }] };
  return {
    text: `【対応済み】${body.text}`,
    blocks: body.blocks.flatMap((block) =>
      block.block_id === DONE_ACTION ? [shown, ...othersOf(block)] : [block],
    ),
  };
}

type Block = SlackBody['blocks'][number];

/** The buttons of the row that go on working; reports from before there were any have none. */
function othersOf(block: Block): readonly Block[] {
  const elements = Array.isArray(block.elements) ? (block.elements as readonly Block[]) : [];
  const left = elements.filter(({ action_id: id }) => id === DISPUTE_ACTION);
  return left.length === 0 ? [] : [{ type: 'actions', block_id: DISPUTE_ACTION, elements: left }];
}
