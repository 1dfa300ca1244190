import type { Kysely, Transaction } from 'kysely';
import { jstDay, jstMonth } from '../domain/calendar.ts';
import type { ImportResult, ImportSource } from '../rulebook/import-result.ts';
import { type ImportOptions, type PlannedImport, runImport } from '../rulebook/run-import.ts';
import { readYaml } from '../rulebook/yaml-source.ts';
import type { Schema } from '../storage/schema.ts';
import { checkClients } from './check-clients.ts';
import { clientsFile } from './client-file.ts';
import type { ClientReferences } from './client-references.ts';
import { diffClient } from './diff-client.ts';
import { storedClients } from './stored-clients.ts';
import { wantedClient, warningsFor } from './wanted-client.ts';
import { writeClients } from './write-clients.ts';

/**
 * Takes over a clients file, all of it or nothing. What an entry says about a client is all there is of it;
 * clients the file does not name stay untouched. People and destinations an entry no longer names become
 * inactive, never deleted, because calls and deliveries refer to them; named again, they are switched on again.
 */
export async function importClients(
  db: Kysely<Schema>,
  source: ImportSource,
  o: ImportOptions,
): Promise<ImportResult> {
  const reading = readYaml(source, clientsFile);
  const codes = (reading.draft?.clients ?? []).flatMap((client) => client?.code ?? []);
  return runImport(db, o, async (tx): Promise<PlannedImport> => {
    const known = await references(tx, codes, jstMonth(o.clock()));
    const problems = [...reading.problems, ...checkClients(reading, known)];
    if (problems.length > 0 || reading.value === undefined) return { problems };

    const today = jstDay(o.clock());
    const wanted = reading.value.clients.map((entry) =>
      wantedClient(entry, known.stored.get(entry.code), today),
    );
    const changes = wanted
      .map((client) => diffClient(known.stored.get(client.code), client, o.newId))
      .filter(({ lines }) => lines.length > 0);
    return {
      changes: changes.flatMap(({ code, lines }) => lines.map((line) => `${code}: ${line}`)),
      warnings: wanted.flatMap((client) => warningsFor(client, known.stored.get(client.code))),
      audit: changes.map(({ id, lines }) => ({ subjectType: 'client', subjectId: id, changes: lines })),
      write: () => writeClients(tx, changes, o.clock()),
    };
  });
}

async function references(
  tx: Transaction<Schema>,
  codes: readonly string[],
  month: string,
): Promise<ClientReferences> {
  const plans = await tx
    .selectFrom('plans')
    .select((select) => ['code', select.fn.min('effective_from').as('first')])
    .groupBy('code')
    .orderBy('code')
    .execute();
  const extras = await tx
    .selectFrom('extras')
    .select((select) => ['code', select.fn.min('effective_from').as('first')])
    .groupBy('code')
    .orderBy('code')
    .execute();
  const { closed } = await tx
    .selectFrom('billing_months')
    .select((select) => select.fn.max('month').as('closed'))
    .executeTakeFirstOrThrow();
  const kinds = await tx.selectFrom('kinds').select('code').orderBy('position').execute();
  const everybody = await tx.selectFrom('clients').select(['code', 'name', 'kana', 'aliases']).execute();
  const workspaces = await tx
    .selectFrom('slack_workspaces as workspace')
    .innerJoin('clients as client', 'client.id', 'workspace.client_id')
    .select(['workspace.team_id', 'workspace.revoked_at', 'client.code'])
    .execute();
  const named = new Set(codes);
  return {
    plans: new Map(plans.map(({ code, first }) => [code, first])),
    extras: new Map(extras.map(({ code, first }) => [code, first])),
    kinds: new Set(kinds.map(({ code }) => code)),
    others: everybody.filter(({ code }) => !named.has(code)),
    stored: new Map((await storedClients(tx, codes)).map((client) => [client.code, client])),
    workspaces: new Map(
      workspaces.map((row) => [row.team_id, { clientCode: row.code, revoked: row.revoked_at !== null }]),
    ),
    month,
    closed,
  };
}
