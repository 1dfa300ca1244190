import { it } from 'vitest';
import { linesPerSecond, reportsWanted } from './harness/conclude.ts';
import { refuseWrites } from './suites/break-redis.ts';

it('P7 Redis out of memory and read-only', () =>
  refuseWrites({ reports: reportsWanted(), perSecond: linesPerSecond() }));
