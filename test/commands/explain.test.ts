import { describe, expect, it } from 'vitest';
import { explain } from '../../src/explain.ts';
import { StorageError } from '../../src/storage/errors.ts';

const coded = (code: string, message = '佐藤 03-5550-0123', more: object = {}) =>
  Object.assign(new Error(message), { code, ...more });

describe('explain', () => {
  it.each([
    [coded('ECONNREFUSED'), /nothing listens there \(ECONNREFUSED\).*DATABASE_URL/],
    [new AggregateError([coded('ECONNREFUSED')]), /nothing listens there/],
    [new Error('x', { cause: coded('ENOTFOUND') }), /no such host/],
    [
      new StorageError('storage.unreachable', 'x', { cause: coded('28P01') }),
      /refuses the user or the password/,
    ],
    [
      new StorageError('storage.unreachable', 'It does not answer.', { cause: coded('EODD') }),
      /^It does not answer\./,
    ],
    [coded('3D000'), /no such database/],
    [coded('23505'), /refused a statement \(23505\)/],
    [
      new StorageError('storage.migration_failed', 'It failed.', { cause: coded('42601') }),
      /^It failed\. \(42601\)/,
    ],
    [new StorageError('storage.disk_full', 'No space is left.'), /^No space is left\.$/],
    [coded('EADDRINUSE', 'x', { syscall: 'listen' }), /another program listens there.*HOST and PORT/],
    [coded('operator.some_refusal', 'What to do.'), /^What to do\.$/],
    [coded('ERR_INVALID_ARG_TYPE'), /should not have happened \(ERR_INVALID_ARG_TYPE\)/],
    [new TypeError('佐藤 03-5550-0123'), /should not have happened \(TypeError\)/],
    ['佐藤 03-5550-0123', /should not have happened \(string\)/],
  ])('P10 puts %s into words of ours', (thrown, says) => {
    expect(explain(thrown)).toMatch(says);
    expect(explain(thrown)).not.toMatch(/佐藤|5550/);
  });
});
