import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { expect, it } from 'vitest';
import { SETTINGS } from '../../src/config/settings.ts';
import { loadConfig } from '../../src/config.ts';

const text = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');

it('.env.example explains every setting, and no other', () => {
  const named = [...text.matchAll(/^#?([A-Z][A-Z_]+)=/gm)].map((match) => match[1]);
  expect(named.toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
});

it('docs/setup.md names every setting in its table, and no other', async () => {
  const setup = await readFile(new URL('../../docs/setup.md', import.meta.url), 'utf8');
  const rows = [...setup.matchAll(/^\| ((?:`[A-Z][A-Z_]+`(?:, )?)+) \|/gm)].map((match) => match[1] ?? '');
  const named = rows.flatMap((row) => [...row.matchAll(/[A-Z][A-Z_]+/g)].map(([name]) => name));
  expect(named.toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
});

it('.env.example as it is leaves open exactly what is required', () => {
  const result = loadConfig(parseEnv(text));
  expect(result.ok ? [] : result.problems.map((problem) => problem.message.split('.')[0])).toEqual(
    Array(5).fill('is missing'),
  );
});

it('.env.example shows values that are well-formed', () => {
  const filled = text.replace(/^#([A-Z][A-Z_]+=.+)$/gm, '$1');
  const result = loadConfig(parseEnv(filled));
  expect(
    result.ok ? [] : result.problems.filter((problem) => !problem.message.startsWith('is missing')),
  ).toEqual([]);
});
