import type { Statement, StatementLine } from '../domain/billing/statement.ts';
import { taxTotals } from '../domain/billing/tax.ts';
import { HOSTILE_TEXT } from './hostile-text.ts';
import { buildStatement, type StatementView } from './statement.ts';

const CALL = {
  id: '0190313f-0000-7000-8000-0123456789ab',
  receiptNumber: '20240620-0012',
  occurredAt: new Date('2024-06-20T04:05:00Z'),
  addressee: '山田',
  kind: { code: 'message', label: '用件' },
} as const;

/** Statements every template must render: an ordinary one, one of nothing, and ones as large and as odd as can be. */
export function statementSamples(): readonly (readonly [string, StatementView])[] {
  const agency = {
    name: '電話代行サンプル',
    phone: '03-5550-0100',
    registrationNumber: 'T0000000000000',
  };
  return [
    [
      'an ordinary statement',
      buildStatement(statement('株式会社サンプル商事', 'スモール', '用件', 25), agency),
    ],
    ['nothing at all', buildStatement(nothing(), null)],
    ...['漢', '\u{1f600}', '&', '"', HOSTILE_TEXT].map((text) => {
      const long = text.repeat(Math.ceil(200 / text.length)).slice(0, 200);
      const facts = statement(long, long, long, 600);
      return [`all of it ${text.slice(0, 2)}`, buildStatement(facts, { ...agency, name: long })] as const;
    }),
  ];
}

function statement(client: string, plan: string, label: string, counted: number): Statement {
  const call = { ...CALL, addressee: label, kind: { code: 'message', label } };
  const amount = { yen: 999_999, taxPercent: 10 };
  const lines: readonly StatementLine[] = [
    { type: 'base', name: plan, days: { charged: 10, ofMonth: 30 }, ...amount },
    { type: 'over', calls: counted - 20, eachYen: 148, ...amount },
    { type: 'extra', code: 'second', name: plan, quantity: 2, eachYen: 500, days: null, ...amount },
    { type: 'surcharge', call, reason: label, ...amount },
    { type: 'surcharge-credit', call, reason: label, ...amount, yen: -200 },
    { type: 'late-call', call, ofMonth: '2024-05', ...amount },
    { type: 'credit', call, ofMonth: '2024-05', reason: label, ...amount, yen: -148 },
    { type: 'correction', call: null, reason: label, ...amount },
  ];
  const taxes = taxTotals(lines);
  return {
    month: '2024-06',
    client: { id: CALL.id, code: 'acme', name: client },
    plan: { code: 'small', name: plan, baseYen: 2960, includedCalls: 20, overYen: 148, prorated: true },
    counted,
    overCalls: counted - 20,
    credited: 1,
    lines,
    taxes,
    totalYen: taxes[0]?.totalYen ?? 0,
    taxYen: taxes[0]?.taxYen ?? 0,
    refusedSales: { calls: 12, savedYen: 1776 },
    calls: Array.from({ length: counted }, () => call),
    takenBack: [{ call, reason: label }],
  };
}

function nothing(): Statement {
  return {
    ...statement('株式会社サンプル商事', 'スモール', '用件', 20),
    plan: null,
    counted: 0,
    overCalls: 0,
    credited: 0,
    lines: [],
    taxes: [],
    totalYen: 0,
    taxYen: 0,
    refusedSales: null,
    calls: [],
    takenBack: [],
  };
}
