import { it } from 'vitest';
import { linesPerSecond, reportsWanted } from './harness/conclude.ts';
import { rollingRestart } from './suites/rolling-restart.ts';

it('P1 P4 four workers and relays at once, every process replaced in turn', () =>
  rollingRestart({ reports: reportsWanted(), perSecond: linesPerSecond() }));
