import type { Kysely } from 'kysely';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import type { ConnectedWorkspace } from '../workspaces/connect.ts';
import { TYPED } from './alert-text.ts';
import { addNotice, STAFF } from './notice.ts';
import { staffNoticeBody } from './notice-body.ts';

/**
 * Tells staff that a client connected a workspace, in the same transaction: nothing goes there before a person has put
 * it into the client's file, and that person must know that it really is the client's (P9).
 */
export async function tellOfWorkspace(
  trx: Kysely<Schema>,
  workspace: ConnectedWorkspace,
  linkId: string,
  deps: { readonly clock: Clock; readonly newId: NewId },
): Promise<void> {
  const { teamId, teamName, clientCode, clientName, installedBy, channels } = workspace;
  await addNotice(
    trx,
    {
      key: `workspace-connected:${linkId}`,
      target: STAFF,
      body: staffNoticeBody([
        '【連携】顧客のSlackワークスペースとつながりました。',
        `顧客: ${clientCode} ${clientName}`,
        `ワークスペース: ${teamName}(${teamId})`,
        `操作した人のSlack ID: ${installedBy}`,
        ...(channels.length > 0
          ? [`次の宛先への配信を再開しました: ${channels.join('、')}`]
          : [
              '報告はまだ送っていません。顧客のワークスペースに間違いないことを確かめ、アプリを招待したチャンネルのIDを顧客に聞いて、顧客ファイルに加えてください。',
              `- { channel: slack, workspace: ${teamId}, address: C… }`,
              `取り込み(システムの担当者): ${TYPED} clients import <顧客ファイル>`,
            ]),
      ]),
    },
    deps,
  );
}
