import type { types } from '@slack/bolt';
import { formatCallTime, jstDay } from '../../domain/calendar.ts';
import { CASE_STATE_LABELS } from '../../domain/cases/events.ts';
import { wordingFor } from '../../domain/cases/wording.ts';
import { printable } from '../../domain/text.ts';
import type { CaseBanner } from '../../followup/cases/cases.ts';
import { context } from '../entry-modal/elements.ts';
import { plainSection } from '../plain-message.ts';
import { callerInWords, doingInWords, quoted, shorten } from './case-words.ts';

/** A client with more open cases than this is told how many there are. */
const SHOWN = 3;
const AGREED_SHOWN = 800;
const WORDING_SHOWN = 600;
const LABEL_SHOWN = 100;

/**
 * What an operator minds on the next call of a client with open harassment cases: state, how many calls since when,
 * what was agreed, and what to say. Of this client alone, whatever the number did elsewhere (P9).
 */
export function bannerBlocks(cases: readonly CaseBanner[], now: Date): types.KnownBlock[] {
  const more = cases.length - SHOWN;
  return [
    ...cases.slice(0, SHOWN).map((one) => plainSection(inWords(one, now))),
    ...(more > 0 ? [context(`ほかに${more}件の案件があります。管理者へご確認ください。`)] : []),
  ];
}

/** The same for the answer to a line: one short line a case. */
export function bannerLines(cases: readonly CaseBanner[], now: Date): readonly string[] {
  return cases
    .slice(0, SHOWN)
    .map((one) => `⚠ ${headOf(one, now)}\nお伝えする言葉: ${shorten(wordingOf(one), WORDING_SHOWN)}`);
}

function inWords(one: CaseBanner, now: Date): string {
  return [
    `⚠ ${headOf(one, now)}`,
    `最初 ${formatCallTime(one.since)} / 最後 ${formatCallTime(one.lastCallAt)} / ${callerInWords(one.numberE164)}`,
    ...(one.agreed === null ? [] : [`合意内容: ${shorten(printable(one.agreed.text), AGREED_SHOWN)}`]),
    `お伝えする言葉: ${shorten(wordingOf(one), WORDING_SHOWN)}`,
  ].join('\n');
}

/** 「嫌がらせ電話の案件 #1001: 対応中・転送停止中(…まで)・これまで3件」 */
function headOf(one: CaseBanner, now: Date): string {
  const doing = doingInWords(one, jstDay(now));
  const parts = [CASE_STATE_LABELS[one.state], ...(doing === null ? [] : [doing]), `これまで${one.calls}件`];
  return `${shorten(one.kindLabel, LABEL_SHOWN)}の案件 #${one.number}: ${parts.join('・')}`;
}

function wordingOf({ agreed, kind }: CaseBanner): string {
  return agreed?.wording ? quoted(agreed.wording) : wordingFor(kind);
}
