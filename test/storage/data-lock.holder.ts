import { acquireDataDir } from '../../src/storage/data-lock.ts';

// Tries for the lock of the directory it is given, says what it got, and stays until it is killed.
const result = await acquireDataDir(process.argv[2] ?? '');
process.stdout.write(`${result.type}\n`);
setInterval(() => undefined, 60_000);
