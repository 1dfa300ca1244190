import type { NewNotice } from '../../delivery/notice.ts';
import { formatCallTime } from '../../domain/calendar.ts';
import type { Changed } from '../../intake/change-call.ts';
import type { CallReceipt } from '../../intake/receipt.ts';
import type { RecordedCall } from '../../intake/recorded-call.ts';
import type { NoticeBody } from '../../storage/schema.ts';
import { hardshipButtons } from '../cases/hardship.ts';
import { plainMessage } from '../plain-message.ts';
import { receiptInWords } from '../wording.ts';
import { changeButtons } from './change-buttons.ts';

/** The bot's direct message about an entry, with the buttons to change it. */
export function entryNote(receipt: CallReceipt, operatorId: string): NewNotice {
  return {
    key: `entry:${receipt.callId}`,
    target: operatorId,
    body: withButtons(plainMessage(receiptInWords(receipt, false)), receipt.callId, receipt.rule.flagged),
  };
}

/** What is told of a change: to whoever made it, and to the operator whose entry it was. */
export function changeNotes(changed: Changed): readonly NewNotice[] {
  const { by, call, changeId } = changed;
  const note = (target: string, paragraphs: readonly string[]): NewNotice => {
    const body = plainMessage(paragraphs);
    return {
      key: `change:${changeId}:${target}`,
      target,
      body: call.retracted
        ? body
        : withButtons(body, call.id, call.rule.flagged && target === call.operatorId),
    };
  };
  const words = changeInWords(changed);
  return [
    note(by.id, words),
    ...(by.id === call.operatorId
      ? []
      : [note(call.operatorId, [`${by.name}さんが、あなたの登録を変更しました。`, ...words])]),
  ];
}

/** `hard`: it may have been a hard call for its reader, who took it. */
function withButtons(body: NoticeBody, callId: string, hard: boolean): NoticeBody {
  const buttons = [...(hard ? [hardshipButtons(callId)] : []), changeButtons(callId)];
  return { ...body, blocks: [...body.blocks, ...buttons] };
}

/** A call in two lines: receipt number and client, kind and time. */
export function callInWords(call: RecordedCall): string {
  return [
    `受付番号 ${call.receiptNumber}`,
    `${call.client.code} ${call.client.name}`,
    `${call.kindLabel} ${formatCallTime(call.occurred_at)}`,
  ].join('\n');
}

function changeInWords(changed: Changed): readonly string[] {
  const { call, type, kindBefore } = changed;
  const done = {
    corrected: `受付番号 ${call.receiptNumber} を訂正しました。`,
    retracted: `受付番号 ${call.receiptNumber} を取り消しました。`,
    reclassified: `受付番号 ${call.receiptNumber} の種別を「${kindBefore}」から「${call.kindLabel}」に変更しました。`,
  }[type];
  return [
    done,
    `${call.client.code} ${call.client.name}\n${call.kindLabel} ${formatCallTime(call.occurred_at)}`,
    [...sendingInWords(changed), ...countingInWords(changed)].join('\n'),
  ];
}

function sendingInWords({ told }: Changed): readonly string[] {
  const { corrections, reports, retractions } = told;
  if (told.nowhere) return ['使える宛先がありません。至急、管理者へご連絡ください。'];
  if (told.held) return [`管理者の確認待ちです。確認後、${corrections + reports}か所へ送ります。`];
  if (corrections + reports + retractions === 0) return ['顧客には何も送りません。'];
  return [
    ...(corrections === 0 ? [] : [`${corrections}か所へ訂正報告を送ります。`]),
    ...(reports === 0 ? [] : [`${reports}か所へ、いまの内容で報告します。`]),
    ...(retractions === 0 ? [] : [`${retractions}か所へ取消のお知らせを送ります。`]),
  ];
}

function countingInWords({ usage }: Changed): readonly string[] {
  switch (usage) {
    case 'counted':
      return ['受電回数に入れました。'];
    case 'credited':
      return ['受電回数から差し引きました。'];
    case 'unchanged':
      return [];
    default:
      return usage satisfies never;
  }
}
