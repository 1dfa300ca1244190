import type { SlackBody } from '../domain/body.ts';
import { asMrkdwn } from './escape.ts';

/** Slack's limit for a section's text. */
const SECTION_CHARS = 3_000;
const ESCAPED_LENGTH: Readonly<Record<string, number>> = { '&': 5, '<': 4, '>': 4 };

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

/**
 * A rendered Slack template as a message. Templates are JSON in which a line break inside a string stands for
 * itself. The fallback text is escaped here, whole, since Slack reads it as mrkdwn and no markup belongs in it;
 * plain text too long for one section goes on in the next. Throws when it is no message.
 */
export function slackBody(rendered: string): SlackBody {
  const message = parseLines(rendered);
  if (!isObject(message) || typeof message.text !== 'string' || !Array.isArray(message.blocks)) {
    throw new SyntaxError('not a Slack message: {"text": "…", "blocks": […]} is expected');
  }
  const blocks = (message.blocks as readonly Json[]).map((block) => {
    if (!isObject(block)) throw new SyntaxError('not a Slack message: every block is an object');
    return block;
  });
  return { text: asMrkdwn(message.text.trim()), blocks: blocks.flatMap(splitSection) };
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseLines(rendered: string): Json {
  const joined = rendered.replaceAll(/"(?:[^"\\]+|\\.)*"/gs, (text) => text.replaceAll('\n', '\\n'));
  return JSON.parse(joined) as Json;
}

function splitSection(block: JsonObject): JsonObject[] {
  const { type, text } = block;
  if (type !== 'section' || text === undefined || !isObject(text)) return [block];
  if (text.type !== 'plain_text' || typeof text.text !== 'string') return [block];
  return pieces(text.text.trim()).map((piece) => ({ ...block, text: { ...text, text: piece } }));
}

/**
 * Cuts text into pieces for one section each: after a line break where there is one in the second half, never
 * inside a character. Slack does not say whether it counts `&` as one or as `&amp;`, so it counts as five here.
 */
function pieces(text: string): string[] {
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
