import { asText, type JsonObject, parseJson } from './json.ts';

/** What a Web API method answers, besides `ok`. */
export type MethodResult =
  | ({ readonly ok: true } & JsonObject)
  | {
      readonly ok: false;
      readonly error: string;
      readonly messages?: readonly string[];
      /** Seconds; the answer is then a 429. */
      readonly retryAfter?: number;
      readonly extra?: JsonObject;
    };

export type Method = (args: Arguments) => MethodResult;

/** A method, and the scope of the token it wants. */
export interface MethodEntry {
  readonly run: Method;
  readonly scope?: (args: Arguments) => string;
}

export function refused(error: string, messages?: readonly string[]): MethodResult {
  return messages === undefined ? { ok: false, error } : { ok: false, error, messages };
}

/** A call's arguments: typed values from a JSON body, or the strings of a form. */
export class Arguments {
  readonly headers: Readonly<Record<string, string>>;
  readonly #values: JsonObject;

  constructor(values: JsonObject, headers: Readonly<Record<string, string>>) {
    this.#values = values;
    this.headers = headers;
  }

  text(name: string): string {
    const value = this.#values[name];
    return typeof value === 'number' ? String(value) : asText(value);
  }

  flag(name: string): boolean {
    const value = this.#values[name];
    return value === true || value === 'true' || value === '1';
  }

  count(name: string, fallback: number): number {
    const value = Number(this.#values[name] ?? fallback);
    return Number.isFinite(value) ? value : fallback;
  }

  /** A structured argument: as it is in a JSON body, parsed from text in a form. `ok: false` when it is no JSON. */
  structure(name: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
    const value = this.#values[name];
    if (typeof value !== 'string') return { ok: true, value };
    if (value === '') return { ok: true, value: undefined };
    const parsed = parseJson(value);
    return parsed === undefined ? { ok: false } : { ok: true, value: parsed };
  }
}
