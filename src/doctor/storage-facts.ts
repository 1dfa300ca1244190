import { sql } from 'kysely';
import { z } from 'zod';
import { CHANNEL_NAMES } from '../domain/outcome.ts';
import type { Database } from '../storage/database.ts';
import { migrationState } from '../storage/migration-state.ts';

/** What `doctor` asks of the data; crosses the command socket as JSON while the embedded server runs. */
export const storageFactsForm = z.strictObject({
  kind: z.enum(['postgres', 'embedded']),
  /** PostgreSQL's `server_version_num`, such as 150004. */
  serverVersion: z.number().int(),
  /** Names of migrations that did not run yet; null when none ever did. */
  pendingMigrations: z.array(z.string()).nullable(),
  /** Names the database knows and this program does not: it was migrated by a newer one. */
  unknownMigrations: z.array(z.string()),
  queueTables: z.boolean(),
  clients: z.number().int(),
  kinds: z.number().int(),
  plans: z.number().int(),
  /** Active destinations by channel. */
  destinations: z.record(z.enum(CHANNEL_NAMES), z.number().int()),
  disabledDestinations: z.number().int(),
  /** Clients' own Slack workspaces; `keyId` is null of one that is connected no more. */
  workspaces: z.array(
    z.strictObject({
      id: z.string(),
      client: z.string(),
      keyId: z.string().nullable(),
      destinations: z.number().int(),
    }),
  ),
  /** Clients that are active and have no destination a report could go to. */
  clientsWithoutDestination: z.number().int(),
  /** `failed`: in the last 24 hours. */
  troubledDeliveries: z.strictObject({ uncertain: z.number().int(), failed: z.number().int() }),
  /** Harassment cases that are open and were told of in Chatwork. */
  openCasesInChatwork: z.number().int(),
});

export type StorageFacts = z.infer<typeof storageFactsForm>;

type TableFacts = Pick<
  StorageFacts,
  | 'clients'
  | 'kinds'
  | 'plans'
  | 'destinations'
  | 'disabledDestinations'
  | 'workspaces'
  | 'clientsWithoutDestination'
  | 'troubledDeliveries'
  | 'openCasesInChatwork'
>;

/** Reads, and changes nothing: a doctor that migrates would hide what it was asked about. */
export async function readStorageFacts(database: Database, now: Date): Promise<StorageFacts> {
  const { rows } = await database.pool.query<{ version: string; queues: boolean }>(
    `select current_setting('server_version_num') as version,
            to_regclass('bullmq.migration') is not null as queues`,
  );
  const [server] = rows;
  const { begun, pending, unknown } = await migrationState(database);
  return {
    kind: database.kind,
    serverVersion: Number(server?.version ?? 0),
    pendingMigrations: begun ? [...pending] : null,
    unknownMigrations: [...unknown],
    queueTables: server?.queues ?? false,
    ...(begun && pending.length === 0 ? await readTables(database, now) : NO_TABLES),
  };
}

const DAY_MS = 86_400_000;

const NO_TABLES: TableFacts = {
  clients: 0,
  kinds: 0,
  plans: 0,
  destinations: { chatwork: 0, slack: 0, email: 0 },
  disabledDestinations: 0,
  workspaces: [],
  clientsWithoutDestination: 0,
  troubledDeliveries: { uncertain: 0, failed: 0 },
  openCasesInChatwork: 0,
};

async function readTables(database: Database, now: Date): Promise<TableFacts> {
  const { rows } = await sql<{
    clients: number;
    kinds: number;
    plans: number;
    chatwork: number;
    slack: number;
    email: number;
    disabled: number;
    unreachable: number;
    uncertain: number;
    failed: number;
    cases: number;
  }>`
    with used as (
      select d.* from destinations d join clients c on c.id = d.client_id
       where d.active and c.status <> 'ended'
    )
    select (select count(*) from clients where status <> 'ended')::integer as clients,
           (select count(*) from kinds)::integer as kinds,
           (select count(distinct code) from plans)::integer as plans,
           (select count(*) from used where channel = 'chatwork')::integer as chatwork,
           (select count(*) from used where channel = 'slack')::integer as slack,
           (select count(*) from used where channel = 'email')::integer as email,
           (select count(*) from used where disabled_at is not null)::integer as disabled,
           (select count(*) from clients c where c.status = 'active' and not exists (
             select from used where used.client_id = c.id and used.disabled_at is null))::integer as unreachable,
           (select count(*) from deliveries where state = 'uncertain')::integer as uncertain,
           (select count(*) from deliveries where state = 'failed'
             and ended_at > ${new Date(now.getTime() - DAY_MS)})::integer as failed,
           (select count(*) from cases c where c.state <> 'closed' and exists (
             select from used where used.client_id = c.client_id and used.channel = 'chatwork'))::integer as cases`.execute(
    database.db,
  );
  const [row] = rows;
  if (!row) return NO_TABLES;
  return {
    clients: row.clients,
    kinds: row.kinds,
    plans: row.plans,
    destinations: { chatwork: row.chatwork, slack: row.slack, email: row.email },
    disabledDestinations: row.disabled,
    workspaces: await readWorkspaces(database),
    clientsWithoutDestination: row.unreachable,
    troubledDeliveries: { uncertain: row.uncertain, failed: row.failed },
    openCasesInChatwork: row.cases,
  };
}

async function readWorkspaces(database: Database): Promise<StorageFacts['workspaces']> {
  const { rows } = await sql<StorageFacts['workspaces'][number]>`
    select w.team_id as id, c.code as client, w.key_id as "keyId",
      (select count(*)::integer from destinations d
        where d.channel = 'slack' and d.active and d.address like w.team_id || '/%') as destinations
    from slack_workspaces w join clients c on c.id = w.client_id
    order by c.code, w.team_id
  `.execute(database.db);
  return rows;
}
