import { type Kysely, sql, type Transaction } from 'kysely';
import { codeForm, fold, foldWords } from '../domain/search.ts';
import type { Schema } from '../storage/schema.ts';

type Db = Kysely<Schema> | Transaction<Schema>;

export interface ClientSummary {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly kana: string;
  readonly status: 'active' | 'paused' | 'ended';
}

export interface RosterMember {
  readonly id: string;
  readonly name: string;
  readonly kana: string;
  readonly aliases: readonly string[];
  /** Gets the report when nobody known was asked for. */
  readonly responsible: boolean;
}

/** What an operator needs to answer in a client's name. */
export interface ClientCard extends ClientSummary {
  readonly greeting: string | null;
  readonly operatorNotes: string | null;
  /** In the order of the roster, people who left not included. */
  readonly roster: readonly RosterMember[];
}

export type ClientResolution =
  | { readonly type: 'one'; readonly client: ClientSummary }
  /** Several clients carry exactly this name, kana or alias. */
  | { readonly type: 'many'; readonly clients: readonly ClientSummary[] }
  /** Nobody does; `near` are clients the word may have meant. */
  | { readonly type: 'none'; readonly near: readonly ClientSummary[] };

const SUMMARY = ['id', 'code', 'name', 'kana', 'status'] as const;
const MANY = 10;

/**
 * Clients whose code, name, kana or alias contains every word of the text, width, case, kana script and legal
 * forms (㈱ · (株) · 株式会社) aside. An exact code comes first, then whole fields, then beginnings, then the
 * rest, by code. Ended clients are left out. An empty text lists everybody.
 *
 * The table is read through: 5,000 haystacks take a few milliseconds, and a trigram index would be of no use
 * to queries of one or two Japanese characters.
 */
export async function searchClients(db: Db, text: string, limit: number): Promise<readonly ClientSummary[]> {
  const words = foldWords(text);
  const whole = fold(text);
  const code = codeForm(text);
  let query = db.selectFrom('clients').select(SUMMARY).where('status', '<>', 'ended');
  for (const word of words) query = query.where(sql<boolean>`strpos(search_text, ${word}) > 0`);
  if (words.length > 0) {
    query = query.orderBy(
      sql`case when code = ${code} then 0
               when strpos(search_text, ${`\n${whole}\n`}) > 0 then 1
               when strpos(search_text, ${`\n${words[0] ?? whole}`}) > 0 then 2
               else 3 end`,
    );
  }
  return query.orderBy('code').limit(limit).execute();
}

/**
 * The client a typed word names: by code, else by a whole name, kana or alias. A beginning or a part never
 * decides, however unique it is: a call recorded for the wrong client tells one client about another (P9).
 */
export async function resolveClient(db: Db, word: string): Promise<ClientResolution> {
  const folded = fold(word);
  if (folded === '') return { type: 'none', near: [] };
  const code = codeForm(word);
  const exact = await db
    .selectFrom('clients')
    .select(SUMMARY)
    .where('status', '<>', 'ended')
    .where((where) =>
      where.or([where('code', '=', code), sql<boolean>`strpos(search_text, ${`\n${folded}\n`}) > 0`]),
    )
    .orderBy('code')
    .limit(MANY)
    .execute();
  const byCode = exact.find((client) => client.code === code);
  const [first, ...others] = byCode ? [byCode] : exact;
  if (!first) return { type: 'none', near: await near(db, word) };
  return others.length === 0 ? { type: 'one', client: first } : { type: 'many', clients: [first, ...others] };
}

/** The client that has left which a typed word names whole; undefined when there is none, or more than one. */
export async function endedClient(db: Db, word: string): Promise<ClientSummary | undefined> {
  const folded = fold(word);
  if (folded === '') return undefined;
  const found = await db
    .selectFrom('clients')
    .select(SUMMARY)
    .where('status', '=', 'ended')
    .where((where) =>
      where.or([
        where('code', '=', codeForm(word)),
        sql<boolean>`strpos(search_text, ${`\n${folded}\n`}) > 0`,
      ]),
    )
    .orderBy('code')
    .limit(2)
    .execute();
  return found.length === 1 ? found[0] : undefined;
}

/** Everything about one client an operator sees while answering; undefined when there is no such client. */
export async function clientCard(db: Db, clientId: string): Promise<ClientCard | undefined> {
  const client = await db
    .selectFrom('clients')
    .select([...SUMMARY, 'greeting', 'operator_notes'])
    .where('id', '=', clientId)
    .executeTakeFirst();
  if (!client) return undefined;
  const roster = await db
    .selectFrom('roster_members')
    .select(['id', 'name', 'kana', 'aliases', 'responsible'])
    .where('client_id', '=', clientId)
    .where('active', '=', true)
    .orderBy('position')
    .orderBy('id')
    .execute();
  const { operator_notes: operatorNotes, ...summary } = client;
  return { ...summary, operatorNotes, roster };
}

/** Clients that contain the word, or failing that share its first characters: a typing slip comes late. */
async function near(db: Db, word: string): Promise<readonly ClientSummary[]> {
  const containing = await searchClients(db, word, MANY);
  if (containing.length > 0) return containing;
  const start = [...fold(word)].slice(0, 2).join('');
  return start.length < 2 ? [] : searchClients(db, start, MANY);
}
