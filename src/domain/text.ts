/** C0 controls but TAB, LF and CR, then DEL and C1, then the bidirectional controls that reorder what is read. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about (P6)
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Half of a character outside the Unicode base plane, without its other half: no encoding can carry it. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Text as a report may show it: C0 and C1 controls and bidirectional controls (U+202A–202E, U+2066–2069) are
 * dropped, TAB becomes a space, every line break becomes `\n`, half a character becomes U+FFFD (P6). The record
 * keeps what was typed; only reports go through here.
 */
export function printable(text: string): string {
  return text
    .replaceAll(/\r\n?|\u2028|\u2029/g, '\n')
    .replaceAll('\t', ' ')
    .replaceAll(UNPRINTABLE, '')
    .replaceAll(LONE_SURROGATE, '\ufffd');
}

/** `printable`, with line breaks turned into spaces: for names, numbers and other one-line fields. */
export function printableLine(text: string): string {
  return printable(text).replaceAll(/\n+/g, ' ').trim();
}

/**
 * Text as PostgreSQL can keep it: NUL, which `text` columns refuse, becomes its visible sign U+2400, and half
 * a character becomes U+FFFD. Everything else stays as typed.
 */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '\u2400').replaceAll(LONE_SURROGATE, '\ufffd');
}

/** Whether a text holds characters `printable` would drop or replace, line breaks and TAB aside. */
export function hasControls(text: string): boolean {
  return printable(text) !== text.replaceAll(/\r\n?|\u2028|\u2029/g, '\n').replaceAll('\t', ' ');
}

/** Trimmed of spaces of every width; null when nothing is left. */
export function textOrNull(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

/** By how many UTF-16 code units (as Slack counts `max_length`) a text passes its limit; 0 when it fits. */
export function overLimit(text: string, limit: number): number {
  return Math.max(0, text.length - limit);
}
