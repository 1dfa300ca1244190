import { formatCallTime } from '../domain/calendar.ts';
import type { KindTemplate } from '../domain/kinds.ts';
import type { ReportFacts, ReportView } from './view.ts';
import { agencyLine, recipientLine } from './wording.ts';

/** A call as its own report would say it. */
export interface DigestCall {
  readonly template: KindTemplate;
  readonly view: ReportView;
}

export interface DigestFacts extends Pick<ReportFacts, 'agency' | 'client'> {
  /** When it was cut. */
  readonly at: Date;
  /** 「1/2」; null for one that is whole. */
  readonly part: string | null;
  readonly calls: readonly DigestCall[];
}

/** A day's calls in one message (まとめ), each with the labels its report has. */
export interface DigestView {
  /** 「株式会社サンプル商事 御中」. */
  readonly recipient: string;
  /** 「2024年6月20日(木) 18:00までにお受けした3件のお電話をご報告いたします。」 */
  readonly opening: string;
  /** The calls, one after the other, with an empty line between. */
  readonly calls: string;
  /** The agency's name and telephone number, as its reports are signed. */
  readonly agency: string | null;
}

export function buildDigest(facts: DigestFacts): DigestView {
  const part = facts.part === null ? '' : `(${facts.part})`;
  return {
    recipient: recipientLine(facts.client.name, null),
    opening: `${formatCallTime(facts.at)}までにお受けした${facts.calls.length}件のお電話を、まとめてご報告いたします${part}。`,
    calls: facts.calls.map(callText).join('\n\n'),
    agency: agencyLine(facts.agency),
  };
}

/** One call of a digest. */
export function callText({ template, view }: DigestCall): string {
  return [
    template === 'flagged' ? '【要対応】' : null,
    view.urgent ? '【至急】' : null,
    `■受付番号: ${view.receiptNumber}`,
    template === 'flagged' ? `■種別: ${view.kindLabel}` : null,
    `■受電日時: ${view.callTime}`,
    `■お名指し: ${view.addressee}`,
    `■お相手: ${view.caller}`,
    `■電話番号: ${view.number}`,
    `■ご用件: ${view.message}`,
    view.quote && `■ご発言: ${view.quote}`,
    view.flaggedSoFar && `■これまでの件数: ${view.flaggedSoFar}`,
    `■ご対応: ${view.wish}`,
    view.surcharge && `■${view.surcharge}`,
    `■受付: ${view.operator}   ■今月の受電: ${view.monthCount}`,
    template === 'unsure'
      ? '営業のお電話の可能性がございます。営業のお電話でございましたら、当社までお知らせください。'
      : null,
  ]
    .filter((line) => line !== null && line !== '')
    .join('\n');
}

/**
 * What a call takes of a message, in characters where Slack's limits bite first: its JSON in the blocks, or, a third as
 * dear, its escaped text in the fallback.
 */
export function callWeight(call: DigestCall): number {
  const text = callText(call);
  const escaped = text.length + 4 * (text.match(/&/g)?.length ?? 0) + 3 * (text.match(/[<>]/g)?.length ?? 0);
  return Math.max(JSON.stringify(text).length, Math.ceil(escaped / 3)) + 2;
}
