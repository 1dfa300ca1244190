import { it } from 'vitest';
import { linesPerSecond, reportsWanted } from './harness/conclude.ts';
import { brokenFarSides } from './suites/broken-far-sides.ts';

it.each(['server', 'embedded'] as const)('P3 P4 far sides that break in every way, on %s', (storage) =>
  brokenFarSides({ storage, reports: reportsWanted(), perSecond: linesPerSecond(), everyMs: 150 }),
);
