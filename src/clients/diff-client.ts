import { formatE164 } from '../domain/phone.ts';
import type { NewId } from '../domain/ports.ts';
import type { ReminderSettings } from '../domain/reminders.ts';
import { describeRule } from '../rulebook/describe-rule.ts';
import { diffByKey, fieldChange, sameContent } from '../rulebook/diff.ts';
import type {
  StoredClient,
  StoredDestination,
  StoredExtra,
  StoredMember,
  StoredRule,
} from './stored-clients.ts';
import type { WantedClient, WantedDestination } from './wanted-client.ts';

/** What changes about one client: in words, and as rows to write. */
export interface ClientChange {
  readonly id: string;
  readonly code: string;
  /** Readable lines without the client's code; empty when nothing changes. */
  readonly lines: readonly string[];
  /** The whole row as it shall be; undefined when it stays. */
  readonly client: (WantedClient & { readonly id: string }) | undefined;
  /** Rows to insert or update, by id. */
  readonly roster: readonly StoredMember[];
  readonly destinations: readonly StoredDestination[];
  readonly plans: { readonly removed: readonly string[]; readonly written: WantedClient['plans'] };
  readonly extras: {
    readonly removed: readonly StoredExtra[];
    readonly written: readonly StoredExtra[];
  };
  readonly rules: { readonly removed: readonly string[]; readonly written: readonly StoredRule[] };
}

/** Compares a client with what the file wants of it. Nothing is decided by order of rows or time. */
export function diffClient(
  stored: StoredClient | undefined,
  wanted: WantedClient,
  newId: NewId,
): ClientChange {
  const id = stored?.id ?? newId();
  const facts = stored ? factChanges(stored, wanted) : [`+ client ${wanted.name} (${wanted.status})`];
  const roster = rosterChange(stored, wanted, newId);
  const destinations = destinationChange(stored, wanted, roster.idOf, newId);
  const plans = diffByKey(
    stored?.plans ?? [],
    wanted.plans,
    (plan) => plan.from_month,
    (plan) => plan.plan_code,
  );
  const extras = diffByKey(
    stored?.extras ?? [],
    wanted.extras,
    (extra) => `${extra.extra_code} ${extra.from_month}`,
    describeExtra,
  );
  const rules = diffByKey(
    stored?.rules ?? [],
    wanted.rules,
    (rule) => `${rule.kind} from ${rule.effective_from}`,
    describeRule,
  );
  return {
    id,
    code: wanted.code,
    lines: [
      ...facts,
      ...plans.added.map((plan) => `+ plan ${plan.plan_code} from ${plan.from_month.slice(0, 7)}`),
      ...plans.removed.map((plan) => `- plan ${plan.plan_code} from ${plan.from_month.slice(0, 7)}`),
      ...plans.changed.map(
        ({ before, after }) =>
          `plan from ${after.from_month.slice(0, 7)}: ${before.plan_code} → ${after.plan_code}`,
      ),
      ...extras.added.map((extra) => `+ extra ${describeExtra(extra)}`),
      ...extras.removed.map((extra) => `- extra ${describeExtra(extra)}`),
      ...extras.changed.map(
        ({ before, after }) => `extra ${describeExtra(before)} → ${describeExtra(after)}`,
      ),
      ...roster.lines,
      ...destinations.lines,
      ...rules.added.map((rule) => `+ rule ${rule.kind} from ${rule.effective_from}: ${describeRule(rule)}`),
      ...rules.removed.map(
        (rule) => `- rule ${rule.kind} from ${rule.effective_from}: ${describeRule(rule)}`,
      ),
      ...rules.changed.map(
        ({ before, after }) =>
          `rule ${after.kind} from ${after.effective_from}: ${describeRule(before)} → ${describeRule(after)}`,
      ),
    ],
    client: facts.length > 0 ? { ...wanted, id } : undefined,
    roster: roster.rows,
    destinations: destinations.rows,
    plans: {
      removed: [...plans.removed, ...plans.changed.map(({ before }) => before)].map(
        (plan) => plan.from_month,
      ),
      written: [...plans.added, ...plans.changed.map(({ after }) => after)],
    },
    extras: {
      removed: [...extras.removed, ...extras.changed.map(({ before }) => before)],
      written: [...extras.added, ...extras.changed.map(({ after }) => after)],
    },
    rules: {
      removed: [...rules.removed, ...rules.changed.map(({ before }) => before)].map((rule) => rule.id),
      written: [...rules.added, ...rules.changed.map(({ after }) => after)].map((rule) => ({
        ...rule,
        id: newId(),
      })),
    },
  };
}

