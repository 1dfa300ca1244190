import type { BusinessHours } from '../../domain/business-hours.ts';
import { formatCallTime, formatDay, jstDay } from '../../domain/calendar.ts';
import { CASE_STATE_LABELS } from '../../domain/cases/events.ts';
import { printable } from '../../domain/text.ts';
import type { CaseCall, CaseView } from '../../followup/cases/cases.ts';
import type { KeptNote } from '../../followup/cases/operator-notes.ts';
import type { CaseElsewhere } from '../../followup/cases/same-number.ts';
import type { NoticeBody } from '../../storage/schema.ts';
import { context, plain } from '../entry-modal/elements.ts';
import { plainMessage, plainSection } from '../plain-message.ts';
import { cardButtons } from './card-buttons.ts';
import { answerInWords, callerInWords, doingInWords, quoted, shorten, VIA_LABELS } from './case-words.ts';
import { eventInWords } from './event-words.ts';
import { nextInWords } from './next-step.ts';

/** What a card shows beside the case itself. */
export interface CardFacts {
  /** When the clock looks at the case next. */
  readonly nextAt: Date | null;
  /** The agency's hours; null before they were imported. */
  readonly agency: BusinessHours | null;
  /** What operators kept about its calls, newest first. */
  readonly notes: readonly KeptNote[];
  readonly elsewhere: readonly CaseElsewhere[];
}

const DAY_MS = 86_400_000;
/** How many of each are shown, newest first, and how long each may be in characters. */
const QUOTES = { shown: 3, chars: 250 };
const ANSWERS = { shown: 3, chars: 250 };
const NOTES = { shown: 2, chars: 200 };
const EVENTS = { shown: 4, chars: 150 };
const ELSEWHERE = { shown: 3, chars: 80 };
const AGREED_CHARS = 500;
const WORDING_CHARS = 300;
const NAME_CHARS = 120;
const HEADER_LIMIT = 150;

/**
 * The supervisors' card of a case: one message that stays and is changed. Everything on it is plain text, so that no
 * words of a caller or client become markup or a mention (P6); long texts are shortened, the case keeps them whole.
 */
export function caseCard(view: CaseView, facts: CardFacts, now: Date): NoticeBody {
  const state = CASE_STATE_LABELS[view.state];
  const title = `【${state}】案件 #${view.number} ${view.clientCode} ${view.clientName}`;
  const sections = [
    factsOf(view, facts, now),
    quotesOf(view.calls),
    answersOf(view),
    agreedOf(view),
    hardshipOf(facts.notes),
    elsewhereOf(facts.elsewhere),
    eventsOf(view),
  ];
  return {
    text: plainMessage([shorten(title, 300)]).text,
    blocks: [
      { type: 'header', text: plain(shorten(title, HEADER_LIMIT - 1)) },
      ...sections.filter((lines) => lines.length > 0).map((lines) => plainSection(lines.join('\n'))),
      ...cardButtons(view.id, view.state === 'closed'),
      // A copy: Slack's own type of a block is an interface, which is no record.
      { ...context(`${formatCallTime(now)} 現在。変わったことがあると、このカードが更新されます。`) },
    ],
  };
}

function factsOf(view: CaseView, { nextAt, agency }: CardFacts, now: Date): readonly string[] {
  const { calls } = view;
  const lastDay = calls.filter(({ occurredAt }) => now.getTime() - occurredAt.getTime() < DAY_MS).length;
  const times = calls.map(({ occurredAt }) => occurredAt.getTime()).sort((a, b) => a - b);
  const first = times[0] ?? view.openedAt.getTime();
  const last = times.at(-1) ?? view.lastCallAt.getTime();
  const yen = calls.reduce((sum, { surchargeYen }) => sum + (surchargeYen ?? 0), 0);
  const doing = doingInWords(view, jstDay(now));
  const promised = view.actions.flatMap(({ until }) => (until === null ? [] : [until]));
  const dates = [...new Set(promised)].sort();
  const kinds = [...new Set(calls.map(({ kindLabel }) => shorten(kindLabel, NAME_CHARS)))].slice(0, 3);
  return [
    `顧客: ${shorten(`${view.clientCode} ${view.clientName}`, 2 * NAME_CHARS)}`,
    `電話: ${calls.length}件(直近24時間 ${lastDay}件)${kinds.length === 0 ? '' : ` ${kinds.join('・')}`}`,
    `期間: ${formatCallTime(new Date(first))} から ${formatCallTime(new Date(last))}`,
    `番号: ${callerInWords(view.numberE164)}`,
    ...(yen === 0 ? [] : [`割増料金: 計${yen.toLocaleString('ja-JP')}円`]),
    ...(doing === null ? [] : [`いまの対応: ${doing}`]),
    ...(dates.length === 0 ? [] : [`約束の期日: ${dates.map(formatDay).join('、')}`]),
    `次に起こること: ${nextInWords(view, nextAt, agency)}`,
  ];
}

