import type { SlackBody } from '../domain/body.ts';
import { asMrkdwn } from './escape.ts';
import { sectionTexts } from './section-texts.ts';

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
  return sectionTexts(text.text.trim()).map((piece) => ({ ...block, text: { ...text, text: piece } }));
}