function factChanges(stored: StoredClient, wanted: WantedClient): readonly string[] {
  const numbers = (list: readonly string[]) => list.map(formatE164);
  const said = [
    ...fieldChange('name', stored.name, wanted.name),
    ...fieldChange('kana', stored.kana, wanted.kana),
    ...fieldChange('aliases', stored.aliases, wanted.aliases),
    ...fieldChange('own numbers', numbers(stored.own_numbers), numbers(wanted.own_numbers)),
    ...fieldChange(
      'forwarding numbers',
      numbers(stored.forwarding_numbers),
      numbers(wanted.forwarding_numbers),
    ),
    ...fieldChange('status', stored.status, wanted.status),
    ...fieldChange('greeting', stored.greeting ?? '', wanted.greeting ?? ''),
    ...fieldChange('reminders', describeReminders(stored.reminders), describeReminders(wanted.reminders)),
    ...fieldChange('review', reviewed(stored.review), reviewed(wanted.review)),
    ...fieldChange('contract', describeContract(stored), describeContract(wanted)),
    ...fieldChange(
      'tell refused sales',
      String(stored.tell_refused_sales),
      String(wanted.tell_refused_sales),
    ),
    ...fieldChange('operator notes', stored.operator_notes ?? '', wanted.operator_notes ?? ''),
  ];
  // Folding may have learnt something since the client was stored.
  const unsaid = said.length === 0 && stored.search_text !== wanted.search_text;
  return unsaid ? ['search words renewed'] : said;
}

function reviewed(review: boolean): string {
  return review ? 'before sending' : '';
}

function describeContract({
  contract_from: from,
  contract_until: until,
}: Pick<WantedClient, 'contract_from' | 'contract_until'>): string {
  return [...(from === null ? [] : [`from ${from}`]), ...(until === null ? [] : [`until ${until}`])].join(
    ' ',
  );
}

function describeExtra({ extra_code: code, from_month: from, to_month: to, quantity }: StoredExtra): string {
  const until = to === null ? '' : ` to ${to.slice(0, 7)}`;
  return `${code}${quantity > 1 ? ` × ${quantity}` : ''} from ${from.slice(0, 7)}${until}`;
}

function describeReminders(reminders: ReminderSettings | null): string {
  if (reminders === null) return '';
  const { after, times, to } = reminders;
  return [`after ${after}`, `${times} at most`, ...(to.length > 0 ? [`to ${to.join(', ')}`] : [])].join(', ');
}

function rosterChange(stored: StoredClient | undefined, wanted: WantedClient, newId: NewId) {
  const known = new Map((stored?.roster ?? []).map((member) => [member.name, member]));
  const staying = (stored?.roster ?? []).filter((member) => member.active);
  const { added, removed, changed } = diffByKey(
    staying,
    wanted.roster,
    (member) => member.name,
    describeMember,
  );
  const whole = wanted.roster.map((member): StoredMember => {
    const id = known.get(member.name)?.id ?? newId();
    return { ...member, id, active: true };
  });
  const same = (member: StoredMember) => {
    const old = known.get(member.name);
    return (
      old?.active &&
      old.position === member.position &&
      sameContent(memberContent(old), memberContent(member))
    );
  };
  const reordered =
    added.length + removed.length === 0 &&
    whole.some((member) => known.get(member.name)?.position !== member.position);
  return {
    idOf: new Map(whole.map((member) => [member.name, member.id])),
    lines: [
      ...added.map((member) => `+ roster ${describeMember(member)}`),
      ...removed.map((member) => `- roster ${member.name}`),
      ...changed.map(({ before, after }) => `roster ${describeMember(before)} → ${describeMember(after)}`),
      ...(reordered ? [`order of roster: ${wanted.roster.map(({ name }) => name).join(', ')}`] : []),
    ],
    rows: [
      ...removed.map((member): StoredMember => ({ ...member, responsible: false, active: false })),
      ...whole.filter((member) => !same(member)),
    ],
  };
}

