import type { Kysely } from 'kysely';
import { INSTALL_LINK_DAYS } from '../domain/install-link.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import { codeForm } from '../domain/search.ts';
import type { Schema } from '../storage/schema.ts';

const DAY_MS = 86_400_000;

export type LinkIssued =
  | { readonly type: 'issued'; readonly id: string; readonly expiresAt: Date; readonly clientName: string }
  | { readonly type: 'no_client' }
  | { readonly type: 'ended' };

/**
 * A new link for a client's code. It takes the place of every earlier one not used yet: of two mails with a link,
 * the older is then worth nothing to whoever finds it (P9).
 */
export async function issueInstallLink(
  db: Kysely<Schema>,
  o: { readonly clientCode: string; readonly actor: string; readonly clock: Clock; readonly newId: NewId },
): Promise<LinkIssued> {
  const now = o.clock();
  return await db.transaction().execute(async (trx): Promise<LinkIssued> => {
    const client = await trx
      .selectFrom('clients')
      .select(['id', 'name', 'status'])
      .where('code', '=', codeForm(o.clientCode))
      .forUpdate()
      .executeTakeFirst();
    if (client === undefined) return { type: 'no_client' };
    if (client.status === 'ended') return { type: 'ended' };
    await trx
      .deleteFrom('slack_install_links')
      .where('client_id', '=', client.id)
      .where('used_at', 'is', null)
      .execute();
    const id = o.newId();
    const expiresAt = new Date(now.getTime() + INSTALL_LINK_DAYS * DAY_MS);
    await trx
      .insertInto('slack_install_links')
      .values({
        id,
        client_id: client.id,
        created_by: o.actor,
        created_at: now,
        expires_at: expiresAt,
        used_at: null,
        team_id: null,
      })
      .execute();
    await trx
      .insertInto('audit_log')
      .values({
        id: o.newId(),
        at: now,
        actor: o.actor,
        action: 'workspace.link_issued',
        subject_type: 'client',
        subject_id: client.id,
        detail: JSON.stringify({ link: id, expires: expiresAt.toISOString() }),
      })
      .execute();
    return { type: 'issued', id, expiresAt, clientName: client.name };
  });
}

/** What a link still is good for. */
export type LinkStanding =
  | { readonly type: 'open'; readonly clientName: string }
  /** Used, replaced by a newer one, over, or its client has left. */
  | { readonly type: 'closed' };

export async function linkStanding(db: Kysely<Schema>, linkId: string, now: Date): Promise<LinkStanding> {
  const row = await db
    .selectFrom('slack_install_links as link')
    .innerJoin('clients as client', 'client.id', 'link.client_id')
    .select('client.name')
    .where('link.id', '=', linkId)
    .where('link.used_at', 'is', null)
    .where('link.expires_at', '>', now)
    .where('client.status', '<>', 'ended')
    .executeTakeFirst();
  return row === undefined ? { type: 'closed' } : { type: 'open', clientName: row.name };
}
