import { formatDay, jstDay } from '../domain/calendar.ts';
import { NUMBER_STATE_LABELS } from '../domain/call.ts';
import { printable, printableLine } from '../domain/text.ts';
import type { ReportFacts } from './view.ts';

/*
 * The Japanese of single lines: who is addressed how, and what stands where nothing was said. Every text that
 * a person typed passes `printable` here, and only here.
 */

/** The kind whose reports need not say what kind of call it was. [seed] 用件 */
const ORDINARY_KIND = 'message';

/** Ends of a name that are an address already: 様 is not put after them. */
const ADDRESSED = /(?:様|さま|さん|御中|先生)$/;

/** People are 様, and nobody 様様. */
function withHonorific(name: string): string {
  return ADDRESSED.test(name) ? name : `${name}様`;
}

/** 「株式会社サンプル 山田様」 where someone on the roster was asked for, else the company with 御中. */
export function recipientLine(client: string, addressee: ReportFacts['addressee']): string {
  const name = printableLine(client);
  const person = addressee?.onRoster ? printableLine(addressee.name) : '';
  if (person !== '') return `${name} ${withHonorific(person)}`;
  return /(?:様|御中)$/.test(name) ? name : `${name} 御中`;
}

export function addresseeName(name: string | null): string {
  const person = printableLine(name ?? '');
  return person === '' ? 'なし' : withHonorific(person);
}

/** Company and name as far as the caller gave them: 「株式会社サンプル 佐藤(サトウ)様」. */
export function callerLine(caller: ReportFacts['caller']): string {
  const company = printableLine(caller.company ?? '');
  const name = printableLine(caller.name ?? '').replace(/(?:様|さま)$/, '');
  const kana = printableLine(caller.kana ?? '').replace(/(?:様|さま|サマ)$/, '');
  const reading = name !== '' && kana !== '' && kana !== name ? `(${kana})` : '';
  const person = `${name || kana}${reading}`;
  const who = [company, person].filter((part) => part !== '').join(' ');
  return who === '' ? 'お名乗りなし' : withHonorific(who);
}

/** The number and whether it was read back (復唱), or why there is none. */
export function numberLine(number: ReportFacts['number']): string {
  if (number.state !== 'given') return NUMBER_STATE_LABELS[number.state];
  return `${printableLine(number.display)}(${number.confirmed ? '復唱確認済' : '復唱未確認'})`;
}

/**
 * What the call was about. In the ordinary report a call of another kind says so first, since its template has
 * no line for the kind: 「【間違い電話】…」.
 */
export function matter(message: string | null, kind: ReportFacts['kind']): string {
  const text = lines(message ?? '');
  if (kind.template !== 'message' || kind.code === ORDINARY_KIND) return text === '' ? 'なし' : text;
  return `【${printableLine(kind.label)}】${text}`;
}

/** Words as said, in 「」; brackets the operator typed around the whole of them are not doubled. */
export function quoted(quote: string | null): string | null {
  const text = lines(quote ?? '');
  if (text === '') return null;
  const inner = /^「([^「」]*)」$/.exec(text)?.[1];
  return `「${inner ?? text}」`;
}

/** 「18/20回」: what is counted is what was reported [MK]; 「18回」 for a client without a plan. */
export function monthCount(month: ReportFacts['month']): string {
  if (month === null) return '-';
  return month.included === null ? `${month.ordinal}回` : `${month.ordinal}/${month.included}回`;
}

/** [MK] The report itself states reason and amount of a surcharge. */
export function surchargeText(surcharge: ReportFacts['surcharge']): string | null {
  if (surcharge === null) return null;
  const yen = surcharge.amountYen.toLocaleString('en-US');
  return `割増料金 ${yen}円(理由: ${printableLine(surcharge.label)})`;
}

/** So many calls are told as fast. [ours] */
const FAST_IN_HOUR = 2;
const FAST_IN_DAY = 3;

/** 「3件(2024年5月2日(木)以降、今回を含む。直近1時間で2件)」: how many, since when, and how fast where that tells. */
export function soFarText(
  soFar: ReportFacts['flaggedSoFar'],
  { thisOne }: { readonly thisOne: boolean },
): string | null {
  if (soFar === null) return null;
  const { count, since, inHour, inDay } = soFar;
  const pace =
    inHour >= FAST_IN_HOUR
      ? `直近1時間で${inHour}件`
      : inDay >= FAST_IN_DAY
        ? `直近24時間で${inDay}件`
        : null;
  const scope = `${formatDay(jstDay(since))}以降${thisOne ? '、今回を含む' : ''}`;
  return `${count}件(${pace === null ? scope : `${scope}。${pace}`})`;
}

/** Says in its first words that it is no new call. */
export function reminderLine(receiptNumber: string): string {
  return `【リマインド】受付番号 ${receiptNumber} のお電話について、対応済みのお知らせをまだいただいておりません。ご確認をお願いいたします。`;
}

export function agencyLine(agency: ReportFacts['agency']): string | null {
  if (agency === null) return null;
  const line = [agency.name, agency.phone ?? ''].map(printableLine).filter((part) => part !== '');
  return line.length === 0 ? null : line.join(' ');
}

/**
 * Text of several lines. Lines after the first begin with an ideographic space, so that nothing typed can
 * stand where a fixed label does and be read as one (P6).
 */
function lines(text: string): string {
  return printable(text)
    .trim()
    .replaceAll(/\n(?=[^\n])/g, '\n\u3000');
}
