import { it } from 'vitest';
import { linesPerSecond, reportsWanted } from './harness/conclude.ts';
import { clocksApart } from './suites/clocks-apart.ts';

it('P3 P4 clocks two minutes apart', () =>
  clocksApart({ reports: reportsWanted(), perSecond: linesPerSecond() }));
