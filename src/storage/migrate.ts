import { runMigrations } from 'bullmq';
import { Migrator } from 'kysely';
import type { Database } from './database.ts';
import { StorageError } from './errors.ts';
import { MIGRATIONS } from './migrations/index.ts';

/**
 * Brings the tables up to date, and BullMQ's too where the queues live on this database. Any number of
 * processes may start at once: an advisory lock lets one of them work while the others wait, and each set of
 * changes is one transaction.
 *
 * @returns the names newly applied, oldest first; BullMQ keeps its own record and is not listed.
 * @throws StorageError `storage.migration_failed`; nothing was changed then.
 */
export async function migrate(database: Database, o: { queueTables: boolean }): Promise<readonly string[]> {
  const migrator = new Migrator({
    db: database.db,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results.find((result) => result.status === 'Error');
    throw new StorageError(
      'storage.migration_failed',
      failed
        ? `Migration ${failed.migrationName} failed; nothing was changed.`
        : 'The migrations could not run.',
      { cause: error },
    );
  }
  if (o.queueTables) await migrateQueues(database);
  return results.map((result) => result.migrationName);
}

async function migrateQueues(database: Database): Promise<void> {
  const client = await database.pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
}
