import { WEEKDAYS } from '../agency.ts';
import { addDays, isDay, monthStart, nextMonth, weekdayOf } from '../calendar.ts';
import { withFigures } from './plain-text.ts';

/**
 * How a day stands in its sentence: `until` 「12/5まで」, `by` 「12/5までに」, `from` 「12/5から」, `resumes`
 * 「12/5から再開」, `on` 「12/5に」, `for` a span counted from today 「2週間」.
 */
export type DateRole = 'until' | 'by' | 'from' | 'resumes' | 'on' | 'for';

export interface ReadDates {
  /** The text without what was read as dates. */
  readonly rest: string;
  /** `YYYY-MM-DD`, in no order. */
  readonly dates: readonly { readonly day: string; readonly role: DateRole }[];
  /** Something looks like a date and is none, is past, or is nobody's intention: ask. */
  readonly odd: boolean;
}

/** A promise further away than this is more likely a slip of the pen. Days. */
const FURTHEST_DAYS = 300;
/** 「9/1に退職した者」 tells of the past and would be read as next year's. Days. */
const FURTHEST_ON_DAYS = 92;

const WEEKDAY = '(?:\\s?\\(?(?<weekday>[月火水木金土日])(?:曜日?)?\\)|(?<weekday2>[月火水木金土日])曜日?)?';
/** Small and large か and ケ, as `comparable` leaves them. */
const MONTHS = 'か月|ゕ月|ゖ月|け月|箇月|かげつ';
const ROLE =
  '(?<role>\\s?(?:(?:から|より|に|で)\\s?(?:電話の|お電話の)?(?:転送(?:を|は)?)?再開(?:(?:いた)?します|致します|する)?(?:予定(?:です)?)?|までには|までに|以内に?|まで(?:は|の間|で(?!す)|の)?|から|より|以降は?|いっぱい(?:は)?|中に|に|は)?)';
const AROUND = '(?:間)?(?:ほど|くらい|ぐらい|程度)?(?:の間)?';

/** Longest forms first: what is read once is not read again. */
const FORMS: readonly {
  readonly form: string;
  readonly read: (at: Parts, today: string) => string | null;
  readonly span?: true;
}[] = [
  {
    form: '(?<y>\\d{4})\\s?[年/.-]\\s?(?<m>\\d{1,2})\\s?[月/.-]\\s?(?<d>\\d{1,2})日?',
    read: ({ y, m, d }) => day(Number(y), Number(m), Number(d)),
  },
  {
    form: '(?<!\\d)(?<m>\\d{1,2})\\s?(?:月|/)\\s?(?<d>\\d{1,2})日?(?![\\d/])',
    read: ({ m, d }, today) => nextOn(today, Number(m), Number(d)),
  },
  {
    form: '(?<rel>再来月|来月|翌月|今月|当月)の?\\s?(?<d>\\d{1,2})日',
    read: ({ rel, d }, today) => inMonth(relativeMonth(today, rel), Number(d)),
  },
  {
    form: '(?<!\\d)(?<m>\\d{1,2})月の?(?:末日?|(?=いっぱい|中に))',
    read: ({ m }, today) => {
      const near = nextOn(today, Number(m), 28);
      return near === null ? null : lastOf(near.slice(0, 7));
    },
  },
  {
    form: '(?:(?<rel>再来月|来月|翌月|今月|当月)の?(?:末日?|(?=いっぱい|中に))|月末)',
    read: ({ rel }, today) => lastOf(relativeMonth(today, rel)),
  },
  { form: '(?:年末|年内|今年(?=いっぱい|中に))', read: (_at, today) => `${today.slice(0, 4)}-12-31` },
  {
    form: '(?<rel>再来週|来週|今週)の?\\s?(?<w>[月火水木金土日])曜日?',
    read: ({ rel, w }, today) => {
      const monday = addDays(today, -WEEKDAYS.indexOf(weekdayOf(today)));
      const weeks = rel === '再来週' ? 2 : rel === '来週' ? 1 : 0;
      return addDays(monday, weeks * 7 + weekdayIndex(w));
    },
  },
  { form: '(?:明後日|あさって)', read: (_at, today) => addDays(today, 2) },
  { form: '(?:明日|あした|あす(?=まで|に|から))', read: (_at, today) => addDays(today, 1) },
  { form: '(?:本日|今日)', read: (_at, today) => today },
  {
    form: `(?<!\\d)(?<n>\\d{1,3})(?<unit>週間|週|日間|${MONTHS}|日(?=ほど|くらい|ぐらい|程度|以内))${AROUND}`,
    span: true,
    read: ({ n, unit }, today) => spanEnd(today, Number(n), unit ?? ''),
  },
  {
    form: '(?<![\\d月/])(?<d>\\d{1,2})日(?!間|目|前|後)',
    read: ({ d }, today) => {
      const month = today.slice(0, 7);
      const here = inMonth(month, Number(d));
      return here !== null && here >= today ? here : inMonth(nextMonth(month), Number(d));
    },
  },
  {
    form: '(?<w>[月火水木金土日])曜日?',
    read: ({ w }, today) => {
      const ahead = (weekdayIndex(w) - WEEKDAYS.indexOf(weekdayOf(today)) + 7) % 7;
      return addDays(today, ahead === 0 ? 7 : ahead);
    },
  },
];

