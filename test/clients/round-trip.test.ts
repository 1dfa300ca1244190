import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { exportClients } from '../../src/clients/export-clients.ts';
import { importClients } from '../../src/clients/import-clients.ts';
import { importKinds } from '../../src/rulebook/import-kinds.ts';
import { importPlans } from '../../src/rulebook/import-plans.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { changesOf, example, options } from '../support/imports.ts';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
  changesOf(await importKinds(opened.database.db, await example('kinds'), options()));
  changesOf(await importPlans(opened.database.db, await example('plans'), options()));
});
afterAll(() => opened.dispose());

const importText = (text: string) =>
  importClients(opened.database.db, { file: 'clients.yaml', text }, options());

async function forgetClients(): Promise<void> {
  const { db } = opened.database;
  for (const table of ['destinations', 'roster_members', 'client_plans', 'client_extras'] as const) {
    await db.deleteFrom(table).execute();
  }
  await db.deleteFrom('kind_rules').where('client_id', 'is not', null).execute();
  await db.deleteFrom('clients').execute();
}

/** Words that YAML could take for something else are the ones to try. U+FFFD is left out: in a file it means a wrong encoding. */
const word = fc.oneof(
  fc.constantFrom(
    'null',
    '~',
    'true',
    'no',
    '0120',
    '1e3',
    '2026-04',
    '- a',
    '# b',
    'a: b',
    '&x',
    '*x',
    '"',
    "'",
    '|',
    'a, b',
    '[x]',
    '{y}',
    '!t',
    '%',
    '@',
    '山田 太郎',
    '㈱サンプル',
    '髙﨑①',
  ),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((text) => /^[^\p{C}\p{Z}\ufffd]+$/u.test(text)),
);
const code = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,8}$/);
const text = fc.array(word, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const destination = (names: readonly string[]) =>
  fc
    .record({
      target: fc.oneof(
        fc.record({
          channel: fc.constant('chatwork'),
          address: fc.stringMatching(/^[1-9]\d{0,19}$/),
          mention: maybe(fc.stringMatching(/^[1-9]\d{0,9}$/)),
        }),
        fc.record({
          channel: fc.constant('slack'),
          address: fc.stringMatching(/^[CDU][A-Z0-9]{8}$/),
          mention: maybe(fc.stringMatching(/^U[A-Z0-9]{8}$/)),
        }),
        fc.record({
          channel: fc.constant('email'),
          address: fc.stringMatching(/^[a-z.]{1,6}[a-z]@[a-z]{1,6}\.example$/),
          mention: maybe(fc.constantFrom('佐藤', 'null', 'a, fallback')),
        }),
      ),
      member: maybe(fc.constantFrom(...names, ...(names.length === 0 ? [undefined] : []))),
      order: maybe(fc.integer({ min: 1, max: 9 })),
      fallback: maybe(fc.boolean()),
      digest: maybe(
        fc.constantFrom({ digest: '18:00' }, { digest: '07:05', immediate: true }, { immediate: true }),
      ),
    })
    .map(({ target, digest, ...rest }) => ({
      ...target,
      ...rest,
      ...(rest.fallback ? {} : digest),
    }));

const client = fc.uniqueArray(word, { maxLength: 3 }).chain((names) =>
  fc.record({
    code,
    name: word,
    kana: word,
    aliases: maybe(fc.array(word, { maxLength: 3 })),
    status: maybe(fc.constantFrom('active', 'paused', 'ended')),
    own_numbers: maybe(
      fc.array(fc.constantFrom('03-5550-0101', '0120-000-123', '+12125550123', '04992-2-2345')),
    ),
    greeting: maybe(text),
    operator_notes: maybe(text),
    reminders: maybe(
      fc.record({
        after: fc.constantFrom('15m', '30m', '1h', '12h', '24h'),
        times: maybe(fc.integer({ min: 1, max: 10 })),
        to: maybe(fc.subarray(names)),
      }),
    ),
    review: maybe(fc.boolean()),
    plans: maybe(
      fc.uniqueArray(
        fc.record({
          from: fc.constantFrom('2024-04', '2025-01', '2026-12', '2027-03'),
          plan: fc.constantFrom('small', 'half'),
        }),
        { selector: ({ from }) => from, maxLength: 3 },
      ),
    ),
    // A contract begins in a month with a plan.
    contract: maybe(fc.record({ until: fc.constantFrom('2026-12-20', '2027-03-31') })),
    extras: maybe(
      fc
        .record({
          to: maybe(fc.constantFrom('2026-12', '2027-01')),
          quantity: maybe(fc.integer({ min: 1, max: 9 })),
        })
        .map((more) => [{ extra: 'second-number', from: '2026-11', ...more }]),
    ),
    tell_refused_sales: maybe(fc.boolean()),
    roster: fc
      .tuple(
        ...names.map((name) =>
          fc.record({
            name: fc.constant(name),
            kana: maybe(word),
            aliases: maybe(fc.array(word, { maxLength: 2 })),
          }),
        ),
      )
      .chain((members) =>
        fc
          .integer({ min: -1, max: members.length - 1 })
          .map((chief) =>
            members.map((member, index) => (index === chief ? { ...member, responsible: true } : member)),
          ),
      ),
    destinations: fc.uniqueArray(destination(names), {
      selector: ({ member, channel, address }) => JSON.stringify([member, channel, address]),
      maxLength: 4,
    }),
    rules: maybe(
      fc
        .uniqueArray(
          fc.record({
            kind: fc.constantFrom('wrong_number', 'sales'),
            effective_from: fc.constantFrom('2026-04-01', '2026-05-15'),
            both: fc.boolean(),
          }),
          { selector: ({ kind, effective_from }) => `${kind} ${effective_from}` },
        )
        .map((rules) => rules.map(({ both, ...rule }) => ({ ...rule, counted: both, reported: both }))),
    ),
  }),
);
const clients = fc.uniqueArray(client, { selector: ({ code: one }) => one, maxLength: 3 }).filter((set) => {
  const codes = new Set(set.map((one) => one.code));
  const words = set.flatMap((one) => [one.name, one.kana, ...(one.aliases ?? [])]);
  return !words.some((one) => codes.has(one.normalize('NFKC').toLowerCase()));
});

const asFile = (set: readonly unknown[]) => stringify({ clients: set });

test('export → import changes nothing, and builds the same clients elsewhere', async () => {
  await fc.assert(
    fc.asyncProperty(clients, async (set) => {
      await forgetClients();
      changesOf(await importText(asFile(set)));
      expect(changesOf(await importText(asFile(set)))).toEqual([]);
      const exported = await exportClients(opened.database.db);
      expect(changesOf(await importText(exported))).toEqual([]);
      await forgetClients();
      changesOf(await importText(exported));
      expect(await exportClients(opened.database.db)).toBe(exported);
    }),
    { numRuns: 12 },
  );
}, 120_000);

test('whatever a client was, importing another entry for it makes it that, and the former makes it the former', async () => {
  const pair = fc.tuple(client, client).map(([one, other]) => {
    // A plan change would have to begin next month; that is tested by itself.
    const { plans: _plans, ...rest } = other;
    return [one, { ...rest, code: one.code, ...(one.plans && { plans: one.plans }) }] as const;
  });
  await fc.assert(
    fc.asyncProperty(pair, async ([one, other]) => {
      await forgetClients();
      changesOf(await importText(asFile([one])));
      const first = await exportClients(opened.database.db);
      changesOf(await importText(asFile([other])));
      expect(changesOf(await importText(asFile([other])))).toEqual([]);
      const second = await exportClients(opened.database.db);
      expect(changesOf(await importText(second))).toEqual([]);
      changesOf(await importText(first));
      expect(await exportClients(opened.database.db)).toBe(first);
    }),
    { numRuns: 12 },
  );
}, 120_000);

test('the shipped clients are taken over whole and change nothing the second time', async () => {
  await forgetClients();
  const { text: shipped } = await example('clients');
  const first = await importText(shipped);
  expect(first).toMatchObject({ ok: true, applied: true, warnings: [] });
  expect(changesOf(first).filter((line) => line.includes('+ client'))).toHaveLength(12);
  expect(changesOf(await importText(shipped))).toEqual([]);
  expect(changesOf(await importText(await exportClients(opened.database.db)))).toEqual([]);
});

test('5,000 clients are imported in one go', async () => {
  await forgetClients();
  const set = Array.from({ length: 5000 }, (_, n) => ({
    code: `c${n}`,
    name: `株式会社サンプル${n}`,
    kana: `サンプル${n}`,
    aliases: [`別名${n}`],
    plans: [{ from: '2026-04', plan: 'small' }],
    roster: [{ name: '山田', responsible: true }],
    destinations: [{ channel: 'chatwork', address: String(1_000_000 + n) }],
  }));
  const began = performance.now();
  expect(changesOf(await importText(asFile(set)))).toHaveLength(20_000);
  const took = performance.now() - began;
  expect(changesOf(await importText(asFile(set)))).toEqual([]);
  expect(took).toBeLessThan(60_000);
}, 120_000);
