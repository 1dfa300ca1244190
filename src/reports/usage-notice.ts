import type { PlanCost, UsageFigures } from '../domain/billing/outlook.ts';
import { formatCallTime, formatMonth } from '../domain/calendar.ts';
import { printableLine } from '../domain/text.ts';
import type { ReportFacts } from './view.ts';
import { agencyLine, recipientLine } from './wording.ts';

export interface UsageNoticeFacts extends Pick<ReportFacts, 'agency' | 'client'> {
  /** JST, `YYYY-MM`. */
  readonly month: string;
  readonly percent: number;
  readonly figures: UsageFigures;
}

/** How much of the plan is used (【ご利用状況】), every figure with its arithmetic. */
export interface UsageNoticeView {
  /** 「株式会社サンプル商事 御中」. */
  readonly recipient: string;
  /** What was reached, as a sentence. */
  readonly reached: string;
  /** 「16/20回(2024年6月12日(水) 10:15現在)」. */
  readonly count: string;
  /** 「約42回(営業日20日のうち8日で16回のペース)」; null once the month is over. */
  readonly forecast: string | null;
  /** 「スモール 2,960円+22回×148円=6,216円」. */
  readonly cost: string;
  /** The same of a plan that would cost less, and by how much; null where there is none. */
  readonly cheaper: string | null;
  /** What calls above the plan cost. */
  readonly above: string;
  /** The agency's name and telephone number, as its reports are signed. */
  readonly agency: string | null;
}

export function buildUsageNotice(facts: UsageNoticeFacts): UsageNoticeView {
  const { figures } = facts;
  const { cost, cheaper } = figures;
  return {
    recipient: recipientLine(facts.client.name, null),
    reached: reachedText(facts),
    count: countText(figures),
    forecast: forecastText(figures),
    cost: costText(cost),
    cheaper: cheaper && `${costText(cheaper)}(${yen(cost.totalYen - cheaper.totalYen)}お安くなります)`,
    above: `${cost.includedCalls + 1}回目からは、1回につき${yen(cost.eachYen)}を申し受けます。`,
    agency: agencyLine(facts.agency),
  };
}

/** 「2024年6月の受電が16回となり、スモールに含まれる20回の80%に達しました。」 */
export function reachedText({
  month,
  percent,
  figures: { counted, cost },
}: Pick<UsageNoticeFacts, 'month' | 'percent' | 'figures'>): string {
  const all = `${formatMonth(month)}の受電が${counted}回となり、${printableLine(cost.name)}に含まれる${cost.includedCalls}回`;
  if (percent < 100) return `${all}の${percent}%に達しました。`;
  return counted > cost.includedCalls ? `${all}を超えました。` : `${all}に達しました。`;
}

export function countText({ counted, cost, asOf }: UsageFigures): string {
  return `${counted}/${cost.includedCalls}回(${formatCallTime(new Date(asOf))}現在)`;
}

export function forecastText({ counted, forecast }: UsageFigures): string | null {
  if (forecast === null) return null;
  const { calls, elapsedDays, businessDays } = forecast;
  return `約${calls}回(営業日${businessDays}日のうち${elapsedDays}日で${counted}回のペース)`;
}

/** The arithmetic of a month's charge: 「スモール 2,960円+22回×148円=6,216円」, 「スモール 2,960円」. */
export function costText({ name, baseYen, overCalls, eachYen, totalYen }: PlanCost): string {
  const base = `${printableLine(name)} ${yen(baseYen)}`;
  return overCalls === 0 ? base : `${base}+${overCalls}回×${yen(eachYen)}=${yen(totalYen)}`;
}

function yen(amount: number): string {
  return `${amount.toLocaleString('ja-JP')}円`;
}
