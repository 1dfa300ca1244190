import type { EmailBody, SlackBody } from '../domain/body.ts';
import { SLACK, SLACK_TOTAL } from '../reports/limits.ts';
import { sectionTexts } from '../reports/section-texts.ts';
import type { NoticeBody } from '../storage/schema.ts';
import { escapeSlack, plainSection } from './notice-body.ts';

/*
 * A message of the bot in the form of each way it may go. The words of a report stand apart, after everything
 * else, as plain text: nothing in them becomes a mention, a link or markup (P6).
 */

type Block = SlackBody['blocks'][number];

const HEADING = '報告の内容(お電話などでお伝えください)';
const CUT =
  '長いため、ここから先はSlackに表示できません。受付番号を控え、残りはシステムの担当者に確認してください。';
const LEFT_OUT =
  '報告の内容はSlackに受け付けられませんでした。受付番号を控え、システムの担当者に確認してください。';

/** As Slack shows it: the report in as many sections as it needs, and cut only where Slack would refuse it. */
export function asSlackMessage({ text, blocks, report, heading, last = [] }: NoticeBody): SlackBody {
  const words = report === undefined ? [] : reportBlocks(report, heading ?? HEADING, [...blocks, ...last]);
  return { text, blocks: [...blocks, ...words, ...last] };
}

/** Without the report's words, which Slack refused; says so. */
export function withoutReport({ text, blocks, last }: NoticeBody): NoticeBody {
  return { text, blocks: [...blocks, plainSection(LEFT_OUT)], ...(last && { last }) };
}

/** As a mail: nothing is cut. */
export function asMail(body: NoticeBody): EmailBody {
  const facts = body.blocks.map(textOf).filter((text) => text !== undefined);
  const report =
    body.report === undefined ? [] : ['', `──── ${body.heading ?? HEADING} ────`, '', body.report];
  const text = [...facts, ...report].join('\n');
  return {
    subject: '【取次】要確認',
    text,
    html: `<pre style="white-space:pre-wrap">${escapeSlack(text)}</pre>`,
  };
}

function reportBlocks(report: string, heading: string, around: readonly Block[]): readonly Block[] {
  const head: readonly Block[] = [
    { type: 'divider' },
    { type: 'header', text: { type: 'plain_text', text: heading, emoji: false } },
  ];
  const cut = plainSection(CUT);
  const shown: Block[] = [];
  let left = SLACK_TOTAL - sizeOf([...around, ...head, cut]);
  let places = SLACK.blocks - around.length - head.length - 1;
  for (const text of sectionTexts(report)) {
    const section = plainSection(text);
    left -= sizeOf([section]);
    places -= 1;
    if (left < 0 || places < 0) return [...head, ...shown, cut];
    shown.push(section);
  }
  return [...head, ...shown];
}

/** Slack does not say how it counts `& < >`, so they count as what they are escaped to. */
function sizeOf(blocks: readonly Block[]): number {
  return escapeSlack(JSON.stringify(blocks)).length;
}

function textOf(block: Block): string | undefined {
  return (block as { readonly text?: { readonly text?: string } }).text?.text;
}
