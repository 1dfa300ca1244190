import { type Kysely, sql } from 'kysely';
import { slackPlace } from '../domain/slack-place.ts';
import { WORKSPACE_REVOKED } from '../domain/workspace-token.ts';
import type { Schema } from '../storage/schema.ts';

/** Switches off what is in a client's workspace, as a refusal by each channel there would. */
export async function disableWorkspaceDestinations(
  trx: Kysely<Schema>,
  o: { readonly workspace: string; readonly now: Date },
): Promise<void> {
  await sql`
    update destinations set disabled_at = ${o.now}, disabled_reason = ${WORKSPACE_REVOKED}
    where channel = 'slack' and address like ${`${o.workspace}/%`} and active and disabled_at is null
  `.execute(trx);
}

/**
 * Switches on again what stopped with the workspace; what a channel of it refused before that stays off, and so does
 * whatever another client once had there (P9). Gives the ids of the channels and people there that get reports now.
 */
export async function enableWorkspaceDestinations(
  trx: Kysely<Schema>,
  o: { readonly clientId: string; readonly workspace: string; readonly now: Date },
): Promise<readonly string[]> {
  await sql`
    update destinations set disabled_at = ${o.now}, disabled_reason = ${WORKSPACE_REVOKED}
    where client_id <> ${o.clientId} and channel = 'slack' and address like ${`${o.workspace}/%`}
      and active and disabled_at is null
  `.execute(trx);
  await sql`
    update destinations set disabled_at = null, disabled_reason = null
    where client_id = ${o.clientId} and channel = 'slack' and address like ${`${o.workspace}/%`}
      and disabled_reason = ${WORKSPACE_REVOKED}
  `.execute(trx);
  const rows = await trx
    .selectFrom('destinations')
    .select('address')
    .distinct()
    .where('client_id', '=', o.clientId)
    .where('channel', '=', 'slack')
    .where('address', 'like', `${o.workspace}/%`)
    .where('active', '=', true)
    .where('disabled_at', 'is', null)
    .orderBy('address')
    .execute();
  return rows.map(({ address }) => slackPlace(address).channel);
}
