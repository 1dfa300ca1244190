import { it } from 'vitest';
import { reportsWanted } from './harness/conclude.ts';
import { overload } from './suites/overload.ts';

it('P8 one Chatwork token, offered three times its budget for two windows', () =>
  overload({ toTheEnd: reportsWanted() >= 1_000 }));
