/*
 * How text stays text in each format (P6). Control characters are gone before: `printable` dropped them.
 */

/**
 * Typed signs Chatwork shows as pictures. No official list exists; one sign too many here costs nothing but a wide
 * bracket. Those of letters in brackets …
 */
const PICTURE_WORDS =
  'sweat|blush|inlove|talk|yawn|puke|emo|nod|shake|\\^\\^;|whew|clap|bow|roger|flex|dance|:/|gogo|think|please|' +
  'quick|anger|devil|lightbulb|\\*|h|F|cracker|eat|\\^|coffee|beer|handshake|y|ec14|tumbleweed|ikemen|love|' +
  'dogeza|piyo|ecky|headphone|ok|hot|cake|gift|wow';
/** … and those of signs; the ones that end in a letter only where no word goes on. */
const PICTURE_SIGNS = '\\]:\\)|:#\\)|:\\^\\)|\\|-\\)|8-\\)|8-\\||[:;][()]|:[|*]|:[Dop](?![A-Za-z0-9])';
const PICTURES = new RegExp(`(https?://\\S+)|\\((?:${PICTURE_WORDS})\\)|${PICTURE_SIGNS}`, 'g');
const WIDE: Readonly<Record<string, string>> = {
  '(': '\uff08',
  ')': '\uff09',
  ':': '\uff1a',
  ';': '\uff1b',
  '|': '\uff5c',
};

/**
 * Chatwork documents no escape, so every bracket becomes its wide form and no tag can arise. Signs that
 * Chatwork shows as pictures become wide as well; a URL stays exactly as typed but for its brackets.
 */
export function asChatwork(text: string): string {
  return text
    .replaceAll(PICTURES, (sign: string, url: string | undefined) =>
      url === undefined ? sign.replaceAll(/[():;|]/g, (char) => WIDE[char] ?? char) : sign,
    )
    .replaceAll('[', '\uff3b')
    .replaceAll(']', '\uff3d');
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\n': '<br>',
};

/** Safe between tags and in quoted attributes; line breaks show as such in every mail reader. */
export function asHtml(text: string): string {
  return text.replaceAll(/[&<>"'\n]/g, (char) => HTML[char] ?? char);
}

/** The inside of a JSON string. */
export function asJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Slack's own escape for text it reads as mrkdwn: no mention, channel or link can arise. */
export function asMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
