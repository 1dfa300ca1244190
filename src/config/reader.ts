import type { z } from 'zod';
import { SETTINGS, type SettingName, type SettingProblem } from './settings.ts';

/** The environment as given: `process.env`, or that and a `.env` file. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings one by one and remembers everything that is wrong, so that a newcomer sees the whole list at
 * once. An empty value counts as unset: that is how `.env` files and container set-ups leave a line open.
 */
export interface SettingReader {
  /** The parsed value; undefined when it is unset or malformed (the latter is noted). */
  optional<T>(name: SettingName, form: z.ZodType<T, string>): T | undefined;
  /** As `optional`, and its absence is noted. */
  required<T>(name: SettingName, form: z.ZodType<T, string>): T | undefined;
  /** Unset gives the default; malformed gives the default too, and is noted. */
  withDefault<T>(name: SettingName, form: z.ZodType<T, string>, otherwise: T): T;
  /** True when the setting has a value, well-formed or not. */
  given(name: SettingName): boolean;
  /** Notes a problem that concerns several settings. */
  note(name: SettingName, message: string): void;
  readonly problems: readonly SettingProblem[];
}

export function readSettings(env: Environment): SettingReader {
  const problems: SettingProblem[] = [];
  const raw = (name: SettingName): string => env[name]?.trim() ?? '';
  const note = (name: SettingName, message: string): void => {
    problems.push({ name, message, example: SETTINGS[name].example });
  };
  const optional = <T>(name: SettingName, form: z.ZodType<T, string>): T | undefined => {
    const value = raw(name);
    if (value === '') return undefined;
    const parsed = form.safeParse(value);
    if (parsed.success) return parsed.data;
    const said = parsed.error.issues[0]?.message ?? 'is not accepted';
    note(name, `${said}${shown(name, value)}. It is ${SETTINGS[name].purpose}.`);
    return undefined;
  };
  return {
    optional,
    required(name, form) {
      if (raw(name) === '') note(name, `is missing. It is ${SETTINGS[name].purpose}.`);
      return optional(name, form);
    },
    withDefault(name, form, otherwise) {
      return optional(name, form) ?? otherwise;
    },
    given: (name) => raw(name) !== '',
    note,
    problems,
  };
}

/** The value for the message; nothing for secrets, nor for a token or password pasted at the wrong name. */
function shown(name: SettingName, value: string): string {
  if (SETTINGS[name].secret || /xox|xapp|^[\da-f]{32,}$|:\/\/[^/]*@/i.test(value)) return '';
  const clean = value.replace(/\p{C}/gu, '?');
  return ` (it is "${clean.length > 80 ? `${clean.slice(0, 80)}…` : clean}")`;
}
