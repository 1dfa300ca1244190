import { type Kysely, sql, type Transaction } from 'kysely';
import { groupBy } from '../domain/group-by.ts';
import type { ChannelName } from '../domain/outcome.ts';
import type { ReminderSettings } from '../domain/reminders.ts';
import type { Schema } from '../storage/schema.ts';

type Db = Kysely<Schema> | Transaction<Schema>;

const CLIENT = [
  'id',
  'code',
  'name',
  'kana',
  'aliases',
  'own_numbers',
  'forwarding_numbers',
  'status',
  'greeting',
  'operator_notes',
  'reminders',
  'review',
  'contract_from',
  'contract_until',
  'tell_refused_sales',
  'search_text',
  'created_at',
] as const;

/** A client with everything the clients file says about it, as stored. */
export interface StoredClient {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly kana: string;
  readonly aliases: readonly string[];
  /** E.164. */
  readonly own_numbers: readonly string[];
  /** E.164. */
  readonly forwarding_numbers: readonly string[];
  readonly status: 'active' | 'paused' | 'ended';
  readonly greeting: string | null;
  readonly operator_notes: string | null;
  readonly reminders: ReminderSettings | null;
  readonly review: boolean;
  /** First and last day under contract, JST. */
  readonly contract_from: string | null;
  readonly contract_until: string | null;
  readonly tell_refused_sales: boolean;
  readonly search_text: string;
  readonly created_at: Date;
  /** Oldest first; months as first days. */
  readonly plans: readonly { readonly from_month: string; readonly plan_code: string }[];
  /** By code, then oldest first; months as first days. */
  readonly extras: readonly StoredExtra[];
  /** Those who left included. */
  readonly roster: readonly StoredMember[];
  /** Those taken out included. */
  readonly destinations: readonly StoredDestination[];
  readonly rules: readonly StoredRule[];
}

/** A monthly extra of a client; `to_month` null: until further notice. */
export interface StoredExtra {
  readonly extra_code: string;
  readonly from_month: string;
  readonly to_month: string | null;
  readonly quantity: number;
}

export interface StoredMember {
  readonly id: string;
  readonly name: string;
  readonly kana: string;
  readonly aliases: readonly string[];
  readonly responsible: boolean;
  readonly position: number;
  readonly active: boolean;
}

export interface StoredDestination {
  readonly id: string;
  readonly roster_member_id: string | null;
  readonly channel: ChannelName;
  readonly address: string;
  readonly mention: string | null;
  readonly position: number;
  readonly fallback: boolean;
  readonly digest_at: string | null;
  readonly immediate: boolean;
  readonly active: boolean;
  readonly disabled_at: Date | null;
  readonly disabled_reason: string | null;
}

export interface StoredRule {
  readonly id: string;
  readonly kind: string;
  readonly effective_from: string;
  readonly counted: boolean;
  readonly reported: boolean;
  readonly flagged: boolean;
}

/** Clients by code, in the order of their codes; all of them when no codes are given. Six queries. */
export async function storedClients(db: Db, codes?: readonly string[]): Promise<readonly StoredClient[]> {
  const clients = await db
    .selectFrom('clients')
    .select(CLIENT)
    .$if(codes !== undefined, (query) => query.where(sql<boolean>`code = any(${codes}::text[])`))
    .orderBy('code')
    .execute();
  const theirs = sql<boolean>`client_id = any(${clients.map(({ id }) => id)}::uuid[])`;
  const plans = await db.selectFrom('client_plans').selectAll().where(theirs).orderBy('from_month').execute();
  const extras = await db
    .selectFrom('client_extras')
    .selectAll()
    .where(theirs)
    .orderBy('extra_code')
    .orderBy('from_month')
    .execute();
  const roster = await db
    .selectFrom('roster_members')
    .selectAll()
    .where(theirs)
    .orderBy('position')
    .orderBy('id')
    .execute();
  const destinations = await db
    .selectFrom('destinations')
    .selectAll()
    .where(theirs)
    .orderBy('position')
    .orderBy('id')
    .execute();
  const rules = await db
    .selectFrom('kind_rules')
    .selectAll()
    .where(theirs)
    .orderBy('kind')
    .orderBy('effective_from')
    .execute();

  const byClient = {
    plans: groupBy(plans, (row) => row.client_id),
    extras: groupBy(extras, (row) => row.client_id),
    roster: groupBy(roster, (row) => row.client_id),
    destinations: groupBy(destinations, (row) => row.client_id),
    rules: groupBy(rules, (row) => row.client_id),
  };
  return clients.map((client) => ({
    ...client,
    plans: byClient.plans.get(client.id) ?? [],
    extras: byClient.extras.get(client.id) ?? [],
    roster: byClient.roster.get(client.id) ?? [],
    destinations: byClient.destinations.get(client.id) ?? [],
    rules: byClient.rules.get(client.id) ?? [],
  }));
}
