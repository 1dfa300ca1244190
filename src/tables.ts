import type { Clock, NewId } from './domain/ports.ts';
import { ensureKinds } from './rulebook/defaults.ts';
import type { Database } from './storage/database.ts';
import { migrate } from './storage/migrate.ts';
import { migrationState } from './storage/migration-state.ts';

/** The tables are not those this program works with. */
export class TablesError extends Error {
  readonly code: 'tables.newer' | 'tables.older';
  constructor(code: TablesError['code'], message: string) {
    super(message);
    this.name = 'TablesError';
    this.code = code;
  }
}

/**
 * Brings the tables up to date and loads the trade's usual kinds of calls where there are none.
 * @returns the names of the migrations newly applied
 * @throws TablesError when a newer program made them; StorageError when a migration fails
 */
export async function prepareTables(
  database: Database,
  o: {
    readonly queueTables: boolean;
    readonly kindsFile: URL;
    readonly clock: Clock;
    readonly newId: NewId;
  },
): Promise<readonly string[]> {
  refuseNewer((await migrationState(database)).unknown);
  const applied = await migrate(database, { queueTables: o.queueTables });
  await ensureKinds(database.db, { file: o.kindsFile, clock: o.clock, newId: o.newId });
  return applied;
}

/** @throws TablesError unless the tables are exactly this program's: a command must not migrate a shared database. */
export async function requireTables(database: Database): Promise<void> {
  const { pending, unknown } = await migrationState(database);
  refuseNewer(unknown);
  if (pending.length > 0) {
    throw new TablesError(
      'tables.older',
      `The database is not up to date (${pending.join(', ')} not applied). Run: npm run toritsugi -- migrate`,
    );
  }
}

function refuseNewer(unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  throw new TablesError(
    'tables.newer',
    `The database was made by a newer Toritsugi (${unknown.join(', ')}). Use that version or a newer one.`,
  );
}
