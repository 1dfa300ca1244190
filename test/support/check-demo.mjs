// Reads the one-line summary of a demo run and fails when it does not keep the promises it shows.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const summary = JSON.parse(readFileSync(0, 'utf8'));
assert.ok(summary.entries >= 60, 'a day has at least 60 calls');
assert.equal(summary.entries, summary.suppressed + summary.reported);
assert.ok(summary.suppressed > 0 && summary.flagged > 0);
assert.equal(summary.undelivered, 0);
assert.equal(summary.duplicates, 0);
for (const channel of ['chatwork', 'slack', 'email']) assert.ok(summary.deliveries[channel] > 0, channel);
process.stdout.write(`${JSON.stringify(summary)}\n`);
