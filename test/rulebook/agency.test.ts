import { afterAll, beforeAll, expect, test } from 'vitest';
import { isBusinessDay } from '../../src/domain/calendar.ts';
import { loadAgency } from '../../src/rulebook/agency.ts';
import { exportAgency, importAgency } from '../../src/rulebook/import-agency.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { changesOf, example, mistakesOf, options } from '../support/imports.ts';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
});
afterAll(() => opened.dispose());

const importText = (text: string, o = {}) =>
  importAgency(opened.database.db, { file: 'agency.yaml', text }, options(o));

test('before the first import there is nothing, and the export says so', async () => {
  expect(await loadAgency(opened.database.db)).toBeUndefined();
  expect(await exportAgency(opened.database.db)).toMatch(/^# No agency data yet/);
});

test('the shipped example is taken over, and exported it changes nothing', async () => {
  const { db } = opened.database;
  const { text } = await example('agency');
  expect(changesOf(await importText(text, { dryRun: true }))).toHaveLength(8);
  expect(await loadAgency(db)).toBeUndefined();
  changesOf(await importText(text));
  const agency = await loadAgency(db);
  expect(agency).toMatchObject({ name: '株式会社サンプル電話代行', registrationNumber: 'T0000000000000' });
  expect(agency?.hours.sat).toEqual({ from: '09:00', to: '13:00' });
  expect(agency?.hours.sun).toBeUndefined();
  expect(agency && isBusinessDay('2026-12-30', agency)).toBe(false);
  expect(agency && isBusinessDay('2026-12-28', agency)).toBe(true);
  expect(changesOf(await importText(text))).toEqual([]);
  expect(changesOf(await importText(await exportAgency(db)))).toEqual([]);
});

test('a change is said in words', async () => {
  const { text } = await example('agency');
  expect(
    changesOf(
      await importText(
        text
          .replace('    sat: 09:00-13:00\n', '')
          .replace('closed_on_holidays: true', 'closed_on_holidays: false'),
      ),
    ),
  ).toEqual(['hours - sat 09:00-13:00', 'closed_on_holidays true → false']);
  const { db } = opened.database;
  const withTrainees = `${await exportAgency(db)}  trainees: [U0OPERATOR1, W0OPERATOR2]\n`;
  expect(changesOf(await importText(withTrainees))).toEqual(['trainees + U0OPERATOR1, + W0OPERATOR2']);
  expect((await loadAgency(db))?.trainees).toEqual(['U0OPERATOR1', 'W0OPERATOR2']);
  expect(changesOf(await importText(await exportAgency(db)))).toEqual([]);
});

test('mistakes come all at once', async () => {
  expect(
    mistakesOf(
      await importText(`agency:
  name: サンプル
  postal_code: 1000000
  phone: abc
  registration_number: T123
  hours: { mon: 18:00-09:00, someday: 09:00-18:00 }
  closures: [2026-12-29, 2026-12-29, 12/30]
  trainees: [S0GROUP001]
`),
    ),
  ).toEqual([
    'agency.yaml:1: agency.closed_on_holidays: (missing) — whether national holidays are closed days: true or false',
    'agency.yaml:3: agency.postal_code: "1000000" — postal code as in 100-0000',
    'agency.yaml:4: agency.phone: "abc" — phone number as in 03-5550-0100',
    'agency.yaml:5: agency.registration_number: "T123" — registration number of a qualified invoice issuer: T and 13 digits',
    'agency.yaml:6: agency.hours.mon: "18:00-09:00" — reception hours of a weekday, as in 09:00-18:00; leave the day out when closed',
    'agency.yaml:6: agency.hours.someday: "09:00-18:00" — unknown key; known here: mon, tue, wed, thu, fri, sat, sun',
    'agency.yaml:7: agency.closures[1]: "2026-12-29" — this day is in the list already',
    'agency.yaml:7: agency.closures[2]: "12/30" — closed day: a day as in 2026-04-01',
    'agency.yaml:8: agency.trainees[0]: "S0GROUP001" — Slack user id as in U0EXAMPLE1, not a user group',
  ]);
});
