import type { Kysely } from 'kysely';
import { stringify } from 'yaml';
import type { AgencyProfile } from '../domain/agency.ts';
import { WEEKDAYS } from '../domain/agency.ts';
import { isClockTime } from '../domain/calendar.ts';
import { parsePhone } from '../domain/phone.ts';
import type { Schema } from '../storage/schema.ts';
import { loadAgency } from './agency.ts';
import { doubles } from './checks.ts';
import { fieldChange } from './diff.ts';
import type { ImportResult, ImportSource } from './import-result.ts';
import { type ImportOptions, type PlannedImport, runImport } from './run-import.ts';
import { day, field, flag, line, listOf, mapping, optional } from './yaml-fields.ts';
import { readYaml } from './yaml-source.ts';

type Hours = { readonly from: string; readonly to: string };

const hours = optional(
  field(
    'reception hours of a weekday, as in 09:00-18:00; leave the day out when closed',
    (text): Hours | undefined => {
      const [, from = '', to = ''] = /^(\d\d:\d\d)\s*-\s*(\d\d:\d\d)$/.exec(text) ?? [];
      return isClockTime(from) && isClockTime(to) && from < to ? { from, to } : undefined;
    },
  ),
);

const agencyFile = mapping({
  agency: mapping({
    name: line('name of the agency', 80),
    postal_code: optional(
      field('postal code as in 100-0000', (text) => (/^\d{3}-\d{4}$/.test(text) ? text : undefined)),
    ),
    address: optional(line('address', 200)),
    phone: optional(
      field('phone number as in 03-5550-0100', (text) => {
        const phone = parsePhone(text);
        return phone.ok ? phone.display : undefined;
      }),
    ),
    registration_number: optional(
      field('registration number of a qualified invoice issuer: T and 13 digits', (text) =>
        /^T\d{13}$/.test(text) ? text : undefined,
      ),
    ),
    hours: optional(
      mapping({ mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: hours }),
    ),
    closed_on_holidays: flag('whether national holidays are closed days'),
    closures: listOf(day('closed day'), 'a list of days as in 2026-12-29'),
    trainees: listOf(
      field('Slack user id as in U0EXAMPLE1, not a user group', (text) =>
        /^[UW][A-Z0-9]{2,30}$/.test(text) ? text : undefined,
      ),
      'a list of Slack user ids as in U0EXAMPLE1',
    ),
  }),
});

/** Takes over the agency's name, address, registration number, hours and closures. */
export async function importAgency(
  db: Kysely<Schema>,
  source: ImportSource,
  o: ImportOptions,
): Promise<ImportResult> {
  const reading = readYaml(source, agencyFile);
  return runImport(db, o, async (tx): Promise<PlannedImport> => {
    const problems = [
      ...reading.problems,
      ...doubles((reading.draft?.agency?.closures ?? []).map((one) => one)).map((index) =>
        reading.problem(['agency', 'closures', index], 'this day is in the list already'),
      ),
      ...doubles((reading.draft?.agency?.trainees ?? []).map((one) => one)).map((index) =>
        reading.problem(['agency', 'trainees', index], 'this person is in the list already'),
      ),
    ];
    if (problems.length > 0 || reading.value === undefined) return { problems };
    const { agency } = reading.value;
    const wanted: AgencyProfile = {
      name: agency.name,
      postalCode: agency.postal_code,
      address: agency.address,
      phone: agency.phone,
      registrationNumber: agency.registration_number,
      hours: Object.fromEntries(
        WEEKDAYS.flatMap((weekday) => {
          const open = agency.hours?.[weekday];
          return open ? [[weekday, open]] : [];
        }),
      ),
      closedOnHolidays: agency.closed_on_holidays,
      closures: agency.closures.toSorted(),
      trainees: agency.trainees,
    };
    const before = fields(await loadAgency(tx));
    const changes = Object.entries(fields(wanted)).flatMap(([name, after]) =>
      fieldChange(name, before[name] ?? (typeof after === 'string' ? '' : []), after),
    );
    return {
      changes,
      warnings: [],
      audit: [{ subjectType: 'agency', subjectId: 'agency', changes }],
      async write() {
        const row = { profile: JSON.stringify(wanted), updated_at: o.clock() };
        await tx
          .insertInto('agency')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
      },
    };
  });
}

/** The agency's data as the file `importAgency` reads (YAML); before the first import, nothing but a comment. */
export async function exportAgency(db: Kysely<Schema>): Promise<string> {
  const profile = await loadAgency(db);
  if (!profile) return '# No agency data yet: see examples/agency.yaml for its form.\n';
  const {
    name,
    postalCode,
    address,
    phone,
    registrationNumber,
    closedOnHolidays,
    closures,
    trainees = [],
  } = profile;
  const agency = {
    name,
    ...(postalCode !== null && { postal_code: postalCode }),
    ...(address !== null && { address }),
    ...(phone !== null && { phone }),
    ...(registrationNumber !== null && { registration_number: registrationNumber }),
    hours: Object.fromEntries(
      WEEKDAYS.flatMap((weekday) => {
        const open = profile.hours[weekday];
        return open ? [[weekday, span(open)]] : [];
      }),
    ),
    closed_on_holidays: closedOnHolidays,
    closures,
    ...(trainees.length > 0 && { trainees }),
  };
  return stringify({ agency }, { lineWidth: 0 });
}

function span({ from, to }: Hours): string {
  return `${from}-${to}`;
}

/** Every field as text, for comparing and for saying what changes. */
function fields(profile: AgencyProfile | undefined): Readonly<Record<string, string | readonly string[]>> {
  if (!profile) return {};
  return {
    name: profile.name,
    postal_code: profile.postalCode ?? '',
    address: profile.address ?? '',
    phone: profile.phone ?? '',
    registration_number: profile.registrationNumber ?? '',
    hours: WEEKDAYS.flatMap((weekday) => {
      const open = profile.hours[weekday];
      return open ? [`${weekday} ${span(open)}`] : [];
    }),
    closed_on_holidays: String(profile.closedOnHolidays),
    closures: profile.closures,
    trainees: profile.trainees ?? [],
  };
}
