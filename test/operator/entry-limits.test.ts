import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientCard } from '../../src/clients/directory.ts';
import { FIELD_LIMITS } from '../../src/domain/call.ts';
import { ANSWER_CHOICES } from '../../src/domain/cases/answers.ts';
import { CASE_STATES } from '../../src/domain/cases/events.ts';
import { EMPTY_DRAFT, mergeDraft } from '../../src/operator/entry-modal/draft.ts';
import type { FormData, Sights } from '../../src/operator/entry-modal/form-data.ts';
import { sameQuestion, sureQuestion } from '../../src/operator/entry-modal/questions.ts';
import { sameCallView } from '../../src/operator/entry-modal/same-call.ts';
import { entryView } from '../../src/operator/entry-modal/view.ts';
import type { LineResult } from '../../src/operator/line/enter-line.ts';
import { droppedAnswer, lineAnswer } from '../../src/operator/line/line-answer.ts';
import { checkBlocks } from '../../src/sandbox/slack/blocks.ts';

const NOW = new Date('2026-06-18T04:05:30Z');
const ID = '01890000-0000-7000-8000-000000000001';
/** Texts of any length up to far beyond what any screen takes, emoji and rare characters among them. */
const text = (most: number) =>
  fc
    .tuple(fc.constantFrom('あ', '𠮷', 'ﾊﾞ', '👩‍💼', 'x ', '&<>'), fc.nat(most))
    .map(([sign, count]) => sign.repeat(count + 1));
const field = (limit: number) =>
  fc.option(
    text(limit).map((long) => long.slice(0, limit).replace(/[\ud800-\udbff]$/, '')),
    { nil: null },
  );
const uuid = fc.uuid();
const client = fc.record({ id: uuid, code: text(100), name: text(300), kana: text(300) });
const summary = client.map((one) => ({ ...one, status: 'active' as const }));
const card: fc.Arbitrary<ClientCard> = fc.record({
  id: fc.constant(ID),
  code: text(100),
  name: text(300),
  kana: text(300),
  status: fc.constantFrom('active', 'paused', 'ended'),
  greeting: fc.option(text(5000), { nil: null }),
  operatorNotes: fc.option(text(5000), { nil: null }),
  roster: fc.integer({ min: 0, max: 200 }).chain((size) =>
    text(200).map((name) =>
      Array.from({ length: size }, (_, n) => ({
        id: `01890000-0000-7000-8000-1${String(n).padStart(11, '0')}`,
        name: `${name}${n}`,
        kana: name,
        aliases: [],
        responsible: n === 3,
      })),
    ),
  ),
});
const kinds = fc.integer({ min: 1, max: 120 }).chain((size) =>
  text(200).map((label) =>
    Array.from({ length: size }, (_, position) => ({
      code: `k${position}`,
      label: `${label}${position}`,
      aliases: Array.from({ length: 20 }, () => label),
      template: 'message' as const,
      position,
    })),
  ),
);
const data: fc.Arbitrary<FormData> = fc
  .record({
    card: fc.option(card, { nil: null }),
    kinds,
    rule: fc.constantFrom(
      null,
      { counted: true, reported: true, flagged: true },
      { counted: false, reported: false, flagged: false },
    ),
    surcharges: text(200).map((label) =>
      Array.from({ length: 120 }, (_, n) => ({ code: `s${n}`, label, amountYen: 300 })),
    ),
    refusable: fc.boolean(),
  })
  .map(({ refusable, ...rest }) => ({ ...rest, refused: refusable ? (rest.kinds[0] ?? null) : null }));
const given = fc.record({
  choice: fc.constantFrom(...ANSWER_CHOICES),
  note: fc.option(text(1000), { nil: null }),
  until: fc.constantFrom(null, '2026-06-17', '2026-12-05'),
});
/** A client's open cases, with far longer texts than a case takes. */
const cases = fc.array(
  fc.record({
    caseId: uuid,
    number: fc.nat(),
    state: fc.constantFrom(...CASE_STATES),
    kind: fc.constantFrom('harassment', 'silent', 'k0'),
    kindLabel: text(300),
    numberE164: fc.constantFrom(null, '+819000001234'),
    calls: fc.nat(),
    since: fc.constant(NOW),
    lastCallAt: fc.constant(NOW),
    stands: fc.option(given, { nil: null }),
    actions: fc.array(given, { maxLength: 4 }),
    agreed: fc.option(fc.record({ text: text(5000), wording: fc.option(text(5000), { nil: null }) }), {
      nil: null,
    }),
  }),
  { maxLength: 8 },
);
const sights: fc.Arbitrary<Sights> = fc.record({
  cases,
  recent: fc.array(summary, { maxLength: 8 }),
  known: fc.option(
    fc.record({
      display: text(40),
      own: fc.boolean(),
      calls: fc.array(
        fc.record({
          receiptNumber: fc.constant('20260618-123456'),
          kindLabel: text(300),
          occurredAt: fc.constant(NOW),
        }),
        { maxLength: 5 },
      ),
      caller: fc.constant(null),
    }),
    { nil: null },
  ),
});
const draft = fc
  .record({
    kind: fc.constantFrom(null, 'k0'),
    company: field(FIELD_LIMITS.company),
    name: field(FIELD_LIMITS.name),
    number: field(FIELD_LIMITS.number),
    message: field(FIELD_LIMITS.message),
    quote: field(FIELD_LIMITS.quote),
    addresseeName: field(FIELD_LIMITS.addressee),
  })
  .map((patch) => mergeDraft(EMPTY_DRAFT, { ...patch, clientId: ID }));
