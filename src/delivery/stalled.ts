import { type Kysely, sql } from 'kysely';
import type { ChannelName } from '../domain/outcome.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import { CHANNEL_LABELS, TYPED, workspaceLines } from './alert-text.ts';
import { addNotice, STAFF } from './notice.ts';
import { staffNoticeBody } from './notice-body.ts';
import { reasonInWords } from './reason-words.ts';
import type { DeliverySettings } from './settings.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * Tells staff of a credential behind which reports pile up, whatever the cause: one alert an hour with how many
 * wait and since when, however many there are (P3). By index `deliveries_waiting`.
 */
export async function alertStalled(
  db: Kysely<Schema>,
  deps: {
    readonly clock: Clock;
    readonly newId: NewId;
    readonly settings: Pick<DeliverySettings, 'stalledMs'>;
  },
): Promise<void> {
  const now = deps.clock();
  const before = new Date(now.getTime() - deps.settings.stalledMs);
  const { rows } = await sql<{
    channel: ChannelName;
    credential: string;
    waiting: number;
    since: Date;
    reason: string | null;
  }>`
    select channel, credential, count(*) as waiting, min(waiting_since) as since, min(reason) as reason
    from deliveries
    where state = 'due' and waiting_since <= ${before}
    group by channel, credential
  `.execute(db);
  for (const { channel, credential, waiting, since, reason } of rows) {
    const minutes = Math.floor((now.getTime() - since.getTime()) / MINUTE_MS);
    await addNotice(
      db,
      {
        key: `stalled:${credential}:${Math.floor(now.getTime() / HOUR_MS)}`,
        target: STAFF,
        body: staffNoticeBody([
          `【要対応】${CHANNEL_LABELS[channel]}への報告が滞っています。`,
          ...workspaceLines(credential),
          `送信待ち: ${waiting}件(いちばん古いものは${minutes}分前から)`,
          `理由: ${reason === null ? '送信の順番を待っています' : reasonInWords({ code: reason })}`,
          '報告は送信待ちのまま保管し、送れるようになり次第送ります。予備の宛先がある報告は、期限になるとそちらへ送ります。',
          `原因の確認(システムの担当者): ${TYPED} doctor`,
          `待っている報告(システムの担当者): ${TYPED} deliveries list --state due`,
        ]),
      },
      deps,
    );
  }
}
