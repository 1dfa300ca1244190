import { describe, expect, it } from 'vitest';
import { slackFault } from '../../src/reports/limits.ts';
import { buildView } from '../../src/reports/view.ts';
import { BY_TEMPLATE, MARK, openRenderer, renderAll } from './facts.ts';
import { slackTexts } from './readers.ts';

const renderer = await openRenderer();
const LINE =
  '【リマインド】受付番号 20240620-0012 のお電話について、対応済みのお知らせをまだいただいておりません。ご確認をお願いいたします。';

describe.each(['message', 'unsure', 'flagged'] as const)('a reminder of a %s report', (template) => {
  const facts = BY_TEMPLATE[template];
  const first = renderAll(renderer, facts);
  const reminder = renderAll(renderer, { ...facts, reminder: true });

  it('says that it is one, once, and then everything the report said', () => {
    for (const [said, before] of [
      [reminder.chatwork.text, first.chatwork.text],
      [reminder.slack.text, first.slack.text],
      [reminder.email.text, first.email.text],
    ] as const) {
      expect(before).not.toContain('リマインド');
      expect(said.replace(`${LINE}\n`, '')).toBe(before);
    }
    const { texts } = slackTexts(reminder.slack);
    expect(texts.filter(({ text }) => text.includes(LINE))).toHaveLength(1);
    expect(slackFault(reminder.slack)).toBeNull();
    expect(reminder.email.html.split(LINE)).toHaveLength(2);
  });

  it('keeps the subject, by which clients filter', () => {
    expect(reminder.email.subject).toBe(first.email.subject);
  });

  it('says so in its plainest form too', () => {
    const { body } = renderer.renderPlainest({
      channel: 'email',
      template,
      view: buildView({ ...facts, reminder: true }),
      mark: MARK,
      mention: null,
    });
    expect((body as { text: string }).text.split(LINE)).toHaveLength(2);
  });
});
