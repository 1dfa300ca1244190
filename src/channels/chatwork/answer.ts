import { z } from 'zod';

/**
 * Reads a JSON answer of Chatwork with every id as text, also where a far side writes it as a number: ids pass
 * 2^53 and would be rounded. Undefined when it is not JSON.
 */
export function parseAnswer(body: string): unknown {
  // A quote inside a JSON string is escaped, so an unescaped `"message_id":` is always a key.
  const quoted = body.replace(/("(?:message_id|account_id|room_id)"\s*:\s*)(\d+)/g, '$1"$2"');
  try {
    return JSON.parse(quoted);
  } catch {
    return undefined;
  }
}

const id = z.string().regex(/^\d+$/);

export const postedMessage = z.object({ message_id: id });
export const me = z.object({ account_id: id, name: z.string().optional() });
export const room = z.object({ room_id: id, role: z.string().optional() });
export const roomList = z.array(
  z.object({
    room_id: id,
    mention_num: z.number().default(0),
    /** Unix seconds. */ last_update_time: z.number(),
  }),
);
export const messages = z.array(
  z.object({
    message_id: id,
    account: z.object({ account_id: id }),
    body: z.string(),
    /** Unix seconds. */
    send_time: z.number(),
    /** Unix seconds; 0 when it was never edited. */
    update_time: z.number().optional(),
  }),
);
const failure = z.object({ errors: z.array(z.string()).min(1) });

/** The sentences of an official error answer, or undefined when it has another shape. */
export function errorSentences(body: string): readonly string[] | undefined {
  const parsed = failure.safeParse(parseAnswer(body));
  return parsed.success ? parsed.data.errors : undefined;
}
