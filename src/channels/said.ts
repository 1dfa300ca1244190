/** Longest quote of a far side kept with an attempt, in characters. */
export const SAID_LIMIT = 300;

/** Longer answers are not looked at beyond this; it bounds the work on a hostile one. */
const LOOKED_AT = 4_096;
/** Shorter words of a message are too common to give anything away, and hiding them would hide the error. */
const SHORTEST_WORD = 4;

export interface Hidden {
  /** Tokens and passwords, in every form they travel in. */
  readonly secrets: readonly string[];
  /** Whatever was being sent, so that a far side that echoes it is not quoted (P10). */
  readonly contents: readonly string[];
}

/**
 * What the far side answered, for a person to read: one line of printable ASCII, at most 300 characters, without
 * our secrets, without addresses and numbers, and without any word of the message that was sent (P10). Far sides
 * write their errors in English; anything else in an error is an echo, so only ASCII survives, and encoded runs
 * (percent, escapes, base64) go too. Undefined when nothing is left.
 */
export function quote(raw: string, hidden: Hidden): string | undefined {
  let text = raw.slice(0, LOOKED_AT);
  for (const secret of hidden.secrets) {
    if (secret.length >= SHORTEST_WORD) text = text.replaceAll(secret, '[secret]');
  }
  text = text
    .replace(/\bxox[a-z]-[\w-]+/gi, '[secret]')
    .replace(/(%[0-9a-f]{2}|=[0-9A-F]{2}|\\u[0-9a-f]{4}|&#?\w{1,8};)+/gi, '[…]')
    .replace(/[A-Za-z0-9+/_-]{32,}={0,2}/g, '[…]')
    .replace(/[^\s<>"'@]{1,80}@[^\s<>"'@]{1,255}/g, '[address]')
    .replace(/\+?\d[\d\-() ]{6,24}\d/g, '[number]');
  const words = wordsOf(hidden.contents);
  text = text
    .replace(/[A-Za-z0-9]+/g, (word) => (words.has(word.toLowerCase()) ? '[…]' : word))
    // The ellipsis marks what was left out; nothing else outside printable ASCII stays.
    .replace(/[^\x20-\x7e…]+/g, ' ')
    .replace(/(\[…\]\s*)+/g, '[…] ')
    .replace(/ {2,}/g, ' ')
    .trim();
  if (text.length > SAID_LIMIT) text = `${text.slice(0, SAID_LIMIT - 1)}…`;
  return text === '' ? undefined : text;
}

function wordsOf(contents: readonly string[]): ReadonlySet<string> {
  const words = new Set<string>();
  for (const content of contents) {
    for (const word of content.split(/[^A-Za-z0-9]+/)) {
      if (word.length >= SHORTEST_WORD) words.add(word.toLowerCase());
    }
  }
  return words;
}
