import { z } from 'zod';
import { CHANNEL_NAMES } from '../domain/outcome.ts';
import { parsePhone } from '../domain/phone.ts';
import { REMINDER_DELAYS, REMINDERS_AT_MOST, type ReminderDelay } from '../domain/reminders.ts';
import { isWorkspaceId, slackAddress } from '../domain/slack-place.ts';
import {
  clockTime,
  code,
  day,
  field,
  flag,
  line,
  listOf,
  mapping,
  month,
  oneOf,
  optional,
  paragraph,
  whole,
} from '../rulebook/yaml-fields.ts';
import type { YamlReading } from '../rulebook/yaml-source.ts';

const REMINDER_CHOICES = Object.keys(REMINDER_DELAYS) as readonly ReminderDelay[];
export const CLIENT_STATUSES = ['active', 'paused', 'ended'] as const;

const phone = field('phone number as in 03-5550-0101 or +81355500101', (text) => {
  const parsed = parsePhone(text);
  return parsed.ok ? parsed.e164 : undefined;
});

const plan = mapping({
  from: month('first month of the plan'),
  plan: code('code of a plan', 'dashed'),
});

const contract = mapping({
  from: optional(day('first day under contract')),
  until: optional(day('last day under contract')),
});

const extra = mapping({
  extra: code('code of an extra', 'dashed'),
  from: month('first month of the extra'),
  to: optional(month('last month of the extra')),
  quantity: optional(whole('how many of it', 1, 99)),
});

const member = mapping({
  name: line('name on the roster', 60),
  kana: optional(line('kana of the name', 60)),
  aliases: listOf(line('another name for the person', 60), 'a list of names'),
  responsible: optional(flag('whether this person gets what is for nobody in particular')),
});

const destination = mapping({
  channel: oneOf('channel', CHANNEL_NAMES),
  address: line('address on the channel', 254),
  workspace: optional(
    field('id of the client’s own Slack workspace, as in T0123ABCDEF', (text) =>
      isWorkspaceId(text.trim()) ? text.trim() : undefined,
    ),
  ),
  mention: optional(line('whom to mention', 100)),
  member: optional(line('name on the roster, for a person’s own destination', 60)),
  order: optional(whole('place in the order', 1, 9999)),
  fallback: optional(flag('whether it is used only when the others fail')),
  digest: optional(clockTime('hour of a daily digest')),
  immediate: optional(flag('whether reports come at once besides the digest')),
});

const rule = mapping({
  kind: code('code of a kind', 'word'),
  effective_from: day('first day the rule holds'),
  counted: flag('whether the call counts against the plan'),
  reported: flag('whether the client gets a report'),
  flagged: optional(flag('whether the client has to answer (要対応)')),
});

const reminders = mapping({
  after: oneOf('time after which a report not marked done is sent again', REMINDER_CHOICES),
  times: optional(whole('how often at most', 1, REMINDERS_AT_MOST)),
  to: listOf(line('name on the roster, of whom to remind', 60), 'a list of names'),
});

/** An address as it is checked and stored: a place in a client's own workspace names that, too. */
export function typedAddress(destination: {
  readonly address: string;
  readonly workspace?: string | null | undefined;
}): string {
  const workspace = destination.workspace?.trim() ?? null;
  return slackAddress({ workspace, channel: destination.address });
}

/** The form of `clients.yaml`: what an entry says about a client is all there is of it. */
export const clientsFile = mapping({
  clients: z.array(
    mapping({
      code: code('code of a client', 'dashed'),
      name: line('name of a client', 80),
      kana: line('kana of the name', 120),
      aliases: listOf(line('another name for the client', 80), 'a list of names'),
      status: optional(oneOf('status', CLIENT_STATUSES)),
      own_numbers: listOf(phone, 'a list of phone numbers'),
      forwarding_numbers: listOf(phone, 'a list of phone numbers'),
      greeting: optional(paragraph('how operators answer', 500)),
      operator_notes: optional(paragraph('notes for operators', 2500)),
      reminders: optional(reminders),
      review: optional(flag('whether a supervisor reads every report before it is sent')),
      contract: optional(contract),
      plans: listOf(plan, 'a list of plans with their first month'),
      extras: listOf(extra, 'a list of monthly extras with their months'),
      tell_refused_sales: optional(flag('whether statements tell how many sales calls were refused')),
      roster: listOf(member, 'a list of people'),
      destinations: listOf(destination, 'a list of destinations'),
      rules: listOf(rule, 'a list of rules'),
    }),
    { error: () => 'a list of clients' },
  ),
});

export type ClientsReading = YamlReading<typeof clientsFile>;
export type ClientEntry = z.output<typeof clientsFile>['clients'][number];
type DraftFile = NonNullable<ClientsReading['draft']>;
/** A client's entry without its malformed parts, all values still as typed. */
export type DraftClient = NonNullable<NonNullable<DraftFile['clients']>[number]>;
