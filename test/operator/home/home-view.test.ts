import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NUMBER_STATES } from '../../../src/domain/call.ts';
import { CASE_STATES } from '../../../src/domain/cases/events.ts';
import { SHOWN } from '../../../src/operator/home/choice.ts';
import { type HomeEntry, PAGE, STANDINGS } from '../../../src/operator/home/day.ts';
import { type HomeData, listedHome, strangerHome } from '../../../src/operator/home/home-view.ts';
import { checkBlocks } from '../../../src/sandbox/slack/blocks.ts';

const NOW = new Date('2026-06-18T04:05:30Z');
/** Texts far beyond what any screen takes, emoji and rare characters among them. */
const text = fc
  .tuple(fc.constantFrom('あ', '𠮷', 'ﾊﾞ', '👩‍💼', 'x ', '&<>', '*_~`', '<!channel>'), fc.nat(300))
  .map(([sign, count]) => sign.repeat(count + 1));
const moment = fc.constantFrom(NOW, new Date('2026-06-16T23:00:00Z'));
const channel = fc.constantFrom('chatwork' as const, 'slack' as const, 'email' as const);
const uuid = fc.nat(0xffffff).map((n) => `01890000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`);
const count = fc.nat(100_000);
const entry: fc.Arbitrary<HomeEntry> = fc.record({
  id: uuid,
  receiptNumber: fc.constant('20260618-123456'),
  occurredAt: moment,
  operatorName: text,
  clientCode: text,
  clientName: text,
  kindLabel: text,
  flagged: fc.boolean(),
  urgent: fc.boolean(),
  caller: fc.option(text, { nil: null }),
  numberState: fc.constantFrom(...NUMBER_STATES),
  numberEnd: fc.option(fc.constant('0123'), { nil: null }),
  changed: fc.boolean(),
  retracted: fc.boolean(),
  standing: fc.constantFrom(...STANDINGS),
  delivered: fc.nat(50),
  messages: fc.nat(50),
});
const narrowings = fc.tuple(fc.integer({ min: 0, max: 99 }), text).map(([size, label]) =>
  Array.from({ length: size }, (_, n) => ({
    id: `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    label,
    count: n,
  })),
);
/** As many as there can be, each only once. */
const many = <T>(of: fc.Arbitrary<T>, most: number, key: (one: T) => unknown) =>
  fc.uniqueArray(of, { minLength: most, maxLength: most, selector: key });
const home: fc.Arbitrary<HomeData> = fc.record({
  day: fc.constant('2026-06-18'),
  now: fc.constant(NOW),
  watchedUntil: fc.constant(new Date(NOW.getTime() + 1_800_000)),
  choice: fc.record({
    day: fc.constant('2026-06-18'),
    shown: fc.constantFrom(...SHOWN),
    clientId: fc.option(fc.constant('01890000-0000-7000-8000-000000000003'), { nil: null }),
    operatorId: fc.option(fc.constant('U0GONE'), { nil: null }),
    page: fc.constant(2),
  }),
  of: fc.record({
    counts: fc.record({
      entered: count,
      reported: count,
      silent: count,
      retracted: count,
      standing: fc.record({
        failed: count,
        uncertain: count,
        held: count,
        waiting: count,
        sent: count,
        silent: count,
        retracted: count,
      }),
    }),
    listed: count,
    page: fc.constant(2),
    pages: fc.constant(400),
    entries: many(entry, PAGE, ({ id }) => id),
    clients: narrowings,
    operators: narrowings,
  }),
  floor: fc.option(
    fc.record({
      waiting: fc.constant(
        (['waiting', 'held', 'uncertain'] as const).map((state) => ({ state, count: 9999, since: NOW })),
      ),
      uncertain: many(
        fc.record({
          id: uuid,
          receiptNumber: fc.constant('20260618-123456'),
          clientCode: text,
          clientName: text,
          channel,
          address: text,
          since: moment,
          asked: fc.boolean(),
        }),
        5,
        ({ id }) => id,
      ),
      uncertainInAll: count,
      cases: fc.array(
        fc.record({
          number: fc.constant(123_456),
          clientCode: text,
          clientName: text,
          kindLabel: text,
          state: fc.constantFrom(...CASE_STATES),
          calls: count,
          lastCallAt: moment,
        }),
        { minLength: 8, maxLength: 8 },
      ),
      casesInAll: count,
      destinations: fc.array(
        fc.record({ clientCode: text, clientName: text, channel, address: text, disabledAt: moment }),
        { minLength: 8, maxLength: 8 },
      ),
      destinationsInAll: count,
      disputes: fc.record({
        waiting: count,
        since: fc.option(moment, { nil: null }),
        ofMonth: count,
        credited: count,
      }),
    }),
    { nil: null },
  ),
});

describe('the home, whatever is in the data', () => {
  it('holds Slack’s limits with a whole page of the longest texts, and P6 leaves typed text what it is', () => {
    fc.assert(
      fc.property(home, (data) => {
        const view = JSON.parse(JSON.stringify(listedHome(data).view));
        expect(checkBlocks(view.blocks, 'home', '/view/blocks')).toEqual([]);
        const json = JSON.stringify(view);
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(250_000);
        expect(json).not.toMatch(/\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])/);
        const marked = [...json.matchAll(/"type":"mrkdwn","text":"([^"]*)"/g)].map(([, words]) => words);
        for (const words of marked) expect(words).toMatch(/^\*[^*_~`<>&]+\*[^*_~`<>&]*$/);
      }),
      { numRuns: 40 },
    );
  });

  it('is the same while nothing but the time of day goes on, and another when anything else does', () => {
    fc.assert(
      fc.property(home, (data) => {
        const of = (over: Partial<HomeData>) => listedHome({ ...data, ...over }).digest;
        const before = of({});
        expect(of({ now: new Date(NOW.getTime() + 1_000), watchedUntil: new Date(0) })).toBe(before);
        const [first, ...rest] = data.of.entries;
        const standing = first?.standing === 'sent' ? 'failed' : 'sent';
        const entries = first === undefined ? [] : [{ ...first, standing, messages: 51 } as const, ...rest];
        expect(of({ of: { ...data.of, entries } })).not.toBe(before);
      }),
      { numRuns: 20 },
    );
  });

  it('P9 tells who is on no list whom to ask, and nothing else', () => {
    const { view } = strangerHome(['U0SUPERVIS1', 'S0GROUP', 'U3', 'U4', 'U5', 'U6']);
    const blocks = JSON.parse(JSON.stringify(view.blocks));
    expect(checkBlocks(blocks, 'home', '/view/blocks')).toEqual([]);
    expect(blocks).toHaveLength(1);
    expect(blocks[0].text.text).toContain('管理者(<@U0SUPERVIS1>、<!subteam^S0GROUP>、<@U3>、<@U4>、<@U5>)');
  });
});
