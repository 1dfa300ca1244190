import type { LinkedCall, LinkedStatement } from '../../billing/linked-statement.ts';
import type { BilledCall, Statement, StatementLine } from '../../domain/billing/statement.ts';
import {
  callCells,
  countWords,
  lineCall,
  lineWords,
  planWords,
  refusedWords,
  yenText,
} from '../../domain/billing/statement-words.ts';
import { formatMonth } from '../../domain/calendar.ts';
import { printableLine } from '../../domain/text.ts';
import { recipientLine } from '../../reports/wording.ts';
import { Facts, Frame } from './frame.tsx';
import { STATEMENT_STYLE } from './statement-style.ts';

const KIND = '【ご利用明細】';

/**
 * A month's statement: readable on a phone, printable on A4, with what a qualified invoice (適格請求書) needs. Every call
 * it names leads to its report, within the same link (P9).
 */
export function StatementPage({ statement, agency }: LinkedStatement) {
  const { month, client, calls, takenBack, lines, taxes } = statement;
  const refused = refusedWords(statement.refusedSales);
  return (
    <Frame title={`${formatMonth(month)}分 ご利用明細`} kind={KIND} style={STATEMENT_STYLE}>
      <div class="parties">
        <p>{recipientLine(client.name, null)}</p>
        {agency !== null && (
          <p class="issuer">
            {issuerLines(agency).map((line) => (
              <>
                {line}
                <br />
              </>
            ))}
          </p>
        )}
      </div>
      <p class="total">
        <span>ご請求額(税込)</span>
        <b>{yenText(statement.totalYen)}</b>
        <span>うち消費税 {yenText(statement.taxYen)}</span>
      </p>
      <Facts
        rows={[
          ['対象の月', formatMonth(month)],
          ['ご契約プラン', planWords(statement.plan)],
          ['受電回数', countWords(statement)],
          ...(refused === null ? [] : [['お断りした営業電話', refused] as const]),
        ]}
      />
      <Amounts lines={lines} />
      <table>
        <caption>消費税</caption>
        <thead>
          <tr>
            <th scope="col">税率</th>
            <th scope="col" class="yen">
              対象額(税込)
            </th>
            <th scope="col" class="yen">
              うち消費税
            </th>
          </tr>
        </thead>
        <tbody>
          {taxes.map(({ percent, totalYen, taxYen }) => (
            <tr>
              <th scope="row">{percent}%対象</th>
              <td class="yen">{yenText(totalYen)}</td>
              <td class="yen">{yenText(taxYen)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {calls.length === 0 ? (
        <p>計上した受電はありません。</p>
      ) : (
        <Calls caption="計上した受電" calls={calls} />
      )}
      {takenBack.length > 0 && (
        <Calls
          caption="計上を取り消した受電(料金はかかりません)"
          calls={takenBack.map(({ call }) => call)}
          reasons={takenBack.map(({ reason }) => printableLine(reason ?? ''))}
        />
      )}
      <p class="note screen">受付番号を押すと、そのお電話の報告をご覧いただけます。</p>
      <p class="actions">
        <a href="?csv" download>
          CSVを保存する
        </a>
      </p>
    </Frame>
  );
}

/** One call of a statement, as it was reported. */
export function StatementCallPage({
  month,
  call,
  report,
  page,
}: LinkedCall & {
  /** Where something can be said about the report; null: nowhere. */
  readonly page: string | null;
}) {
  const cells = callCells(call);
  return (
    <Frame title={`受付番号 ${call.receiptNumber}`} kind={KIND} style={STATEMENT_STYLE}>
      {report === null ? (
        <>
          <Facts
            rows={[
              ['受付番号', cells.receiptNumber],
              ['受電日時', cells.time],
              ['種別', cells.kind],
            ]}
          />
          <p>
            この受電の報告は、こちらのページではご覧いただけません。ご用の際は、当社までお知らせください。
          </p>
        </>
      ) : (
        <Facts
          rows={[
            ['受付番号', report.receiptNumber],
            ['種別', report.kindLabel],
            ['受電日時', report.callTime],
            ['お名指し', report.addressee],
            ['お相手', report.caller],
            ['電話番号', report.number],
            ['ご用件', report.message],
            ...(report.quote === null ? [] : [['ご発言', report.quote] as const]),
            ['ご対応', report.wish],
            ...(report.surcharge === null ? [] : [['割増料金', report.surcharge] as const]),
            ['受付', report.operator],
          ]}
        />
      )}
      {page !== null && (
        <p class="actions">
          <a href={page}>報告の内容について連絡する</a>
        </p>
      )}
      <p class="actions">
        <a href="?">{formatMonth(month)}分のご利用明細に戻る</a>
      </p>
    </Frame>
  );
}

function issuerLines(agency: NonNullable<LinkedStatement['agency']>): readonly string[] {
  const { name, postalCode, address, phone, registrationNumber } = agency;
  return [
    name,
    [postalCode === null ? '' : `〒${postalCode}`, address ?? ''].filter(Boolean).join(' '),
    phone === null ? '' : `電話 ${phone}`,
    registrationNumber === null ? '' : `登録番号 ${registrationNumber}`,
  ]
    .map((line) => printableLine(line))
    .filter((line) => line !== '');
}

function Amounts({ lines }: { readonly lines: Statement['lines'] }) {
  return (
    <table>
      <caption>内訳(税込)</caption>
      <thead>
        <tr>
          <th scope="col">内容</th>
          <th scope="col" class="yen">
            税率
          </th>
          <th scope="col" class="yen">
            金額
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.length === 0 && (
          <tr>
            <td colspan={3}>ご請求はありません。</td>
          </tr>
        )}
        {lines.map((line) => (
          <tr>
            <td>
              {lineWords(line)}
              <OfCall line={line} />
            </td>
            <td class="yen">{line.taxPercent}%</td>
            <td class="yen">{yenText(line.yen)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function OfCall({ line }: { readonly line: StatementLine }) {
  const words = lineCall(line);
  if (words === null || !('call' in line) || line.call === null) return null;
  return (
    <small>
      <a href={linkTo(line.call)}>{words}</a>
    </small>
  );
}

function Calls({
  caption,
  calls,
  reasons,
}: {
  readonly caption: string;
  readonly calls: readonly BilledCall[];
  readonly reasons?: readonly string[];
}) {
  return (
    <table class="calls">
      <caption>
        {caption} {calls.length}件
      </caption>
      <thead>
        <tr>
          <th scope="col">受付番号</th>
          <th scope="col">受電日時</th>
          <th scope="col">お名指し</th>
          <th scope="col">種別</th>
          {reasons !== undefined && <th scope="col">理由</th>}
        </tr>
      </thead>
      <tbody>
        {calls.map((call, index) => {
          const cells = callCells(call);
          const [day = '', time = ''] = cells.time.split(' ');
          return (
            <tr>
              <td class="number">
                <a href={linkTo(call)}>{cells.receiptNumber}</a>
              </td>
              <td class="time">
                <span>{day}</span> <span>{time}</span>
              </td>
              <td>{cells.addressee}</td>
              <td>{cells.kind}</td>
              {reasons !== undefined && <td>{reasons[index] || '-'}</td>}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Relative, so that it holds behind a proxy that gives this server a path of its own; the token stays in the path. */
function linkTo(call: BilledCall): string {
  return `?call=${encodeURIComponent(call.receiptNumber)}`;
}
