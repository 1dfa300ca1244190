import { asMrkdwn } from './escape.ts';

/** Slack's limit for a section's text. */
const SECTION_CHARS = 3_000;
const ESCAPED_LENGTH: Readonly<Record<string, number>> = { '&': 5, '<': 4, '>': 4 };

/**
 * Cuts text into pieces for one section each: after a line break where there is one in the second half, never
 * inside a character. Slack does not say whether it counts `&` as one or as `&amp;`, so it counts as five here.
 */
export function sectionTexts(text: string): readonly string[] {
  const found: string[] = [];
  let rest = text;
  while (true) {
    const end = fitting(rest);
    if (end === rest.length) return [...found, rest];
    const lineBreak = rest.lastIndexOf('\n', end - 1);
    const cut = lineBreak > end / 2 ? lineBreak : end;
    found.push(rest.slice(0, cut));
    rest = rest.slice(lineBreak === cut ? cut + 1 : cut);
  }
}

/** How many code units from the start fit one section. */
function fitting(text: string): number {
  if (asMrkdwn(text).length <= SECTION_CHARS) return text.length;
  let length = 0;
  let end = 0;
  for (const char of text) {
    length += ESCAPED_LENGTH[char] ?? char.length;
    if (length > SECTION_CHARS) return end;
    end += char.length;
  }
  return end;
}
