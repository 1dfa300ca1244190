import { it } from 'vitest';
import { linesPerSecond, reportsWanted } from './harness/conclude.ts';
import { killWholeProcess } from './suites/kill-process.ts';

it.each(['server', 'embedded'] as const)('P1 P3 P4 kill −9 of the whole process, on %s', (storage) =>
  killWholeProcess({
    storage,
    reports: reportsWanted(),
    perSecond: linesPerSecond(),
    kills: Math.max(4, Math.round(reportsWanted() / 50)),
  }),
);
