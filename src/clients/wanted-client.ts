import { checkAddress } from '../channels/address.ts';
import type { ChannelName } from '../domain/outcome.ts';
import { route } from '../domain/roster.ts';
import { haystack } from '../domain/search.ts';
import { WORKSPACE_REVOKED } from '../domain/workspace-token.ts';
import { type ClientEntry, typedAddress } from './client-file.ts';
import type { StoredClient, StoredMember, StoredRule } from './stored-clients.ts';

/** A client as the file wants it, in the form it is stored in. */
export interface WantedClient
  extends Omit<StoredClient, 'id' | 'created_at' | 'roster' | 'destinations' | 'rules'> {
  readonly roster: readonly Omit<StoredMember, 'id' | 'active'>[];
  readonly destinations: readonly WantedDestination[];
  readonly rules: readonly Omit<StoredRule, 'id'>[];
}

export interface WantedDestination {
  /** Name on the roster; null: the client's own. */
  readonly member: string | null;
  readonly channel: ChannelName;
  readonly address: string;
  readonly mention: string | null;
  readonly position: number;
  readonly fallback: boolean;
  readonly digest_at: string | null;
  readonly immediate: boolean;
}

/**
 * Fills in what an entry may leave out, and brings addresses into their stored form.
 * @param today JST day: a client whose entry says that it ended, and not when, ended on the day it first said so
 */
export function wantedClient(
  entry: ClientEntry,
  stored: StoredClient | undefined,
  today: string,
): WantedClient {
  const { code, name, kana, aliases } = entry;
  const contractFrom = entry.contract?.from ?? null;
  const endedOn = stored?.contract_until ?? today;
  return {
    code,
    name,
    kana,
    aliases,
    own_numbers: entry.own_numbers,
    forwarding_numbers: entry.forwarding_numbers,
    status: entry.status ?? 'active',
    greeting: entry.greeting,
    operator_notes: entry.operator_notes,
    reminders: entry.reminders && { ...entry.reminders, times: entry.reminders.times ?? 1 },
    review: entry.review ?? false,
    contract_from: contractFrom,
    contract_until:
      entry.contract?.until ??
      (entry.status !== 'ended'
        ? null
        : contractFrom !== null && contractFrom > endedOn
          ? contractFrom
          : endedOn),
    tell_refused_sales: entry.tell_refused_sales ?? false,
    search_text: haystack([code, name, kana, ...aliases]),
    plans: entry.plans
      .map(({ from, plan }) => ({ from_month: from, plan_code: plan }))
      .toSorted((a, b) => (a.from_month < b.from_month ? -1 : 1)),
    extras: entry.extras.map(({ extra, from, to, quantity }) => ({
      extra_code: extra,
      from_month: from,
      to_month: to,
      quantity: quantity ?? 1,
    })),
    roster: entry.roster.map((member, index) => ({
      name: member.name,
      kana: member.kana ?? '',
      aliases: member.aliases,
      responsible: member.responsible ?? false,
      position: index + 1,
    })),
    destinations: entry.destinations.map((destination, index) => {
      const checked = checkAddress(destination.channel, typedAddress(destination), destination.mention);
      if (!checked.ok) throw new Error(`unchecked address: ${checked.message}`);
      return {
        member: destination.member,
        channel: destination.channel,
        address: checked.address,
        mention: checked.mention,
        position: destination.order ?? index + 1,
        fallback: destination.fallback ?? false,
        digest_at: destination.digest,
        immediate: destination.immediate ?? destination.digest === null,
      };
    }),
    rules: entry.rules.map((rule) => ({ ...rule, flagged: rule.flagged ?? false })),
  };
}

/** What is allowed and probably not meant: an active client whose reports reach nobody (P3). */
export function warningsFor(wanted: WantedClient, stored: StoredClient | undefined): readonly string[] {
  const responsible = wanted.roster.find((member) => member.responsible)?.name ?? null;
  const { primary } = route({
    destinations: wanted.destinations.map((destination, index) => ({
      ...destination,
      id: String(index),
      rosterMemberId: destination.member,
      disabled: false,
    })),
    responsibleMemberId: responsible,
    addresseeId: null,
  });
  const unreachable =
    wanted.status === 'active' && primary.length === 0
      ? [
          `${wanted.code}: reports for nobody in particular reach nobody: add a destination of the client, or one of the responsible person`,
        ]
      : [];
  const disabled = (stored?.destinations ?? [])
    .filter(({ active, disabled_at: at }) => active && at !== null)
    .filter((old) =>
      wanted.destinations.some(({ channel, address }) => channel === old.channel && address === old.address),
    )
    .map(
      ({ channel, address, disabled_reason: reason }) =>
        `${wanted.code}: destination ${channel} ${address} is switched off (${reason ?? 'refused'}): ${
          reason === WORKSPACE_REVOKED
            ? `it works again once its workspace is connected again: npm run toritsugi -- clients install-link ${wanted.code}`
            : 'once it works again, import the file without it and then with it'
        }`,
    );
  return [...unreachable, ...disabled];
}
