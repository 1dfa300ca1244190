import { it } from 'vitest';
import { brokenFarSides } from '../faults/suites/broken-far-sides.ts';
import { killWholeProcess } from '../faults/suites/kill-process.ts';

/** The cheapest of the fault suites, for every test run; the others: `npm run test:faults`. */
const REPORTS = 30;
const WITHIN_MS = 120_000;

it(
  'P1 P4 kill −9 of the whole process loses and doubles nothing',
  () => killWholeProcess({ storage: 'embedded', reports: REPORTS, perSecond: 40, kills: 1 }),
  WITHIN_MS,
);

it(
  'P3 P4 far sides that break in every way make no report vanish or come twice',
  () => brokenFarSides({ storage: 'embedded', reports: REPORTS, perSecond: 20, everyMs: 40 }),
  WITHIN_MS,
);
