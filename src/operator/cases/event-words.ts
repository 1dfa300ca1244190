import { formatDay } from '../../domain/calendar.ts';
import type { CaseEventBody } from '../../domain/cases/events.ts';
import { printable } from '../../domain/text.ts';
import { CASE_ASK_LABELS } from '../../followup/cases/ask-buttons.ts';
import { answerInWords, VIA_LABELS } from './case-words.ts';

/** What happened to a case, in a line. Texts that people typed stand in it as typed, shortened by whoever shows it. */
export function eventInWords(body: CaseEventBody): string {
  switch (body.type) {
    case 'opened':
      return '最初の電話';
    case 'call_joined':
      return body.by === 'rule' ? '電話' : '電話を別の案件から移動';
    case 'call_left':
      return {
        retracted: '取り消された電話を除外',
        reclassified: '種別が変わった電話を除外',
        moved: '電話を別の案件へ移動',
      }[body.why];
    case 'answered':
      return `顧客の回答(${VIA_LABELS[body.via]}): ${answerInWords(body)}`;
    case 'agreed':
      return `合意内容: ${printable(body.text)}`;
    case 'reminded':
      return `顧客へ回答をもう一度お願い(${body.number}回目)`;
    case 'escalated':
      return '回答がないため管理者へ引き継ぎ';
    case 'promise_reminded':
      return body.when === 'before'
        ? `約束の期日の前日(期日 ${formatDay(body.until)})`
        : `約束の期日(${formatDay(body.until)})`;
    case 'still_forwarding':
      return '転送停止中に電話';
    case 'alarmed':
      return `警報: ${body.window === 'hour' ? '1時間' : '24時間'}に${body.calls}件`;
    case 'asked_client':
      return `顧客へ送信: ${CASE_ASK_LABELS[body.message]}`;
    case 'noted':
      return `メモ: ${printable(body.text)}`;
    case 'went_quiet':
      return '14日間電話なし';
    case 'closed':
      return body.mergedInto === null
        ? `終了${body.reason === null ? '' : `: ${printable(body.reason)}`}`
        : '別の案件へ統合して終了';
    case 'reopened':
      return body.callId === null ? '再開' : '電話により再開';
    default:
      return body satisfies never;
  }
}
