import type { types } from '@slack/bolt';
import { decisionButtons } from '../../delivery/decision-buttons.ts';
import { CASE_STATE_LABELS } from '../../domain/cases/events.ts';
import { clip, clipped, context, divider, plain } from '../entry-modal/elements.ts';
import type { Floor, Waiting } from './floor.ts';
import { HOME_ACTION } from './home-ids.ts';
import { ageInWords, CHANNEL_LABELS, timeInWords } from './home-words.ts';

const NAME_SHOWN = 60;
const ADDRESS_SHOWN = 80;
const WAITING_LABELS: Readonly<Record<Waiting['state'], string>> = {
  waiting: '送信待ち',
  held: '確認待ち',
  uncertain: '要確認',
};

interface On {
  readonly now: Date;
  /** The JST day of the page. */
  readonly day: string;
}

/** What supervisors look at first: what waits, what waits for them, cases, destinations that are switched off. */
export function floorBlocks(floor: Floor, o: On): readonly types.KnownBlock[] {
  return [
    heading('いま待っているもの'),
    clipped(waitingLines(floor, o).join('\n')),
    ...uncertainBlocks(floor, o),
    ...disputeBlocks(floor, o),
    ...caseBlocks(floor, o),
    ...destinationBlocks(floor, o),
    divider(),
    heading('今日の登録'),
  ];
}

/** In our own words only: what is bold is no text somebody typed (P6). */
function heading(words: string): types.KnownBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: `*${words}*` } };
}

function waitingLines({ waiting }: Floor, { now, day }: On): readonly string[] {
  if (waiting.length === 0) return ['送信待ちの報告はありません。'];
  return waiting.map(
    ({ state, count, since }) =>
      `${WAITING_LABELS[state]} ${count}通(いちばん古いものは ${timeInWords(since, day)} から、${ageInWords(since, now)})`,
  );
}

/** A decision is asked for as in the supervisors' channel; until then the report is looked for without anybody. */
function uncertainBlocks({ uncertain, uncertainInAll }: Floor, { day }: On): readonly types.KnownBlock[] {
  if (uncertain.length === 0) return [];
  return [
    divider(),
    heading('届いたかどうか分からない報告'),
    ...uncertain.flatMap((report) => [
      clipped(
        [
          `${report.clientCode} ${clip(report.clientName, NAME_SHOWN)}`,
          `受付番号 ${report.receiptNumber} ${timeInWords(report.since, day)} から`,
          `宛先 ${CHANNEL_LABELS[report.channel]} ${clip(report.address, ADDRESS_SHOWN)}`,
          report.asked ? '宛先を見て、届いているかどうかをお知らせください。' : '自動で確かめています。',
        ].join('\n'),
      ),
      ...(report.asked ? [decisionButtons(report.id) as unknown as types.KnownBlock] : []),
    ]),
    ...more(uncertainInAll - uncertain.length),
  ];
}

/** The buttons to decide stand in the supervisors' channel, beside the client's words. */
function disputeBlocks({ disputes }: Floor, { day }: On): readonly types.KnownBlock[] {
  const { waiting, since, ofMonth, credited } = disputes;
  if (waiting === 0 && ofMonth === 0) return [];
  const lines = [
    since === null
      ? '判断待ちはありません。'
      : `判断待ち ${waiting}件(いちばん古いものは ${timeInWords(since, day)} から)。管理者のチャンネルでご判断ください。`,
    `今月 ${ofMonth}件、うち受電回数から取り消し ${credited}件`,
  ];
  return [
    divider(),
    heading('報告の内容への顧客の連絡'),
    {
      ...clipped(lines.join('\n')),
      accessory: { type: 'button', action_id: HOME_ACTION.shares, text: plain('オペレーター別の内訳') },
    },
  ];
}

function caseBlocks({ cases, casesInAll }: Floor, { day }: On): readonly types.KnownBlock[] {
  if (cases.length === 0) return [];
  const lines = cases.map(
    (one) =>
      `#${one.number} ${one.clientCode} ${clip(one.clientName, NAME_SHOWN)}: ${clip(one.kindLabel, 30)} ${one.calls}件、${CASE_STATE_LABELS[one.state]}、最後の電話 ${timeInWords(one.lastCallAt, day)}`,
  );
  return [divider(), heading('対応中の案件'), clipped(lines.join('\n')), ...more(casesInAll - cases.length)];
}

function destinationBlocks(
  { destinations, destinationsInAll }: Floor,
  { day }: On,
): readonly types.KnownBlock[] {
  if (destinations.length === 0) return [];
  const lines = destinations.map(
    (one) =>
      `${one.clientCode} ${clip(one.clientName, NAME_SHOWN)}: ${CHANNEL_LABELS[one.channel]} ${clip(one.address, ADDRESS_SHOWN)}(${timeInWords(one.disabledAt, day)} に停止)`,
  );
  return [
    divider(),
    heading('届かないため止めている宛先'),
    clipped(lines.join('\n')),
    ...more(destinationsInAll - destinations.length),
  ];
}

function more(count: number): readonly types.KnownBlock[] {
  return count > 0 ? [context(`ほか ${count}件`)] : [];
}
