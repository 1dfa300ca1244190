/** What a command's text asks for, before anything is looked up. */
export type ParsedLine =
  | { readonly type: 'open' }
  | { readonly type: 'help' }
  | {
      readonly type: 'words';
      /** The client as far as brackets tell: the name within them, else null. */
      readonly quotedClient: string | null;
      /** The words after the bracketed client, or all of them. */
      readonly words: readonly LineWord[];
      /** The whole line, trimmed. */
      readonly text: string;
    };

export interface LineWord {
  readonly word: string;
  /** Everything after this word, as typed, trimmed. */
  readonly rest: string;
}

const HELP = new Set(['help', '-h', '--help', '?', 'ヘルプ', 'へるぷ', '使い方']);
/** Pairs of brackets that hold a name with spaces together. */
const QUOTED = /^(?:「([^「」]+)」|『([^『』]+)』|"([^"]+)"|“([^“”]+)”|\uff02([^\uff02]+)\uff02)\s*/u;
/** No client's name, bracketed or not, is looked for beyond this many words. */
const WORDS_AT_MOST = 12;

/**
 * Reads `<client> <kind> [note]`. Words are separated by spaces of every width, tabs and line breaks; the note
 * keeps its own spaces and breaks. Pure: which word is a client or a kind is decided by `readLine`.
 */
export function parseLine(raw: string): ParsedLine {
  const text = unescapeCommand(raw).trim();
  if (text === '') return { type: 'open' };
  if (HELP.has(text.normalize('NFKC').toLowerCase())) return { type: 'help' };
  const quoted = QUOTED.exec(text);
  const quotedClient =
    quoted
      ?.slice(1)
      .find((name) => name !== undefined && name.trim() !== '')
      ?.trim() ?? null;
  const rest = quotedClient === null ? text : text.slice(quoted?.[0].length ?? 0);
  return { type: 'words', quotedClient, words: wordsOf(rest), text };
}

/** Slack escapes exactly these three in the text of a command; in one pass, so that `&amp;lt;` is `&lt;`. */
export function unescapeCommand(text: string): string {
  const signs: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
  return text.replaceAll(/&(?:amp|lt|gt);/g, (escaped) => signs[escaped] ?? escaped);
}

/** The first words of a text, each with everything after it. */
export function wordsOf(text: string): readonly LineWord[] {
  const words: LineWord[] = [];
  for (const match of text.matchAll(/\S+/gu)) {
    if (words.length === WORDS_AT_MOST) break;
    words.push({ word: match[0], rest: text.slice(match.index + match[0].length).trim() });
  }
  return words;
}
