import type { Child } from 'hono/jsx';
import { jstSecond } from '../../domain/calendar.ts';
import { digestOf, type Evidence } from '../../domain/cases/evidence.ts';
import {
  CHANNEL_LABELS,
  INTERNAL,
  numberOf,
  resultOf,
  verifyWords,
  wordsOf,
} from '../../domain/cases/evidence-words.ts';
import { printable, printableLine } from '../../domain/text.ts';
import { PRINT_STYLE } from './style.ts';

/**
 * The evidence of a case as one page to be printed, or kept as PDF by the browser's print. It loads nothing and runs
 * nothing. Everything a person typed is text (P6).
 */
export function EvidencePage({ evidence }: { readonly evidence: Evidence }) {
  const title = `迷惑電話の記録 案件 #${evidence.caseNumber}`;
  const { calls } = evidence;
  return (
    <html lang="ja">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="format-detection" content="telephone=no" />
        <title>{title}</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: PRINT_STYLE }} />
      </head>
      <body>
        <main>
          <h1>{title}</h1>
          {evidence.internal && (
            <p class="internal">{`【${INTERNAL}】 従業員の記録を含みます。社外に渡さないでください。`}</p>
          )}
          {(evidence.seal.brokenAt !== null || evidence.seal.alteredCalls.length > 0) && (
            <p class="broken">{verifyWords(evidence)}</p>
          )}
          <table class="facts">
            <tbody>
              <Fact label="顧客" value={`${evidence.clientCode} ${evidence.clientName}`} />
              <Fact label="電話" value={`${calls.length}件${spanOf(evidence)}`} />
              <Fact label="状態" value={evidence.state} />
              <Fact label="作成" value={`${moment(evidence.exportedAt)} ${evidence.agency ?? ''}`} />
            </tbody>
          </table>
          <p class="small">
            時刻はすべて日本時間です。「」の中は聞き取ったとおりのお言葉です。電話を受けた者などの氏名は伏せ、この記録の中で同じ人を同じ仮名で示しています。
          </p>

          <Section title="1. 受けた電話">
            <Table
              label="受けた電話"
              heads={[
                ['受付番号', 'no'],
                ['日時', 'time'],
                ['番号', 'narrow'],
                ['内容'],
                ['受けた者', 'narrow'],
              ]}
            >
              {calls.map((call) => (
                <tr>
                  <td>{call.receiptNumber}</td>
                  <td>{moment(call.occurredAt)}</td>
                  <td>{numberOf(call)}</td>
                  <td>
                    {[
                      call.kind + (call.corrections > 0 ? `(訂正 ${call.corrections}回)` : ''),
                      call.caller === null ? '' : `名乗り: ${printableLine(call.caller)}`,
                      wordsOf(call),
                      call.surchargeYen === null
                        ? ''
                        : `割増料金 ${call.surchargeYen.toLocaleString('ja-JP')}円(理由: ${printableLine(call.surchargeLabel ?? '')})`,
                    ]
                      .filter((line) => line !== '')
                      .join('\n')}
                  </td>
                  <td>{call.operator}</td>
                </tr>
              ))}
            </Table>
          </Section>

          <Section title="2. 顧客への報告と送達">
            <Table
              label="報告と送達"
              heads={[
                ['受付番号', 'no'],
                ['報告', 'narrow'],
                ['宛先'],
                ['到達日時', 'time'],
                ['結果・メッセージID', 'half'],
              ]}
            >
              {evidence.deliveries.map((delivery) => (
                <tr>
                  <td>{delivery.receiptNumber}</td>
                  <td>{delivery.what}</td>
                  <td>{`${CHANNEL_LABELS[delivery.channel]} ${printableLine(delivery.address)}`}</td>
                  <td>{delivery.acceptedAt === null ? '—' : moment(delivery.acceptedAt)}</td>
                  <td>
                    {[
                      resultOf(delivery),
                      delivery.state === 'failed' && delivery.endedAt !== null
                        ? `${moment(delivery.endedAt)} に判明`
                        : '',
                      delivery.messageId === null ? '' : printableLine(delivery.messageId),
                    ]
                      .filter((line) => line !== '')
                      .join('\n')}
                  </td>
                </tr>
              ))}
            </Table>
          </Section>

          <Section title="3. 顧客の回答と合意">
            <Table label="回答と合意" heads={[['日時', 'time'], ['方法', 'half'], ['内容']]}>
              {evidence.answers.map((answer) => (
                <tr>
                  <td>{moment(answer.at)}</td>
                  <td>{[answer.via, answer.person].filter((part) => part !== null).join('\n')}</td>
                  <td>
                    {[answer.answer, ...(answer.note === null ? [] : [printable(answer.note)])].join('\n')}
                  </td>
                </tr>
              ))}
              {evidence.agreed.map((agreed) => (
                <tr>
                  <td>{moment(agreed.at)}</td>
                  <td>合意内容</td>
                  <td>
                    {[
                      printable(agreed.text),
                      ...(agreed.wording === null ? [] : [`お伝えする言葉: ${printable(agreed.wording)}`]),
                    ].join('\n')}
                  </td>
                </tr>
              ))}
            </Table>
          </Section>

          <Section title="4. 経過">
            <Table
              label="経過"
              heads={[
                ['番号', 'seq'],
                ['日時', 'time'],
                ['だれが', 'narrow'],
                ['内容'],
                ['照合用の値(SHA-256)', 'half'],
              ]}
            >
              {evidence.events.map((event) => (
                <tr>
                  <td>{String(event.seq)}</td>
                  <td>{moment(event.at)}</td>
                  <td>{event.who}</td>
                  <td>{event.what}</td>
                  <td class="hash small">{event.hash}</td>
                </tr>
              ))}
            </Table>
          </Section>

          {evidence.internal && (
            <Section title={`5. 従業員の記録【${INTERNAL}】`}>
              <Table
                label="従業員の記録"
                heads={[['日時', 'time'], ['だれが', 'narrow'], ['受付番号', 'no'], ['内容']]}
              >
                {evidence.internal.map((note) => (
                  <tr>
                    <td>{moment(note.at)}</td>
                    <td>{note.who}</td>
                    <td>{note.receiptNumber ?? '—'}</td>
                    <td>
                      {[
                        note.hungUp ? '切電' : '',
                        note.burden === null ? '' : `きつさ ${note.burden}(5がもっともきつい)`,
                        printable(note.note ?? ''),
                      ]
                        .filter((line) => line !== '')
                        .join('\n')}
                    </td>
                  </tr>
                ))}
              </Table>
            </Section>
          )}

          <Section title="記録の照合">
            <p>{verifyWords(evidence)}</p>
            <table class="facts">
              <tbody>
                <Fact label="最後の値" value={evidence.seal.lastHash} hash />
                <Fact label="書き出しの値" value={digestOf(evidence)} hash />
              </tbody>
            </table>
          </Section>
        </main>
      </body>
    </html>
  );
}

