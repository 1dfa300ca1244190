import type { Kysely } from 'kysely';
import { enableWorkspaceDestinations } from '../clients/workspace-destinations.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import type { TokenSeal } from './seal.ts';

/** What Slack hands over when somebody has installed the app in a workspace. */
export interface Installation {
  readonly teamId: string;
  readonly teamName: string;
  readonly enterpriseId: string | null;
  readonly botUserId: string;
  readonly scopes: string;
  readonly token: string;
  /** Slack user id. */
  readonly installedBy: string;
}

/** A connected workspace in words. */
export interface ConnectedWorkspace {
  readonly teamId: string;
  readonly teamName: string;
  readonly clientCode: string;
  readonly clientName: string;
  readonly installedBy: string;
  /** Ids of the channels and people there that get reports now. */
  readonly channels: readonly string[];
}

export type Connected =
  | { readonly type: 'connected'; readonly workspace: ConnectedWorkspace }
  /** The link was used, replaced or ran out meanwhile. */
  | { readonly type: 'closed' }
  /** The workspace is connected to another client. */
  | { readonly type: 'taken' };

export type ConnectWorkspace = (linkId: string, installation: Installation) => Promise<Connected>;

/**
 * Keeps a workspace's token and uses up the link, in one transaction. A workspace belongs to one client: whose link
 * comes second is refused, unless the first has gone or ended. Connected again, its destinations that stopped with it
 * work again; others stay as they are.
 */
export function createConnectWorkspace(deps: {
  readonly db: Kysely<Schema>;
  readonly seal: TokenSeal;
  /** Tells staff in the same transaction. */
  readonly tellStaff: (trx: Kysely<Schema>, workspace: ConnectedWorkspace, linkId: string) => Promise<void>;
  readonly clock: Clock;
  readonly newId: NewId;
}): ConnectWorkspace {
  const { db, seal, clock, newId } = deps;
  return (linkId, installation) =>
    db.transaction().execute(async (trx): Promise<Connected> => {
      const now = clock();
      const { teamId } = installation;
      // Of two browsers with one link, the second waits here and then finds it used.
      const link = await trx
        .selectFrom('slack_install_links as link')
        .innerJoin('clients as client', 'client.id', 'link.client_id')
        .select(['client.id', 'client.code', 'client.name'])
        .where('link.id', '=', linkId)
        .where('link.used_at', 'is', null)
        .where('link.expires_at', '>', now)
        .where('client.status', '<>', 'ended')
        .forUpdate('link')
        .executeTakeFirst();
      if (link === undefined) return { type: 'closed' };
      const holder = await trx
        .selectFrom('slack_workspaces as workspace')
        .innerJoin('clients as client', 'client.id', 'workspace.client_id')
        .select(['workspace.client_id', 'workspace.revoked_at', 'client.status'])
        .where('workspace.team_id', '=', teamId)
        .forUpdate('workspace')
        .executeTakeFirst();
      const heldByOther = holder !== undefined && holder.client_id !== link.id;
      if (heldByOther && holder.revoked_at === null && holder.status !== 'ended') return { type: 'taken' };
      const row = {
        enterprise_id: installation.enterpriseId,
        team_name: installation.teamName,
        client_id: link.id,
        bot_user_id: installation.botUserId,
        scopes: installation.scopes,
        sealed_token: seal.seal(installation.token, teamId),
        key_id: seal.keyId,
        installed_by: installation.installedBy,
        installed_at: now,
        revoked_at: null,
        revoked_reason: null,
        told_at: null,
      };
      await trx
        .insertInto('slack_workspaces')
        .values({ team_id: teamId, ...row })
        .onConflict((conflict) => conflict.column('team_id').doUpdateSet(row))
        .execute();
      await trx
        .updateTable('slack_install_links')
        .set({ used_at: now, team_id: teamId })
        .where('id', '=', linkId)
        .execute();
      const channels = await enableWorkspaceDestinations(trx, { clientId: link.id, workspace: teamId, now });
      await trx
        .insertInto('audit_log')
        .values({
          id: newId(),
          at: now,
          actor: `slack:${teamId}:${installation.installedBy}`,
          action: 'workspace.connected',
          subject_type: 'client',
          subject_id: link.id,
          detail: JSON.stringify({ workspace: teamId, link: linkId }),
        })
        .execute();
      const { teamName, installedBy } = installation;
      const workspace: ConnectedWorkspace = {
        teamId,
        teamName,
        clientCode: link.code,
        clientName: link.name,
        installedBy,
        channels,
      };
      await deps.tellStaff(trx, workspace, linkId);
      return { type: 'connected', workspace };
    });
}
