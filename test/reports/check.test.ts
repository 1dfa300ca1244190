import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRenderer, type Renderer } from '../../src/reports/render.ts';
import { TemplateError, type TemplateProblem } from '../../src/reports/template-error.ts';
import { buildView } from '../../src/reports/view.ts';
import { MARK, ORDINARY, TEMPLATES } from './facts.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toritsugi-templates-'));
  await cp(fileURLToPath(TEMPLATES), folder, { recursive: true });
});

afterEach(() => rm(folder, { recursive: true }));

const edit = async (file: string, change: (text: string) => string) => {
  const path = join(folder, file);
  const before = await readFile(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  await writeFile(path, after);
};

const open = (): Promise<Renderer> => createRenderer({ templatesDir: pathToFileURL(folder) });

async function problems(): Promise<readonly TemplateProblem[]> {
  const error = await open().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TemplateError);
  return (error as TemplateError).problems;
}

const CHATWORK = 'message.chatwork.liquid';
const SLACK = 'message.slack.liquid';
const HTML = 'message.mail-html.liquid';

describe('a template that cannot be used is refused at start', () => {
  it('when a file is missing', async () => {
    await rm(join(folder, SLACK));
    expect(await problems()).toEqual([{ file: SLACK, line: null, reason: 'is missing' }]);
  });

  it('when the folder is missing', async () => {
    await expect(
      createRenderer({ templatesDir: new URL('none/', pathToFileURL(`${folder}/`)) }),
    ).rejects.toThrow(TemplateError);
  });

  it.each([
    ['an unknown variable', '{{ mesage }}', /unknown variable: mesage; a report has .*message/],
    [
      'an unknown variable no sample reaches',
      "{% if wish == 'x' %}{{ nope }}{% endif %}",
      /unknown variable: nope/,
    ],
    ['a property', '{{ message.size }}', /unknown variable: message\.size/],
    ['a filter', '{{ message | upcase }}', /undefined filter: upcase/],
    ['the filter that would switch escaping off', '{{ message | raw }}', /undefined filter: raw/],
    ['an unknown tag', '{% cycle message %}', /tag "cycle" not found/],
    ['a tag that computes', "{% assign x = 'y' %}", /tag "assign" not found/],
    ['an open branch', '{% if urgent %}', /not closed/],
    ['a partial chosen by a text', '{% include message %}', /include takes a fixed name/],
    ['a partial named by an output', "{% include 'x{{ message }}' %}", /include takes a fixed name/],
    ['a missing partial', "{% include 'partials/none' %}", /there is no partials\/none\.liquid/],
  ])('for %s, by file and line', async (_, source, reason) => {
    await edit(CHATWORK, (text) => `\n\n${source}${text}`);
    const [problem, ...others] = await problems();
    expect(problem).toMatchObject({ file: CHATWORK, line: 3, reason: expect.stringMatching(reason) });
    expect(others).toEqual([]);
  });

  it('for a partial that includes itself', async () => {
    await edit('partials/facts.html.liquid', (text) => `${text}{% include 'partials/facts.html' %}`);
    expect(await problems()).toEqual([
      {
        file: 'partials/facts.html.liquid',
        line: 9,
        reason: 'partials/facts.html.liquid would include itself for ever',
      },
    ]);
  });

  it('names the partial a fault stands in, once, however many templates use it', async () => {
    await edit('partials/signature.text.liquid', (text) => `${text}\n{{ nobody }}`);
    const found = await problems();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ file: 'partials/signature.text.liquid', line: 4 });
  });

  it('lists every fault at once, readably', async () => {
    await edit(CHATWORK, (text) => `${text}{{ one }}`);
    await edit('flagged.slack.liquid', (text) => text.replace('"blocks": [', '"blocks": [,'));
    await rm(join(folder, 'unsure.mail-text.liquid'));
    await expect(open()).rejects.toThrow(
      /^report templates cannot be used:\n {2}flagged\.slack\.liquid: .*JSON.*\n {2}message\.chatwork\.liquid:3: unknown variable: one.*\n {2}unsure\.mail-text\.liquid: is missing$/,
    );
  });
});

