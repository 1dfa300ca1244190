import { z } from 'zod';

/** The button that enters the same line again, under the same key, so that it records once (P1). */
export const AGAIN_ACTION = 'entry_line_again';

/** Slack's limit for a button's value. */
const VALUE_LIMIT = 2000;

/** One line to enter: everything another try needs. */
export interface LineAttempt {
  /** `line:<team>:<trigger>`, unique to the request the line first came with. */
  readonly key: string;
  /** The command's text as Slack sent it. */
  readonly text: string;
  /** When the line was first sent: the time of the call. */
  readonly at: Date;
}

const Value = z.object({ k: z.string().startsWith('line:').max(600), t: z.string(), at: z.number().int() });

/** The button as a block; undefined for a line too long to be carried by it. */
export function againButton(attempt: LineAttempt): Readonly<Record<string, unknown>> | undefined {
  const value = JSON.stringify({ k: attempt.key, t: attempt.text, at: attempt.at.getTime() });
  if (value.length > VALUE_LIMIT) return undefined;
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: AGAIN_ACTION,
        style: 'primary',
        text: { type: 'plain_text', text: 'もう一度登録する', emoji: false },
        value,
      },
    ],
  };
}

/** The line a pressed button carries; undefined when it is not one of ours. */
export function readAgainValue(value: unknown): LineAttempt | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    const read = Value.safeParse(JSON.parse(value)).data;
    return read && { key: read.k, text: read.t, at: new Date(read.at) };
  } catch {
    return undefined;
  }
}
