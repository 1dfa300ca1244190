import { checkAddress } from '../channels/address.ts';
import { isMonth, monthStart, nextMonth } from '../domain/calendar.ts';
import { CHANNEL_NAMES } from '../domain/outcome.ts';
import { codeForm } from '../domain/search.ts';
import { isWorkspaceId } from '../domain/slack-place.ts';
import { contradictions, doubles } from '../rulebook/checks.ts';
import type { ImportProblem } from '../rulebook/import-result.ts';
import type { Path } from '../rulebook/yaml-source.ts';
import { contractProblems, extraProblems } from './check-charges.ts';
import { checkWorkspaces } from './check-workspaces.ts';
import { type ClientsReading, type DraftClient, typedAddress } from './client-file.ts';
import { type ClientReferences, importFirst, listed, type Problem } from './client-references.ts';

/** Mistakes no single value shows: doubles, collisions, and what does not fit what is stored. */
export function checkClients(reading: ClientsReading, known: ClientReferences): readonly ImportProblem[] {
  const { problem } = reading;
  const clients = reading.draft?.clients ?? [];
  return [
    ...doubles(clients.map((client) => client?.code)).map((index) =>
      problem(['clients', index, 'code'], 'this code is taken by a client above'),
    ),
    ...collisions(clients, known, problem),
    ...clients.flatMap((client, index) =>
      client === undefined
        ? []
        : [
            ...rosterProblems(client, ['clients', index, 'roster'], problem),
            ...destinationProblems(client, ['clients', index, 'destinations'], problem),
            ...checkWorkspaces(client, known, ['clients', index, 'destinations'], problem),
            ...reminderProblems(client, ['clients', index, 'reminders', 'to'], problem),
            ...contractProblems(client, known, ['clients', index], problem),
            ...extraProblems(client, known, ['clients', index, 'extras'], problem),
            ...planProblems(client, known, ['clients', index, 'plans'], problem),
            ...ruleProblems(client, known, ['clients', index, 'rules'], problem),
          ],
    ),
  ];
}

/** P9: a word that is one client's code must not name another client. */
function collisions(
  clients: readonly (DraftClient | undefined)[],
  known: ClientReferences,
  problem: Problem,
): readonly ImportProblem[] {
  const codes = new Set([
    ...clients.flatMap((client) => client?.code ?? []),
    ...known.others.map(({ code }) => code),
  ]);
  const wordsOfOthers = new Map(
    known.others.flatMap(({ code, name, kana, aliases }) =>
      [name, kana, ...aliases].map((word) => [codeForm(word), code] as const),
    ),
  );
  return clients.flatMap((client, index) => {
    const owner = client?.code !== undefined && wordsOfOthers.get(client.code);
    const words: readonly (readonly [Path, string | undefined])[] = [
      [['clients', index, 'name'], client?.name],
      [['clients', index, 'kana'], client?.kana],
      ...(client?.aliases ?? []).map((alias, n) => [['clients', index, 'aliases', n], alias] as const),
    ];
    return [
      ...(owner
        ? [
            problem(
              ['clients', index, 'code'],
              `this is a name or alias of the client ${owner}; choose another code`,
            ),
          ]
        : []),
      ...words.flatMap(([path, word]) => {
        const taken = codeForm(word ?? '');
        return codes.has(taken) && taken !== client?.code
          ? [problem(path, `this is the code of the client ${taken}; a word names one client`)]
          : [];
      }),
    ];
  });
}

function rosterProblems(client: DraftClient, path: Path, problem: Problem): readonly ImportProblem[] {
  const roster = client.roster ?? [];
  const responsible = roster.flatMap((member, index) => (member?.responsible === 'true' ? [index] : []));
  return [
    ...doubles(roster.map((member) => member?.name?.trim())).map((index) =>
      problem([...path, index, 'name'], 'this name is on the roster above; add what tells the two apart'),
    ),
    ...responsible
      .slice(1)
      .map((index) =>
        problem(
          [...path, index, 'responsible'],
          'one person at most is responsible, and one is above already',
        ),
      ),
  ];
}

/** With an id for a workspace that is none the address alone is judged: the id is told already. */
function placeOf(destination: {
  readonly address?: string | undefined;
  readonly workspace?: string | null | undefined;
}): string {
  const { address = '', workspace } = destination;
  return typedAddress({ address, workspace: isWorkspaceId(workspace?.trim() ?? '') ? workspace : null });
}

