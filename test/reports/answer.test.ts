import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EmailBody, SlackBody } from '../../src/domain/body.ts';
import { FIELD_LIMITS } from '../../src/domain/call.ts';
import {
  ANSWER_CHOICES,
  ANSWER_LABELS,
  type AnswerChoice,
  type AnswerVia,
} from '../../src/domain/cases/answers.ts';
import type { ChannelName } from '../../src/domain/outcome.ts';
import { LINK_DAYS } from '../../src/domain/reply-link.ts';
import { answerView } from '../../src/operator/answer/answer-view.ts';
import { answeredMessage } from '../../src/operator/answer/answered-message.ts';
import { ANSWER_AGAIN_ACTION, answerAction } from '../../src/reports/answer.ts';
import { buildCorrection } from '../../src/reports/correction.ts';
import { slackFault } from '../../src/reports/limits.ts';
import { createRenderer, type RenderedReport } from '../../src/reports/render.ts';
import { samplesOf } from '../../src/reports/samples.ts';
import { TemplateError } from '../../src/reports/template-error.ts';
import { buildView, type ReportFacts } from '../../src/reports/view.ts';
import { checkBlocks } from '../../src/sandbox/slack/blocks.ts';
import { BY_TEMPLATE, MARK, openRenderer, TEMPLATES } from './facts.ts';
import { chatworkTags } from './readers.ts';

const renderer = await openRenderer();
const answer = {
  url: 'https://toritsugi.example/r/AZAxPwAAcACAAAEjRWeJq2SGYAB-_abcdefghijklmnopqrs',
  deliveryId: '0190313f-0000-7000-8000-0123456789ab',
};
const FACTS: ReportFacts = {
  ...BY_TEMPLATE.flagged,
  surcharge: { label: '怒鳴り声', amountYen: 200 },
};
const LABELS = ANSWER_CHOICES.map((choice) => ANSWER_LABELS[choice]);

const KINDS = ['flagged', 'correction'] as const;
function render(kind: (typeof KINDS)[number], channel: ChannelName, facts = FACTS): RenderedReport {
  const delivery = { channel, mark: MARK, mention: null, answer };
  return kind === 'flagged'
    ? renderer.render({ template: 'flagged', view: buildView(facts), ...delivery })
    : renderer.render({
        template: 'correction',
        view: buildCorrection(facts, { ...facts, surcharge: null }),
        ...delivery,
      });
}

type Button = {
  readonly action_id: string;
  readonly value: string;
  readonly text: { readonly text: string };
};
function rowsOf({ blocks }: SlackBody): readonly (readonly Button[])[] {
  return blocks.flatMap(({ type, elements }) => (type === 'actions' ? [elements as readonly Button[]] : []));
}

describe.each(KINDS)('a %s report of a case', (kind) => {
  it('names the six answers, asks why, and leads to them by one link in Chatwork and mail', () => {
    const chatwork = render(kind, 'chatwork');
    const email = render(kind, 'email');
    expect([chatwork.problem, email.problem]).toEqual([null, null]);
    const { text: note } = chatwork.body as { text: string };
    const { text, html } = email.body as EmailBody;
    for (const body of [note, text]) {
      expect(body.split('https://')).toHaveLength(2);
      expect(body).toContain(`回答はこちら(${LINK_DAYS}日間有効):\n${answer.url}\n\n`);
      expect(body.indexOf(answer.url)).toBeLessThan(body.indexOf('配信番号'));
    }
    for (const body of [note, text, html]) {
      for (const label of LABELS) expect(body).toContain(`・${label}`);
      expect(body).toContain('応対する者の大きな負担となり、ほかのお客様の受電にも支障をきたします');
      expect(body).toContain('割増料金 200円(理由: 怒鳴り声)');
      expect(body).not.toContain('対応済み');
    }
    expect(chatworkTags(note)).toEqual(['[info]', '[title]', '[/title]', '[/info]']);
    expect(html.split('<a ')).toHaveLength(2);
    expect(html).toContain(`<a href="${answer.url}"`);
  });

  it('has a button for each answer in Slack, in two short rows, and no link', () => {
    const { body, problem } = render(kind, 'slack');
    expect(problem).toBeNull();
    const slack = body as SlackBody;
    const rows = rowsOf(slack);
    expect(rows.map((row) => row.length)).toEqual([2, 4]);
    expect(rows.flat().map(({ action_id: id, value, text }) => [id, value, text.text])).toEqual(
      ANSWER_CHOICES.map((choice) => [answerAction(choice), answer.deliveryId, ANSWER_LABELS[choice]]),
    );
    expect(JSON.stringify(slack)).not.toContain('https://');
    expect(JSON.stringify(slack)).not.toContain('対応済み');
    expect(JSON.stringify(slack.blocks)).toContain('割増料金 200円(理由: 怒鳴り声)');
    expect(checkBlocks(slack.blocks, 'message', '/blocks')).toEqual([]);
  });

  it('says all of it in its plainest form too, with the link on Slack as well', () => {
    for (const channel of ['chatwork', 'slack', 'email'] as const) {
      const view = buildView(FACTS);
      const { body } = renderer.renderPlainest({
        template: 'flagged',
        view,
        channel,
        mark: MARK,
        mention: null,
        answer,
      });
      const { text } = body as { text: string };
      expect(text).toContain(`\n${answer.url}\n`);
      for (const label of LABELS) expect(text).toContain(`「${label}」`);
    }
  });
});

