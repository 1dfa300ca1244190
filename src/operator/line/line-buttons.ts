import { z } from 'zod';
import { isUuid } from '../entry-modal/block-ids.ts';

/*
 * Buttons under a line that was not recorded. Those that enter the line carry it whole, under its first key, so
 * that it records once however often it is pressed (P1).
 */
export const LINE_ACTION = {
  /** The database was away or slow. */
  again: 'entry_line_again',
  /** The client is right although another one is named. */
  sure: 'entry_line_sure',
  /** It is another call than the one on record. */
  different: 'entry_line_different',
  /** It is the same call, or the line was for somebody else: nothing is recorded. */
  drop: 'entry_line_drop',
} as const;

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
  /** The client the operator confirmed although another one is named. */
  readonly sureOf?: string;
  /** The call on record that the operator said is another one. */
  readonly apartFrom?: string;
}

const Id = z.string().refine(isUuid).optional();
const Value = z.object({
  k: z.string().startsWith('line:').max(600),
  t: z.string(),
  at: z.number().int(),
  c: Id,
  d: Id,
  /** Receipt number of the call on record, where the line is dropped for it. */
  r: z
    .string()
    .regex(/^\d{8}-\d{4,}$/)
    .optional(),
});

export interface LineButton {
  readonly action: (typeof LINE_ACTION)[keyof typeof LINE_ACTION];
  readonly label: string;
  readonly attempt: LineAttempt;
  readonly receiptNumber?: string;
  readonly primary?: boolean;
}

/** Buttons as a block; undefined when the line is too long to be carried by one of them. */
export function lineButtons(buttons: readonly LineButton[]): Readonly<Record<string, unknown>> | undefined {
  const elements = buttons.map(({ action, label, attempt, receiptNumber, primary }) => ({
    type: 'button',
    action_id: action,
    ...(primary === true && { style: 'primary' }),
    text: { type: 'plain_text', text: label, emoji: false },
    value: JSON.stringify({
      k: attempt.key,
      t: attempt.text,
      at: attempt.at.getTime(),
      c: attempt.sureOf,
      d: attempt.apartFrom,
      r: receiptNumber,
    }),
  }));
  return elements.every(({ value }) => value.length <= VALUE_LIMIT)
    ? { type: 'actions', elements }
    : undefined;
}

/** The line a pressed button carries; undefined when it is not one of ours. */
export function readLineButton(
  value: unknown,
): { readonly attempt: LineAttempt; readonly receiptNumber: string | undefined } | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    const read = Value.safeParse(JSON.parse(value)).data;
    if (read === undefined) return undefined;
    const { k: key, t: text, at, c, d } = read;
    const attempt = {
      key,
      text,
      at: new Date(at),
      ...(c !== undefined && { sureOf: c }),
      ...(d !== undefined && { apartFrom: d }),
    };
    return { attempt, receiptNumber: read.r };
  } catch {
    return undefined;
  }
}
