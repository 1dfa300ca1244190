import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientCard } from '../../src/clients/directory.ts';
import { readReviewValue } from '../../src/delivery/review/buttons.ts';
import { FIELD_LIMITS, NUMBER_STATES, WISHES } from '../../src/domain/call.ts';
import type { RecordedCall } from '../../src/intake/recorded-call.ts';
import {
  correctView,
  draftOf,
  readMetadata,
  reclassifyView,
  retractView,
} from '../../src/operator/change/change-view.ts';
import { EMPTY_DRAFT, mergeDraft } from '../../src/operator/entry-modal/draft.ts';
import { readState, type ViewValues } from '../../src/operator/entry-modal/read-state.ts';
import { returnedNote, returnView } from '../../src/operator/review/review-view.ts';
import { slackFault } from '../../src/reports/limits.ts';
import { valuesOf } from '../../src/sandbox/slack/view-state.ts';

const CLIENT = '01890000-0000-7000-8000-000000000001';
const MEMBER = '01890000-0000-7000-8000-100000000001';
const SURCHARGES = [{ code: 'shouting', label: '怒鳴り声', amountYen: 200 }];
const card = (over: Partial<ClientCard> = {}): ClientCard => ({
  id: CLIENT,
  code: 'acme',
  name: '株式会社サンプル商事',
  kana: 'サンプルショウジ',
  status: 'active',
  greeting: null,
  operatorNotes: null,
  roster: [{ id: MEMBER, name: '山田', kana: 'ヤマダ', aliases: [], responsible: false }],
  ...over,
});
const CALL: RecordedCall = {
  id: '01890000-0000-7000-8000-200000000001',
  receiptNumber: '20260618-0001',
  revision: 3,
  operatorId: 'U0OPERATOR',
  recordedAt: new Date('2026-06-18T04:05:00Z'),
  retracted: false,
  client: { id: CLIENT, code: 'acme', name: '株式会社サンプル商事' },
  kindLabel: '用件',
  kind: 'message',
  rule: { counted: true, reported: true, flagged: false },
  occurred_at: new Date('2026-06-18T04:04:59.123Z'),
  addressee_id: MEMBER,
  addressee_name: '山田',
  caller_company: null,
  caller_name: null,
  caller_kana: null,
  number_state: 'unknown',
  number_raw: null,
  number_e164: null,
  number_display: null,
  number_confirmed: false,
  message: null,
  quote: null,
  wish: null,
  urgent: false,
  surcharge_code: null,
  surcharge_yen: null,
  surcharge_label: null,
};

const text = (limit: number) =>
  fc.option(
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: limit })
      .filter((typed) => typed.trim() === typed && typed !== '' && typed.length <= limit),
    { nil: null },
  );
const call: fc.Arbitrary<RecordedCall> = fc
  .record({
    addressee: fc.constantFrom<readonly [string | null, string | null]>(
      [MEMBER, '山田'],
      ['01890000-0000-7000-8000-100000000009', '退職した者'],
      [null, '渡辺'],
      [null, null],
    ),
    caller_company: text(FIELD_LIMITS.company),
    caller_name: text(FIELD_LIMITS.name),
    caller_kana: text(FIELD_LIMITS.kana),
    number_state: fc.constantFrom(...NUMBER_STATES),
    number_raw: text(FIELD_LIMITS.number),
    number_confirmed: fc.boolean(),
    message: text(200),
    quote: text(200),
    wish: fc.constantFrom(null, ...WISHES),
    urgent: fc.boolean(),
    // One of them is no longer among the reasons of the day.
    surcharge: fc.constantFrom(null, 'shouting', 'gone'),
  })
  .map(({ addressee: [addressee_id, addressee_name], surcharge, ...facts }) => ({
    ...CALL,
    ...facts,
    addressee_id,
    addressee_name,
    surcharge_code: surcharge,
    surcharge_yen: surcharge && 300,
    surcharge_label: surcharge && '昔の理由',
  }));

