import { it } from 'vitest';
import { linesPerSecond, reportsWanted } from './harness/conclude.ts';
import { restartPostgres } from './suites/restart-postgres.ts';

it('P1 P4 PostgreSQL restarted, crashed, and its sessions cut', () =>
  restartPostgres({ reports: reportsWanted(), perSecond: linesPerSecond() }));
