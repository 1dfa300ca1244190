import type { types } from '@slack/bolt';
import { CHANGE_TYPES } from '../../domain/change.ts';
import { CHANGE_LABEL } from '../change/change-buttons.ts';
import { clip, option, plain } from '../entry-modal/elements.ts';
import type { HomeEntry } from './day.ts';
import { entryOption, HOME_ACTION } from './home-ids.ts';
import { callerInWords, messagesInWords, STANDING_LABELS, timeInWords } from './home-words.ts';

const NAME_SHOWN = 60;
const LABEL_SHOWN = 30;

/**
 * One entry in one block: its standing, time and number in our words, all that people typed as plain text (P6), and a
 * menu with what can be done with it. Three buttons would be a block more for each entry, and a page twice as long.
 */
export function entryBlock(
  entry: HomeEntry,
  o: { readonly day: string; readonly withOperator: boolean },
): types.SectionBlock {
  const messages = messagesInWords(entry);
  const kind = [
    clip(entry.kindLabel, LABEL_SHOWN),
    ...(entry.urgent ? ['至急'] : []),
    ...(entry.changed && !entry.retracted ? ['変更あり'] : []),
    ...(entry.retracted && entry.standing !== 'retracted' ? ['取消のお知らせ'] : []),
  ].join('・');
  const second = [
    kind,
    callerInWords({ ...entry, caller: entry.caller === null ? null : clip(entry.caller, NAME_SHOWN) }),
    ...(o.withOperator ? [`受付: ${clip(entry.operatorName, LABEL_SHOWN)}`] : []),
  ];
  return {
    type: 'section',
    block_id: `entry.${entry.id}`,
    text: {
      type: 'mrkdwn',
      text: [
        `*${STANDING_LABELS[entry.standing]}*${messages === '' ? '' : ` (${messages})`}`,
        timeInWords(entry.occurredAt, o.day),
        `受付番号 ${entry.receiptNumber}`,
      ].join('  '),
    },
    fields: [
      plain(clip(`${entry.clientCode} ${entry.clientName}`, NAME_SHOWN)),
      plain(second.filter((part) => part !== '').join('\n')),
    ],
    ...(!entry.retracted && {
      accessory: {
        type: 'overflow',
        action_id: HOME_ACTION.entry,
        options: CHANGE_TYPES.map((type) => option(CHANGE_LABEL[type], entryOption(type, entry.id))),
      },
    }),
  };
}
