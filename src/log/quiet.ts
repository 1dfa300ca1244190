/** Fields deeper than this are dropped: what is logged here is flat, only payloads are deep. */
const DEEPEST = 4;
/** Characters of a text kept; a longer one is no code, id or state. */
const LONGEST_TEXT = 300;
const MOST_ENTRIES = 50;

const WITHHELD = '[withheld]';

/** Names of fields that hold what people said, who they are, or what opens a door. Compared in lower case. */
const PRIVATE =
  /^(.*(token|secret|password|passwd|authorization|cookie|signature)|body|rawbody|payload|text|html|blocks|subject|message|msg_body|quote|note|notes|memo|greeting|view|values|state_values|state|fields|headers|form|parameters|params|sql|query|detail|data|said|name|names|kana|company|caller|addressee|phone|number|numbers|address|recipient|to|from|mention|mail|email_address|user_name|username|realname|real_name|response_url|trigger_id|entry|receipt|envelope|input|url|smtpurl|databaseurl|redisurl)$/;

/** `state` and the like are private as objects (a Slack view's values) and plain as words (`due`). */
const PRIVATE_UNLESS_WORD = /^(state|fields|data|to|from|receipt)$/;

const SECRETS = [
  /\bxox[a-z](-|\.)[\w.-]+/gi,
  /\bxapp-[\w-]+/gi,
  /\b(Bearer|Basic)\s+[\w+/=.-]+/gi,
  /\/\/[^/\s@]+@/g,
  // What stands after /r/ in the links of reports.
  /(?<=\/r\/)[\w-]{20,}/g,
];
const MAIL_ADDRESS = /[\w.+%!#$&'*=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}/g;
/** Japanese numbers and +81; the look-arounds keep UUIDs, dates and receipt numbers whole. */
const PHONE_NUMBER = /(?<![\w.-])(?:\+\d{1,3}[- ]?|0)\d{1,4}[- ]?\d{1,4}[- ]?\d{3,4}(?![\w-])/g;

/** One text made fit for a log: our own texts are ASCII, so anything else was typed by somebody (P10). */
export function quietText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the printable ASCII range is what is allowed.
  if (/[^\x09\x0a\x20-\x7e]/.test(text)) return WITHHELD;
  let quiet = text;
  for (const secret of SECRETS) quiet = quiet.replace(secret, WITHHELD);
  quiet = quiet.replace(MAIL_ADDRESS, WITHHELD).replace(PHONE_NUMBER, WITHHELD);
  return quiet.length > LONGEST_TEXT ? `${quiet.slice(0, LONGEST_TEXT)}...` : quiet;
}

/** The fields of a log line made fit for it: private names withheld, errors by kind and place only. */
export function quietFields(fields: object): Record<string, unknown> {
  return fields instanceof Error ? { err: quietError(fields) } : quietObject(fields, 0);
}

function quietObject(fields: object, depth: number): Record<string, unknown> {
  const quiet: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields).slice(0, MOST_ENTRIES)) {
    quiet[quietText(name)] = isPrivate(name, value) ? WITHHELD : quietValue(value, depth + 1);
  }
  return quiet;
}

function isPrivate(name: string, value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return false;
  const key = name.toLowerCase();
  if (!PRIVATE.test(key)) return false;
  return !(PRIVATE_UNLESS_WORD.test(key) && typeof value === 'string' && /^[a-z][a-z_.-]{0,40}$/.test(value));
}

function quietValue(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return quietText(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return value;
    case 'bigint':
      return String(value);
    case 'symbol':
    case 'function':
      return `[${typeof value}]`;
    case 'object':
      break;
  }
  if (value === null) return null;
  if (value instanceof Error) return quietError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString();
  if (depth >= DEEPEST) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((item) => quietValue(item, depth + 1));
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== null) return '[object]';
  return quietObject(value, depth);
}

/**
 * An error as its kind, its code and the places it passed. Its message is kept only when it is one of our own
 * (a namespaced code such as `storage.disk_full` says so): a database's message quotes the value it refused.
 */
export function quietError(error: Error, depth = 0): Record<string, unknown> {
  const code =
    'code' in error && ['string', 'number'].includes(typeof error.code) ? String(error.code) : null;
  const ours = code !== null && /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/.test(code);
  return {
    type: quietText(error.name),
    ...(code !== null && { code: quietText(code) }),
    ...(ours && { message: quietText(error.message) }),
    at: framesOf(error),
    ...(error.cause instanceof Error && depth < DEEPEST && { cause: quietError(error.cause, depth + 1) }),
  };
}

function framesOf(error: Error): readonly string[] {
  const stack = typeof error.stack === 'string' ? error.stack : '';
  const message = typeof error.message === 'string' ? error.message : '';
  const end = message === '' ? 0 : stack.indexOf(message) + message.length;
  return stack
    .slice(end)
    .split('\n')
    .filter((line) => /^\s+at .*[:(]/.test(line))
    .slice(0, 12)
    .map((line) => quietText(line.trim().slice('at '.length)));
}
