import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANSWER_CHOICES, NOTE_AT_MOST } from '../../src/domain/cases/answers.ts';
import { CASE_STATES, type CaseEventBody } from '../../src/domain/cases/events.ts';
import { askButtons } from '../../src/followup/cases/ask-buttons.ts';
import type { CaseView } from '../../src/followup/cases/cases.ts';
import { type CardFacts, caseCard } from '../../src/operator/cases/card.ts';
import { caseFormView, evidenceView, FORM_BUTTONS } from '../../src/operator/cases/card-views.ts';
import { standsInWords } from '../../src/operator/cases/case-words.ts';
import { burdenView } from '../../src/operator/cases/hardship.ts';
import { readYen, surchargeForm } from '../../src/operator/cases/surcharge-form.ts';
import { checkBlocks, textLength } from '../../src/sandbox/slack/blocks.ts';

const NOW = new Date('2026-06-18T04:05:30Z');
const ID = '01890000-0000-7000-8000-000000000001';
const text = (most: number) =>
  fc
    .tuple(fc.constantFrom('あ', '𠮷', '👩‍💼', 'x ', '&<>', '\n', '<!channel>', '"'), fc.nat(most))
    .map(([sign, count]) => sign.repeat(count + 1));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const at = fc.integer({ min: 0, max: 20 * 86_400 }).map((ago) => new Date(NOW.getTime() - ago * 1000));
const answer = fc.record({
  choice: fc.constantFrom(...ANSWER_CHOICES),
  note: maybe(text(NOTE_AT_MOST)),
  until: fc.constantFrom(null, '2026-06-17', '2026-12-05'),
});
const body: fc.Arbitrary<CaseEventBody> = fc.oneof(
  fc.constant({ type: 'opened' as const, callId: ID }),
  fc.constant({ type: 'call_joined' as const, callId: ID, by: 'rule' as const }),
  fc.constantFrom('retracted' as const, 'reclassified' as const, 'moved' as const).map((why) => ({
    type: 'call_left' as const,
    callId: ID,
    why,
  })),
  answer.map((given) => ({
    ...given,
    type: 'answered' as const,
    via: 'chatwork' as const,
    person: null,
    deliveryId: null,
    fromCase: null,
  })),
  fc.record({ type: fc.constant('agreed' as const), text: text(5000), wording: maybe(text(5000)) }),
  fc.constant({ type: 'reminded' as const, number: 2 }),
  fc.constant({ type: 'escalated' as const }),
  fc.constant({ type: 'promise_reminded' as const, until: '2026-12-05', when: 'before' as const }),
  fc.constant({ type: 'still_forwarding' as const, callId: ID }),
  fc.constant({ type: 'alarmed' as const, window: 'hour' as const, calls: 3 }),
  fc.constant({ type: 'asked_client' as const, message: 'stop_forwarding' as const }),
  fc.record({ type: fc.constant('noted' as const), text: text(5000) }),
  fc.constant({ type: 'went_quiet' as const }),
  fc.record({
    type: fc.constant('closed' as const),
    reason: maybe(text(5000)),
    mergedInto: fc.constantFrom(null, ID),
  }),
  fc.constant({ type: 'reopened' as const, callId: null }),
);
const calls = fc
  .tuple(text(300), text(2000), maybe(text(1000)), fc.constantFrom(1, 3, 120), at)
  .map(([label, message, quote, count, occurredAt]) =>
    Array.from({ length: count }, (_, n) => ({
      id: `01890000-0000-7000-8000-1${String(n).padStart(11, '0')}`,
      receiptNumber: `20260618-${String(n).padStart(6, '0')}`,
      kind: 'harassment',
      kindLabel: `${label}${n % 5}`,
      occurredAt,
      numberDisplay: label,
      quote,
      message,
      operatorName: label,
      surchargeYen: n % 2 === 0 ? 300 : null,
      surchargeLabel: label,
    })),
  );
