import { it } from 'vitest';
import { linesPerSecond, reportsWanted } from './harness/conclude.ts';
import { diskFull } from './suites/disk-full.ts';

it('P1 the disk of the embedded database is full', () =>
  diskFull({
    reports: reportsWanted(),
    perSecond: linesPerSecond(),
    times: Math.max(2, Math.round(reportsWanted() / 200)),
  }));
