import type { Kysely } from 'kysely';
import { stringify } from 'yaml';
import type { ChannelName } from '../domain/outcome.ts';
import { formatE164 } from '../domain/phone.ts';
import { slackPlace } from '../domain/slack-place.ts';
import type { Schema } from '../storage/schema.ts';
import { type StoredClient, storedClients } from './stored-clients.ts';

/**
 * Every client as the file `importClients` reads (YAML), by code; importing it changes nothing. People and
 * destinations taken out before are not in it.
 */
export async function exportClients(db: Kysely<Schema>): Promise<string> {
  const clients = (await storedClients(db)).map(entry);
  return stringify({ clients }, { lineWidth: 0 });
}

function entry(client: StoredClient) {
  const nameOf = new Map(client.roster.map((member) => [member.id, member.name]));
  return {
    code: client.code,
    name: client.name,
    kana: client.kana,
    ...list('aliases', client.aliases),
    status: client.status,
    ...list('own_numbers', client.own_numbers.map(formatE164)),
    ...list('forwarding_numbers', client.forwarding_numbers.map(formatE164)),
    ...(client.greeting !== null && { greeting: client.greeting }),
    ...(client.operator_notes !== null && { operator_notes: client.operator_notes }),
    ...(client.reminders !== null && {
      reminders: {
        after: client.reminders.after,
        ...(client.reminders.times !== 1 && { times: client.reminders.times }),
        ...list('to', client.reminders.to),
      },
    }),
    ...(client.review && { review: true }),
    ...((client.contract_from ?? client.contract_until) !== null && {
      contract: {
        ...(client.contract_from !== null && { from: client.contract_from }),
        ...(client.contract_until !== null && { until: client.contract_until }),
      },
    }),
    ...list(
      'plans',
      client.plans.map(({ from_month, plan_code }) => ({ from: from_month.slice(0, 7), plan: plan_code })),
    ),
    ...list(
      'extras',
      client.extras.map(({ extra_code, from_month, to_month, quantity }) => ({
        extra: extra_code,
        from: from_month.slice(0, 7),
        ...(to_month !== null && { to: to_month.slice(0, 7) }),
        ...(quantity !== 1 && { quantity }),
      })),
    ),
    ...(client.tell_refused_sales && { tell_refused_sales: true }),
    ...list(
      'roster',
      client.roster
        .filter(({ active }) => active)
        .map(({ name, kana, aliases, responsible }) => ({
          name,
          ...(kana !== '' && { kana }),
          ...list('aliases', aliases),
          ...(responsible && { responsible }),
        })),
    ),
    ...list(
      'destinations',
      client.destinations
        .filter(({ active }) => active)
        .map(
          (
            {
              roster_member_id: memberId,
              channel,
              address,
              mention,
              position,
              fallback,
              digest_at,
              immediate,
            },
            index,
          ) => ({
            ...(memberId !== null && { member: nameOf.get(memberId) }),
            channel,
            ...placeOf(channel, address),
            ...(mention !== null && { mention }),
            ...(position !== index + 1 && { order: position }),
            ...(fallback && { fallback }),
            ...(digest_at !== null && { digest: digest_at, ...(immediate && { immediate }) }),
          }),
        ),
    ),
    ...list(
      'rules',
      client.rules.map(({ kind, effective_from, counted, reported, flagged }) => ({
        kind,
        effective_from,
        counted,
        reported,
        ...(flagged && { flagged }),
      })),
    ),
  };
}

/** An address as the file writes it: a client's own workspace has a key of its own. */
function placeOf(channel: ChannelName, address: string) {
  const { workspace, channel: id } = slackPlace(address);
  return channel === 'slack' && workspace !== null ? { workspace, address: id } : { address };
}

/** A key with its list, or nothing for an empty one. */
function list<K extends string, T>(key: K, items: readonly T[]): { readonly [P in K]?: readonly T[] } {
  return items.length === 0 ? {} : ({ [key]: items } as { readonly [P in K]: readonly T[] });
}