const earlier = fc.record({
  callId: uuid,
  receiptNumber: fc.constant('20260618-0001'),
  kindLabel: text(300),
  numberDisplay: fc.option(text(60), { nil: null }),
  occurredAt: fc.constant(NOW),
  operator: fc.record({ id: fc.constant('U1'), name: text(300) }),
});
const named = fc.array(client, { minLength: 1, maxLength: 3 });

function expectWhole(view: object): void {
  const json = JSON.stringify(view);
  expect(Buffer.byteLength(json)).toBeLessThanOrEqual(250_000);
  expect(json).not.toMatch(/\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])/);
}

describe('Slack’s limits, whatever is in the data', () => {
  it('holds the form within them, with everything it shows and asks', () => {
    fc.assert(
      fc.property(draft, data, sights, earlier, named, (shown, form, seen, call, others) => {
        const questions =
          form.card === null ? [] : [...sureQuestion(form.card, others), ...sameQuestion(call)];
        const view = entryView(shown, form, NOW, { sights: seen, questions, note: '確かめてください。' });
        const plain = JSON.parse(JSON.stringify(view));
        expect(checkBlocks(plain.blocks, 'modal', '/view/blocks')).toEqual([]);
        expect(view.title.text.length).toBeLessThanOrEqual(24);
        expectWhole(view);
      }),
    );
  });

  it('holds what is said of the same call within them', () => {
    fc.assert(
      fc.property(draft, (shown) => {
        const view = JSON.parse(JSON.stringify(sameCallView('20260618-0001', shown)));
        expect(checkBlocks(view.blocks, 'modal', '/view/blocks')).toEqual([]);
        expect(view.title.text.length).toBeLessThanOrEqual(24);
      }),
    );
  });

  it('holds every answer to a line within them', () => {
    const result: fc.Arbitrary<Exclude<LineResult, { type: 'form' }>> = fc.oneof(
      fc.record({ type: fc.constant('other-client' as const), client: summary, named }),
      fc.record({ type: fc.constant('duplicate' as const), client: summary, earlier }),
      fc.record({ type: fc.constant('help' as const), kinds }),
      fc.record({
        type: fc.constantFrom('recorded' as const, 'already' as const),
        cases,
        receipt: fc.record({
          callId: uuid,
          receiptNumber: fc.constant('20260618-0001'),
          client,
          kind: fc.record({ code: fc.constant('harassment'), label: text(300) }),
          rule: fc.constant({ counted: true, reported: true, flagged: true }),
          destinations: fc.nat(9),
          occurredAt: fc.constant(NOW),
          recordedAt: fc.constant(NOW),
          urgent: fc.boolean(),
          numberDisplay: fc.option(text(60), { nil: null }),
          wish: fc.constant(null),
          held: fc.boolean(),
        }),
      }),
      fc.record({
        type: fc.constant('misread' as const),
        kinds,
        reading: fc.oneof(
          fc.record({ type: fc.constant('ended-client' as const), client: summary }),
          fc.record({
            type: fc.constant('unknown-client' as const),
            word: text(300),
            near: fc.array(summary, { maxLength: 10 }),
          }),
          fc.record({
            type: fc.constant('unknown-kind' as const),
            word: text(300),
            client: summary,
          }),
        ),
      }),
    );
    fc.assert(
      fc.property(result, text(3000), (came, typed) => {
        const attempt = { key: 'line:T1:1.2.3', text: typed, at: NOW };
        for (const answer of [
          lineAnswer('/juden', attempt, came),
          droppedAnswer('/juden', attempt, '20260618-0001'),
        ]) {
          const { blocks } = JSON.parse(JSON.stringify(answer));
          expect(checkBlocks(blocks, 'message', '/blocks')).toEqual([]);
        }
      }),
    );
  });
});
