import type { PlanCost, UsageFigures } from '../domain/billing/outlook.ts';
import { HOSTILE_TEXT, type Sample } from './samples.ts';
import { buildUsageNotice, type UsageNoticeFacts } from './usage-notice.ts';

const SMALL: PlanCost = {
  name: 'スモール',
  baseYen: 2960,
  includedCalls: 20,
  eachYen: 148,
  overCalls: 22,
  overYen: 3256,
  totalYen: 6216,
};
const HALF: PlanCost = {
  name: 'ハーフ',
  baseYen: 5720,
  includedCalls: 40,
  eachYen: 143,
  overCalls: 2,
  overYen: 286,
  totalYen: 6006,
};
const FIGURES: UsageFigures = {
  asOf: '2024-06-12T01:15:00.000Z',
  counted: 16,
  forecast: { calls: 42, elapsedDays: 8, businessDays: 21 },
  cost: SMALL,
  cheaper: HALF,
};
const EVERYDAY: UsageNoticeFacts = {
  agency: { name: '電話代行サンプル', phone: '03-5550-0100' },
  client: { name: '株式会社サンプル商事' },
  month: '2024-06',
  percent: 80,
  figures: FIGURES,
};

/** Names of clients, agencies and plans are the only texts somebody typed. */
function named(name: string): UsageNoticeFacts {
  const cost = { ...SMALL, name };
  return {
    ...EVERYDAY,
    agency: { name, phone: '03-5550-0100' },
    client: { name },
    figures: { ...FIGURES, counted: 99_999, cost, cheaper: { ...HALF, name } },
  };
}

export function usageSamples(): readonly Sample[] {
  const facts: readonly (readonly [string, UsageNoticeFacts])[] = [
    ['an everyday month', EVERYDAY],
    [
      'a month that is over',
      { ...EVERYDAY, agency: null, percent: 100, figures: { ...FIGURES, forecast: null, cheaper: null } },
    ],
    ['the longest names', named('漢'.repeat(200))],
    ['the longest names of emoji', named('\u{1f600}'.repeat(100))],
    ['the longest names of ampersands', named('&'.repeat(200))],
    ['text that looks like markup', named(HOSTILE_TEXT)],
  ];
  return facts.map(([name, base]) => ({ name, view: buildUsageNotice(base) }));
}
