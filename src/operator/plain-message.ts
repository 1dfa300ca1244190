import { escapeSlack } from '../delivery/notice-body.ts';
import type { NoticeBody } from '../storage/schema.ts';

/** Slack's limit for the text of a section. */
const SECTION_LIMIT = 3000;
/** Slack shows `text` only where blocks cannot be shown, and cuts it at 40,000. */
const TEXT_LIMIT = 3000;

/** Slack's block of text in which nothing becomes markup, a mention, a link or an emoji (P6). */
export function plainSection(text: string): {
  readonly type: 'section';
  readonly text: { readonly type: 'plain_text'; readonly text: string; readonly emoji: false };
} {
  return { type: 'section', text: { type: 'plain_text', text, emoji: false } };
}

/** An answer through a response URL that only whoever pressed sees, under the message as it stands. */
export function onlyFor(text: string): Readonly<Record<string, unknown>> {
  return {
    response_type: 'ephemeral',
    replace_original: false,
    text: escapeSlack(text),
    blocks: [plainSection(text)],
  };
}

/** Paragraphs as a Slack message, a block each; a long paragraph takes several, nothing is cut. */
export function plainMessage(paragraphs: readonly string[]): NoticeBody {
  return {
    text: escapeSlack(paragraphs.join('\n').slice(0, TEXT_LIMIT)),
    blocks: paragraphs.flatMap(pieces).map(plainSection),
  };
}

function pieces(paragraph: string): readonly string[] {
  const signs = [...paragraph];
  if (paragraph.length <= SECTION_LIMIT) return paragraph === '' ? [] : [paragraph];
  // Half the limit in characters is at most the limit in UTF-16 units, and never splits a character.
  const half = SECTION_LIMIT / 2;
  return Array.from({ length: Math.ceil(signs.length / half) }, (_, i) =>
    signs.slice(i * half, (i + 1) * half).join(''),
  );
}