type Parts = Readonly<Record<string, string | undefined>>;

/** 「12/5〜12/10」 */
const SPAN_OF_DAYS = /([日)\d])\s?[~〜]\s?(\d{1,2}\s?[/月]\s?\d{1,2}日?)(?:まで)?/g;

/** The forms with what may follow them. */
const PATTERNS = FORMS.map(({ form, read, span }) => ({
  pattern: new RegExp(`${form}${WEEKDAY}${ROLE}`, 'g'),
  read,
  span: span === true,
}));

/**
 * Takes the dates out of a comparable text.
 * @param today the JST day on which it was written, `YYYY-MM-DD`
 */
export function readDates(text: string, today: string): ReadDates {
  const dates: { day: string; role: DateRole }[] = [];
  let odd = false;
  let rest = withFigures(text).replaceAll(SPAN_OF_DAYS, '$1から$2まで');
  for (const { pattern, read, span } of PATTERNS) {
    rest = rest.replaceAll(pattern, (...match) => {
      const groups = match.at(-1) as Parts;
      const found = read(groups, today);
      const role = roleOf(groups.role ?? '', span);
      const weekday = groups.weekday ?? groups.weekday2;
      if (found === null || !fits(found, today, role) || (weekday !== undefined && !isOn(found, weekday))) {
        // What somebody tells of the past is no promise, and no reason to ask either.
        if (role !== 'on' || found === null) odd = true;
      } else dates.push({ day: found, role });
      return role === 'resumes' ? '、' : '';
    });
  }
  return { rest, dates, odd };
}

function roleOf(suffix: string, isSpan: boolean): DateRole {
  if (suffix.includes('再開')) return 'resumes';
  if (/までに|以内|中に/.test(suffix)) return 'by';
  if (/まで|いっぱい/.test(suffix)) return isSpan ? 'for' : 'until';
  if (/から|より|以降/.test(suffix)) return 'from';
  return isSpan ? 'for' : 'on';
}

function fits(on: string, today: string, role: DateRole): boolean {
  return on >= today && on <= addDays(today, role === 'on' ? FURTHEST_ON_DAYS : FURTHEST_DAYS);
}

function isOn(on: string, weekday: string): boolean {
  return WEEKDAYS.indexOf(weekdayOf(on)) === weekdayIndex(weekday);
}

function weekdayIndex(sign: string | undefined): number {
  return '月火水木金土日'.indexOf(sign ?? '月');
}

function day(year: number, month: number, date: number): string | null {
  const text = `${year}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
  return isDay(text) ? text : null;
}

/** The next time this day of the year comes, today included. */
function nextOn(today: string, month: number, date: number): string | null {
  const year = Number(today.slice(0, 4));
  const here = day(year, month, date);
  if (here !== null && here >= today) return here;
  return day(year + 1, month, date);
}

function inMonth(month: string, date: number): string | null {
  return day(Number(month.slice(0, 4)), Number(month.slice(5)), date);
}

function lastOf(month: string): string {
  return addDays(monthStart(nextMonth(month)), -1);
}

function relativeMonth(today: string, word: string | undefined): string {
  const month = today.slice(0, 7);
  switch (word) {
    case '来月':
    case '翌月':
      return nextMonth(month);
    case '再来月':
      return nextMonth(nextMonth(month));
    default:
      return month;
  }
}

/** The first day after a span that begins today; a month ends on the same date, or on its last. */
function spanEnd(today: string, n: number, unit: string): string | null {
  if (n === 0) return null;
  if (unit.startsWith('週')) return addDays(today, n * 7);
  if (unit.startsWith('日')) return addDays(today, n);
  let month = today.slice(0, 7);
  for (let months = 0; months < Math.min(n, 24); months += 1) month = nextMonth(month);
  return inMonth(month, Number(today.slice(8))) ?? lastOf(month);
}
