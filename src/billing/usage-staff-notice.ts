import { type NewNotice, STAFF } from '../delivery/notice.ts';
import { staffNoticeBody } from '../delivery/notice-body.ts';
import type { UsageFigures, WarnedAt } from '../domain/billing/outlook.ts';
import { costText, countText, forecastText, reachedText } from '../reports/usage-notice.ts';

/** What supervisors are told when a client is: the same figures, once a client, month and mark. */
export function usageStaffNotice(o: {
  readonly clientId: string;
  readonly client: { readonly code: string; readonly name: string };
  readonly month: string;
  readonly percent: WarnedAt;
  readonly figures: UsageFigures;
  /** Whether the client has a place where it is told. */
  readonly told: boolean;
}): NewNotice {
  const { figures } = o;
  const forecast = forecastText(figures);
  const body = staffNoticeBody([
    `【ご利用状況】${o.client.code} ${o.client.name}`,
    reachedText(o),
    `受電回数: ${countText(figures)}`,
    ...(forecast === null ? [] : [`月末の見込み: ${forecast}`]),
    `料金の見込み: ${costText(figures.cost)}`,
    ...(figures.cheaper === null ? [] : [`ほかのプランの場合: ${costText(figures.cheaper)}`]),
    o.told
      ? '顧客にも同じ内容をお知らせしました。'
      : '使える宛先がないため、顧客にはお知らせしていません。直接お知らせください。',
  ]);
  return { key: `usage:${o.clientId}:${o.month}:${o.percent}`, target: STAFF, body };
}
