import { type Kysely, sql } from 'kysely';

/**
 * Clients' own Slack workspaces, one row each, and the links by which they were connected. A token lies here sealed
 * (`src/workspaces/seal.ts`), and goes when the workspace does.
 */
const STATEMENTS: readonly string[] = [
  `create table slack_workspaces (
    team_id text primary key check (team_id ~ '^T[A-Z0-9]+$'),
    enterprise_id text,
    team_name text not null,
    client_id uuid not null references clients,
    bot_user_id text not null,
    scopes text not null,
    sealed_token text,
    key_id text,
    installed_by text not null,
    installed_at timestamptz not null,
    revoked_at timestamptz,
    revoked_reason text,
    told_at timestamptz,
    check ((sealed_token is null) = (revoked_at is not null)),
    check ((key_id is null) = (sealed_token is null))
  )`,
  'create index slack_workspaces_of on slack_workspaces (client_id)',

  `create table slack_install_links (
    id uuid primary key,
    client_id uuid not null references clients,
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    team_id text references slack_workspaces,
    check ((used_at is null) = (team_id is null))
  )`,

  // Finds what waits for a workspace that went away.
  `create index deliveries_of_workspace on deliveries (credential)
    where state in ('due', 'queued') and credential like 'slack:%'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
