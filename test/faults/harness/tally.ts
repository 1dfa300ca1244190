import { sql } from 'kysely';
import type { Arrived } from '../../../src/sandbox/index.ts';
import type { Entered } from './load.ts';
import type { Scene } from './scene.ts';

/** What a suite counted. `lost` and `doubled` must be 0. */
export interface Tally {
  /** Reported calls whose operator was told that they are recorded. */
  readonly acknowledged: number;
  /** Messages those calls make: one a destination. */
  readonly expected: number;
  /** Of those, the ones at the far side. */
  readonly arrived: number;
  readonly lost: readonly string[];
  /** Second messages of one report at one destination, marked mails not counted. */
  readonly doubled: readonly string[];
  /** Mails sent once more in doubt, with 「重複の可能性」 in their first line. */
  readonly marked: number;
  /** Reports of sales calls: must be 0 (P2). */
  readonly spoken: number;
}

const MARKED = '重複の可能性';

/** Counts what stands at the far sides against what operators were told. */
export function tally(scene: Scene, entered: Entered): Tally {
  const reports = scene.sandbox.arrived().filter(isReport);
  const at = new Map<string, Arrived[]>();
  for (const report of reports) {
    const receiptNumber = receiptNumberIn(report);
    if (receiptNumber === undefined) throw new Error(`a message without a receipt number: ${report.text}`);
    const place = `${receiptNumber} ${report.channel} ${report.target}`;
    at.set(place, [...(at.get(place) ?? []), report]);
  }
  const expected = entered.acknowledged
    .filter(({ reported }) => reported)
    .flatMap(({ receiptNumber, client }) =>
      client.targets.map(({ channel, address }) => `${receiptNumber} ${channel} ${address}`),
    );
  const sales = new Set(
    entered.acknowledged.filter(({ reported }) => !reported).map(({ receiptNumber }) => receiptNumber),
  );
  const marked = reports.filter(({ channel, text }) => channel === 'email' && text.startsWith(MARKED));
  const lost = expected.filter((place) => !at.has(place));
  const doubled = [...at].filter(
    ([, messages]) => messages.filter((one) => !marked.includes(one)).length > 1,
  );
  return {
    acknowledged: entered.acknowledged.filter(({ reported }) => reported).length,
    expected: expected.length,
    arrived: expected.length - lost.length,
    lost,
    doubled: [...doubled.map(([place]) => place), ...sameMark(reports, marked)],
    marked: marked.length,
    spoken: reports.filter((report) => sales.has(receiptNumberIn(report) ?? '')).length,
  };
}

/** The delivery's own mark twice is a double whatever the text says. */
function sameMark(reports: readonly Arrived[], marked: readonly Arrived[]): readonly string[] {
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const report of reports) {
    if (marked.includes(report)) continue;
    const sign = `${report.mark} ${report.target}`;
    if (seen.has(sign)) twice.push(`mark ${sign}`);
    seen.add(sign);
  }
  return twice;
}

/** What a client reads; the rest is for the agency's own people. */
export function isReport(arrived: Arrived): boolean {
  return arrived.channel !== 'slack' || arrived.audience === 'clients';
}

function receiptNumberIn(report: Arrived): string | undefined {
  const text = report.channel === 'slack' ? `${report.text} ${JSON.stringify(report.blocks)}` : report.text;
  return /(\d{8}-\d{4,})/.exec(text)?.[1];
}

/** What must hold in the database when everything has come to rest. */
export interface Ledger {
  readonly states: Readonly<Record<string, number>>;
  /** Reported calls without a report, reports without deliveries, counted calls without a count: half-recorded. */
  readonly halfRecorded: number;
  /** Receipt numbers an operator was told that are not on record. */
  readonly unknownReceipts: readonly string[];
}

export async function readLedger(scene: Scene, entered: Entered): Promise<Ledger> {
  const database = await scene.openDatabase();
  try {
    const { rows: states } = await sql<{ state: string; n: string }>`
      select state, count(*) as n from deliveries group by state
    `.execute(database.db);
    const { rows: half } = await sql<{ n: string }>`
      select count(*) as n from calls c
      where ((c.rule ->> 'reported') = 'true' and not exists (
          select 1 from reports r join deliveries d on d.report_id = r.id where r.call_id = c.id))
        or ((c.rule ->> 'counted') = 'true' and not exists (
          select 1 from usage_events u where u.call_id = c.id and u.type = 'count'))
        or ((c.rule ->> 'reported') = 'false' and exists (select 1 from reports r where r.call_id = c.id))
    `.execute(database.db);
    const { rows: known } = await sql<{ receipt_number: string }>`select receipt_number from calls`.execute(
      database.db,
    );
    const onRecord = new Set(known.map(({ receipt_number: number }) => number));
    return {
      states: Object.fromEntries(states.map(({ state, n }) => [state, Number(n)])),
      halfRecorded: Number(half[0]?.n ?? 0),
      unknownReceipts: entered.acknowledged
        .map(({ receiptNumber }) => receiptNumber)
        .filter((number) => !onRecord.has(number)),
    };
  } finally {
    await database.close();
  }
}
