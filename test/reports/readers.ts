import type { SlackBody } from '../../src/domain/body.ts';

/*
 * How each far side reads a message, in miniature: written from the services' descriptions and not from our
 * escapes, so that the tests judge what arrives by another mind than the one that wrote it.
 */

/** Every Chatwork tag in a message: whatever ASCII brackets hold. */
export function chatworkTags(text: string): string[] {
  return [...text.matchAll(/\[[^\]]*\]?/g)].map(([tag]) => tag);
}

/** Pictures Chatwork would draw for typed signs, where it does not read a URL. */
export function chatworkPictures(text: string): string[] {
  const unlinked = text.replaceAll(/https?:\/\/\S+/g, '');
  return [...unlinked.matchAll(/:\)|:\(|;\)|:D\b|8-\)|\((?:bow|y|F|cracker|dance|h|\*)\)/g)].map(
    ([sign]) => sign,
  );
}

/** Everything Slack acts on in text it reads as mrkdwn: `<…>` and unescaped signs. Empty for plain text. */
export function mrkdwnControls(text: string): string[] {
  return [...text.matchAll(/[<>]|&(?!amp;|lt;|gt;)/g)].map(([sign]) => sign);
}

export function readMrkdwn(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

export interface SlackText {
  readonly type: unknown;
  readonly emoji: unknown;
  readonly text: string;
}

/** The kinds of blocks in a message, and every text object in them. Fails on any other object. */
export function slackTexts(body: SlackBody): { readonly types: string[]; readonly texts: SlackText[] } {
  const types: string[] = [];
  const texts: SlackText[] = [];
  for (const block of body.blocks) {
    const { type, text, elements, ...other } = block;
    if (Object.keys(other).length > 0) throw new Error(`unexpected in a block: ${Object.keys(other)}`);
    types.push(String(type));
    for (const object of [
      ...(text === undefined ? [] : [text]),
      ...((elements as unknown[] | undefined) ?? []),
    ]) {
      const { type: kind, emoji, text: words, ...rest } = object as Record<string, unknown>;
      if (typeof words !== 'string' || Object.keys(rest).length > 0) throw new Error('not a text object');
      texts.push({ type: kind, emoji, text: words });
    }
  }
  return { types, texts };
}

/** The tags of an HTML body in order, with their attributes, line breaks left out. */
export function htmlTags(html: string): string[] {
  return [...html.matchAll(/<[^>]*>?/g)].map(([tag]) => tag).filter((tag) => tag !== '<br>');
}

/** What an HTML body shows, with `<br>` as a line break and other tags as nothing. */
export function htmlText(html: string): string {
  const body = /<body\b[^>]*>(.*)<\/body>/s.exec(html)?.[1] ?? '';
  return body
    .replaceAll('<br>', '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** Characters no report may hold: C0 but line breaks, C1, bidirectional controls, halves of characters. */
export function forbiddenCharacters(text: string): string[] {
  return [...text].filter((char) => {
    const code = char.codePointAt(0) ?? 0;
    const control = (code < 0x20 && char !== '\n') || (code >= 0x7f && code <= 0x9f);
    const bidi = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return control || bidi || (code >= 0xd800 && code <= 0xdfff);
  });
}