describe('the form of a correction', () => {
  it('shows what was recorded, so that sending it untouched changes nothing', () => {
    fc.assert(
      fc.property(call, (recorded) => {
        const view = correctView(recorded, card(), SURCHARGES);
        const values = valuesOf(JSON.parse(JSON.stringify(view))) as ViewValues;
        const shown = mergeDraft(EMPTY_DRAFT, {
          ...readState(values),
          clientId: CLIENT,
          kind: recorded.kind,
        });
        const expected = draftOf(recorded, card());
        expect({ ...shown, addressees: shown.addressees[CLIENT] ?? null }).toEqual({
          ...expected,
          addressees: expected.addressees[CLIENT] ?? null,
        });
      }),
    );
  });

  it('names its call and the revision it shows, and reads nothing else as one', () => {
    expect(readMetadata(retractView(CALL).private_metadata)).toEqual({ call: CALL.id, revision: 3 });
    for (const wrong of ['', '{', 'null', '[]', '{"call":"x","revision":1}', undefined, 3]) {
      expect(readMetadata(wrong)).toBeUndefined();
    }
  });
});

describe('every form of a change', () => {
  it('stays within what Slack takes, with the longest texts, 200 people and 100 kinds', () => {
    const long = {
      ...CALL,
      client: { id: CLIENT, code: 'a'.repeat(200), name: '𠮷'.repeat(2000) },
      kindLabel: '種'.repeat(500),
      addressee_id: null,
      addressee_name: '名'.repeat(FIELD_LIMITS.addressee),
      caller_company: '社'.repeat(FIELD_LIMITS.company),
      message: '😀'.repeat(FIELD_LIMITS.message / 2),
      quote: '言'.repeat(FIELD_LIMITS.quote),
    };
    const roster = Array.from({ length: 200 }, (_, n) => ({
      id: `01890000-0000-7000-8000-1${String(n).padStart(11, '0')}`,
      name: `社員${n}`.repeat(30),
      kana: 'シャイン'.repeat(30),
      aliases: [],
      responsible: false,
    }));
    const kinds = Array.from({ length: 120 }, (_, position) => ({
      kind: {
        code: `kind_${position}`,
        label: `種別${position}`.repeat(30),
        aliases: [],
        template: 'message' as const,
        position,
      },
      rule: { counted: true, reported: true, flagged: true },
    }));
    for (const view of [
      correctView(long, card({ roster }), SURCHARGES),
      correctView(long, card({ roster }), SURCHARGES, { round: 999_999_999 }),
      returnView(long, 999_999_999),
      correctView(long, card({ roster: roster.slice(0, 99) }), SURCHARGES),
      retractView(long),
      reclassifyView(long, kinds),
    ]) {
      const json = JSON.stringify(view);
      expect(view.title.text.length).toBeLessThanOrEqual(24);
      expect(view.submit?.text.length).toBeLessThanOrEqual(24);
      expect(view.blocks.length).toBeLessThanOrEqual(100);
      expect((view.private_metadata ?? '').length).toBeLessThanOrEqual(3000);
      expect(Buffer.byteLength(json)).toBeLessThan(250_000);
      expect(json).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
      for (const { text: shown, element } of JSON.parse(json).blocks) {
        expect(shown?.text.length ?? 0).toBeLessThanOrEqual(3000);
        expect(element?.options?.length ?? 0).toBeLessThanOrEqual(100);
        for (const option of element?.options ?? []) {
          expect(option.text.text.length).toBeLessThanOrEqual(75);
        }
      }
    }
  });
});

it('the message about a returned report stays within what Slack takes, and P6 nothing in it becomes markup', () => {
  const long = { ...CALL, client: { ...CALL.client, name: '名'.repeat(80) }, kindLabel: '種'.repeat(80) };
  const reason = '<!channel>&'.repeat(27);
  const note = returnedNote(long, { round: 999_999_999, by: '<'.repeat(80), reason });
  expect(slackFault(note.body)).toBeNull();
  expect(note.body.text).not.toContain('<');
  expect(JSON.stringify(note.body.blocks)).not.toContain('mrkdwn');
  const values: unknown[] = JSON.parse(JSON.stringify(note.body.blocks.at(-1))).elements.map(
    (element: { readonly value: unknown }) => element.value,
  );
  expect(values.map((value) => readReviewValue(value)?.round)).toEqual([undefined, 999_999_999, undefined]);
});
