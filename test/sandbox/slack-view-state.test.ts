import { describe, expect, it } from 'vitest';
import { fieldsOf, heldBack, valuesOf } from '../../src/sandbox/slack/view-state.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const option = (value: string) => ({ text: plain(value), value });
const text = (blockId: string, extra: object = {}, block: object = {}) => ({
  type: 'input',
  block_id: blockId,
  label: plain(`見出し ${blockId}`),
  element: { type: 'plain_text_input', action_id: 'a', ...extra },
  ...block,
});
const view = (...blocks: object[]) => ({ type: 'modal', blocks });

describe('valuesOf', () => {
  it('starts from initial values, null or an empty list without one', () => {
    const values = valuesOf(
      view(
        text('name', { initial_value: '佐藤' }),
        text('note'),
        {
          type: 'actions',
          block_id: 'more',
          elements: [
            { type: 'checkboxes', action_id: 'urgent', options: [option('yes')] },
            { type: 'button', action_id: 'go', text: plain('押す') },
            { type: 'static_select', action_id: 'kind', options: [option('x')], initial_option: option('x') },
          ],
        },
        {
          type: 'section',
          block_id: 'side',
          text: plain('担当'),
          accessory: { type: 'users_select', action_id: 'who' },
        },
      ),
    );
    expect(values).toEqual({
      name: { a: { type: 'plain_text_input', value: '佐藤' } },
      note: { a: { type: 'plain_text_input', value: null } },
      more: {
        urgent: { type: 'checkboxes', selected_options: [] },
        kind: { type: 'static_select', selected_option: option('x') },
      },
      side: { who: { type: 'users_select', selected_user: null } },
    });
  });

  it('keeps what was typed where block, action and type stay the same, whatever the new initial value', () => {
    const before = { name: { a: { type: 'plain_text_input', value: 'typed' } } };
    expect(valuesOf(view(text('name', { initial_value: 'new' })), before).name?.a?.value).toBe('typed');
    expect(valuesOf(view(text('name2', { initial_value: 'new' })), before).name2?.a?.value).toBe('new');
    const otherType = { name: { a: { type: 'static_select', selected_option: option('x') } } };
    expect(valuesOf(view(text('name', { initial_value: 'new' })), otherType).name?.a?.value).toBe('new');
  });

  it('drops a chosen option that is no longer offered', () => {
    const select = (...values: string[]) => ({
      type: 'input',
      block_id: 'kind',
      label: plain('種別'),
      element: { type: 'static_select', action_id: 'a', options: values.map(option) },
    });
    const before = { kind: { a: { type: 'static_select', selected_option: option('sales') } } };
    expect(valuesOf(view(select('message', 'sales')), before).kind?.a?.selected_option).toEqual(
      option('sales'),
    );
    expect(valuesOf(view(select('message')), before).kind?.a?.selected_option).toBeNull();
  });
});

describe('heldBack', () => {
  it('names required fields that are empty, and texts too short or long', () => {
    const shown = view(
      text('empty'),
      text('optional', {}, { optional: true }),
      text('short', { min_length: 3 }),
      text('long', { max_length: 3 }),
      text('fine'),
    );
    const values = {
      short: { a: { type: 'plain_text_input', value: 'ab' } },
      long: { a: { type: 'plain_text_input', value: 'abcd' } },
      fine: { a: { type: 'plain_text_input', value: 'ok' } },
    };
    expect(Object.keys(heldBack(shown, valuesOf(shown, values)))).toEqual(['empty', 'short', 'long']);
  });
});

it('fieldsOf says which fields tell the app at once', () => {
  const fields = fieldsOf(
    view(text('quiet'), text('loud', {}, { dispatch_action: true }), {
      type: 'section',
      block_id: 'side',
      text: plain('x'),
      accessory: { type: 'static_select', action_id: 'b', options: [option('x')] },
    }),
  );
  expect(fields.map((field) => [field.blockId, field.dispatches, field.required])).toEqual([
    ['quiet', false, true],
    ['loud', true, true],
    ['side', true, false],
  ]);
});