const view: fc.Arbitrary<CaseView> = fc.record({
  id: fc.constant(ID),
  number: fc.integer({ min: 1001, max: 2_000_000_000 }),
  clientId: fc.constant(ID),
  clientCode: text(100),
  clientName: text(300),
  state: fc.constantFrom(...CASE_STATES),
  kind: fc.constant('harassment'),
  numberE164: fc.constantFrom(null, '+819000001234'),
  openedAt: at,
  lastCallAt: at,
  calls,
  stands: maybe(answer.map((given) => ({ ...given, at: NOW }))),
  actions: fc.array(answer, { maxLength: 4 }),
  agreed: maybe(fc.record({ text: text(5000), wording: maybe(text(5000)) })),
  events: fc.array(body, { maxLength: 20 }).map((rest) =>
    [{ type: 'opened' as const, callId: ID }, ...rest].map((one, n) => ({
      seq: n + 1,
      at: NOW,
      actor: 'system',
      body: one,
    })),
  ),
});
const facts: fc.Arbitrary<CardFacts> = fc.record({
  nextAt: maybe(fc.constant(new Date(NOW.getTime() + 3 * 86_400_000))),
  agency: fc.constant(null),
  notes: fc.array(
    fc.record({ at, hungUp: fc.boolean(), burden: fc.constantFrom(null, 1, 5), note: maybe(text(1000)) }),
    { maxLength: 5 },
  ),
  elsewhere: fc.array(
    fc.record({
      number: fc.nat(),
      clientCode: text(100),
      clientName: text(300),
      state: fc.constantFrom(...CASE_STATES),
    }),
    { maxLength: 5 },
  ),
});
const plainOf = <T>(value: T): T => JSON.parse(JSON.stringify(value));
/** As Slack may count it at its strictest. */
const escapedSize = (value: unknown) =>
  JSON.stringify(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').length;

describe('Slack’s limits, whatever is in a case', () => {
  it('P6 holds the card within them, as plain text alone', () => {
    fc.assert(
      fc.property(view, facts, (one, beside) => {
        const card = plainOf(caseCard(one, beside, NOW));
        expect(checkBlocks(card.blocks, 'message', '/blocks')).toEqual([]);
        expect(textLength(card.blocks)).toBeLessThanOrEqual(9_000);
        expect(escapedSize(card.blocks)).toBeLessThanOrEqual(13_200);
        expect(JSON.stringify(card.blocks)).not.toContain('mrkdwn');
        expect(card.text).not.toMatch(/<!channel>/);
        expect(JSON.stringify(card)).not.toMatch(/\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])/);
      }),
      { numRuns: 60 },
    );
  });

  it('holds every form behind its buttons within them', () => {
    fc.assert(
      fc.property(view, fc.array(view, { maxLength: 2 }), (one, several) => {
        const others = several.flatMap((other) =>
          Array.from({ length: 60 }, (_, n) => ({ ...other, id: `${other.id}${n}`, number: n })),
        );
        const forms = FORM_BUTTONS.map((button) => caseFormView(button, one, others));
        const reasons = Array.from({ length: 120 }, (_, n) => ({
          code: `reason_${n}`,
          label: one.clientName,
          amountYen: 200,
          minYen: 100,
          maxYen: 1_000_000,
        }));
        const surcharge = surchargeForm(one, reasons, new Map());
        expect(JSON.stringify(surcharge)).toContain('100〜1,000,000円(通常200円)');
        for (const form of [
          ...forms,
          surcharge,
          evidenceView(one, undefined),
          evidenceView(one, `https://${'x'.repeat(200)}.example/evidence/${'y'.repeat(100)}`),
          burdenView(ID),
        ].map(plainOf)) {
          expect(checkBlocks(form.blocks, 'modal', '/view/blocks')).toEqual([]);
          expect(form.title.text.length).toBeLessThanOrEqual(24);
          expect((form.private_metadata ?? '').length).toBeLessThanOrEqual(3_000);
          expect(Buffer.byteLength(JSON.stringify(form))).toBeLessThanOrEqual(250_000);
        }
      }),
      { numRuns: 30 },
    );
    expect(checkBlocks(plainOf([askButtons(ID)]), 'message', '/blocks')).toEqual([]);
  });
});

describe('what stands, in words', () => {
  it('says until when, and when that day has passed', () => {
    const pause = { choice: 'pause', note: null, until: '2026-12-05' } as const;
    expect(standsInWords(pause, '2026-12-01')).toBe('転送停止中(2026年12月5日(土)まで)');
    expect(standsInWords(pause, '2026-12-05')).toContain('を過ぎています');
    expect(standsInWords({ ...pause, until: null }, '2026-12-05')).toBe('転送停止中');
    const contact = { choice: 'contact', note: null, until: '2026-12-05' } as const;
    expect(standsInWords(contact, '2026-12-05')).toBe('顧客から相手に連絡(2026年12月5日(土)予定)');
    expect(standsInWords(contact, '2026-12-06')).toContain('を過ぎています');
  });

  it('reads yen as people type them, and nothing else', () => {
    for (const typed of ['250', '２５０', '250円', '¥250', ' 2 5 0 ']) expect(readYen(typed)).toBe(250);
    expect(readYen('1,200')).toBe(1200);
    for (const typed of ['', '-250', '250.5', '二百', '0x10', '1e3', '99999999'])
      expect(readYen(typed)).toBeNull();
  });
});
