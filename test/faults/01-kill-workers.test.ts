import { it } from 'vitest';
import { linesPerSecond, reportsWanted } from './harness/conclude.ts';
import { killWorkers } from './suites/kill-workers.ts';

it('P3 P4 kill −9 of workers every second, all over the attempt', () =>
  // Slow enough for a kill every second to meet many attempts.
  killWorkers({ reports: reportsWanted(), perSecond: linesPerSecond() * 0.6 }));