function destinationProblems(client: DraftClient, path: Path, problem: Problem): readonly ImportProblem[] {
  const names = new Set((client.roster ?? []).map((member) => member?.name?.trim()));
  const destinations = client.destinations ?? [];
  const checks = destinations.map((destination) => {
    const channel = CHANNEL_NAMES.find((name) => name === destination?.channel);
    return channel === undefined || destination?.address === undefined
      ? undefined
      : { channel, check: checkAddress(channel, placeOf(destination), destination.mention ?? null) };
  });
  return [
    ...checks.flatMap((one, index) =>
      one && !one.check.ok ? [problem([...path, index, one.check.field], one.check.message)] : [],
    ),
    ...destinations.flatMap((destination, index) => {
      const member = destination?.member?.trim();
      return member === undefined || names.has(member)
        ? []
        : [problem([...path, index, 'member'], `a name on this client’s roster: ${listed(names)}`)];
    }),
    ...destinations.flatMap((destination, index) =>
      destination?.immediate?.trim() === 'false' && !destination.digest
        ? [
            problem(
              [...path, index, 'immediate'],
              'true, or a digest besides: without either this destination would get no reports',
            ),
          ]
        : [],
    ),
    ...destinations.flatMap((destination, index) =>
      destination?.fallback?.trim() === 'true' && destination.digest
        ? [
            problem(
              [...path, index, 'digest'],
              'nothing: a fallback stands in for others and waits for no hour',
            ),
          ]
        : [],
    ),
    ...doubles(
      checks.map((one, index) =>
        one?.check.ok
          ? [destinations[index]?.member?.trim() ?? '', one.channel, one.check.address].join('\n')
          : undefined,
      ),
    ).map((index) => problem([...path, index, 'address'], 'this destination is in the list above')),
  ];
}

function reminderProblems(client: DraftClient, path: Path, problem: Problem): readonly ImportProblem[] {
  const names = new Set((client.roster ?? []).map((member) => member?.name?.trim()));
  return (client.reminders?.to ?? []).flatMap((name, index) =>
    name === undefined || names.has(name.trim())
      ? []
      : [problem([...path, index], `a name on this client’s roster: ${listed(names)}`)],
  );
}

function planProblems(
  client: DraftClient,
  known: ClientReferences,
  path: Path,
  problem: Problem,
): readonly ImportProblem[] {
  const plans = client.plans ?? [];
  const references = plans.flatMap((entry, index): readonly ImportProblem[] => {
    if (entry?.plan === undefined) return [];
    const firstPrice = known.plans.get(entry.plan);
    if (firstPrice === undefined) {
      return [
        problem(
          [...path, index, 'plan'],
          `a stored plan: ${listed(new Set(known.plans.keys()), importFirst('plans'))}`,
        ),
      ];
    }
    return entry.from !== undefined && isMonth(entry.from) && monthStart(entry.from) < firstPrice
      ? [
          problem(
            [...path, index, 'from'],
            `the first price of ${entry.plan} is of ${firstPrice.slice(0, 7)}`,
          ),
        ]
      : [];
  });
  return [
    ...doubles(plans.map((entry) => entry?.from)).map((index) =>
      problem([...path, index, 'from'], 'two plans begin in this month; keep one'),
    ),
    ...references,
    ...pastPlanProblems(client, known, path, problem),
  ];
}

/** [MK] A plan change takes effect next month: months up to the current one keep the plan they had. */
function pastPlanProblems(
  client: DraftClient,
  known: ClientReferences,
  path: Path,
  problem: Problem,
): readonly ImportProblem[] {
  const stored = client.code === undefined ? undefined : known.stored.get(client.code);
  const timeline = (client.plans ?? []).flatMap((entry, index) =>
    entry?.from === undefined || entry.plan === undefined || !isMonth(entry.from)
      ? []
      : [{ index, from: monthStart(entry.from), plan: entry.plan }],
  );
  const incomplete = timeline.length < (client.plans?.length ?? 0);
  if (stored === undefined || incomplete) return [];

  const before = stored.plans.map(({ from_month: from, plan_code: plan }) => ({ from, plan }));
  const months = [...before, ...timeline]
    .map(({ from }) => from)
    .filter((from) => from <= monthStart(known.month))
    .toSorted();
  for (const month of months) {
    const had = inForce(before, month);
    const has = inForce(timeline, month);
    if (had === undefined || had.plan === has?.plan) continue;
    const message =
      `in ${month.slice(0, 7)} this client is on the plan ${had.plan}, and plan changes take effect next month: ` +
      `keep { from: ${had.from.slice(0, 7)}, plan: ${had.plan} } and begin another in ${nextMonth(known.month)} or later`;
    return [problem(has ? [...path, has.index, 'plan'] : path, message)];
  }
  return [];
}

function inForce<Entry extends { readonly from: string }>(
  timeline: readonly Entry[],
  month: string,
): Entry | undefined {
  return timeline
    .filter(({ from }) => from <= month)
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))
    .at(-1);
}

function ruleProblems(
  client: DraftClient,
  known: ClientReferences,
  path: Path,
  problem: Problem,
): readonly ImportProblem[] {
  const rules = client.rules ?? [];
  return [
    ...rules.flatMap((rule, index) =>
      rule?.kind === undefined || known.kinds.has(rule.kind)
        ? []
        : [problem([...path, index, 'kind'], `a stored kind: ${listed(known.kinds, importFirst('kinds'))}`)],
    ),
    ...doubles(
      rules.map((rule) =>
        rule?.kind === undefined || rule.effective_from === undefined
          ? undefined
          : `${rule.kind} ${rule.effective_from}`,
      ),
    ).map((index) =>
      problem([...path, index, 'effective_from'], 'two rules for this kind begin on this day; keep one'),
    ),
    ...rules.flatMap((rule, index) =>
      contradictions(rule).map(({ key, message }) => problem([...path, index, key], message)),
    ),
  ];
}
