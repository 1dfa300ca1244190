import { openDatabase } from '../src/storage/database.ts';
import { addCalls, settleDown } from './ledger.ts';
import { createDatabase, type Servers } from './servers.ts';

/** Days over which the calls of a large ledger spread: a year of an agency with 2,700 calls a day. */
const DAYS = 365;

/** A database like `template` with `calls` delivered calls in it, to copy from. */
export async function prepareLargeLedger(
  servers: Servers,
  o: { readonly name: string; readonly template: string; readonly calls: number },
): Promise<void> {
  const databaseUrl = await createDatabase(servers, o.name, o.template);
  const database = await openDatabase({ databaseUrl, dataDir: '/', statementTimeoutMs: 0 });
  try {
    await addCalls(database.db, { count: o.calls, state: 'delivered', days: DAYS });
    await settleDown(database.db);
  } finally {
    await database.close();
  }
}
