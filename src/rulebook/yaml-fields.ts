import { z } from 'zod';
import { isClockTime, isDay, isMonth, monthStart } from '../domain/calendar.ts';
import { hasControls } from '../domain/text.ts';

/*
 * The kinds of value the import files are made of. Each carries one sentence saying what is allowed, which is
 * the message of every mistake made with it.
 */

/** One value, read from the text as typed; `read` answers undefined when the text is not allowed. */
export function field<T>(allowed: string, read: (text: string) => T | undefined) {
  return z.string({ error: () => allowed }).transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: allowed, input: text });
    return z.NEVER;
  });
}

/** A mapping with exactly these keys. */
export function mapping<S extends z.core.$ZodLooseShape>(shape: S) {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `unknown key; known here: ${keys}` : `a mapping of: ${keys}`,
  });
}

/** A list that may be left out. */
export function listOf<S extends z.ZodType>(item: S, allowed: string) {
  return z
    .array(item, { error: () => allowed })
    .nullish()
    .transform((items): z.output<S>[] => items ?? []);
}

/** A value that may be left out. */
export function optional<S extends z.ZodType>(schema: S) {
  return schema.nullish().transform((value): z.output<S> | null => value ?? null);
}

/** One line of text, spaces around it taken off. */
export function line(what: string, longest: number) {
  return field(`${what}: one line of 1 to ${longest} characters, without control characters`, (text) => {
    const trimmed = text.trim();
    const fits = trimmed.length > 0 && trimmed.length <= longest;
    return fits && !/[\r\n\t\u2028\u2029]/.test(trimmed) && !hasControls(trimmed) ? trimmed : undefined;
  });
}

/** Text of several lines. */
export function paragraph(what: string, longest: number) {
  return field(`${what}: text of 1 to ${longest} characters, without control characters`, (text) => {
    const trimmed = text.replaceAll(/\r\n?/g, '\n').trim();
    const fits = trimmed.length > 0 && trimmed.length <= longest;
    return fits && !hasControls(trimmed) ? trimmed : undefined;
  });
}

export function oneOf<const V extends string>(what: string, values: readonly V[]) {
  return field(`${what}: one of ${values.join(', ')}`, (text) => values.find((value) => value === text));
}

export function flag(what: string) {
  return field(`${what}: true or false`, (text) =>
    text === 'true' ? true : text === 'false' ? false : undefined,
  );
}

/** A whole number in digits. */
export function whole(what: string, least: number, most: number) {
  return field(`${what}: a whole number from ${least} to ${most}, in digits only`, (text) => {
    if (!/^\d{1,9}$/.test(text)) return undefined;
    const value = Number(text);
    return value >= least && value <= most ? value : undefined;
  });
}

/** An amount of money, tax included. */
export function yen(what: string) {
  return whole(`${what}, in yen`, 0, 9_999_999);
}

/** A JST day, `YYYY-MM-DD`. */
export function day(what: string) {
  return field(`${what}: a day as in 2026-04-01`, (text) => (isDay(text) ? text : undefined));
}

/** The first day of a JST month, `YYYY-MM-01`. */
export function firstOfMonth(what: string) {
  return field(
    `${what}: the first day of a month, as in 2026-04-01, because prices hold for whole months`,
    (text) => (isDay(text) && text.endsWith('-01') ? text : undefined),
  );
}

/** A JST time of day, `HH:MM`. */
export function clockTime(what: string) {
  return field(`${what}: a time of day as in 18:00`, (text) => (isClockTime(text) ? text : undefined));
}

/** A JST month, `YYYY-MM`, read as its first day. */
export function month(what: string) {
  return field(`${what}: a month as in 2026-04`, (text) => (isMonth(text) ? monthStart(text) : undefined));
}

/** A short code that names something for ever. */
export function code(what: string, shape: 'word' | 'dashed', longest = 30) {
  const pattern = shape === 'word' ? /^[a-z][a-z0-9_]*$/ : /^[a-z0-9][a-z0-9_-]*$/;
  const allowed =
    shape === 'word' ? 'lower-case letters, digits and _' : 'lower-case letters, digits, _ and -';
  return field(
    `${what}: 1 to ${longest} ${allowed}, beginning with a letter${shape === 'word' ? '' : ' or digit'}`,
    (text) => (pattern.test(text) && text.length <= longest ? text : undefined),
  );
}
