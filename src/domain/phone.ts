import { type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';

export type ParsedPhone =
  | {
      readonly ok: true;
      /** Exactly as typed. */
      readonly raw: string;
      /** `+81312345678`, without an extension. */
      readonly e164: string;
      /** As reports show it: `03-1234-5678`, `+1 212 555 0123`, `03-1234-5678(内線12)`. */
      readonly display: string;
    }
  /** `message` is Japanese, for the operator, and says what to do. */
  | { readonly ok: false; readonly message: string };

/** Every dash people and input methods produce, the long vowel sign included; after NFKC. */
const DASHES = /[-‐‑‒–—―−﹣ーｰ─━﹘⁃˗~〜]/g;
/** Marks that come along when a number is pasted: zero-width and bidirectional controls. */
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
const EXTENSION = /[\s,]*\(?\s*(?:内線|ext\.?|x|#)\s*:?\s*(\d{1,6})\s*\)?$/i;
const MAIN_LINE = /\s*\(?\s*代表?\s*\)?$/;

const EXAMPLES = '03-5550-0123、090-0000-1234、0120-000-123';
const ASK = `市外局番から数字とハイフンで入力してください(例: ${EXAMPLES})。`;

/**
 * Reads a caller's number as an operator types it: full-width digits, every dash, spaces, brackets, `+81`, other
 * countries with `+` or 010, 内線 and 代表. libphonenumber guesses the grouping of unallocated exchanges
 * (0422-12-3456 becomes 042-212-3456): where the operator typed the groups and the digits agree, theirs stay.
 *
 * A Japanese number is accepted by its shape (ten digits, or eleven for 0x0 and 0800), not by today's
 * allocations: a newly opened range must never keep a call from being recorded.
 */
export function parsePhone(raw: string): ParsedPhone {
  const typed = raw.normalize('NFKC').replaceAll(INVISIBLE, '').replaceAll(DASHES, '-').trim();
  if (typed === '') {
    return refused(
      '電話番号を入力してください。番号が分からないときは「非通知」などの番号の状態を選んでください。',
    );
  }
  const extension = EXTENSION.exec(typed)?.[1];
  const number = typed.replace(EXTENSION, '').replace(MAIN_LINE, '');
  const note = extension ? `(内線${extension})` : MAIN_LINE.test(typed) ? '(代表)' : '';

  const stray = /[^\d\s()+./-]/u.exec(number)?.[0] ?? /(?<=.)\+/.exec(number)?.[0];
  if (stray !== undefined) return refused(`電話番号に使えない文字「${stray}」があります。${ASK}`);

  const groups = nationalGroups(number);
  const parsed = groups ? parseJapanese(groups) : parseForeign(number);
  if (parsed.ok === false) return parsed;
  return { ok: true, raw, e164: parsed.e164, display: parsed.display + note };
}

/** A stored E.164 number as people read it: `+81312345678` → `03-1234-5678`; other countries with their code. */
export function formatE164(e164: string): string {
  const national = /^\+81(\d+)$/.exec(e164)?.[1];
  if (national !== undefined && isJapanese(`0${national}`)) return libraryGrouping(`0${national}`);
  return parsePhoneNumberFromString(e164)?.formatInternational() ?? e164;
}

type Reading = { readonly ok: true; readonly e164: string; readonly display: string } | Refusal;
type Refusal = { readonly ok: false; readonly message: string };

function refused(message: string): Refusal {
  return { ok: false, message };
}

/** The groups of digits of a Japanese number, trunk 0 in front; undefined when another country is dialled. */
function nationalGroups(number: string): readonly string[] | undefined {
  const groups = number.match(/\d+/g) ?? [];
  if (!number.startsWith('+')) return /^010[\s./-]*[1-9]/.test(number) ? undefined : groups;
  const rest = /^\+\s*81[\s()./-]*0?[\s()./-]*(.*)$/.exec(number)?.[1];
  if (rest === undefined) return undefined;
  const [first = '', ...others] = rest.match(/\d+/g) ?? [];
  return [`0${first}`, ...others];
}

function parseJapanese(groups: readonly string[]): Reading {
  const digits = groups.join('');
  if (!isJapanese(digits)) return refused(whatIsWrong(digits));
  const display = groups.length === 3 ? groups.join('-') : libraryGrouping(digits);
  return { ok: true, e164: `+81${digits.slice(1)}`, display };
}

function parseForeign(number: string): Reading {
  const parsed = parsePhoneNumberFromString(number, 'JP');
  if (!parsed?.isPossible() || parsed.number.startsWith('+81')) {
    return refused(
      '海外の番号として読み取れません。「+」と国番号から入力してください(例: +1 212 555 0123)。国内の番号は市外局番からで構いません。',
    );
  }
  return { ok: true, e164: parsed.number, display: parsed.formatInternational() };
}

/** Ten digits, or eleven where the third is 0 (020, 050–090, 0800). */
function isJapanese(digits: string): boolean {
  return /^0(?![25-9]0)[1-9]\d{8}$/.test(digits) || /^0[25-9]0\d{8}$/.test(digits);
}

function whatIsWrong(digits: string): string {
  if (digits === '') return `電話番号に数字がありません。${ASK}`;
  if (!digits.startsWith('0')) {
    return `電話番号が0から始まっていません。${ASK}海外の番号は「+」と国番号から入力してください。`;
  }
  const wanted = /^0[25-9]0/.test(digits) ? 11 : 10;
  if (digits.length < wanted) {
    return `電話番号の桁が足りません(${wanted}桁のところ${digits.length}桁)。${ASK}`;
  }
  if (digits.length > wanted) {
    return `電話番号の桁が多すぎます(${wanted}桁のところ${digits.length}桁)。${ASK}`;
  }
  return `電話番号として読み取れません。${ASK}`;
}

/** Grouping by the numbering plan where the library knows the number, else by the usual shape. */
function libraryGrouping(digits: string): string {
  const known: PhoneNumber | undefined = parsePhoneNumberFromString(digits, 'JP');
  if (known?.isValid()) return known.formatNational();
  if (/^0800/.test(digits)) return split(digits, 4, 3);
  if (digits.length === 11) return split(digits, 3, 4);
  if (/^(0120|0570|0990)/.test(digits)) return split(digits, 4, 3);
  return /^0[36]/.test(digits) ? split(digits, 2, 4) : split(digits, 3, 3);
}

function split(digits: string, first: number, second: number): string {
  return [digits.slice(0, first), digits.slice(first, first + second), digits.slice(first + second)].join(
    '-',
  );
}
