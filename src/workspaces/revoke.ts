import { type Kysely, sql } from 'kysely';
import type { Schema } from '../storage/schema.ts';

/** A workspace whose row is locked by whoever ends it. */
export interface EndedWorkspace {
  readonly teamId: string;
  readonly teamName: string;
  readonly clientId: string;
  readonly revokedAt: Date;
  /** Whether it was connected until now. */
  readonly justNow: boolean;
  /** Whether its client has heard of it over another channel. */
  readonly told: boolean;
}

/**
 * Takes a workspace's token away, for good: it can only be connected again. Undefined when there is none of this id,
 * or when it was connected after `happenedAt`: what is told late, or again, is about an installation that is gone.
 */
export async function revokeWorkspace(
  trx: Kysely<Schema>,
  o: { readonly teamId: string; readonly reason: string; readonly happenedAt: Date; readonly now: Date },
): Promise<EndedWorkspace | undefined> {
  const row = await trx
    .selectFrom('slack_workspaces')
    .select(['team_id', 'team_name', 'client_id', 'installed_at', 'revoked_at', 'told_at'])
    .where('team_id', '=', o.teamId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined || row.installed_at > o.happenedAt) return undefined;
  const justNow = row.revoked_at === null;
  if (justNow) {
    await trx
      .updateTable('slack_workspaces')
      .set({ revoked_at: o.now, revoked_reason: o.reason, sealed_token: null, key_id: null })
      .where('team_id', '=', o.teamId)
      .execute();
  }
  return {
    teamId: row.team_id,
    teamName: row.team_name,
    clientId: row.client_id,
    revokedAt: row.revoked_at ?? o.now,
    justNow,
    told: row.told_at !== null,
  };
}

/** Notes that the client has heard of it. */
export async function noteClientTold(trx: Kysely<Schema>, teamId: string, now: Date): Promise<void> {
  await sql`update slack_workspaces set told_at = ${now} where team_id = ${teamId} and told_at is null`.execute(
    trx,
  );
}