describe('a report of a case looks as agreed', () => {
  it('in Chatwork and mail, with its link', async () => {
    const { text } = render('flagged', 'chatwork').body as { text: string };
    const mail = render('flagged', 'email').body as EmailBody;
    await expect(`${text}\n`).toMatchFileSnapshot('./golden/flagged.answer.chatwork.txt');
    await expect(`${mail.text}\n`).toMatchFileSnapshot('./golden/flagged.answer.mail.txt');
    await expect(`${mail.html}\n`).toMatchFileSnapshot('./golden/flagged.answer.mail.html');
  });

  it('in Slack, before and after an answer', async () => {
    const body = render('flagged', 'slack').body as SlackBody;
    const after = answeredMessage(body, answer.deliveryId, [GIVEN]);
    await expect(`${JSON.stringify(body, null, 2)}\n`).toMatchFileSnapshot(
      './golden/flagged.answer.slack.json',
    );
    await expect(`${JSON.stringify(after, null, 2)}\n`).toMatchFileSnapshot(
      './golden/flagged.answered.slack.json',
    );
  });
});

const GIVEN = {
  choice: 'pause',
  until: '2026-07-01',
  noted: true,
  at: new Date('2026-06-18T05:00:00Z'),
  via: 'slack',
  person: 'U0CLIENT01',
} as const;

describe('a report in Slack once it is answered', () => {
  const body = render('flagged', 'slack').body as SlackBody;

  it('says what, by whom and when in the place of the buttons, and keeps every word of the report', () => {
    const shown = answeredMessage(body, answer.deliveryId, [GIVEN]);
    expect(JSON.stringify(shown?.blocks)).toContain(
      '✅ <@U0CLIENT01> さんが 2026年6月18日(木) 14:00 に「転送を停止する(転送を再開する日: 2026年7月1日(水))」と回答しました(補足あり)',
    );
    expect(rowsOf(shown as SlackBody).flat()).toMatchObject([
      { action_id: ANSWER_AGAIN_ACTION, value: answer.deliveryId, text: { text: '回答を変更・追加' } },
    ]);
    expect(shown?.text).toBe(`【回答済み】${body.text}`);
    const sections = (all: SlackBody | undefined) => all?.blocks.filter(({ type }) => type === 'section');
    expect(sections(shown)).toEqual(sections(body));
  });

  it('shows the newest answers and how many more there are', () => {
    const shown = answeredMessage(
      body,
      answer.deliveryId,
      Array.from({ length: 9 }, (_, i) => ({ ...GIVEN, at: new Date(Date.UTC(2026, 5, 27 - i)) })),
    );
    const text = JSON.stringify(shown?.blocks);
    expect(text.split('✅')).toHaveLength(4);
    expect(text).toContain('2026年6月27日');
    expect(text).toContain('ほか6件');
  });

  it.each([null, 'U1> <!channel', 'toall'])('P6 mentions nobody for %j', (person) => {
    const shown = answeredMessage(body, answer.deliveryId, [{ ...GIVEN, person }]);
    expect(JSON.stringify(shown?.blocks)).not.toMatch(/<[@!]/);
  });

  it('stays as it is where it never had the buttons', () => {
    const { body: plain } = renderer.render({
      template: 'flagged',
      view: buildView(FACTS),
      channel: 'slack',
      mark: MARK,
      mention: null,
    });
    expect(answeredMessage(plain as SlackBody, answer.deliveryId, [GIVEN])).toBeUndefined();
  });
});

