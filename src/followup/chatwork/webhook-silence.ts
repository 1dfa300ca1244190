import { type Kysely, sql } from 'kysely';
import { addNotice, STAFF } from '../../delivery/notice.ts';
import { staffNoticeBody } from '../../delivery/notice-body.ts';
import { formatCallTime, jstDay } from '../../domain/calendar.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';

/** What is older than this is told of no more. */
const LOOKED_BACK_MS = 86_400_000;

/**
 * Chatwork never sends a webhook again and switches one off that fails too often, without a word. A look at the rooms
 * that finds a message the webhook should have brought is the only sign of it; staff is told once a day. An edit gives no
 * mention, and what was written before the webhook was set up could not come by it.
 */
export async function tellIfWebhookIsSilent(
  db: Kysely<Schema>,
  lateMs: number,
  deps: { readonly clock: Clock; readonly newId: NewId },
): Promise<void> {
  const now = deps.clock();
  const { rows } = await sql<{ missed: number; since: Date | null; alive: Date | null }>`
    select count(*)::integer as missed, min(r.sent_at) as since,
      (select max(webhook_at) from chatwork_replies) as alive
    from chatwork_replies r, chatwork_looks l
    where r.source = 'look' and r.webhook_at is null and r.update_time = 0
      and r.received_at between ${new Date(now.getTime() - LOOKED_BACK_MS)} and ${new Date(now.getTime() - lateMs)}
      and r.sent_at > l.webhook_since
      and r.received_at > coalesce(
        (select max(told.created_at) from notices told
         where told.key in (${keyOf(now)}, ${keyOf(new Date(now.getTime() - LOOKED_BACK_MS))})), '-infinity')
  `.execute(db);
  const [found] = rows;
  if (found === undefined || found.missed === 0 || found.since === null) return;
  await addNotice(
    db,
    {
      key: keyOf(now),
      target: STAFF,
      body: staffNoticeBody([
        '【要確認】Chatworkの返信が、すぐには届かなくなっているようです。',
        `${formatCallTime(found.since)}以降、顧客の返信${found.missed}件を、Chatworkからの通知ではなく定期確認で受け取りました。`,
        found.alive === null
          ? '最後の通知: まだ一度も届いていません'
          : `最後の通知: ${formatCallTime(found.alive)}`,
        '返信は定期確認で受け取っているため、失われていません。ただし1〜数分遅れます。',
        'システムを止めていた間の返信であれば、対応は不要です。そうでなければ、システムの担当者にお知らせください。',
        'システムの担当者へ: ChatworkのWebhook編集画面で、状態(無効になっていないか)、URL(PUBLIC_URL/webhooks/chatwork)、トークンを確認してください。',
      ]),
    },
    deps,
  );
}

/** One a day; what was told of yesterday is not told of again. */
function keyOf(moment: Date): string {
  return `chatwork-webhook-silent:${jstDay(moment)}`;
}
