import { it } from 'vitest';
import { linesPerSecond, reportsWanted } from './harness/conclude.ts';
import { halfOpen } from './suites/half-open.ts';

it.each(['server', 'embedded'] as const)('P3 P4 half-open TCP, on %s', (storage) =>
  halfOpen({ storage, reports: reportsWanted(), perSecond: linesPerSecond() }),
);
