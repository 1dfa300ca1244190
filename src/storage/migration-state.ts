import type { Database } from './database.ts';
import { MIGRATIONS } from './migrations/index.ts';

export interface MigrationState {
  /** Names not applied yet, in order; all of them on an empty database. */
  readonly pending: readonly string[];
  /** Names this program does not know: a newer one made these tables. */
  readonly unknown: readonly string[];
  /** False: no migration ever ran here. */
  readonly begun: boolean;
}

/** How far the database is, without changing it. */
export async function migrationState(database: Database): Promise<MigrationState> {
  const { rows } = await database.pool.query<{ begun: boolean }>(
    `select to_regclass('public.kysely_migration') is not null as begun`,
  );
  const begun = rows[0]?.begun ?? false;
  const applied = begun ? await appliedNames(database) : [];
  return {
    begun,
    pending: Object.keys(MIGRATIONS).filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !(name in MIGRATIONS)),
  };
}

async function appliedNames(database: Database): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ name: string }>('select name from kysely_migration');
  return rows.map((row) => row.name);
}
