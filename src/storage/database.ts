import { Kysely, type PostgresPool as KyselyPool, PostgresDialect } from 'kysely';
import { openEmbeddedPool } from './embedded-directory.ts';
import { PgliteShare } from './pglite-share.ts';
import { PostgresPool } from './postgres-pool.ts';
import type { QueryPool } from './query-pool.ts';
import type { Schema } from './schema.ts';

export interface DatabaseOptions {
  /** A PostgreSQL server (14 or newer). Absent: embedded PGlite under `dataDir`. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  /** Most connections to a server at once, BullMQ's not counted. Embedded there is one session only. */
  readonly maxConnections?: number;
  readonly connectTimeoutMs?: number;
  /** Longest a statement may take on a server, ms; 0: no limit. */
  readonly statementTimeoutMs?: number;
}

export interface Database {
  readonly kind: 'postgres' | 'embedded';
  readonly db: Kysely<Schema>;
  readonly pool: QueryPool;
  /** Further sessions on the same database for something that needs its own; embedded it is the one session. */
  openPool(o: { searchPath: string; maxConnections: number }): {
    readonly pool: QueryPool;
    close(): Promise<void>;
  };
  /** Afterwards every query rejects. */
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;

/**
 * Opens the database without touching its tables; see `migrate`. A server is not contacted before the first
 * query. Embedded, the directory must belong to this process alone: take its lock first (`acquireDataDir`),
 * because two processes on one directory silently lose rows.
 *
 * @throws StorageError when the embedded database cannot be opened (no space, unusable directory).
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { databaseUrl, dataDir } = options;
  if (databaseUrl === undefined) {
    const pool = await openEmbeddedPool(dataDir);
    return assemble('embedded', pool, () => {
      const share = new PgliteShare(pool);
      return { pool: share, close: () => share.end() };
    });
  }
  const common = {
    databaseUrl,
    connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    statementTimeoutMs: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
  };
  const pool = new PostgresPool({ ...common, maxConnections: options.maxConnections ?? MAX_CONNECTIONS });
  return assemble('postgres', pool, (o) => {
    const further = new PostgresPool({ ...common, ...o });
    return { pool: further, close: () => further.end() };
  });
}

function assemble(kind: Database['kind'], pool: QueryPool, openPool: Database['openPool']): Database {
  // Kysely names five commands and a cursor in its idea of a pool; at run time it asks for no more than ours has.
  const dialect = new PostgresDialect({ pool: pool as unknown as KyselyPool });
  const db = new Kysely<Schema>({ dialect });
  const close = async () => {
    await db.destroy();
    // Kysely ends the pool only if it was ever asked anything.
    await pool.end();
  };
  return { kind, db, pool, openPool, close };
}
