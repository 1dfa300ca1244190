import { formatE164 } from '../domain/phone.ts';
import type { NewId } from '../domain/ports.ts';
import type { ReminderSettings } from '../domain/reminders.ts';
import { describeRule } from '../rulebook/describe-rule.ts';
import { diffByKey, fieldChange, sameContent } from '../rulebook/diff.ts';
import { destinationChange } from './diff-destinations.ts';
import type {
  StoredClient,
  StoredDestination,
  StoredExtra,
  StoredMember,
  StoredRule,
} from './stored-clients.ts';
import type { WantedClient } from './wanted-client.ts';

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