/** The page as a whole document. */
export function evidenceHtml(evidence: Evidence): string {
  return `<!doctype html>${(<EvidencePage evidence={evidence} />).toString()}`;
}

function spanOf({ calls }: Evidence): string {
  const [first, last] = [calls[0], calls.at(-1)];
  return first === undefined || last === undefined
    ? ''
    : `(${moment(first.occurredAt)} から ${moment(last.occurredAt)} まで)`;
}

function moment(iso: string): string {
  return jstSecond(new Date(iso));
}

function Fact({
  label,
  value,
  hash,
}: {
  readonly label: string;
  readonly value: string;
  readonly hash?: boolean;
}) {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td class={hash ? 'hash' : undefined}>{printableLine(value)}</td>
    </tr>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: Child }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Table(o: {
  readonly label: string;
  readonly heads: readonly (readonly [label: string, width?: string])[];
  readonly children: readonly Child[] | Child;
}) {
  const rows = [o.children].flat(2).filter((row) => row !== null && row !== undefined);
  return (
    <section class="scroll" aria-label={o.label} tabindex={0}>
      <table>
        <thead>
          <tr>
            {o.heads.map(([label, width]) => (
              <th scope="col" class={width}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.length === 0 ? (
            <tr>
              <td colspan={o.heads.length}>ありません。</td>
            </tr>
          ) : (
            o.children
          )}
        </tbody>
      </table>
    </section>
  );
}
