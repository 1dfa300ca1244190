import { describe, expect, it } from 'vitest';
import { EMPTY_DRAFT } from '../../src/operator/entry-modal/draft.ts';
import { readState } from '../../src/operator/entry-modal/read-state.ts';
import { toEntry, withoutBrackets } from '../../src/operator/entry-modal/to-entry.ts';

const CLIENT = '01890000-0000-7000-8000-000000000001';
const MEMBER = '01890000-0000-7000-8000-000000000002';
const base = {
  ...EMPTY_DRAFT,
  clientId: CLIENT,
  kind: 'message',
  occurredAt: 1_781_755_500,
  numberState: 'unknown',
} as const;
const o = { short: false, key: 'view:V1', operator: { id: 'U1', name: '鈴木' } };

describe('a submitted form as an entry', () => {
  it('asks for everything missing at once', () => {
    expect(toEntry(EMPTY_DRAFT, o)).toMatchObject({
      ok: false,
      problems: [{ block: 'client' }, { block: 'kind' }, { block: 'occurred_at' }, { block: 'number' }],
    });
  });

  it('takes the person from the roster, or as heard, but not both', () => {
    const chosen = { ...base, addressees: { [CLIENT]: MEMBER } };
    expect(toEntry(chosen, o)).toMatchObject({ entry: { addressee: { type: 'member', memberId: MEMBER } } });
    expect(toEntry({ ...base, addresseeName: '営業のご担当' }, o)).toMatchObject({
      entry: { addressee: { type: 'heard', name: '営業のご担当' } },
    });
    expect(toEntry({ ...chosen, addresseeName: '山田' }, o)).toMatchObject({
      problems: [{ block: 'addressee_name' }],
    });
    expect(toEntry({ ...base, addressees: { other: MEMBER } }, o)).toMatchObject({
      entry: { addressee: null },
    });
  });

  it('gives a short form client, kind, memo and time alone', () => {
    const full = {
      ...base,
      company: 'x',
      number: '1',
      numberState: 'given',
      quote: 'x',
      urgent: true,
      surcharge: 'x',
      message: 'メモ',
    } as const;
    expect(toEntry(full, { ...o, short: true })).toMatchObject({
      ok: true,
      entry: {
        message: 'メモ',
        addressee: null,
        caller: { company: null, name: null, kana: null, number: { state: 'unknown' } },
        quote: null,
        wish: null,
        urgent: false,
        surcharge: null,
      },
    });
  });

  it.each([
    ['「ばか」', 'ばか'],
    ['ばか', 'ばか'],
    ['「A」「B」', '「A」「B」'],
    ['「A「B」C」', 'A「B」C'],
    ['「A', '「A'],
    ['「」', null],
    [null, null],
  ])('takes the brackets off %j', (typed, kept) => {
    expect(withoutBrackets(typed)).toBe(kept);
  });

  it('counts what Slack never sends as empty', () => {
    expect(
      readState({
        client: { entry_client: { type: 'external_select', selected_option: { value: 'no uuid' } } },
        kind: { entry_kind: { type: 'static_select', selected_option: 5 } },
        number_state: { value: { type: 'static_select', selected_option: { value: 'other' } } },
        occurred_at: { value: { type: 'datetimepicker', selected_date_time: 1e20 } },
        message: { value: { type: 'plain_text_input', value: ['x'] } },
        urgent: { other: { type: 'checkboxes' } },
        'addressee.nobody': { entry_addressee: { type: 'static_select' } },
      }),
    ).toEqual({
      clientId: null,
      kind: null,
      numberState: null,
      occurredAt: null,
      message: null,
      urgent: false,
    });
  });
});
