export type Level = 'ok' | 'warn' | 'fail';

/** What one check came to. Whatever is not `ok` says what to do. */
export interface Finding {
  readonly level: Level;
  /** What was looked at, such as `Database` or `SLACK_COMMAND`. */
  readonly subject: string;
  /** What was seen, without secrets. */
  readonly detail: string;
  readonly advice?: string;
}

export const ok = (subject: string, detail: string): Finding => ({ level: 'ok', subject, detail });

export const warn = (subject: string, detail: string, advice: string): Finding => ({
  level: 'warn',
  subject,
  detail,
  advice,
});

export const fail = (subject: string, detail: string, advice: string): Finding => ({
  level: 'fail',
  subject,
  detail,
  advice,
});

/** The code of whatever was thrown, for a detail; messages may hold addresses with passwords. */
export function codeOf(thrown: unknown): string {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth += 1) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    if (error.name === 'TimeoutError') return 'no answer in time';
    if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  }
  // What `fetch` throws without a code: an address it will not go to.
  if (thrown instanceof TypeError) return 'no connection';
  return thrown instanceof Error ? thrown.name : 'unknown reason';
}