describe('P6 typed text is refused wherever no escape could keep it text', () => {
  it.each([
    [
      'a Chatwork tag',
      CHATWORK,
      2,
      (text: string) => text.replace('[info]', '[To:{{ operator }}][info]'),
      'operator stands inside a Chatwork tag',
    ],
    [
      'Slack mrkdwn',
      SLACK,
      7,
      (text: string) =>
        text.replace(
          '"plain_text", "emoji": false, "text": "{{ recipient',
          '"mrkdwn", "text": "{{ recipient',
        ),
      'recipient stands in "text", not in plain_text',
    ],
    [
      'plain text with emoji codes',
      SLACK,
      7,
      (text: string) => text.replace('"emoji": false, "text": "{{ recipient', '"text": "{{ recipient'),
      'recipient stands in "text", not in plain_text',
    ],
    [
      'a Slack link',
      SLACK,
      5,
      (text: string) =>
        text.replace(
          '"blocks": [',
          '"blocks": [\n{ "type": "actions", "elements": [{ "type": "button", "url": "{{ number }}" }] },',
        ),
      'number stands in "url"',
    ],
    [
      'an HTML attribute',
      HTML,
      3,
      (text: string) => text.replace('<p style="margin:0">', '<p title="{{ recipient }}">'),
      'recipient stands inside a tag',
    ],
    [
      'an HTML style',
      HTML,
      2,
      (text: string) => text.replace('{% if urgent', '<style>{{ caller }}</style>{% if urgent'),
      'caller is no visible text',
    ],
    [
      'an HTML comment',
      HTML,
      2,
      (text: string) => text.replace('{% if urgent', '<!-- {{ caller }} -->{% if urgent'),
      'caller is no visible text',
    ],
  ])('%s', async (_, file, line, change, reason) => {
    await edit(file, change);
    const found = await problems();
    expect(found).toHaveLength(1);
    expect(found[0]?.file).toBe(file);
    expect(found[0]?.reason).toContain(reason);
    expect(found[0]?.line).toBe(line);
  });
});

describe('what a channel would not take is refused at start', () => {
  it('a Slack header that long names do not fit', async () => {
    await edit(SLACK, (text) => text.replace('"【受電報告】{%', '"【受電報告】{{ recipient }}{%'));
    expect(await problems()).toEqual([
      {
        file: SLACK,
        line: null,
        reason: expect.stringMatching(
          /^\d+ characters in a header, 150 at most on Slack \(sample: the longest/,
        ),
      },
    ]);
  });

  it('more than 50 blocks', async () => {
    await edit(SLACK, (text) =>
      text.replace('"blocks": [', `"blocks": [${'{ "type": "divider" },'.repeat(50)}`),
    );
    expect((await problems())[0]?.reason).toMatch(/^5\d blocks, 50 at most on Slack/);
  });

  it('an empty text', async () => {
    await edit(SLACK, (text) =>
      text.replace(
        '"blocks": [',
        '"blocks": [{ "type": "section", "text": { "type": "plain_text", "emoji": false, "text": "" } },',
      ),
    );
    expect((await problems())[0]?.reason).toMatch(/^an empty text in a section/);
  });

  it('JSON that is no message', async () => {
    await writeFile(join(folder, SLACK), '[1]');
    expect((await problems())[0]?.reason).toMatch(/^not a Slack message/);
  });

  it('a Chatwork message beyond 65,535 bytes', async () => {
    await edit(CHATWORK, (text) => `${text}${'あ'.repeat(22_000)}`);
    expect((await problems())[0]?.reason).toMatch(/^\d+ bytes, 65535 at most on Chatwork/);
  });

  it.each([CHATWORK, 'message.mail-text.liquid', HTML, SLACK])('P4 %s without the mark', async (file) => {
    await edit('partials/signature.text.liquid', (text) => text.replace('{{ mark }}', ''));
    await edit('partials/signature.html.liquid', (text) => text.replace('{{ mark }}', ''));
    const found = (await problems()).find((problem) => problem.file === file);
    expect(found?.reason).toMatch(/^does not print \{\{ mark \}\}/);
  });

  it('HTML without a body', async () => {
    await edit('partials/head.html.liquid', (text) => text.replace('<body', '<main'));
    const found = (await problems()).find(({ file }) => file === HTML);
    expect(found?.reason).toBe('needs one <body> tag (sample: an everyday call, urgent)');
  });
});

describe('the version of a template', () => {
  const versionOf = (renderer: Renderer, channel: 'chatwork' | 'slack' | 'email') =>
    renderer.render({ channel, template: 'message', view: buildView(ORDINARY), mark: MARK, mention: null })
      .templateVersion;

  it('changes with the template and with its partials, and only then', async () => {
    const before = await open();
    expect(versionOf(before, 'email')).toMatch(/^[0-9a-f]{12}$/);
    expect(versionOf(await open(), 'email')).toBe(versionOf(before, 'email'));
    await edit('partials/row.html.liquid', (text) => text.replace('6px', '7px'));
    const after = await open();
    expect(versionOf(after, 'email')).not.toBe(versionOf(before, 'email'));
    expect(versionOf(after, 'chatwork')).toBe(versionOf(before, 'chatwork'));
  });

  it('stays what was checked when files change under a running process', async () => {
    const renderer = await open();
    await writeFile(join(folder, CHATWORK), 'changed');
    const { body } = renderer.render({
      channel: 'chatwork',
      template: 'message',
      view: buildView(ORDINARY),
      mark: MARK,
      mention: null,
    });
    expect(body).toMatchObject({ text: expect.stringContaining('【受電報告】') });
  });
});
