import type { BusinessHours } from '../../domain/business-hours.ts';
import { formatCallTime, formatDay } from '../../domain/calendar.ts';
import { type CaseDue, decideCase } from '../../domain/cases/agenda.ts';
import { foldCase } from '../../domain/cases/case-state.ts';
import type { CaseView } from '../../followup/cases/cases.ts';

/**
 * What happens next with a case by itself, for its card.
 * @param nextAt when the clock looks at it; null: never, unless something happens
 */
export function nextInWords(
  { state, events, lastCallAt }: Pick<CaseView, 'state' | 'events' | 'lastCallAt'>,
  nextAt: Date | null,
  agency: BusinessHours | null,
): string {
  if (nextAt !== null) {
    const standing = foldCase(events);
    const due = standing && decideCase(standing, { lastCallAt, agency }, nextAt).due;
    if (due) return `${formatCallTime(nextAt)} ${inWords(due)}`;
  }
  switch (state) {
    case 'open':
      return '管理者から顧客へお電話ください';
    case 'answered':
    case 'acting':
      return '予定はありません';
    case 'quiet':
    case 'closed':
      return 'なし(新しい電話があれば再開します)';
    default:
      return state satisfies never;
  }
}

function inWords(due: CaseDue): string {
  switch (due.type) {
    case 'remind':
      return `回答がなければ、顧客へもう一度お願いします(${due.number}回目)`;
    case 'escalate':
      return '回答がなければ、管理者へ引き継ぎます';
    case 'promise':
      return due.when === 'before'
        ? `約束の期日(${formatDay(due.until)})の前日のお知らせを管理者に出します`
        : `約束の期日(${formatDay(due.until)})のお知らせを管理者に出します`;
    case 'go_quiet':
      return '電話がなければ「沈静」になります';
    default:
      return due satisfies never;
  }
}
