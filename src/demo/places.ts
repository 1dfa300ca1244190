import type { Kysely } from 'kysely';
import type { Sandbox } from '../sandbox/index.ts';
import type { Schema } from '../storage/schema.ts';

/** Gives the clients' rooms and channels their names, so that the page reads like the real thing. */
export async function namePlaces(db: Kysely<Schema>, sandbox: Sandbox): Promise<void> {
  const destinations = await db
    .selectFrom('destinations as d')
    .innerJoin('clients as client', 'client.id', 'd.client_id')
    .leftJoin('roster_members as member', 'member.id', 'd.roster_member_id')
    .select(['d.channel', 'd.address', 'client.name as clientName', 'member.name as memberName'])
    .where('d.channel', '<>', 'email')
    .orderBy('d.position')
    .execute();
  const named = new Set<string>();
  for (const { channel, address, clientName, memberName } of destinations) {
    if (named.has(address)) continue;
    named.add(address);
    const name = memberName === null ? `${clientName} 受電報告` : `${clientName} ${memberName}様`;
    if (channel === 'chatwork') sandbox.chatwork.addRoom({ roomId: address, name });
    else if (/^[CG]/.test(address)) sandbox.slack.addChannel({ id: address, name });
    else sandbox.slack.person(address, memberName ?? clientName);
  }
}
