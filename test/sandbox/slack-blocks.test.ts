import { describe, expect, it } from 'vitest';
import { checkBlocks, textLength } from '../../src/sandbox/slack/blocks.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const option = (n: number) => ({ text: plain(`選択肢${n}`), value: `v${n}` });
const options = (count: number) => Array.from({ length: count }, (_, n) => option(n));
const input = (element: object, extra: object = {}) => ({
  type: 'input',
  label: plain('項目'),
  element,
  ...extra,
});
const problems = (block: object, surface: 'message' | 'modal' = 'modal') =>
  checkBlocks([block], surface, '/blocks');

describe('checkBlocks takes what Slack takes', () => {
  it.each([
    [
      'a section',
      {
        type: 'section',
        text: { type: 'mrkdwn', text: '*x*' },
        accessory: { type: 'button', text: plain('押す'), action_id: 'a' },
      },
    ],
    [
      'fields at their longest',
      { type: 'section', fields: Array.from({ length: 10 }, () => plain('x'.repeat(2000))) },
    ],
    ['a header of 150', { type: 'header', text: plain('x'.repeat(150)) }],
    [
      'a hundred options',
      input({ type: 'static_select', options: options(100), initial_option: option(99) }),
    ],
    [
      'option groups',
      input({ type: 'static_select', option_groups: [{ label: plain('役員'), options: options(2) }] }),
    ],
    ['a search field', input({ type: 'external_select', min_query_length: 1, initial_option: option(1) })],
    [
      'a text field',
      input(
        { type: 'plain_text_input', multiline: true, max_length: 3000 },
        { optional: true, hint: plain('h') },
      ),
    ],
    ['a moment', input({ type: 'datetimepicker', initial_date_time: 1_718_856_300 })],
    ['boxes', input({ type: 'checkboxes', options: options(10), initial_options: [option(1)] })],
    [
      'buttons',
      {
        type: 'actions',
        elements: [{ type: 'button', text: plain('対応済み'), value: 'x', style: 'primary' }],
      },
    ],
    [
      'context',
      {
        type: 'context',
        elements: [plain('x'), { type: 'image', image_url: 'https://x.example/i.png', alt_text: 'x' }],
      },
    ],
  ])('%s', (_name, block) => {
    expect(problems(block)).toEqual([]);
  });
});

describe('checkBlocks refuses what Slack refuses', () => {
  it.each([
    ['an unknown block', { type: 'banner' }, 'unsupported type: banner'],
    ['an unknown property', { type: 'divider', colour: 'red' }, 'invalid additional property: colour'],
    ['a section without text', { type: 'section' }, 'must define either'],
    ['a long section', { type: 'section', text: plain('x'.repeat(3001)) }, 'less than 3001'],
    ['empty text', { type: 'section', text: plain('') }, 'more than 0 characters'],
    ['a long header', { type: 'header', text: plain('x'.repeat(151)) }, 'less than 151'],
    ['mrkdwn in a header', { type: 'header', text: { type: 'mrkdwn', text: 'x' } }, 'must be plain_text'],
    [
      'emoji on mrkdwn',
      { type: 'section', text: { type: 'mrkdwn', text: 'x', emoji: true } },
      'invalid additional property: emoji',
    ],
    [
      'too many fields',
      { type: 'section', fields: Array.from({ length: 11 }, () => plain('x')) },
      'no more than 10',
    ],
    ['101 options', input({ type: 'static_select', options: options(101) }), 'no more than 100'],
    ['no options', input({ type: 'static_select', options: [] }), 'no less than 1'],
    ['no options at all', input({ type: 'radio_buttons' }), 'must define either'],
    ['11 radio buttons', input({ type: 'radio_buttons', options: options(11) }), 'no more than 10'],
    [
      'a long option',
      input({ type: 'static_select', options: [{ text: plain('x'.repeat(76)), value: 'v' }] }),
      'less than 76',
    ],
    [
      'a long value',
      input({ type: 'static_select', options: [{ text: plain('x'), value: 'v'.repeat(151) }] }),
      'less than 151',
    ],
    [
      'a foreign initial option',
      input({ type: 'static_select', options: options(2), initial_option: option(7) }),
      'must be one of',
    ],
    [
      'no initial options',
      input({ type: 'checkboxes', options: options(2), initial_options: [] }),
      'no less than 1',
    ],
    [
      'a long button',
      { type: 'actions', elements: [{ type: 'button', text: plain('x'.repeat(76)) }] },
      'less than 76',
    ],
    [
      'a long button value',
      { type: 'actions', elements: [{ type: 'button', text: plain('x'), value: 'v'.repeat(2001) }] },
      'less than 2001',
    ],
    [
      'a strange style',
      { type: 'actions', elements: [{ type: 'button', text: plain('x'), style: 'big' }] },
      'primary, danger',
    ],
    [
      'a text field in actions',
      { type: 'actions', elements: [{ type: 'plain_text_input' }] },
      'unsupported type',
    ],
    [
      'a moment beside a section',
      { type: 'section', text: plain('x'), accessory: { type: 'datetimepicker' } },
      'unsupported type',
    ],
    ['a button as input', input({ type: 'button', text: plain('x') }), 'unsupported type'],
    ['an over-long maximum', input({ type: 'plain_text_input', max_length: 3001 }), 'between 1 and 3000'],
    ['a moment in ms', input({ type: 'datetimepicker', initial_date_time: 1_718_856_300_000 }), '10 digits'],
    [
      '26 buttons',
      { type: 'actions', elements: Array.from({ length: 26 }, () => ({ type: 'button', text: plain('x') })) },
      'no more than 25',
    ],
    ['an image without words', { type: 'image', image_url: 'https://x.example' }, 'alt_text'],
    [
      'a long confirmation',
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            text: plain('x'),
            confirm: {
              title: plain('x'.repeat(101)),
              text: plain('x'),
              confirm: plain('x'),
              deny: plain('x'),
            },
          },
        ],
      },
      'less than 101',
    ],
  ])('%s', (_name, block, words) => {
    expect(problems(block).join('\n')).toContain(words);
  });

  it('points at the place', () => {
    expect(
      problems(input({ type: 'static_select', options: [{ text: plain('x'.repeat(76)), value: 'v' }] })),
    ).toEqual([
      '[ERROR] must be less than 76 characters [json-pointer:/blocks/0/element/options/0/text/text]',
    ]);
  });

  it('wants unique block ids and at most 50 or 100 blocks', () => {
    const divider = { type: 'divider', block_id: 'same' };
    expect(checkBlocks([divider, divider], 'message', '').join()).toContain('block_id already exists');
    const many = Array.from({ length: 51 }, () => ({ type: 'divider' }));
    expect(checkBlocks(many, 'message', '')).toHaveLength(1);
    expect(checkBlocks(many, 'modal', '')).toEqual([]);
    expect(checkBlocks('x', 'modal', '')).toHaveLength(1);
    expect(checkBlocks([null], 'modal', '')).toHaveLength(1);
  });
});

it('textLength counts every text in the blocks', () => {
  expect(textLength([{ type: 'section', text: plain('12345'), fields: [plain('678')] }])).toBe(8);
});
