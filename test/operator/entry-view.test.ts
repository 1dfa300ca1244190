import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientCard, RosterMember } from '../../src/clients/directory.ts';
import { FIELD_LIMITS, NUMBER_STATES, WISHES } from '../../src/domain/call.ts';
import { EMPTY_DRAFT, type EntryDraft, mergeDraft } from '../../src/operator/entry-modal/draft.ts';
import type { FormData } from '../../src/operator/entry-modal/form-data.ts';
import { readState, type ViewValues } from '../../src/operator/entry-modal/read-state.ts';
import { rosterOptions, searchRoster } from '../../src/operator/entry-modal/roster-options.ts';
import { entryView } from '../../src/operator/entry-modal/view.ts';
import { valuesOf } from '../../src/sandbox/slack/view-state.ts';
import { createDesk, type Desk } from './desk.ts';

const NOW = new Date('2026-06-18T04:05:30Z');
const CLIENT = '01890000-0000-7000-8000-000000000001';
const REPORTED = { counted: true, reported: true, flagged: false };

function member(n: number, over: Partial<RosterMember> = {}): RosterMember {
  const id = `01890000-0000-7000-8000-1${String(n).padStart(11, '0')}`;
  return { id, name: `社員${n}`, kana: `シャイン${n}`, aliases: [], responsible: false, ...over };
}
function card(over: Partial<ClientCard> = {}): ClientCard {
  return {
    id: CLIENT,
    code: 'acme',
    name: '株式会社サンプル商事',
    kana: 'サンプルショウジ',
    status: 'active',
    greeting: null,
    operatorNotes: null,
    roster: [],
    ...over,
  };
}
const kinds = ['message', 'sales'].map((code, position) => ({
  code,
  label: code === 'sales' ? '営業電話' : '用件',
  aliases: [],
  template: 'message' as const,
  position,
}));
const data: FormData = {
  card: card(),
  kinds,
  rule: REPORTED,
  surcharges: [{ code: 'shouting', label: '怒鳴り声', amountYen: 1200 }],
  refused: null,
};

const text = (limit: number) =>
  fc.option(
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: limit })
      .filter((s) => s.trim() === s && s !== '' && s.length <= limit),
    { nil: null },
  );
const draftOf = (roster: readonly RosterMember[]): fc.Arbitrary<EntryDraft> =>
  fc.record({
    clientId: fc.constant(CLIENT),
    kind: fc.constantFrom('message', 'sales'),
    occurredAt: fc.integer({ min: 1_700_000_000, max: 1_800_000_000 }),
    addressees: fc.constantFrom(null, ...roster.map(({ id }) => id)).map((id) => ({ [CLIENT]: id })),
    addresseeName: text(FIELD_LIMITS.addressee),
    company: text(FIELD_LIMITS.company),
    name: text(FIELD_LIMITS.name),
    kana: text(FIELD_LIMITS.kana),
    numberState: fc.constantFrom(...NUMBER_STATES),
    number: text(FIELD_LIMITS.number),
    numberConfirmed: fc.boolean(),
    message: text(200),
    quote: text(200),
    wish: fc.constantFrom(null, ...WISHES),
    urgent: fc.boolean(),
    surcharge: fc.constantFrom(null, 'shouting'),
    prefills: fc.constant({}),
    renewed: fc.constantFrom({}, { client: 1_781_755_500_000_001, company: 7, name: 7, kana: 7 }),
  });

