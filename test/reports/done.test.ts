import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { EmailBody, SlackBody } from '../../src/domain/body.ts';
import type { ChannelName } from '../../src/domain/outcome.ts';
import { LINK_DAYS } from '../../src/domain/reply-link.ts';
import { doneMessage } from '../../src/operator/done-message.ts';
import { DISPUTE_ACTION, DONE_ACTION } from '../../src/reports/done.ts';
import { slackFault } from '../../src/reports/limits.ts';
import { createRenderer } from '../../src/reports/render.ts';
import { samplesOf } from '../../src/reports/samples.ts';
import { TemplateError } from '../../src/reports/template-error.ts';
import { buildView } from '../../src/reports/view.ts';
import { BY_TEMPLATE, MARK, openRenderer, TEMPLATES } from './facts.ts';
import { chatworkTags } from './readers.ts';

const renderer = await openRenderer();
const done = {
  url: 'https://toritsugi.example/r/AZAxPwAAcACAAAEjRWeJq2SGYAB-_abcdefghijklmnopqrs',
  deliveryId: '0190313f-0000-7000-8000-0123456789ab',
};
const request = (channel: ChannelName, template: 'message' | 'unsure' | 'flagged') => ({
  channel,
  template,
  view: buildView(BY_TEMPLATE[template]),
  mark: MARK,
  mention: null,
  done,
});

describe.each(['message', 'unsure', 'flagged'] as const)(
  'a %s report offers to be marked done',
  (template) => {
    it('by one link in Chatwork and in both bodies of a mail, whole and before the signature', () => {
      const chatwork = renderer.render(request('chatwork', template));
      const email = renderer.render(request('email', template));
      expect([chatwork.problem, email.problem]).toEqual([null, null]);
      const { text: note } = chatwork.body as { text: string };
      const { text, html } = email.body as EmailBody;
      for (const body of [note, text]) {
        expect(body.split(done.url)).toHaveLength(2);
        expect(body).toContain(`(${LINK_DAYS}日間有効):\n${done.url}\n\n`);
        expect(body.indexOf(done.url)).toBeLessThan(body.indexOf('配信番号'));
      }
      expect(chatworkTags(note)).toEqual(['[info]', '[title]', '[/title]', '[/info]']);
      expect(html).toContain(`<a href="${done.url}"`);
    });

    it('by a button in Slack, and by no link there', () => {
      const { body, problem } = renderer.render(request('slack', template));
      expect(problem).toBeNull();
      const { text, blocks } = body as SlackBody;
      const buttons = blocks.filter(({ block_id: id }) => id === DONE_ACTION);
      expect(buttons).toHaveLength(1);
      expect(buttons[0]?.elements).toMatchObject([
        { type: 'button', action_id: DONE_ACTION, value: done.deliveryId },
        { type: 'button', action_id: DISPUTE_ACTION, value: done.deliveryId },
      ]);
      expect(`${text}${JSON.stringify(blocks)}`).not.toContain(done.url);
    });

    it('in its plainest form too', () => {
      for (const channel of ['chatwork', 'slack', 'email'] as const) {
        const { body } = renderer.renderPlainest(request(channel, template));
        expect((body as { text: string }).text).toContain(`\n${done.url}\n`);
      }
    });

    it('within Slack’s limits, before and after, with the longest texts', () => {
      for (const { name, view } of samplesOf(template)) {
        const rendered = renderer.render({ ...request('slack', template), view } as never);
        expect(rendered.problem, name).toBeNull();
        const shown = doneMessage(rendered.body as SlackBody, {
          at: new Date('2026-12-31T14:59:00Z'),
          via: 'slack',
          person: `U${'A'.repeat(30)}`,
        });
        expect(slackFault(shown), name).toBeNull();
        expect(JSON.stringify(shown.blocks)).not.toContain(DONE_ACTION);
        // What was marked done may still be wrong.
        expect(JSON.stringify(shown.blocks)).toContain(DISPUTE_ACTION);
      }
    });
  },
);

describe('a report shown as done', () => {
  const { body } = renderer.render(request('slack', 'message'));
  const shown = (person: string | null) =>
    doneMessage(body as SlackBody, { at: new Date('2026-06-18T05:00:00Z'), via: 'slack', person });

  it('says who and when in the place of the button, and keeps every word of the report', () => {
    const { text, blocks } = shown('U0CLIENT01');
    expect(JSON.stringify(blocks)).toContain(
      '<@U0CLIENT01> さんが 2026年6月18日(木) 14:00 に対応済みにしました',
    );
    expect(text).toContain('【対応済み】');
    const others = (all: SlackBody['blocks']) => all.filter(({ type }) => type === 'section');
    expect(others(blocks)).toEqual(others((body as SlackBody).blocks));
  });

  it.each([null, 'U1> <!channel', 'toall'])('P6 mentions nobody for %j', (person) => {
    expect(JSON.stringify(shown(person).blocks)).not.toMatch(/<[@!]/);
  });
});

describe('a template without the offer is refused at start', () => {
  it.each([
    [
      'message.chatwork.liquid',
      'partials/done.text.liquid',
      '{{ doneLink }}',
      'does not print {{ doneLink }}',
    ],
    [
      'message.mail-html.liquid',
      'partials/done.html.liquid',
      '{{ doneLink }}',
      'does not print {{ doneLink }}',
    ],
    ['message.slack.liquid', 'partials/done.slack.liquid', '{{ doneDelivery }}', 'has no button'],
  ])('%s', async (file, part, printed, reason) => {
    const folder = await mkdtemp(join(tmpdir(), 'toritsugi-templates-'));
    try {
      await cp(fileURLToPath(TEMPLATES), folder, { recursive: true });
      const path = join(folder, part);
      await writeFile(path, (await readFile(path, 'utf8')).replace(printed, 'x'));
      const error = await createRenderer({ templatesDir: pathToFileURL(folder) }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(TemplateError);
      const found = (error as TemplateError).problems.find((problem) => problem.file === file);
      expect(found?.reason).toContain(reason);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

it('an unsure report promises what its reader can do: say by the same way that it was sales', () => {
  const text = (channel: ChannelName, offered: boolean) => {
    const { body, problem } = renderer.render({
      ...request(channel, 'unsure'),
      ...(!offered && { done: null }),
    });
    expect(problem).toBeNull();
    return JSON.stringify(body);
  };
  expect(text('slack', true)).toContain(
    '「内容について連絡」からお知らせください。確認のうえ、受電回数から差し引きます。',
  );
  expect(text('chatwork', true)).toContain('下のページからお知らせください。');
  expect(text('email', true)).toContain('下のページからお知らせください。');
  expect(text('email', false)).toContain('受付番号を添えて当社までお知らせください。');
});
