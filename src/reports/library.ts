import type { ReportTemplate } from '../domain/kinds.ts';
import type { ChannelName } from '../domain/outcome.ts';
import { checkTemplate } from './check.ts';
import type { ParsedFormats } from './compose.ts';
import { createEngine, type Parsed, parse } from './engine.ts';
import { FORMATS, FORMATS_OF, type Format, templateFile } from './formats.ts';
import { type Sample, samplesOf } from './samples.ts';
import { partsOf, readSources, type Sources, versionOf } from './sources.ts';
import { problemOf, TemplateError, type TemplateProblem } from './template-error.ts';

/** A kind of report, ready to render: its templates, and the version stored with what a channel gets of it. */
export interface ReportTemplates {
  readonly formats: ParsedFormats;
  readonly versions: Readonly<Record<ChannelName, string>>;
}

export type Library = Readonly<Record<ReportTemplate, ReportTemplates>>;

/**
 * Reads a folder of templates and checks all of them. Throws one TemplateError with every problem found:
 * missing files, what LiquidJS refuses, and what `checkTemplate` refuses.
 */
export async function openLibrary(templatesDir: URL): Promise<Library> {
  const folder = templatesDir.pathname.endsWith('/') ? templatesDir : new URL(`${templatesDir.href}/`);
  const sources = await readSources(folder);
  const engines = byFormat((format) => createEngine(format, sources));
  const problems = new Map<string, TemplateProblem>();
  const open = (template: ReportTemplate): ReportTemplates => {
    const samples = samplesOf(template);
    const results = byFormat((format) =>
      parseOne(sources, engines[format], format, templateFile(template, format), samples),
    );
    for (const problem of FORMATS.flatMap((format) => results[format].problems)) {
      // Partials are shared: what is wrong in one shows in many templates, some of which have other variables.
      const key = `${problem.file}:${problem.line} ${problem.reason.split(';')[0]}`;
      if (!problems.has(key)) problems.set(key, problem);
    }
    return { formats: byFormat((format) => results[format].parsed), versions: versionsOf(sources, template) };
  };
  const library: Library = {
    message: open('message'),
    unsure: open('unsure'),
    flagged: open('flagged'),
    correction: open('correction'),
    retraction: open('retraction'),
    'destination-notice': open('destination-notice'),
    'case-reminder': open('case-reminder'),
    'case-message': open('case-message'),
    statement: open('statement'),
    'usage-notice': open('usage-notice'),
    'dispute-answer': open('dispute-answer'),
    digest: open('digest'),
  };
  if (problems.size > 0) throw new TemplateError([...problems.values()].sort(byPlace));
  return library;
}

function byFormat<T>(make: (format: Format) => T): Record<Format, T> {
  return Object.fromEntries(FORMATS.map((format) => [format, make(format)])) as Record<Format, T>;
}

function byPlace(a: TemplateProblem, b: TemplateProblem): number {
  return a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) : a.file < b.file ? -1 : 1;
}

type Engine = ReturnType<typeof createEngine>;

function parseOne(
  sources: Sources,
  liquid: Engine,
  format: Format,
  file: string,
  tried: readonly Sample[],
): { readonly parsed: Parsed; readonly problems: readonly TemplateProblem[] } {
  const unread: Parsed = { file, liquid, template: [] };
  if (!sources.has(file)) return { parsed: unread, problems: [{ file, line: null, reason: 'is missing' }] };
  const { problems } = partsOf(sources, file);
  if (problems.length > 0) return { parsed: unread, problems };
  try {
    const parsed = parse(liquid, file);
    return { parsed, problems: checkTemplate(format, parsed, tried) };
  } catch (thrown) {
    return { parsed: unread, problems: [problemOf(file, thrown)] };
  }
}

function versionsOf(sources: Sources, template: ReportTemplate): Record<ChannelName, string> {
  const of = (channel: ChannelName) =>
    versionOf(
      sources,
      FORMATS_OF[channel].flatMap((format) => [...partsOf(sources, templateFile(template, format)).files]),
    );
  return { chatwork: of('chatwork'), slack: of('slack'), email: of('email') };
}
