import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { queueErrorLog } from '../../src/storage/queue-errors.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('P10 logs codes only, each at most every 30 s, with how often it was left out', () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) });
  const onError = queueErrorLog(log)('deliver');
  for (let i = 0; i < 100; i += 1)
    onError(Object.assign(new Error('佐藤 090-0000-0000'), { code: 'ECONNREFUSED' }));
  onError(new TypeError('佐藤'));
  expect(lines.map(({ queue, code, leftOut }) => ({ queue, code, leftOut }))).toEqual([
    { queue: 'deliver', code: 'ECONNREFUSED', leftOut: 0 },
    { queue: 'deliver', code: 'TypeError', leftOut: 0 },
  ]);
  vi.advanceTimersByTime(30_001);
  onError(Object.assign(new Error('again'), { code: 'ECONNREFUSED' }));
  expect(lines.at(-1)).toMatchObject({ code: 'ECONNREFUSED', leftOut: 99 });
  expect(JSON.stringify(lines)).not.toMatch(/佐藤|0000/);
});
