import type { Transaction } from 'kysely';
import { inBatches } from '../rulebook/run-import.ts';
import type { Schema } from '../storage/schema.ts';
import type { ClientChange } from './diff-client.ts';

/** Writes changed clients, a few statements for all of them: rows of clients are locked only that long. */
export async function writeClients(
  tx: Transaction<Schema>,
  changes: readonly ClientChange[],
  now: Date,
): Promise<void> {
  await writeFacts(tx, changes, now);
  await writePlans(tx, changes);
  await writeExtras(tx, changes);
  await writeRoster(tx, changes);
  await writeDestinations(tx, changes);
  await writeRules(tx, changes);
}

async function writeFacts(
  tx: Transaction<Schema>,
  changes: readonly ClientChange[],
  now: Date,
): Promise<void> {
  const rows = changes.flatMap(({ client }) => {
    if (!client) return [];
    const {
      plans: _plans,
      extras: _extras,
      roster: _roster,
      destinations: _destinations,
      rules: _rules,
      ...facts
    } = client;
    return [
      {
        ...facts,
        aliases: [...facts.aliases],
        own_numbers: [...facts.own_numbers],
        forwarding_numbers: [...facts.forwarding_numbers],
        reminders: facts.reminders && JSON.stringify(facts.reminders),
        created_at: now,
        updated_at: now,
      },
    ];
  });
  await inBatches(rows, (batch) =>
    tx
      .insertInto('clients')
      .values(batch)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((set) => ({
          name: set.ref('excluded.name'),
          kana: set.ref('excluded.kana'),
          aliases: set.ref('excluded.aliases'),
          own_numbers: set.ref('excluded.own_numbers'),
          forwarding_numbers: set.ref('excluded.forwarding_numbers'),
          status: set.ref('excluded.status'),
          greeting: set.ref('excluded.greeting'),
          operator_notes: set.ref('excluded.operator_notes'),
          reminders: set.ref('excluded.reminders'),
          review: set.ref('excluded.review'),
          contract_from: set.ref('excluded.contract_from'),
          contract_until: set.ref('excluded.contract_until'),
          tell_refused_sales: set.ref('excluded.tell_refused_sales'),
          search_text: set.ref('excluded.search_text'),
          updated_at: set.ref('excluded.updated_at'),
        })),
      )
      .execute(),
  );
}

async function writePlans(tx: Transaction<Schema>, changes: readonly ClientChange[]): Promise<void> {
  for (const { id, plans } of changes) {
    if (plans.removed.length === 0) continue;
    await tx
      .deleteFrom('client_plans')
      .where('client_id', '=', id)
      .where('from_month', 'in', plans.removed)
      .execute();
  }
  const rows = changes.flatMap(({ id, plans }) => plans.written.map((plan) => ({ ...plan, client_id: id })));
  await inBatches(rows, (batch) => tx.insertInto('client_plans').values(batch).execute());
}

/** What goes is gone before what comes: the database takes no two lines of one extra in one month. */
async function writeExtras(tx: Transaction<Schema>, changes: readonly ClientChange[]): Promise<void> {
  for (const { id, extras } of changes) {
    for (const { extra_code, from_month } of extras.removed) {
      await tx
        .deleteFrom('client_extras')
        .where('client_id', '=', id)
        .where('extra_code', '=', extra_code)
        .where('from_month', '=', from_month)
        .execute();
    }
  }
  const rows = changes.flatMap(({ id, extras }) =>
    extras.written.map((extra) => ({ ...extra, client_id: id })),
  );
  await inBatches(rows, (batch) => tx.insertInto('client_extras').values(batch).execute());
}

async function writeRoster(tx: Transaction<Schema>, changes: readonly ClientChange[]): Promise<void> {
  const rows = changes.flatMap(({ id, roster }) =>
    roster.map((member) => ({ ...member, aliases: [...member.aliases], client_id: id })),
  );
  // One responsible person a client at every moment: who gives it up goes first.
  const given = rows.filter(({ responsible }) => !responsible).map(({ id }) => id);
  await inBatches(given, (batch) =>
    tx.updateTable('roster_members').set({ responsible: false }).where('id', 'in', batch).execute(),
  );
  await inBatches(rows, (batch) =>
    tx
      .insertInto('roster_members')
      .values(batch)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((set) => ({
          kana: set.ref('excluded.kana'),
          aliases: set.ref('excluded.aliases'),
          responsible: set.ref('excluded.responsible'),
          position: set.ref('excluded.position'),
          active: set.ref('excluded.active'),
        })),
      )
      .execute(),
  );
}

async function writeDestinations(tx: Transaction<Schema>, changes: readonly ClientChange[]): Promise<void> {
  const rows = changes.flatMap(({ id, destinations }) =>
    destinations.map((destination) => ({ ...destination, client_id: id })),
  );
  await inBatches(rows, (batch) =>
    tx
      .insertInto('destinations')
      .values(batch)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((set) => ({
          mention: set.ref('excluded.mention'),
          position: set.ref('excluded.position'),
          fallback: set.ref('excluded.fallback'),
          digest_at: set.ref('excluded.digest_at'),
          immediate: set.ref('excluded.immediate'),
          active: set.ref('excluded.active'),
          disabled_at: set.ref('excluded.disabled_at'),
          disabled_reason: set.ref('excluded.disabled_reason'),
        })),
      )
      .execute(),
  );
}

async function writeRules(tx: Transaction<Schema>, changes: readonly ClientChange[]): Promise<void> {
  const removed = changes.flatMap(({ rules }) => rules.removed);
  await inBatches(removed, (batch) => tx.deleteFrom('kind_rules').where('id', 'in', batch).execute());
  const rows = changes.flatMap(({ id, rules }) => rules.written.map((rule) => ({ ...rule, client_id: id })));
  await inBatches(rows, (batch) => tx.insertInto('kind_rules').values(batch).execute());
}
