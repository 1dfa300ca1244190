import { type CallEntry, type EntryField, type EntryProblem, FIELD_LIMITS } from '../domain/call.ts';
import { type ParsedPhone, parsePhone } from '../domain/phone.ts';

/** How far ahead of our clock a call may be: the operator's clock and ours differ a little. Minutes. */
const AHEAD_MINUTES = 10;
/** How long ago a call may have been to be entered at all. Days. */
const BACK_DAYS = 62;

/** The caller's number as recorded, read once from what was typed. */
export type CheckedNumber = Extract<ParsedPhone, { ok: true }> | null;

/** What can be checked of an entry without looking anything up. Every problem at once. */
export function checkEntry(
  entry: CallEntry,
  now: Date,
): { readonly number: CheckedNumber; readonly problems: readonly EntryProblem[] } {
  const problems: EntryProblem[] = [];
  const problem = (field: EntryField, message: string): void => {
    problems.push({ field, message });
  };

  const texts: readonly (readonly [keyof typeof FIELD_LIMITS & EntryField, string, string | null])[] = [
    ['addressee', 'お名指し', entry.addressee?.type === 'heard' ? entry.addressee.name : null],
    ['company', 'お相手の会社', entry.caller.company],
    ['name', 'お相手のお名前', entry.caller.name],
    ['kana', 'お名前のカナ', entry.caller.kana],
    ['message', 'ご用件', entry.message],
    ['quote', 'ご発言', entry.quote],
  ];
  for (const [field, label, text] of texts) {
    const most = FIELD_LIMITS[field];
    if (text !== null && text.length > most) {
      problem(field, `${label}は${most}文字以内で入力してください(いま${text.length}文字)。`);
    }
  }

  const ahead = entry.occurredAt.getTime() - now.getTime();
  if (Number.isNaN(ahead)) {
    problem('occurredAt', '受電日時を選んでください。');
  } else if (ahead > AHEAD_MINUTES * 60_000) {
    problem('occurredAt', '受電日時が未来になっています。電話を受けた日時を選んでください。');
  } else if (-ahead > BACK_DAYS * 86_400_000) {
    problem('occurredAt', `受電日時が${BACK_DAYS}日より前です。日付を確かめてください。`);
  }

  return { number: checkNumber(entry, problem), problems };
}

function checkNumber(entry: CallEntry, problem: (field: EntryField, message: string) => void): CheckedNumber {
  const { number } = entry.caller;
  if (number.state !== 'given') return null;
  if (number.raw.length > FIELD_LIMITS.number) {
    problem('number', `電話番号は${FIELD_LIMITS.number}文字以内で入力してください。`);
    return null;
  }
  const parsed = parsePhone(number.raw);
  if (parsed.ok) return parsed;
  problem('number', parsed.message);
  return null;
}