describe('the form of a draft', () => {
  it('gives the draft back through what Slack makes of it', () => {
    const roster = [member(1), member(2)];
    fc.assert(
      fc.property(draftOf(roster), (draft) => {
        const view = entryView(draft, { ...data, card: card({ roster }) }, NOW);
        const values = valuesOf(JSON.parse(JSON.stringify(view))) as ViewValues;
        expect(mergeDraft(EMPTY_DRAFT, readState(values))).toEqual(draft);
      }),
    );
  });

  it('is never larger or longer than Slack takes, whatever it holds', () => {
    const view = entryView(
      { ...EMPTY_DRAFT, clientId: CLIENT, kind: 'message' },
      {
        ...data,
        card: card({
          code: 'a'.repeat(200),
          name: '𠮷'.repeat(200),
          kana: 'ア'.repeat(200),
          greeting: 'い'.repeat(4000),
          operatorNotes: 'う'.repeat(4000),
        }),
        surcharges: [{ code: 'x', label: '長'.repeat(300), amountYen: 300 }],
      },
      NOW,
    );
    expect(view.title.text).toHaveLength(24);
    for (const block of view.blocks) {
      if ('text' in block && block.text !== undefined) {
        expect(typeof block.text === 'object' && block.text.text.length).toBeLessThanOrEqual(3000);
      }
    }
    expect(JSON.stringify(view)).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
    for (const [, option] of JSON.stringify(view).matchAll(
      /"text":\{"type":"plain_text","text":"([^"]*)"[^}]*\},"value"/g,
    )) {
      expect(option?.length).toBeLessThanOrEqual(75);
    }
  });

  it('lists a roster of 99 under the kana table and searches a longer one', () => {
    const roster = Array.from({ length: 99 }, (_, i) =>
      member(i, { kana: 'アカサタナハマヤラワ'[i % 10] ?? 'ア' }),
    );
    const listed = rosterOptions([member(100, { responsible: true, kana: 'ン' }), ...roster]);
    const groups = 'option_groups' in listed ? listed.option_groups : [];
    expect(groups.map((group) => group.label.text)).toEqual([
      '責任者',
      'あ行',
      'か行',
      'さ行',
      'た行',
      'な行',
      'は行',
      'ま行',
      'や行',
      'ら行',
      'わ行',
    ]);
    expect(groups.flatMap((group) => group.options)).toHaveLength(100);
    const long = entryView(
      { ...EMPTY_DRAFT, clientId: CLIENT },
      { ...data, card: card({ roster: Array.from({ length: 200 }, (_, i) => member(i)) }) },
      NOW,
    );
    expect(JSON.stringify(long)).toContain('"external_select","action_id":"entry_addressee"');
  });

  it('puts every kana under its row, the voiced and the small ones too', () => {
    const rows: Readonly<Record<string, string>> = {
      あ: 'あ行',
      ァ: 'あ行',
      ガ: 'か行',
      ざ: 'さ行',
      ヅ: 'た行',
      っ: 'た行',
      ン: 'わ行',
      ぱ: 'は行',
      ヴ: 'あ行',
      ょ: 'や行',
      Smith: 'その他',
      '': 'その他',
    };
    for (const [kana, row] of Object.entries(rows)) {
      const listed = rosterOptions(Array.from({ length: 11 }, (_, i) => member(i, { kana })));
      expect('option_groups' in listed && listed.option_groups[0]?.label.text, kana).toBe(row);
    }
  });

  it('finds people by name, kana and alias, beginnings first', () => {
    const roster = [
      member(1, { name: '小山田', kana: 'オヤマダ' }),
      member(2, { name: '山田', kana: 'ヤマダ' }),
      member(3, { name: '髙橋', kana: 'タカハシ', aliases: ['専務'] }),
    ];
    expect(searchRoster(roster, 'やまだ').map((option) => option.value)).toEqual([
      member(2).id,
      member(1).id,
    ]);
    expect(searchRoster(roster, '高橋')).toHaveLength(1);
    expect(searchRoster(roster, '専')).toHaveLength(1);
    expect(searchRoster(roster, 'x')).toEqual([]);
  });

  describe('before Slack’s own checks', () => {
    let desk: Desk;
    beforeAll(async () => {
      desk = await createDesk();
    });
    afterAll(() => desk.close());

    it.each([0, 1, 10, 11, 99, 100, 200])('opens with a roster of %i', async (size) => {
      const code = `client-${'x'.repeat(60)}-${size}`;
      const id = await desk.addClient({
        code,
        name: '長'.repeat(190),
        notes: '注'.repeat(5000),
        greeting: '名'.repeat(3000),
      });
      if (size > 0)
        await desk.addRoster(
          id,
          Array.from({ length: size }, (_, i) => ({ name: `${'名'.repeat(95)}${i}`, kana: 'ア'.repeat(90) })),
        );
      const modal = await desk.operator.openModal(code);
      await modal.choose('kind', '用件');
      await modal.until((m) => m.updates() === 1);
      expect(modal.has('number')).toBe(true);
    });

    it('takes the longest texts and brings them back', async () => {
      await desk.addClient({ code: 'long' });
      const modal = await desk.operator.openModal('long');
      await modal.choose('kind', '用件');
      await modal.until((m) => m.updates() === 1);
      const typed = {
        message: FIELD_LIMITS.message,
        quote: FIELD_LIMITS.quote,
        company: FIELD_LIMITS.company,
        name: FIELD_LIMITS.name,
        kana: FIELD_LIMITS.kana,
      };
      for (const [field, limit] of Object.entries(typed)) await modal.fill(field, '文'.repeat(limit));
      await modal.choose('kind', '営業電話');
      await modal.until((m) => !m.has('quote'));
      await modal.choose('kind', '用件');
      await modal.until((m) => m.has('quote'));
      for (const [field, limit] of Object.entries(typed)) expect(modal.value(field)).toBe('文'.repeat(limit));
      await modal.choose('number_state', '表示圏外');
      expect(await modal.submit()).toMatchObject({ type: 'cleared' });
    });
  });
});
