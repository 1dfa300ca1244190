import type { NoticeBody } from '../storage/schema.ts';

/** Slack's limit for the text of a section. */
const SECTION_LIMIT = 3000;

/** Lines of text, then blocks such as buttons, as a Slack message in which nothing becomes markup (P6). */
export function staffNoticeBody(
  lines: readonly string[],
  more: readonly Readonly<Record<string, unknown>>[] = [],
): NoticeBody {
  const text = lines.join('\n');
  return {
    text: escapeSlack(lines[0] ?? ''),
    blocks: [
      { type: 'section', text: { type: 'plain_text', text: text.slice(0, SECTION_LIMIT), emoji: false } },
      ...more,
    ],
  };
}

/** Slack needs exactly these three escaped in `text`. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
