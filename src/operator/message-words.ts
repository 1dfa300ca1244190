import { unescapeCommand } from './line/parse-line.ts';

/**
 * The text of a Slack message as people read it: links and telephone numbers by what is shown for them, Slack's
 * three escapes turned back. Mentions keep the id, because a name is not in the text.
 */
export function messageWords(text: string): string {
  const shown = text
    .replaceAll(/<[#@!]?[^<>|]*\|([^<>]*)>/g, '$1')
    .replaceAll(/<([#@!][^<>|]*)>/g, '$1')
    .replaceAll(/<(?:mailto:|tel:)?([^<>|]*)>/g, '$1');
  return unescapeCommand(shown).trim();
}