function quotesOf(calls: readonly CaseCall[]): readonly string[] {
  const said = newest(calls).flatMap(({ occurredAt, quote, message, receiptNumber }) => {
    const words = quote === null ? message : quoted(quote);
    if (words === null || words.trim() === '') return [];
    return [`・${formatCallTime(occurredAt)} ${receiptNumber}: ${shorten(printable(words), QUOTES.chars)}`];
  });
  return said.length === 0 ? [] : ['新しい電話の内容', ...said.slice(0, QUOTES.shown)];
}

function answersOf({ events }: CaseView): readonly string[] {
  const answers = events.flatMap(({ at, body }) =>
    body.type === 'answered'
      ? [`・${formatCallTime(at)} ${VIA_LABELS[body.via]}: ${shorten(answerInWords(body), ANSWERS.chars)}`]
      : [],
  );
  return answers.length === 0 ? [] : ['顧客の回答', ...answers.reverse().slice(0, ANSWERS.shown)];
}

function agreedOf({ agreed }: CaseView): readonly string[] {
  if (agreed === null) return [];
  const { text, wording } = agreed;
  return [
    `合意内容: ${shorten(printable(text), AGREED_CHARS)}`,
    ...(wording === null ? [] : [`お伝えする言葉: ${shorten(quoted(wording), WORDING_CHARS)}`]),
  ];
}

function hardshipOf(notes: readonly KeptNote[]): readonly string[] {
  const hungUp = notes.filter((note) => note.hungUp).length;
  const burdens = notes.flatMap(({ burden }) => (burden === null ? [] : [burden]));
  const written = notes.flatMap(({ burden, note }) =>
    note === null
      ? []
      : [`・${burden === null ? '' : `きつさ${burden} `}${shorten(printable(note), NOTES.chars)}`],
  );
  if (hungUp + burdens.length + written.length === 0) return [];
  const hardest = burdens.length === 0 ? '' : `・きつさ 最大${Math.max(...burdens)}(${burdens.length}件)`;
  return [
    `オペレーターの記録(顧客には表示されません): 切電${hungUp}件${hardest}`,
    ...written.slice(0, NOTES.shown),
  ];
}

function elsewhereOf(cases: readonly CaseElsewhere[]): readonly string[] {
  if (cases.length === 0) return [];
  const shown = cases.slice(0, ELSEWHERE.shown).map(({ number, clientCode, clientName, state }) => {
    const client = shorten(`${clientCode} ${clientName}`, ELSEWHERE.chars);
    return `・#${number} ${client}(${CASE_STATE_LABELS[state]})`;
  });
  return ['同じ番号の、ほかの顧客の案件(顧客には伝えないでください)', ...shown];
}

function eventsOf({ events }: CaseView): readonly string[] {
  const lines = events.map(
    ({ at, body }) => `・${formatCallTime(at)} ${shorten(eventInWords(body), EVENTS.chars)}`,
  );
  return ['経過', ...lines.reverse().slice(0, EVENTS.shown)];
}

function newest(calls: readonly CaseCall[]): readonly CaseCall[] {
  return [...calls].sort((a, b) => b.occurredAt.getTime() - a.occurredAt.getTime());
}
