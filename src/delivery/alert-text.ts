import type { Kysely } from 'kysely';
import { formatCallTime, formatMonth } from '../domain/calendar.ts';
import type { ReportPurpose } from '../domain/call.ts';
import type { AlertSubject } from '../domain/delivery.ts';
import type { ChannelName, Reason } from '../domain/outcome.ts';
import { workspaceOfCredential } from '../domain/slack-place.ts';
import type { Schema } from '../storage/schema.ts';
import { type NewNotice, STAFF } from './notice.ts';
import { staffNoticeBody } from './notice-body.ts';
import { reasonInWords } from './reason-words.ts';

/** What an alert's own lines can say of a delivery: where it was going and for whom, not what the call was about. */
export interface DeliveryInWords {
  readonly deliveryId: string;
  readonly reportId: string;
  readonly destinationId: string;
  readonly credential: string;
  readonly channel: ChannelName;
  readonly address: string;
  readonly said: string | null;
  readonly looks: number;
  readonly generation: number;
  readonly waitingSince: Date;
  readonly createdAt: Date;
  /** Null only of a statement. */
  readonly receiptNumber: string | null;
  readonly statementMonth: string | null;
  readonly clientCode: string;
  readonly clientName: string;
  readonly disabledAt: Date | null;
  readonly purpose: ReportPurpose;
}

export const CHANNEL_LABELS: Readonly<Record<ChannelName, string>> = {
  chatwork: 'Chatwork',
  slack: 'Slack',
  email: 'メール',
};

/** What staff types before the name of a command. */
export const TYPED = 'npm run toritsugi --';

/** What is told of a report that is not the first of its call. */
function purposeLines(purpose: ReportPurpose): readonly string[] {
  switch (purpose) {
    case 'destination_notice':
      return ['内容: 宛先のご確認(受電の報告ではありません)'];
    case 'correction':
      return ['内容: 訂正報告'];
    case 'retraction':
      return ['内容: 取消のお知らせ'];
    case 'case_reminder':
      return ['内容: 嫌がらせ案件のご回答のお願い'];
    case 'case_message':
      return ['内容: 嫌がらせ案件のご連絡'];
    // Named by its month.
    case 'statement':
    case 'usage_notice':
      return ['内容: ご利用状況のお知らせ(受電の報告ではありません)'];
    case 'dispute_answer':
      return ['内容: 報告の内容へのご連絡に対するお返事'];
    case 'digest':
      return ['内容: まとめ(この受電を含む、複数の受電のご報告)'];
    case 'initial':
    case 'reminder':
      return [];
    default:
      return purpose satisfies never;
  }
}

/** Which client's workspace a credential is of; nothing for the agency's own credentials. */
export function workspaceLines(credential: string): readonly string[] {
  const workspace = workspaceOfCredential(credential);
  return workspace === undefined ? [] : [`顧客のSlackワークスペース: ${workspace}`];
}

