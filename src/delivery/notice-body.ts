import { sectionTexts } from '../reports/section-texts.ts';
import type { NoticeBody } from '../storage/schema.ts';

/** Lines of text, then blocks such as buttons, as a Slack message in which nothing becomes markup (P6). */
export function staffNoticeBody(
  lines: readonly string[],
  o: {
    readonly blocks?: readonly Readonly<Record<string, unknown>>[];
    /** The words of a report that reached nobody. */
    readonly report?: string | undefined;
  } = {},
): NoticeBody {
  return {
    text: escapeSlack(lines[0] ?? ''),
    blocks: [plainSection(sectionTexts(lines.join('\n'))[0] ?? ''), ...(o.blocks ?? [])],
    ...(o.report !== undefined && { report: o.report }),
  };
}

/** A section of text that Slack shows as it is; at most 3,000 characters. */
export function plainSection(text: string): Readonly<Record<string, unknown>> {
  return { type: 'section', text: { type: 'plain_text', text, emoji: false } };
}

/** Slack needs exactly these three escaped in `text`. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
