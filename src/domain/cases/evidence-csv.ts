import { jstSecond } from '../calendar.ts';
import { type Cell, csvText } from '../csv.ts';
import { printable } from '../text.ts';
import { digestOf, type Evidence } from './evidence.ts';
import { CHANNEL_LABELS, INTERNAL, numberOf, resultOf, verifyWords, wordsOf } from './evidence-words.ts';

const HEADINGS = [
  '区分',
  '日時',
  '受付番号',
  '種別',
  '番号',
  '内容',
  '担当・回答者',
  '宛先',
  '到達日時',
  'メッセージID',
  '結果',
  '照合用の値',
] as const;

type Line = Partial<Record<(typeof HEADINGS)[number], Cell | null>>;

/** The evidence as one table: a line a call, delivery, answer and event, each with what it is in the first column. */
export function evidenceCsv(evidence: Evidence): string {
  const lines: readonly Line[] = [
    {
      区分: '案件',
      日時: at(evidence.exportedAt),
      種別: evidence.state,
      内容: `案件 #${evidence.caseNumber} ${evidence.clientCode} ${evidence.clientName}`,
      '担当・回答者': evidence.agency,
      結果: evidence.internal === null ? null : INTERNAL,
    },
    ...evidence.calls.map(
      (call): Line => ({
        区分: '受電',
        日時: at(call.occurredAt),
        受付番号: call.receiptNumber,
        種別: call.kind,
        番号: numberOf(call),
        内容: wordsOf(call),
        '担当・回答者': call.operator,
        結果:
          call.surchargeYen === null ? null : `割増料金 ${call.surchargeYen}円 ${call.surchargeLabel ?? ''}`,
      }),
    ),
    ...evidence.deliveries.map(
      (delivery): Line => ({
        区分: '送達',
        日時: at(delivery.createdAt),
        受付番号: delivery.receiptNumber,
        種別: delivery.what,
        宛先: `${CHANNEL_LABELS[delivery.channel]} ${delivery.address}`,
        到達日時: delivery.acceptedAt === null ? null : at(delivery.acceptedAt),
        メッセージID: delivery.messageId,
        結果: resultOf(delivery),
      }),
    ),
    ...evidence.answers.map(
      (answer): Line => ({
        区分: '回答',
        日時: at(answer.at),
        種別: answer.answer,
        内容: answer.note,
        '担当・回答者': [answer.via, answer.person].filter((part) => part !== null).join(' '),
      }),
    ),
    ...evidence.agreed.map(
      (agreed): Line => ({
        区分: '合意',
        日時: at(agreed.at),
        内容: agreed.text,
        結果: agreed.wording === null ? null : `お伝えする言葉: ${agreed.wording}`,
      }),
    ),
    ...evidence.events.map(
      (event): Line => ({
        区分: `経過 ${event.seq}`,
        日時: at(event.at),
        内容: event.what,
        '担当・回答者': event.who,
        照合用の値: event.hash,
      }),
    ),
    ...(evidence.internal ?? []).map(
      (note): Line => ({
        区分: INTERNAL,
        日時: at(note.at),
        受付番号: note.receiptNumber,
        内容: note.note,
        '担当・回答者': note.who,
        結果: [note.hungUp ? '切電' : null, note.burden === null ? null : `きつさ ${note.burden}`]
          .filter((part) => part !== null)
          .join(' '),
      }),
    ),
    {
      区分: '記録の照合',
      内容: verifyWords(evidence),
      結果: `書き出しの値 ${digestOf(evidence)}`,
      照合用の値: evidence.seal.lastHash,
    },
  ];
  return csvText([
    HEADINGS,
    ...lines.map((line) =>
      HEADINGS.map((heading) => {
        const cell = line[heading] ?? '';
        return typeof cell === 'number' ? cell : printable(cell);
      }),
    ),
  ]);
}

function at(moment: string): string {
  return jstSecond(new Date(moment));
}
