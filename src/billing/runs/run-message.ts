import { TYPED } from '../../delivery/alert-text.ts';
import { STAFF } from '../../delivery/notice.ts';
import { escapeSlack, plainSection } from '../../delivery/notice-body.ts';
import { yenText } from '../../domain/billing/statement-words.ts';
import { formatCallTime, formatMonth } from '../../domain/calendar.ts';
import { printableLine } from '../../domain/text.ts';
import type { NoticeBody } from '../../storage/schema.ts';
import type { RunStanding } from './run-standing.ts';

/** `action_id` of 承認して送る; its value is the month and the events that were seen, `2026-06:31967`. */
export const APPROVE_ACTION = 'statement_run_approve';

/** Named in the message; the export has all of them. */
const NAMED_AT_MOST = 8;
const NAME_CHARACTERS = 60;

/** The one message to supervisors about a month's run; it is changed as the run goes on. */
export function runNotice(month: string): { readonly key: string; readonly target: string } {
  return { key: `statement-run:${month}`, target: STAFF };
}

export function approveValue({ month, figures }: Pick<RunStanding, 'month' | 'figures'>): string {
  return `${month}:${figures.events}`;
}

/** Undefined when it is not one of ours. */
export function readApproveValue(
  value: unknown,
): { readonly month: string; readonly events: number } | undefined {
  const found = typeof value === 'string' ? /^(\d{4}-(?:0[1-9]|1[0-2])):(\d{1,9})$/.exec(value) : null;
  return found?.[1] === undefined ? undefined : { month: found[1], events: Number(found[2]) };
}

/** The supervisors' message as the run stands: what there is to approve, then how far it is. */
export function runMessage(standing: RunStanding): NoticeBody {
  const month = formatMonth(standing.month);
  const title =
    standing.approvedAt === null
      ? `【ご利用明細】${month}分の承認をお願いします。`
      : standing.finishedAt === null
        ? `【ご利用明細】${month}分を送っています。`
        : `【ご利用明細】${month}分をすべて送り出しました。`;
  const sections = [
    [title, ...totals(standing), ...(standing.approvedAt === null ? [] : progress(standing))],
    ...(standing.approvedAt === null ? [outliers(standing), missing(standing), more(standing)] : []),
  ].filter((lines) => lines.length > 0);
  return {
    text: escapeSlack(title),
    blocks: sections.map((lines) => plainSection(lines.join('\n').slice(0, 3_000))),
    ...(standing.approvedAt === null && { last: [approveButton(standing)] }),
  };
}

/** What finds whether a message is behind. */
export function shownAs(body: NoticeBody): string {
  return JSON.stringify(body);
}

function totals({ figures }: RunStanding): readonly string[] {
  return [
    `顧客: ${count(figures.clients)}件`,
    `計上した受電: ${count(figures.counted)}回`,
    `ご請求額の合計: ${yenText(figures.totalYen)}(うち消費税 ${yenText(figures.taxYen)})`,
  ];
}

function progress(standing: RunStanding): readonly string[] {
  const { sent, clients, arrived, underWay, failed, approvedAt, approvedBy } = standing;
  return [
    `承認: ${approvedAt === null ? '-' : formatCallTime(approvedAt)}(${printableLine(approvedBy ?? '-')})`,
    `送り出し: ${count(sent)} / ${count(clients)}件`,
    `宛先: 送信済 ${count(arrived)}件、送信待ち ${count(underWay)}件、失敗 ${count(failed)}件`,
    ...(failed > 0 ? ['失敗した宛先は、1件ずつ別のお知らせでお伝えしています。'] : []),
  ];
}

function outliers({ figures }: RunStanding): readonly string[] {
  const all = figures.outliers;
  if (all.length === 0) return ['ふだんの2倍を超える顧客: なし'];
  return [
    `ふだん(直近3か月までの平均)の2倍を超える顧客: ${count(all.length)}件`,
    ...all
      .slice(0, NAMED_AT_MOST)
      .map(
        ({ code, name, totalYen, usualYen }) =>
          `・${code} ${clip(name)}: ${yenText(totalYen)}(ふだん ${yenText(usualYen)})`,
      ),
    ...(all.length > NAMED_AT_MOST ? [`・ほか${count(all.length - NAMED_AT_MOST)}件`] : []),
  ];
}

function missing({ figures }: RunStanding): readonly string[] {
  const { withoutPlan } = figures;
  const codes = withoutPlan.slice(0, NAMED_AT_MOST).join('、');
  const lines = [
    ...(withoutPlan.length > 0
      ? [
          `・プランのない顧客が${count(withoutPlan.length)}件あり、受電に料金がかかりません: ${codes}${withoutPlan.length > NAMED_AT_MOST ? ' ほか' : ''}`,
        ]
      : []),
    ...(figures.registered
      ? []
      : [
          `・登録番号がなく、適格請求書になりません。取り込み(システムの担当者): ${TYPED} agency import <ファイル>`,
        ]),
  ];
  return lines.length === 0 ? [] : ['足りないもの', ...lines];
}

function more(standing: RunStanding): readonly string[] {
  const { month } = standing;
  return [
    '承認すると、この月を締め、すべての顧客に明細を送ります。締めた月は元に戻せません。後からの登録や訂正は翌月に計上します。',
    `1件ずつ見る(システムの担当者): ${TYPED} statement <顧客コード> ${month}`,
    `一覧を保存する(システムの担当者): ${TYPED} statements export --month ${month} -o ${month}.csv`,
    `ボタンが使えないとき(システムの担当者): ${TYPED} statements run --month ${month} --approve`,
  ];
}

function approveButton(standing: RunStanding): Readonly<Record<string, unknown>> {
  const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
  const { clients, totalYen } = standing.figures;
  return {
    type: 'actions',
    block_id: `statement_run.${standing.month}`,
    elements: [
      {
        type: 'button',
        action_id: APPROVE_ACTION,
        text: plain('承認して送る'),
        value: approveValue(standing),
        style: 'primary',
        confirm: {
          title: plain('締めて送りますか'),
          text: plain(
            `${formatMonth(standing.month)}分を締め、${count(clients)}件の顧客に合計${yenText(totalYen)}の明細を送ります。元に戻せません。`,
          ),
          confirm: plain('承認して送る'),
          deny: plain('やめる'),
        },
      },
    ],
  };
}

function clip(name: string): string {
  const characters = [...printableLine(name)];
  return characters.length <= NAME_CHARACTERS
    ? characters.join('')
    : `${characters.slice(0, NAME_CHARACTERS - 1).join('')}…`;
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
