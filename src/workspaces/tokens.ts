import type { Kysely } from 'kysely';
import type { WorkspaceTokens } from '../domain/workspace-token.ts';
import type { Schema } from '../storage/schema.ts';
import type { TokenSeal } from './seal.ts';

/** Reads a workspace's token for each use, so that one revoked in any process is used by none. */
export function createWorkspaceTokens(deps: {
  readonly db: Kysely<Schema>;
  readonly seal: TokenSeal;
}): WorkspaceTokens {
  return async (workspaceId) => {
    const row = await deps.db
      .selectFrom('slack_workspaces')
      .select(['sealed_token'])
      .where('team_id', '=', workspaceId)
      .executeTakeFirst();
    if (row === undefined) return { type: 'none', why: 'not_connected' };
    if (row.sealed_token === null) return { type: 'none', why: 'revoked' };
    const opened = deps.seal.open(row.sealed_token, workspaceId);
    return opened.ok ? { type: 'token', token: opened.token } : { type: 'none', why: 'unreadable' };
  };
}
