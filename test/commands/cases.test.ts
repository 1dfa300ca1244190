import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  casesAnswerCommand,
  casesCloseCommand,
  casesListCommand,
  casesShowCommand,
} from '../../src/commands/cases.ts';
import { createWorld, type World } from '../support/world.ts';
import { runOn } from './running.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  await world.clear();
  const acme = await world.addClient({ code: 'acme' });
  await world.recorder.record(
    world.entry(acme, { kind: 'harassment', quote: '出てこい', surcharge: 'shouting' }),
  );
});
afterAll(() => world?.dispose());

const run = (command: typeof casesListCommand, input: unknown) =>
  runOn(world.database, command, input, { clock: world.clock.now });
const list = (over: object = {}) => run(casesListCommand, { limit: 50, json: false, ...over });
const show = (json = false) => run(casesShowCommand, { number: 1001, json });

describe('cases list', () => {
  it('shows where each stands, as a table and as JSON without what was said', async () => {
    expect((await list()).out).toMatch(
      /#1001 +open +acme +harassment +03-5550-0123 +1 +2026-06-18 13:05 +2026-06-18 13:05 +- +-/,
    );
    const json = (await list({ json: true, clientCode: 'acme', state: 'open' })).out;
    expect(JSON.parse(json)).toMatchObject([{ number: 1001, state: 'open', calls: 1, stands: null }]);
    expect(json).not.toContain('出てこい');
    expect((await list({ state: 'quiet' })).out).toBe('There are no such cases.\n');
    expect(await list({ clientCode: 'acm' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('"acm"'),
    });
    expect(await list({ state: 'lost' })).toMatchObject({ code: 2, out: '' });
  });
});

describe('cases answer, show and close', () => {
  it('write down who did what, and show it', async () => {
    const answer = { number: 1001, choice: 'pause', until: '2026-07-01', note: '電話にて' };
    expect(await run(casesAnswerCommand, answer)).toEqual({
      code: 0,
      out: '#1001: answered, acting now\n',
      err: '',
    });
    const { code, out } = await show();
    expect(code).toBe(0);
    expect(out).toContain('Case:    #1001, acting (対応中)\nClient:  acme 株式会社サンプル商事\n');
    expect(out).toContain('Answer:  転送を停止する, until 2026-07-01: 電話にて\n');
    expect(out).toContain('Record:  2 events, as they were written\n');
    expect(out).toMatch(/20260618-0001 +2026-06-18 13:05 +嫌がらせ電話 +03-5550-0123 +出てこい +200 +鈴木/);
    expect(out).toMatch(/2 +2026-06-18 13:05 +cli:test +answered by staff: 転送を停止する/);
    expect(await run(casesCloseCommand, { number: 1001, reason: '収束' })).toMatchObject({
      out: '#1001: closed\n',
    });
    expect(JSON.parse((await show(true)).out)).toMatchObject({ state: 'closed', sealed: true });
    expect(await run(casesCloseCommand, { number: 1001 })).toMatchObject({ code: 1 });
    expect(await run(casesAnswerCommand, answer)).toMatchObject({
      code: 1,
      err: expect.stringContaining('closed'),
    });
  });

  it('say what is wrong', async () => {
    expect(await run(casesShowCommand, { number: 7, json: false })).toMatchObject({
      code: 1,
      err: 'There is no case #7. npm run toritsugi -- cases list shows them.\n',
    });
    const answer = { number: 1001, choice: 'pause' };
    expect(await run(casesAnswerCommand, { ...answer, choice: 'sorry' })).toMatchObject({ code: 2 });
    expect(await run(casesAnswerCommand, { ...answer, until: '2026-02-30' })).toMatchObject({ code: 2 });
    expect(await run(casesAnswerCommand, { ...answer, until: '2026-06-01' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('until: '),
    });
  });

  it('fail when the record was changed behind everybody’s back', async () => {
    await sql`alter table case_events disable trigger case_events_append_only`.execute(world.db);
    await sql`update case_events set actor = 'U0SOMEBODY'`.execute(world.db);
    await sql`alter table case_events enable trigger case_events_append_only`.execute(world.db);
    expect(await show()).toMatchObject({
      code: 1,
      out: expect.stringContaining('NOT as it was written, from event 1 on'),
    });
  });
});