describe('Slack’s limits', () => {
  it('hold before and after an answer for whatever was typed', () => {
    const typed = (limit: number) =>
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: limit }).map((text) => text.slice(0, limit)),
        fc
          .tuple(fc.constantFrom('漢', '&', '"', '\\', 'a\n', '\u{1f600}', '<'), fc.nat(limit))
          .map(([unit, length]) => unit.repeat(limit).slice(0, length)),
      );
    const answers = fc.array(
      fc.record({
        choice: fc.constantFrom<AnswerChoice>(...ANSWER_CHOICES),
        until: fc.constantFrom(null, '2026-12-31'),
        noted: fc.boolean(),
        at: fc.date({ min: new Date('2026-01-01'), max: new Date('2199-01-01'), noInvalidDate: true }),
        via: fc.constantFrom<AnswerVia>('slack', 'link', 'chatwork', 'staff'),
        person: fc.constantFrom(null, `U${'A'.repeat(30)}`),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(
        typed(FIELD_LIMITS.message),
        typed(FIELD_LIMITS.quote),
        typed(FIELD_LIMITS.name),
        fc.constantFrom(...KINDS),
        answers,
        (message, quote, name, kind, given) => {
          const caller = { company: name, name, kana: name };
          const { body, problem } = render(kind, 'slack', { ...FACTS, message, quote, caller });
          expect(problem).toBeNull();
          const after = answeredMessage(body as SlackBody, answer.deliveryId, given);
          expect(after && slackFault(after)).toBeNull();
          for (const { text } of rowsOf(after as SlackBody).flat()) {
            expect(text.text.length).toBeLessThanOrEqual(75);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('hold with the longest texts and a mention', () => {
    for (const { name, view } of [...samplesOf('flagged'), ...samplesOf('correction')]) {
      if (!('flaggedSoFar' in view) || ('flagged' in view && !view.flagged)) continue;
      const template = 'flagged' in view ? 'correction' : 'flagged';
      const { body, problem } = renderer.render({
        template,
        view,
        channel: 'slack',
        mark: MARK,
        mention: `U${'A'.repeat(30)}`,
        answer,
      } as never);
      expect(problem, name).toBeNull();
      const after = answeredMessage(body as SlackBody, answer.deliveryId, Array(9).fill(GIVEN));
      expect(after && slackFault(after), name).toBeNull();
    }
  });

  it.each([undefined, ...ANSWER_CHOICES])('hold for the form to answer %s', (choice) => {
    const reading = {
      type: 'open',
      caseId: answer.deliveryId,
      receiptNumber: '20260618-0012345',
      clientName: '漢'.repeat(200),
      occurredAt: GIVEN.at,
      kindLabel: '漢'.repeat(200),
      calls: 99,
      since: GIVEN.at,
      answers: Array.from({ length: 20 }, () => ({ ...GIVEN, note: '漢'.repeat(1000) })),
    } as const;
    const view = answerView(reading, {
      delivery: answer.deliveryId,
      channel: 'C'.repeat(11),
      ts: '1750000000.000001',
      team: 'T'.repeat(11),
      url: `https://hooks.slack.example/${'a'.repeat(1900)}`,
      ...(choice && { choice }),
    });
    expect(checkBlocks(view.blocks, 'modal', '/blocks')).toEqual([]);
    expect(view.title.text.length).toBeLessThanOrEqual(24);
    expect(view.private_metadata?.length).toBeLessThanOrEqual(3000);
    const text = JSON.stringify(view.blocks);
    expect(text.includes('datepicker')).toBe(choice !== 'known' && choice !== 'unknown');
    expect(text.includes('radio_buttons')).toBe(choice === undefined);
    // P9: a note is for the agency.
    expect(text).not.toContain('漢'.repeat(201));
  });
});

it('templates that leave out one of the answers are refused at start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'toritsugi-templates-'));
  const broken = [
    ['answer.text', '{{ answerLink }}', 'flagged.chatwork', 'does not print {{ answerLink }}'],
    ['flagged-answers.html', '当社で対応する', 'correction.mail-html', '「当社で対応する」'],
    ['answers.slack', '"report_answer.self"', 'flagged.slack', 'has no button "report_answer.self"'],
  ] as const;
  try {
    await cp(fileURLToPath(TEMPLATES), folder, { recursive: true });
    for (const [part, printed] of broken) {
      const path = join(folder, 'partials', `${part}.liquid`);
      await writeFile(path, (await readFile(path, 'utf8')).replace(printed, '"x"'));
    }
    const error = await createRenderer({ templatesDir: pathToFileURL(folder) }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TemplateError);
    const { problems } = error as TemplateError;
    for (const [, , file, reason] of broken) {
      expect(problems.find((problem) => problem.file === `${file}.liquid`)?.reason).toContain(reason);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
