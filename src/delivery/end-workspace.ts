import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import { disableWorkspaceDestinations } from '../clients/workspace-destinations.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import { slackCredential } from '../domain/slack-place.ts';
import { WORKSPACE_NOT_CONNECTED, WORKSPACE_REVOKED } from '../domain/workspace-token.ts';
import type { Schema } from '../storage/schema.ts';
import { type EndedWorkspace, noteClientTold, revokeWorkspace } from '../workspaces/revoke.ts';
import { TYPED } from './alert-text.ts';
import type { AlertStaff } from './alerts.ts';
import type { Affected } from './consequences.ts';
import type { FallBack } from './fall-back.ts';
import { addNotice, STAFF } from './notice.ts';
import { staffNoticeBody } from './notice-body.ts';
import { reasonInWords } from './reason-words.ts';
import type { TellClient } from './tell-client.ts';

/**
 * A client's workspace is gone: uninstalled, or its token is good for nothing any more. In the caller's transaction
 * its token is forgotten, its destinations are switched off, and what waits for it goes to the client's other
 * destinations; staff hears of it once, and so does the client, over another channel, with the first report that was
 * in hand. Nothing of any other workspace is touched. Doing it again does what is left to do.
 *
 * @param o.reason what said so: an event of Slack's, or a reason's code
 * @param o.happenedAt what happened before the workspace was connected (again) is about an installation long gone
 */
export type EndWorkspace = (
  trx: Kysely<Schema>,
  o: { readonly teamId: string; readonly reason: string; readonly happenedAt: Date },
) => Promise<void>;

type InHand = Affected & { readonly purpose: string };

export function createEndWorkspace(deps: {
  readonly fallBack: FallBack;
  readonly alertStaff: AlertStaff;
  readonly tellClient: TellClient;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
}): EndWorkspace {
  return async (trx, { teamId, reason, happenedAt }) => {
    const now = deps.clock();
    const ended = await revokeWorkspace(trx, { teamId, reason, happenedAt, now });
    // Late news of an installation that is gone; but where none ever was, nothing can be sent either.
    if (ended === undefined && reason !== WORKSPACE_NOT_CONNECTED) return;
    await disableWorkspaceDestinations(trx, { workspace: teamId, now });
    const inHand = await failInHand(trx, teamId, now);
    for (const delivery of inHand) {
      if ((await deps.fallBack(trx, delivery)) === 'nobody') {
        await deps.alertStaff(trx, 'undeliverable', delivery, { code: WORKSPACE_REVOKED });
      }
    }
    if (ended === undefined) {
      const [first] = inHand;
      if (first) await deps.alertStaff(trx, 'destination', first, { code: reason });
      return;
    }
    const report = inHand.find(({ purpose }) => purpose !== 'destination_notice');
    if (!ended.told && report !== undefined) {
      await deps.tellClient(trx, report);
      await noteClientTold(trx, teamId, now);
    }
    await tellStaff(trx, ended, reason);
    if (ended.justNow) deps.log.warn({ workspace: teamId, reason }, 'a client’s workspace is gone');
  };

  async function tellStaff(trx: Kysely<Schema>, ended: EndedWorkspace, reason: string): Promise<void> {
    const { code, name } = await trx
      .selectFrom('clients')
      .select(['code', 'name'])
      .where('id', '=', ended.clientId)
      .executeTakeFirstOrThrow();
    await addNotice(
      trx,
      {
        key: `workspace-ended:${ended.teamId}:${ended.revokedAt.getTime()}`,
        target: STAFF,
        body: staffNoticeBody([
          '【宛先停止】顧客のSlackワークスペースとの連携が切れました。',
          `顧客: ${code} ${name}`,
          `ワークスペース: ${ended.teamName}(${ended.teamId})`,
          `理由: ${reasonInWords({ code: reason })}`,
          'このワークスペースの宛先への配信を止めました。送信待ちの報告は、ほかに使える宛先があればそちらへ送ります。',
          '顧客に事情を確認し、引き続き使う場合は新しい連携リンクを送ってください。つなぎ直すと宛先は自動で再開します。',
          `連携リンク(システムの担当者): ${TYPED} clients install-link ${code}`,
        ]),
      },
      deps,
    );
  }
}

/**
 * What waits for the workspace, now failed. What is being sent just now is passed over: its own outcome leads here
 * again. By index `deliveries_of_workspace`.
 */
async function failInHand(trx: Kysely<Schema>, teamId: string, now: Date): Promise<readonly InHand[]> {
  const credential = slackCredential(`${teamId}/`);
  const { rows } = await sql<InHand>`
    with waiting as (
      select id from deliveries
      where credential = ${credential} and credential like 'slack:%' and state in ('due', 'queued')
      order by id
      for update skip locked
    )
    update deliveries d
    set state = 'failed', reason = ${WORKSPACE_REVOKED}, said = null, lease_until = null, ended_at = ${now},
      updated_at = ${now}
    from waiting where d.id = waiting.id
    returning d.id, d.report_id, d.client_id, d.destination_id, d.channel, d.credential, d.address,
      (select r.purpose from reports r where r.id = d.report_id) as purpose
  `.execute(trx);
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