/** The alert as lines of Japanese text for supervisors: what happened, to what, and what to do. */
export function alertText(about: AlertSubject, words: DeliveryInWords, reason: Reason): readonly string[] {
  const channel = CHANNEL_LABELS[words.channel];
  const facts = [
    `顧客: ${words.clientCode} ${words.clientName}`,
    ...(words.receiptNumber === null ? [] : [`受付番号: ${words.receiptNumber}`]),
    ...(words.statementMonth === null
      ? []
      : [`内容: ${formatMonth(words.statementMonth.slice(0, 7))}分のご利用明細`]),
    ...purposeLines(words.purpose),
    `宛先: ${channel} ${words.address}`,
    `理由: ${reasonInWords(reason)}`,
    `報告の作成: ${formatCallTime(words.createdAt)}`,
    `配信番号: ${words.deliveryId}`,
  ];
  switch (about) {
    case 'destination':
      return [
        `【宛先停止】${channel}の宛先に届けられません。`,
        ...facts,
        words.purpose === 'statement'
          ? 'この宛先への配信を止めました。ほかに使える宛先があれば、明細はそちらへ送りました。'
          : 'この宛先への配信を止めました。ほかに使える宛先があれば、報告と、新しい宛先を伺うお知らせをそちらへ送りました。',
        '顧客に新しい宛先を確認し、顧客ファイルを直して取り込んでください。',
        `取り込み(システムの担当者): ${TYPED} clients import <顧客ファイル>`,
      ];
    case 'credential':
      return [
        `【要対応】${channel}の認証または送信設定が受け付けられません。`,
        ...workspaceLines(words.credential),
        `理由: ${reasonInWords(reason)}`,
        '報告は送信待ちのまま保管しています。設定を直すと自動で送信を再開します。',
        `確認方法(システムの担当者): ${TYPED} doctor`,
      ];
    case 'channel':
      return [
        `【注意】${channel}の送信が制限されています。`,
        ...workspaceLines(words.credential),
        `理由: ${reasonInWords({ code: reason.code })}`,
        '報告は送信待ちのまま保管し、制限が解け次第送ります。',
      ];
    case 'uncertain':
      return [
        '【要確認】報告が届いたかどうか分かりません。',
        ...facts,
        '二重の報告を避けるため、自動では送り直しません。宛先を見て、届いているかどうかをお知らせください。',
        '下のボタンを押してください。ボタンがないときは、次のコマンドを使います。',
        `届いている: ${TYPED} deliveries confirm ${words.deliveryId}`,
        `届いていない・もう一度送る: ${TYPED} deliveries retry ${words.deliveryId} --even-if-uncertain`,
      ];
    case 'delivery':
      return [
        '【注意】報告の形式が宛先に受け付けられませんでした。',
        ...facts,
        '飾りのない形式で送り直します。',
      ];
    case 'late':
      return [
        '【要対応】報告が届かないまま時間が過ぎています。予備の宛先もありません。',
        ...facts,
        '送信は続けています。お急ぎの場合は顧客へ直接連絡してください。',
      ];
    case 'undeliverable':
      return [
        '【至急】報告をどの宛先にも届けられませんでした。',
        ...facts,
        '顧客へ直接連絡し、宛先を確認してください。',
      ];
    case 'given-up':
      return [
        '【至急】24時間送信を試みましたが、届けられませんでした。',
        ...facts,
        '顧客へ直接連絡してください。',
      ];
    case 'bounced':
      return [
        '【注意】送信したメールが戻ってきました。',
        ...facts,
        'ほかに使える宛先があれば、報告をそちらへ送りました。宛先は止めていません。続くようなら顧客に確認してください。',
      ];
    case 'forwarding':
      return [
        '【要確認】メールが、宛先の先にある転送先から戻ってきました。',
        ...facts,
        '宛先そのものは受け取っているため、送り直していません。顧客に届いているか確認してください。',
      ];
    default:
      return about satisfies never;
  }
}

/** Where to find the words of a report that reached nobody, or that they could not be had. */
export function reportHint(report: string | undefined): string {
  return report === undefined
    ? '報告の内容は添えられませんでした。受付番号を控え、システムの担当者に確認してください。'
    : '報告の内容を下に添えます。お電話などで顧客へお伝えください。';
}

/** Tells staff of a reported call whose client has no destination in working order. */
export async function undeliverableNotice(
  trx: Kysely<Schema>,
  callId: string,
  report: string | undefined,
): Promise<NewNotice> {
  const call = await trx
    .selectFrom('calls as c')
    .innerJoin('clients as client', 'client.id', 'c.client_id')
    .select(['c.receipt_number', 'c.revision', 'client.code', 'client.name'])
    .where('c.id', '=', callId)
    .executeTakeFirstOrThrow();
  return {
    // Told again of a call that was changed since: whoever rang the client has old words.
    key: `no-destination:${callId}${call.revision === 1 ? '' : `:${call.revision}`}`,
    target: STAFF,
    body: staffNoticeBody(
      [
        '【至急】使える宛先のない受電があります。',
        `顧客: ${call.code} ${call.name}`,
        `受付番号: ${call.receipt_number}`,
        '使える宛先が登録されていません。顧客へ直接連絡し、宛先を顧客ファイルに加えて取り込んでください。',
        `取り込み(システムの担当者): ${TYPED} clients import <顧客ファイル>`,
        reportHint(report),
      ],
      { report },
    ),
  };
}
