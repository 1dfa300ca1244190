import type { PlanPrice } from '../plans.ts';
import type { ChargedDays, Contract } from './contract.ts';
import type { TaxTotal } from './tax.ts';

/*
 * A statement (利用明細) is made of usage events and of nothing else (P5): what is in it, and why. Yen with tax,
 * whole; months JST `YYYY-MM`.
 */

/** How a call is named to the client it was for. */
export interface BilledCall {
  readonly id: string;
  readonly receiptNumber: string;
  readonly occurredAt: Date;
  /** The person asked for; null when nobody was. */
  readonly addressee: string | null;
  /** Code and Japanese name of its kind. */
  readonly kind: { readonly code: string; readonly label: string };
}

/** A usage event as a statement reads it. */
export interface UsageEvent {
  readonly type: 'count' | 'credit' | 'surcharge' | 'correction';
  /** The month it is about, `YYYY-MM`: the statement's, or a closed one before. */
  readonly ofMonth: string;
  /**
   * Surcharge: its amount. Late count and credit of a closed month's count: what the call was worth, a credit's below
   * zero; 0 within the month. Credit of a surcharge: its amount, below zero. Correction: any amount.
   */
  readonly yen: number;
  /** Of a credit: what it takes back. */
  readonly takesBack: 'count' | 'surcharge' | null;
  readonly reason: string | null;
  /** Null only for a correction that is about no call. */
  readonly call: BilledCall | null;
}

export interface PlanTerms extends PlanPrice {
  readonly code: string;
  readonly name: string;
  /** Whether a month under contract for some days only is charged in proportion (日割り). */
  readonly prorated: boolean;
}

/** A monthly extra (月額オプション) such as a second number, at its price of the month. */
export interface ExtraTerms {
  readonly code: string;
  readonly name: string;
  readonly monthlyYen: number;
  readonly prorated: boolean;
  readonly quantity: number;
}

/** Everything a statement is computed from. */
export interface StatementFacts {
  readonly month: string;
  readonly client: { readonly id: string; readonly code: string; readonly name: string };
  readonly contract: Contract;
  /** In force in the month; null when the client has none: calls are counted, and nothing is charged for them. */
  readonly plan: PlanTerms | null;
  readonly extras: readonly ExtraTerms[];
  /** Those booked in the month. */
  readonly events: readonly UsageEvent[];
  /** Sales calls refused; null unless the client chose to be told. */
  readonly refusedSales: number | null;
}

interface Amount {
  /** With tax; below zero when it is paid back. */
  readonly yen: number;
  readonly taxPercent: number;
}

/** One amount of a statement and its reason. */
export type StatementLine = Amount &
  (
    | { readonly type: 'base'; readonly name: string; readonly days: ChargedDays | null }
    | { readonly type: 'over'; readonly calls: number; readonly eachYen: number }
    | {
        readonly type: 'extra';
        readonly code: string;
        readonly name: string;
        readonly quantity: number;
        readonly eachYen: number;
        readonly days: ChargedDays | null;
      }
    | { readonly type: 'surcharge'; readonly call: BilledCall; readonly reason: string | null }
    | { readonly type: 'surcharge-credit'; readonly call: BilledCall; readonly reason: string | null }
    /** A call of a closed month that came to be counted after it: at what it would have cost there. */
    | { readonly type: 'late-call'; readonly call: BilledCall; readonly ofMonth: string }
    /** A call of a closed month found not to count: what it had cost there is given back. */
    | {
        readonly type: 'credit';
        readonly call: BilledCall;
        readonly ofMonth: string;
        readonly reason: string | null;
      }
    | { readonly type: 'correction'; readonly call: BilledCall | null; readonly reason: string | null }
  );

/** A call of the month that was reported and then found not to count: it costs nothing. */
export interface TakenBackCall {
  readonly call: BilledCall;
  readonly reason: string | null;
}

/** The money of a statement; as stored when its month is closed. */
export interface StatementSummary {
  readonly month: string;
  readonly client: StatementFacts['client'];
  /** At the price charged, so prorated where it was. */
  readonly plan: PlanTerms | null;
  /** Calls of this month that count. */
  readonly counted: number;
  /** Those of them above the plan. */
  readonly overCalls: number;
  /** Calls found not to count after all: of this month, and of closed ones before. */
  readonly credited: number;
  /** Their sum is the total. */
  readonly lines: readonly StatementLine[];
  readonly taxes: readonly TaxTotal[];
  readonly totalYen: number;
  readonly taxYen: number;
  /** Null unless the client chose to be told; never more than the two figures (P2). */
  readonly refusedSales: {
    readonly calls: number;
    /** What they would have cost, had they been counted. */
    readonly savedYen: number;
  } | null;
}

export interface Statement extends StatementSummary {
  /** Every call of the month that counts, in the order they came in: as many as `counted`. */
  readonly calls: readonly BilledCall[];
  readonly takenBack: readonly TakenBackCall[];
}
