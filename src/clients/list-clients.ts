import { type Kysely, sql } from 'kysely';
import { monthStart } from '../domain/calendar.ts';
import type { ChannelName } from '../domain/outcome.ts';
import type { Schema } from '../storage/schema.ts';

/** One line of `clients list`; for each channel, how many destinations use it, disabled ones included. */
export interface ListedClient extends Readonly<Record<ChannelName, number>> {
  readonly code: string;
  readonly name: string;
  readonly kana: string;
  readonly status: 'active' | 'paused' | 'ended';
  /** Code of the plan in the month asked for. */
  readonly plan: string | null;
  /** People on the roster. */
  readonly members: number;
  /** Destinations switched off because the far side refused them. */
  readonly disabled: number;
}

/** Every client by code, ended ones included, with the plan of a JST month (`YYYY-MM`). */
export async function listClients(db: Kysely<Schema>, month: string): Promise<readonly ListedClient[]> {
  return db
    .selectFrom('clients as client')
    .leftJoin(
      (join) =>
        join
          .selectFrom('destinations')
          .where('active', '=', true)
          .groupBy('client_id')
          .select([
            'client_id',
            sql<number>`count(*) filter (where channel = 'chatwork')::int`.as('chatwork'),
            sql<number>`count(*) filter (where channel = 'slack')::int`.as('slack'),
            sql<number>`count(*) filter (where channel = 'email')::int`.as('email'),
            sql<number>`count(*) filter (where disabled_at is not null)::int`.as('disabled'),
          ])
          .as('reach'),
      (on) => on.onRef('reach.client_id', '=', 'client.id'),
    )
    .select((select) => [
      'client.code',
      'client.name',
      'client.kana',
      'client.status',
      select
        .selectFrom('client_plans')
        .select('plan_code')
        .whereRef('client_id', '=', 'client.id')
        .where('from_month', '<=', monthStart(month))
        .orderBy('from_month', 'desc')
        .limit(1)
        .as('plan'),
      sql<number>`(select count(*)::int from roster_members where client_id = client.id and active)`.as(
        'members',
      ),
      sql<number>`coalesce(reach.chatwork, 0)`.as('chatwork'),
      sql<number>`coalesce(reach.slack, 0)`.as('slack'),
      sql<number>`coalesce(reach.email, 0)`.as('email'),
      sql<number>`coalesce(reach.disabled, 0)`.as('disabled'),
    ])
    .orderBy('client.code')
    .execute();
}
