import { printable, printableLine } from '../domain/text.ts';
import { buildView, type ReportFacts, type ReportView } from './view.ts';
import { addresseeName, callerLine, numberLine, quoted, surchargeText } from './wording.ts';

/** A call as it is now, for those who were told something else before. */
export interface CorrectionView extends ReportView {
  /** 「・電話番号: 03-5550-0123(復唱確認済) → 03-5550-0124(復唱確認済)」, a line for each thing that changed. */
  readonly changes: string;
  /** Whether it is a call that needs the client's answer: then the request is repeated. */
  readonly flagged: boolean;
  /** Whether it may be a sales call: then the client is asked to say so. */
  readonly unsure: boolean;
}

/** The longest old or new text that is told beside the other; a longer one stands in the report below alone. */
const SIDE_BY_SIDE = 100;

/** Words a correction. `before` is what its readers were told. */
export function buildCorrection(facts: ReportFacts, before: ReportFacts): CorrectionView {
  return {
    ...buildView(facts),
    changes: changesBetween(before, facts).join('\n'),
    flagged: facts.kind.template === 'flagged',
    unsure: facts.kind.template === 'unsure',
  };
}

/** What differs between two states of a call, as far as a report shows it; empty when a reader would see nothing. */
export function changesBetween(before: ReportFacts, now: ReportFacts): readonly string[] {
  const [was, is] = [shownOf(before), shownOf(now)];
  return was.flatMap(([label, old], index) => {
    const next = is[index]?.[1] ?? '';
    return old === next ? [] : [`・${label}: ${beside(old, next)}`];
  });
}

function beside(old: string, next: string): string {
  const short = [old, next].every((text) => text.length <= SIDE_BY_SIDE && !text.includes('\n'));
  return short ? `${old} → ${next}` : '下記のとおり訂正いたしました';
}

/** Each thing a reader sees, in the order of the report. */
function shownOf(facts: ReportFacts): readonly (readonly [string, string])[] {
  const view = buildView(facts);
  return [
    ['種別', printableLine(facts.kind.label)],
    ['受電日時', view.callTime],
    ['お名指し', addresseeName(facts.addressee?.name ?? null)],
    ['お相手', callerLine(facts.caller)],
    ['電話番号', numberLine(facts.number)],
    ['ご用件', printable(facts.message ?? '').trim() || 'なし'],
    ['ご発言', quoted(facts.quote) ?? 'なし'],
    ['ご対応', view.wish],
    ['至急', facts.urgent ? 'あり' : 'なし'],
    ['割増料金', surchargeText(facts.surcharge)?.replace(/^割増料金 /, '') ?? 'なし'],
  ];
}
