import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../src/commands/command.ts';
import { migrateCommand } from '../../src/commands/migrate.ts';
import { commandRegistry } from '../../src/commands/registry.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Ran, runOn } from './running.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test?.dispose());

function command(name: string): Command {
  const found = commandRegistry().find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no command ${name}`);
  return found;
}
const run = (name: string, input: unknown): Promise<Ran> => runOn(test.database, command(name), input);
const example = (name: string) => readFile(new URL(`../../examples/${name}.yaml`, import.meta.url), 'utf8');

/** The order in which a newcomer imports them: clients refer to kinds and plans. */
const SUBJECTS = ['agency', 'kinds', 'plans', 'clients'];

describe('import and export', () => {
  it('take the shipped examples, and export → import changes nothing', async () => {
    for (const subject of SUBJECTS) {
      const input = { file: `${subject}.yaml`, text: await example(subject), json: false };
      const dry = await run(`${subject} import`, { ...input, dryRun: true });
      expect(dry).toMatchObject({ code: 0, out: expect.stringMatching(/would be made; this was a dry run/) });
      const real = await run(`${subject} import`, { ...input, dryRun: false });
      expect(real.out).toMatch(/changes? made\.\n$/);
      expect(real.out.split('\n').slice(0, -2)).toEqual(dry.out.split('\n').slice(0, -2));
      const exported = await run(`${subject} export`, {});
      expect(exported.code).toBe(0);
      const again = await run(`${subject} import`, { ...input, text: exported.out, dryRun: false });
      expect(again).toMatchObject({ code: 0, out: 'Nothing to change: the data is as the file says.\n' });
    }
  });

  it('tell every mistake with its place and change nothing', async () => {
    const input = { file: 'plans.yaml', text: 'plans:\n  - code: A B\n    surprise: 1\n', dryRun: false };
    const told = await run('plans import', { ...input, json: false });
    expect(told).toMatchObject({ code: 1, out: '' });
    expect(told.err).toMatch(/^plans\.yaml:2: plans\[0\]\.code: "A B" — /m);
    expect(told.err).toMatch(/^plans\.yaml:3: plans\[0\].*surprise/m);
    expect(told.err).toMatch(/mistakes in plans\.yaml; nothing was changed\.\n$/);
    const json = await run('plans import', { ...input, json: true });
    expect(json.code).toBe(1);
    const problem = { file: 'plans.yaml', line: 2, column: 11, field: 'plans[0].code', value: '"A B"' };
    expect(JSON.parse(json.out)).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([expect.objectContaining(problem)]),
    });
  });
});

describe('migrate', () => {
  it('is safe to repeat', async () => {
    expect(await runOn(test.database, migrateCommand, {})).toMatchObject({
      code: 0,
      out: 'The database was up to date.\n',
    });
  });
});
