import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { App, Role } from '../../src/app.ts';
import { closingTimeClock } from '../../src/demo/clock.ts';
import { DAY } from '../../src/demo/day.ts';
import { type DemoCall, enter } from '../../src/demo/enter.ts';
import { namePlaces } from '../../src/demo/places.ts';
import { summarize } from '../../src/demo/summary.ts';
import { SANDBOX_OPERATORS } from '../../src/sandbox/index.ts';
import { type Agency, createAgency } from './agency.ts';

const EXAMPLES = new URL('../../examples/', import.meta.url);
const example = (file: string) => readFile(new URL(file, EXAMPLES), 'utf8');

/** How an agency may run here: in one process, and on servers of its own in two. */
const WAYS: readonly (readonly Role[])[] = [
  ['all'],
  ...(process.env.TEST_DATABASE_URL && process.env.TEST_REDIS_URL ? [['web', 'worker'] as const] : []),
];
/** An attempt the far side never answers lasts longer than a stop waits for it. */
const OUTLIVES_STOP = { sendTimeoutMs: 20_000, sendingLeaseMs: 6_000 };
const PATIENCE = { timeout: 30_000, interval: 50 };
const MORNING = DAY.slice(0, 10);
const NOON = DAY.slice(10, 20);
const AFTERNOON = DAY.slice(20, 30);

/** By the shipped rules: sales calls, and wrong numbers of the one client that wants none. */
const isSilent = ({ client, kind }: DemoCall) =>
  kind === '営業' || (client === 'hoshi' && kind.startsWith('間違い'));

const clock = closingTimeClock(() => new Date());
let agency: Agency;
const heard = new Set<string>();
beforeEach(async () => {
  heard.clear();
  agency = await createAgency({ clock, log: pino({ level: 'silent' }), delivery: OUTLIVES_STOP });
});
afterEach(() => agency?.close());

async function open(roles: readonly Role[]): Promise<void> {
  await agency.start(...roles);
  await agency.importPlans(await example('plans.yaml'));
  await agency.importClients(await example('clients.yaml'));
  await namePlaces(database(), agency.sandbox);
}

async function play(calls: readonly DemoCall[]): Promise<void> {
  for (const [index, call] of calls.entries()) {
    const { id } = SANDBOX_OPERATORS[index % SANDBOX_OPERATORS.length] ?? SANDBOX_OPERATORS[0];
    await enter(agency.sandbox.slack.person(id), '/juden', call, clock, heard);
  }
}

function database() {
  const app = agency.apps[0];
  if (app === undefined) throw new Error('no process is running');
  return app.database.db;
}

/**
 * A mail cut off between its last byte and the relay's answer, as a stop may do: nobody can look it up, so staff is
 * asked about it (P3) and it is not sent again by itself (P4).
 */
