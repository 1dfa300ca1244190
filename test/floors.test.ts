import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** From the ground up; a room may import from its own floor's rooms only where they are named together. */
const FLOORS: readonly (readonly string[])[] = [
  ['domain'],
  ['log'],
  ['storage', 'channels', 'reports', 'config'],
  ['rulebook'],
  ['tables', 'explain'],
  ['clients'],
  ['workspaces'],
  ['delivery'],
  ['billing', 'followup'],
  ['intake'],
  ['operator', 'web'],
  ['workers'],
  ['shut-down'],
  ['app'],
  ['doctor'],
  ['commands'],
  ['demo'],
  ['cli'],
];
/** Stands apart: it may know the domain, and only the top and the tests may know it. */
const APART = 'sandbox';
const MAY_USE_SANDBOX = ['demo', 'cli', 'commands'];

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** `src/delivery/relay.ts` → `delivery`, `src/app.ts` → `app`, `workers/relay.ts` → `workers`. */
function roomOf(file: string): string {
  const [top = '', room = ''] = file.split('/');
  return top === 'src' ? room.replace(/\.tsx?$/, '') : top;
}

function floorOf(room: string): number {
  const floor = FLOORS.findIndex((rooms) => rooms.includes(room));
  if (floor < 0) throw new Error(`room "${room}" has no floor: add it to this test and to CONTRIBUTING.md`);
  return floor;
}

const imports = ['src', 'workers'].flatMap(sourceFiles).flatMap((file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => ({
    file,
    from: roomOf(file),
    to: roomOf(relative(root, join(root, dirname(file), match[1] ?? ''))),
  })),
);

describe('the floors of the house', () => {
  it('has something to check', () => {
    expect(imports.length).toBeGreaterThan(200);
  });

  it('lets imports go down only', () => {
    const wrong = imports.filter(({ from, to }) => {
      if (from === to) return false;
      if (to === APART) return !MAY_USE_SANDBOX.includes(from);
      if (from === APART) return to !== 'domain';
      return floorOf(from) <= floorOf(to);
    });
    expect(wrong.map(({ file, to }) => `${file} → ${to}`)).toEqual([]);
  });
});

describe('what only one place may do', () => {
  const writers = (table: string) =>
    ['src', 'workers'].flatMap(sourceFiles).filter((file) => {
      if (file.startsWith('src/storage/')) return false;
      const text = readFileSync(join(root, file), 'utf8');
      return new RegExp(
        `(insertInto|updateTable|deleteFrom)\\('${table}|(insert into|update|delete from) ${table}\\b`,
      ).test(text);
    });

  it('writes calls in intake alone', () => {
    expect(writers('calls').every((file) => roomOf(file) === 'intake')).toBe(true);
  });

  it('P5 writes usage events in billing alone', () => {
    expect(writers('usage_events').every((file) => roomOf(file) === 'billing')).toBe(true);
  });

  it('writes cases in one folder of followup alone', () => {
    const files = ['cases', 'case_calls', 'case_events'].flatMap(writers);
    expect(files.length).toBeGreaterThan(3);
    expect(files.every((file) => file.startsWith('src/followup/cases/'))).toBe(true);
  });

  it('P5 writes closed months and statements in billing alone, prices in the rulebook alone', () => {
    const files = [...writers('billing_months'), ...writers('statements'), ...writers('statement_runs')];
    expect(files.length).toBeGreaterThan(1);
    expect(files.every((file) => roomOf(file) === 'billing')).toBe(true);
    const prices = [...writers('plans'), ...writers('extras')];
    expect(prices.length).toBeGreaterThan(1);
    expect(prices.every((file) => roomOf(file) === 'rulebook')).toBe(true);
  });

  it('P9 keeps what operators wrote about hard calls from everything a client may read', () => {
    const mention = (folder: string) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)))
        .filter((file) => /operator_notes|operator-notes/.test(readFileSync(join(root, file), 'utf8')));
    expect(['src/reports', 'src/delivery', 'src/channels', 'src/web', 'templates'].flatMap(mention)).toEqual(
      [],
    );
    expect(mention('src/followup/cases')).toContain('src/followup/cases/operator-notes.ts');
    expect(writers('operator_notes')).toEqual(['src/followup/cases/operator-notes.ts']);
  });

  it('writes what was told of used-up plans in billing alone', () => {
    const files = writers('usage_warnings');
    expect(files.length).toBeGreaterThan(1);
    expect(files.every((file) => roomOf(file) === 'billing')).toBe(true);
  });

  it('writes messages of clients in Chatwork in one folder of followup alone', () => {
    const files = ['chatwork_replies', 'chatwork_looks', 'chatwork_rooms'].flatMap(writers);
    expect(files.length).toBeGreaterThan(3);
    expect(files.every((file) => file.startsWith('src/followup/chatwork/'))).toBe(true);
  });

  it('writes what clients say of reports in one folder of followup alone', () => {
    const files = writers('disputes');
    expect(files.length).toBeGreaterThan(2);
    expect(files.every((file) => file.startsWith('src/followup/disputes/'))).toBe(true);
  });

  it('P4 writes deliveries and attempts in delivery alone', () => {
    const files = [...writers('deliveries'), ...writers('attempts')];
    expect(files.length).toBeGreaterThan(3);
    expect(files.every((file) => roomOf(file) === 'delivery')).toBe(true);
  });

  it('P4 writes what goes out in digests in one folder of delivery alone', () => {
    const files = writers('digest_items');
    expect(files.length).toBeGreaterThan(1);
    expect(files.every((file) => file.startsWith('src/delivery/digest/'))).toBe(true);
  });

  it('P3 writes what waits for a supervisor beside the deliveries it holds', () => {
    const files = writers('reviews');
    expect(files.length).toBeGreaterThan(2);
    expect(files.every((file) => file.startsWith('src/delivery/review/'))).toBe(true);
  });

  it('P9 connects and ends clients’ workspaces in one room alone', () => {
    const files = [...writers('slack_workspaces'), ...writers('slack_install_links')];
    expect(files.every((file) => roomOf(file) === 'workspaces')).toBe(true);
  });

  it('writes homes in one folder alone', () => {
    const files = writers('homes');
    expect(files.length).toBeGreaterThan(0);
    expect(files.every((file) => file.startsWith('src/operator/home/'))).toBe(true);
  });
});
