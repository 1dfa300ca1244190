import { it } from 'vitest';
import { linesPerSecond, reportsWanted } from './harness/conclude.ts';
import { emptyRedis } from './suites/break-redis.ts';

it('P7 FLUSHALL and restarts of Redis lose and double nothing', () =>
  emptyRedis({ reports: reportsWanted(), perSecond: linesPerSecond() }));
