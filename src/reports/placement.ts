import type { Format } from './formats.ts';

/*
 * Escaping makes text safe where text belongs. This finds outputs that stand anywhere else (in a tag, in an
 * address, in text Slack reads as mrkdwn), where no escape can keep the promise (P6). It is tried with marker
 * words in place of every text of a view, at start.
 */

/** A word no template contains and no escape changes. */
export function markerOf(index: number): string {
  return `zq${index}qz`;
}

const MARKER = /zq(\d+)qz/g;
/** What an HTML reader does not show as text. */
const HIDDEN = /<!--.*?-->|<(style|script|title)\b.*?<\/\1>/gs;

/** The indexes of the markers that stand where they must not, with what is wrong. */
export function misplaced(format: Format, rendered: string): readonly { index: number; reason: string }[] {
  switch (format) {
    case 'chatwork':
      return markersIn(rendered.match(/\[[^\]]*\]/g) ?? [], 'stands inside a Chatwork tag');
    case 'slack':
      return misplacedInJson(JSON.parse(rendered.replaceAll('\n', ' ')));
    case 'mail-text':
      return [];
    case 'mail-html': {
      const tags = rendered.replaceAll(HIDDEN, '').match(/<[^>]*>/g) ?? [];
      return [
        ...markersIn(rendered.match(HIDDEN) ?? [], 'is no visible text'),
        ...markersIn(tags, 'stands inside a tag'),
      ];
    }
    default:
      return format satisfies never;
  }
}

function markersIn(texts: readonly string[], reason: string): { index: number; reason: string }[] {
  return texts.flatMap((text) =>
    [...text.matchAll(MARKER)].map((found) => ({ index: Number(found[1]), reason })),
  );
}

/** In Slack, only `plain_text` without emoji codes, and the fallback text, which is escaped as a whole. */
function misplacedInJson(message: unknown): { index: number; reason: string }[] {
  const visit = (value: unknown, key: string, parent: Readonly<Record<string, unknown>>, depth: number) => {
    const found: { index: number; reason: string }[] = [];
    if (typeof value === 'string') {
      const fallback = depth === 1 && key === 'text';
      const plain = key === 'text' && parent.type === 'plain_text' && parent.emoji === false;
      if (!fallback && !plain)
        found.push(...markersIn([value], `stands in "${key}", not in plain_text with "emoji": false`));
    } else if (typeof value === 'object' && value !== null) {
      const inner = value as Readonly<Record<string, unknown>>;
      for (const [name, child] of Object.entries(inner)) {
        found.push(...markersIn([name], 'stands in a name'), ...visit(child, name, inner, depth + 1));
      }
    }
    return found;
  };
  return visit(message, '', {}, 0);
}