async function mailsStaffIsAskedAbout(): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from deliveries d where state = 'uncertain' and channel = 'email'
      and exists (select 1 from notices where key like 'uncertain:' || d.id || ':%')
  `.execute(database());
  return rows.map(({ id }) => id);
}

async function everythingArrived(): Promise<void> {
  await vi.waitFor(async () => {
    const open = await database()
      .selectFrom('deliveries')
      .select(['id', 'channel', 'state', 'reason'])
      .where('state', 'in', ['held', 'due', 'queued', 'sending', 'uncertain'])
      .execute();
    const asked = await mailsStaffIsAskedAbout();
    expect(open.filter(({ id }) => !asked.includes(id))).toEqual([]);
  }, PATIENCE);
}

async function expectEachOnce(calls: readonly DemoCall[]): Promise<void> {
  const summary = await summarize(database(), agency.sandbox.arrived());
  const suppressed = calls.filter(isSilent).length;
  expect(summary).toMatchObject({
    entries: calls.length,
    suppressed,
    reported: calls.length - suppressed,
    undelivered: (await mailsStaffIsAskedAbout()).length,
    duplicates: 0,
  });
  const marks = new Set(agency.sandbox.arrived().map(({ mark }) => mark));
  const deliveries = await database().selectFrom('deliveries').select(['mark', 'state']).execute();
  expect(deliveries.length).toBeGreaterThanOrEqual(calls.length - suppressed);
  expect(deliveries.filter(({ state, mark }) => state === 'delivered' && !marks.has(mark))).toEqual([]);
}

describe.each(WAYS.map((roles) => ({ roles })))('a day of calls, with $roles', ({ roles }) => {
  it('P1 P3 P4 arrives everywhere once, restarts in between included', async () => {
    await open(roles);
    await play(MORNING);
    await everythingArrived();
    await agency.stop();

    await agency.start(...roles);
    await play(NOON);
    // Whatever is on its way now is cut short or finished by the stop, and taken up again by the next start.
    await agency.stop();

    await agency.start(...roles);
    await play(AFTERNOON);
    await everythingArrived();
    await expectEachOnce([...MORNING, ...NOON, ...AFTERNOON]);
  }, 90_000);

  it('P4 loses and doubles nothing that is in flight when it is asked to end', async () => {
    await open(roles);
    await play(MORNING);
    await everythingArrived();
    const { sandbox } = agency;
    // The far sides take these; one answers late, the others never.
    const failures = [
      sandbox.fail({ service: 'chatwork', failure: { how: 'delay', ms: 1_000 } }),
      sandbox.fail({ service: 'chatwork', failure: { how: 'hang', accept: true } }),
      sandbox.fail({ service: 'slack', failure: { how: 'hang', accept: true }, target: 'C0SAKURA01' }),
    ];
    // The same callers again in the afternoon: at the same time it would be asked whether it is the same call.
    const last = MORNING.filter(
      ({ client, kind }) => kind === '用件' && /^(acme|koyo|sakura)$/.test(client),
    ).map((call) => ({ ...call, at: '16:30' }));
    await play(last);
    await vi.waitFor(() => expect(failures.map((failure) => failure.hits())).toEqual([1, 1, 1]), PATIENCE);
    const began = performance.now();
    await agency.stop();
    expect(performance.now() - began).toBeLessThan(10_000);

    await agency.start(...roles);
    await everythingArrived();
    const cutShort = await database()
      .selectFrom('attempts')
      .select('id')
      .where((eb) => eb.or([eb('outcome', 'is', null), eb('outcome', '=', 'uncertain')]))
      .execute();
    // The two that were never answered; on a busy machine others may have been given up as well.
    expect(cutShort.length).toBeGreaterThanOrEqual(2);
    await expectEachOnce([...MORNING, ...last]);
  }, 90_000);
});

describe.each(WAYS.map((roles) => ({ roles })))('what is seen of it, with $roles', ({ roles }) => {
  it('is told by /readyz and /metrics of every process', async () => {
    await open(roles);
    await play(MORNING);
    await everythingArrived();
    const [face, worker = face] = agency.apps as [App, App?];
    const probes = ['relay', 'sweep', 'notices', 'worker'];
    for (const app of agency.apps) {
      const { status, checks } = await agency.readyz(app);
      expect(status).toBe(200);
      expect(Object.keys(checks)).toEqual(['database', 'queue', ...(app === worker ? probes : [])]);
      expect((await fetch(`${app.url}/metrics`)).status).toBe(401);
    }
    const text = await agency.metrics(worker);
    const total = (name: string) =>
      text
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    const { n: delivered } = await database()
      .selectFrom('deliveries')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('state', '=', 'delivered')
      .executeTakeFirstOrThrow();
    expect(delivered).toBeGreaterThan(5);
    expect(total('toritsugi_attempts_total')).toBe(delivered);
    expect(total('toritsugi_entry_to_delivered_seconds_count')).toBe(delivered);
    expect(total('toritsugi_attempts_running')).toBe(0);
    expect(text).toMatch(/^toritsugi_loop_idle_seconds\{loop="relay"\} 0\.\d+$/m);
    expect(text).toMatch(/^toritsugi_budget_left\{channel="chatwork",budget="posts"\} \d+$/m);
    expect(text).toMatch(/^toritsugi_notices_total\{outcome="delivered"\} \d+$/m);
    expect(text).toContain('toritsugi_worker_restarts_total 0\n');
    expect(text).toContain('toritsugi_scrape_failures_total 0\n');
    if (worker !== face) {
      expect((await fetch(`${worker.url}/slack/events`, { method: 'POST' })).status).toBe(404);
      expect(await agency.metrics(face)).not.toContain('toritsugi_loop_idle_seconds{');
    }
  }, 60_000);
});