function memberContent({ kana, aliases, responsible }: Omit<StoredMember, 'id' | 'active'>): unknown {
  return [kana, aliases, responsible];
}

function describeMember(member: Omit<StoredMember, 'id' | 'active'>): string {
  return [
    member.name,
    ...(member.kana === '' ? [] : [`(${member.kana})`]),
    ...(member.aliases.length === 0 ? [] : [`also ${member.aliases.join(', ')}`]),
    ...(member.responsible ? ['responsible'] : []),
  ].join(' ');
}

type NamedDestination = StoredDestination & { readonly member: string | null };

function destinationChange(
  stored: StoredClient | undefined,
  wanted: WantedClient,
  idOf: ReadonlyMap<string, string>,
  newId: NewId,
) {
  const nameOf = new Map((stored?.roster ?? []).map((member) => [member.id, member.name]));
  const named = (stored?.destinations ?? []).map(
    (destination): NamedDestination => ({
      ...destination,
      member:
        destination.roster_member_id === null ? null : (nameOf.get(destination.roster_member_id) ?? null),
    }),
  );
  const active = named.filter((destination) => destination.active);
  const { added, removed, changed } = diffByKey(active, wanted.destinations, targetKey, useContent);
  // An active row wins over rows for the same target that were taken out before.
  const known = new Map(
    [...named.filter((one) => !one.active), ...active].map((one) => [targetKey(one), one]),
  );
  const whole = wanted.destinations.map((destination) => {
    const old = known.get(targetKey(destination));
    const { member, ...rest } = destination;
    const row: StoredDestination = {
      ...rest,
      id: old?.id ?? newId(),
      roster_member_id: member === null ? null : (idOf.get(member) ?? null),
      active: true,
      // Put back into the file is how a destination is switched on again.
      disabled_at: old?.active ? old.disabled_at : null,
      disabled_reason: old?.active ? old.disabled_reason : null,
    };
    const same =
      old?.active === true &&
      old.position === destination.position &&
      sameContent(useContent(old), useContent(destination));
    return { row, same, moved: old?.active === true && old.position !== destination.position };
  });
  const reordered = added.length + removed.length === 0 && whole.some(({ moved }) => moved);
  return {
    lines: [
      ...added.map((one) => `+ destination ${describeTarget(one)}${inBrackets(describeUse(one))}`),
      ...removed.map((one) => `- destination ${describeTarget(one)}`),
      ...changed.map(
        ({ before, after }) =>
          `destination ${describeTarget(after)}: ${describeUse(before) || 'plain'} → ${describeUse(after) || 'plain'}`,
      ),
      ...(reordered
        ? [
            `order of destinations: ${wanted.destinations.map((one) => `${one.position} ${describeTarget(one)}`).join(', ')}`,
          ]
        : []),
    ],
    rows: [
      ...removed.map(({ member: _member, ...row }): StoredDestination => ({ ...row, active: false })),
      ...whole.filter(({ same }) => !same).map(({ row }) => row),
    ],
  };
}

function targetKey({
  member,
  channel,
  address,
}: Pick<WantedDestination, 'member' | 'channel' | 'address'>): string {
  return JSON.stringify([member, channel, address]);
}

type Use = Pick<WantedDestination, 'mention' | 'fallback' | 'digest_at' | 'immediate'>;

function useContent({ mention, fallback, digest_at, immediate }: Use): unknown {
  return [mention, fallback, digest_at, immediate];
}

function describeTarget(one: Pick<WantedDestination, 'member' | 'channel' | 'address'>): string {
  return `${one.member === null ? '' : `of ${one.member}: `}${one.channel} ${one.address}`;
}

function describeUse(one: Use): string {
  return [
    ...(one.mention === null ? [] : [`mention ${one.mention}`]),
    ...(one.fallback ? ['fallback'] : []),
    ...(one.digest_at === null ? [] : [`digest at ${one.digest_at}${one.immediate ? ' besides' : ''}`]),
  ].join(', ');
}

function inBrackets(text: string): string {
  return text === '' ? '' : ` (${text})`;
}
