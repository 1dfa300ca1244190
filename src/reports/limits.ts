import type { SlackBody } from '../domain/body.ts';

/** Chatwork: 1–65,535, unit unstated, so UTF-8 bytes. */
const CHATWORK_BYTES = 65_535;
/** Slack: blocks a message, and characters of each text; past 40,000 the fallback text is cut by Slack. */
export const SLACK = {
  blocks: 50,
  section: 3_000,
  fields: 10,
  field: 2_000,
  header: 150,
  fallback: 40_000,
} as const;
/** Undocumented: above about 13,200 characters of blocks Slack answers `msg_blocks_too_long`. */
export const SLACK_TOTAL = 13_200;

/** What keeps a Chatwork message from being taken, or null. */
export function chatworkFault(text: string): string | null {
  const bytes = Buffer.byteLength(text);
  if (text.trim() === '') return 'renders nothing';
  return bytes > CHATWORK_BYTES ? `${bytes} bytes, ${CHATWORK_BYTES} at most on Chatwork` : null;
}

/** What keeps a Slack message from being taken, or null. */
export function slackFault({ text, blocks }: SlackBody): string | null {
  if (text === '') return 'the fallback text is empty';
  const checks: readonly (readonly [string, number, number])[] = [
    ['characters of fallback text', text.length, SLACK.fallback],
    ['blocks', blocks.length, SLACK.blocks],
    ['characters in all blocks', JSON.stringify(blocks).length, SLACK_TOTAL],
    ...blocks.flatMap(blockChecks),
  ];
  const over = checks.find(([, size, limit]) => size > limit);
  if (over !== undefined) return `${over[1]} ${over[0]}, ${over[2]} at most on Slack`;
  return blocks.map(emptyText).find((fault) => fault !== null) ?? null;
}

type Block = SlackBody['blocks'][number];

function blockChecks(block: Block): (readonly [string, number, number])[] {
  const fields = Array.isArray(block.fields) ? block.fields : [];
  const elements = Array.isArray(block.elements) ? block.elements : [];
  const limit = block.type === 'header' ? SLACK.header : SLACK.section;
  return [
    [`characters in a ${String(block.type)}`, textLength(block.text), limit],
    ['fields in a section', fields.length, SLACK.fields],
    ...fields.map((field) => ['characters in a field', textLength(field), SLACK.field] as const),
    ...elements.map((element) => ['characters in an element', textLength(element), SLACK.section] as const),
  ];
}

function textLength(object: unknown): number {
  return (textOf(object) ?? '').length;
}

function textOf(object: unknown): string | null {
  if (typeof object !== 'object' || object === null || !('text' in object)) return null;
  return typeof object.text === 'string' ? object.text : null;
}

function emptyText(block: Block): string | null {
  const texts = [block.text, ...(Array.isArray(block.fields) ? block.fields : [])];
  return texts.some((object) => textOf(object) === '') ? `an empty text in a ${String(block.type)}` : null;
}

/** What keeps an HTML body from being read and from taking a line at its top, or null. */
export function htmlFault(html: string): string | null {
  return html.match(/<body\b[^>]*>/g)?.length === 1 ? null : 'needs one <body> tag';
}
