import type { Kysely } from 'kysely';
import type { ClientSummary } from '../clients/directory.ts';
import { companiesNamed, indexNames, type Named, type NameIndex } from '../domain/named-company.ts';
import type { Clock } from '../domain/ports.ts';
import { fold } from '../domain/search.ts';
import type { Schema } from '../storage/schema.ts';

/** Named in a question at most: the rest would not make it clearer. */
const NAMED_AT_MOST = 3;

/** The part of an entry that may name somebody else's company. */
export interface EntryTexts {
  readonly clientId: string;
  readonly caller: { readonly company: string | null; readonly name: string | null };
  readonly message: string | null;
}

export type OtherClient = Pick<ClientSummary, 'id' | 'code' | 'name' | 'kana'>;

export interface OtherClients {
  /** Clients whose name stands in an entry for somebody else: the entry may be for the wrong client (P9). */
  namedIn(entry: EntryTexts): Promise<readonly OtherClient[]>;
}

interface Known {
  readonly index: NameIndex;
  readonly clients: ReadonlyMap<string, OtherClient & Named>;
  /** When they were looked up, epoch ms. */
  readonly at: number;
}

/**
 * Names are kept for `ttlMs`: looking through five thousand clients' names at every entry would cost more than
 * recording it. Another client imported within that time is not noticed yet; recording does not depend on it.
 */
export function createOtherClients(deps: {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly ttlMs: number;
}): OtherClients {
  let known: Known | undefined;
  let loading: Promise<Known> | undefined;

  async function load(): Promise<Known> {
    const rows = await deps.db
      .selectFrom('clients')
      .select(['id', 'code', 'name', 'kana', 'search_text'])
      .where('status', '<>', 'ended')
      .execute();
    // Codes are left out: short words of everyday use are good codes.
    const clients = rows.map(({ search_text: text, ...client }) => {
      const code = fold(client.code);
      return { ...client, folded: text.split('\n').filter((line) => line !== '' && line !== code) };
    });
    return {
      index: indexNames(clients),
      clients: new Map(clients.map((client) => [client.id, client])),
      at: deps.clock().getTime(),
    };
  }

  return {
    namedIn: async ({ clientId, caller, message }) => {
      if (caller.company === null && caller.name === null && message === null) return [];
      const now = deps.clock().getTime();
      if (known === undefined || Math.abs(now - known.at) > deps.ttlMs || !known.clients.has(clientId)) {
        // One look for everybody who waits for it.
        loading ??= load().finally(() => {
          loading = undefined;
        });
        known = await loading;
      }
      const { index, clients } = known;
      const own = clients.get(clientId);
      // Ended in the meantime: the recorder refuses it.
      if (own === undefined) return [];
      return companiesNamed(index, { company: caller.company, texts: [caller.name, message], own })
        .flatMap((id) => clients.get(id) ?? [])
        .slice(0, NAMED_AT_MOST);
    },
  };
}
