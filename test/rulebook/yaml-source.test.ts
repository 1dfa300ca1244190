import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { formatProblem } from '../../src/rulebook/import-result.ts';
import { day, flag, line, listOf, mapping, optional, whole } from '../../src/rulebook/yaml-fields.ts';
import { readYaml } from '../../src/rulebook/yaml-source.ts';

const schema = mapping({
  name: line('name', 20),
  size: optional(whole('size', 0, 10)),
  people: listOf(
    mapping({ name: line('name', 20), since: day('first day'), on: optional(flag('on')) }),
    'a list',
  ),
});

function read(text: string) {
  const reading = readYaml({ file: 'a.yaml', text }, schema);
  return { ...reading, lines: reading.problems.map(formatProblem) };
}

describe('what is right', () => {
  test('scalars stay what was typed, and the schema reads them', () => {
    const { value, lines } = read(
      'name: 0120\nsize: 7\npeople:\n  - { name: "no", since: 2026-04-01, on: true }\n',
    );
    expect(lines).toEqual([]);
    expect(value).toEqual({
      name: '0120',
      size: 7,
      people: [{ name: 'no', since: '2026-04-01', on: true }],
    });
  });

  test('empty and null mean left out; BOM and CRLF do not matter', () => {
    expect(read('\ufeffname: a\r\nsize: ~\r\npeople:\r\n').value).toEqual({
      name: 'a',
      size: null,
      people: [],
    });
    expect(read('name: "null"\n').value?.name).toBe('null');
  });
});

describe('every mistake at once, each with its place', () => {
  test('structure', () => {
    const { lines, value } = read(
      [
        'name: ""',
        'size: 1.5',
        'colour: red',
        'people:',
        '  - name: a',
        '    since: 2026-02-30',
        '  - b',
        '  - { since: 2026-04-01, on: yes, name: [] }',
      ].join('\n'),
    );
    expect(value).toBeUndefined();
    expect(lines).toEqual([
      'a.yaml:1: name: "" — name: one line of 1 to 20 characters, without control characters',
      'a.yaml:2: size: "1.5" — size: a whole number from 0 to 10, in digits only',
      'a.yaml:3: colour: "red" — unknown key; known here: name, size, people',
      'a.yaml:6: people[0].since: "2026-02-30" — first day: a day as in 2026-04-01',
      'a.yaml:7: people[1]: "b" — a mapping of: name, since, on',
      'a.yaml:8: people[2].on: "yes" — on: true or false',
      'a.yaml:8: people[2].name: (a list) — name: one line of 1 to 20 characters, without control characters',
    ]);
  });

  test('a missing value is shown at its mapping', () => {
    expect(read('people:\n  - name: a\n').lines).toEqual([
      'a.yaml:1: name: (missing) — name: one line of 1 to 20 characters, without control characters',
      'a.yaml:2: people[0].since: (missing) — first day: a day as in 2026-04-01',
    ]);
  });

  test('a duplicate key does not hide the other mistakes', () => {
    expect(read('name: a\nname: b\nsize: x\n').lines).toEqual([
      'a.yaml:2: "name" — this key appears twice in one mapping; keep one',
      'a.yaml:3: size: "x" — size: a whole number from 0 to 10, in digits only',
    ]);
  });

  test('what is well-formed stays for further checks, whatever is wrong beside it', () => {
    const { draft } = read('name: a\nsize: x\npeople:\n  - name: b\n    since: never\n  - c\n');
    expect(draft).toEqual({ name: 'a', people: [{ name: 'b' }, undefined] });
  });

  test('__proto__ and constructor are unknown keys like others', () => {
    const { lines, draft } = read('name: a\n__proto__: { admin: 1 }\nconstructor: x\n');
    expect(lines.map((one) => one.split(' — ')[0])).toEqual([
      'a.yaml:2: __proto__: (a mapping)',
      'a.yaml:3: constructor: "x"',
    ]);
    expect(Object.getPrototypeOf({}).admin).toBeUndefined();
    expect(draft).toEqual({ name: 'a' });
  });

  test('control characters in names are refused', () => {
    expect(read('name: "a\\u202eb"\n').lines).toHaveLength(1);
    expect(read('name: "a\\nb"\n').lines).toHaveLength(1);
    expect(read('name: "a\\0b"\n').lines).toHaveLength(1);
  });
});

describe('what is not read at all, and why', () => {
  test.each<readonly [string, string | (() => string), string]>([
    ['syntax', 'name: [a\nsize: "x\n', 'not valid YAML'],
    ['an empty file', '', 'a mapping of: name'],
    ['a list at the top', '- a\n', 'a mapping of: name'],
    ['two documents', 'name: a\n---\nname: b\n', 'one file holds one document'],
    ['tags', 'name: !!binary aGVsbG8=\n', 'tags (!…) are not supported'],
    ['aliases', 'name: &a x\nsize: *a\n', 'anchors (&…) and aliases (*…)'],
    ['nesting', () => `name: ${'['.repeat(20_000)}`, 'nested too deeply'],
    ['closed nesting', () => `name: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'nested too deeply'],
    [
      'Shift_JIS',
      Buffer.from([0x6e, 0x61, 0x6d, 0x65, 0x3a, 0x20, 0x83, 0x41]).toString('utf8'),
      'not UTF-8',
    ],
    ['10 MB', () => `name: ${'x'.repeat(10_000_000)}`, 'at most 8000000 bytes'],
    ['keys that are lists', '? [a]\n: b\n', 'a key is a plain word'],
  ])('%s', (_what, text, said) => {
    const { value, lines } = read(typeof text === 'string' ? text : text());
    expect(value).toBeUndefined();
    expect(lines.join('\n')).toContain(said);
  });

  test('a bomb of aliases costs nothing', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghij'.split('').map((key, n) => {
        const above = 'abcdefghi'[n];
        return `${key}: &${key} [${Array(9).fill(`*${above}`).join(',')}]`;
      }),
    ].join('\n');
    const began = performance.now();
    expect(read(bomb).lines.length).toBeGreaterThan(10);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  test('a hundred thousand mistakes are listed in seconds', () => {
    const text = Array.from({ length: 100_000 }, (_, n) => `k${n}: x`).join('\n');
    const began = performance.now();
    expect(read(text).lines.length).toBe(100_001);
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  test('any text at all is answered, never thrown at', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 300 }),
          fc.stringMatching(/^([a-z*&!?|>'"{}[\],:#%@`~ \n-]|: |\n - ){0,60}$/),
        ),
        (text) => {
          const { value, problems } = read(text);
          expect(value === undefined).toBe(problems.length > 0);
          for (const problem of problems) expect(problem.line).toBeGreaterThan(0);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test('zod and the kit agree on what a list left out is', () => {
  expect(listOf(z.string(), 'a list').parse(undefined)).toEqual([]);
});
