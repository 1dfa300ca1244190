import type { SlackBody } from '../domain/body.ts';
import { offerFault, offersTried } from './check-offers.ts';
import type { ReportContent } from './content.ts';
import { type Parsed, renderText, type Scope } from './engine.ts';
import type { Format } from './formats.ts';
import { chatworkFault, htmlFault, slackFault } from './limits.ts';
import { OFFER_VARIABLES, type Offers, offerScope } from './offers.ts';
import { markerOf, misplaced } from './placement.ts';
import type { Sample } from './samples.ts';
import { slackBody } from './slack-body.ts';
import { problemOf, type TemplateProblem } from './template-error.ts';

const MARK = '0123456789ab';
/** What is in reach besides the view. */
const OF_THE_DELIVERY = ['mark', 'mention', ...OFFER_VARIABLES];
const NOT_OFFERED = offerScope('email', {});
/** The longest ids, so that limits are checked with a mention. */
const MENTION: Readonly<Record<Format, string | null>> = {
  chatwork: '9'.repeat(20),
  slack: `U${'A'.repeat(30)}`,
  'mail-text': null,
  'mail-html': null,
};

/**
 * Everything that can be known about a parsed template before a real call: it asks only for what a view has,
 * in every branch; it renders every sample within its channel's limits; it prints the delivery's mark, which
 * reconciling an uncertain delivery looks for (P4); and what people typed stands only where text belongs (P6).
 */
export function checkTemplate(
  format: Format,
  parsed: Parsed,
  samples: readonly Sample[],
): readonly TemplateProblem[] {
  const unknown = unknownVariables(parsed, samples);
  if (unknown.length > 0) return unknown;
  for (const sample of samples) {
    const problem = checkSample(format, parsed, sample);
    if (problem !== null) return [problem];
  }
  // The same report where the reader is asked for nothing.
  const [plain] = samples.map(({ name, view }) => ({ name, view }));
  const problem = plain === undefined ? null : checkSample(format, parsed, plain);
  if (problem !== null) return [problem];
  return checkPlacement(format, parsed, samples);
}

function unknownVariables(
  { file, liquid, template }: Parsed,
  samples: readonly Sample[],
): readonly TemplateProblem[] {
  const known = new Set([...samples.flatMap(({ view }) => Object.keys(view)), ...OF_THE_DELIVERY]);
  return Object.values(liquid.analyzeSync(template).globals)
    .flat()
    .filter(({ segments }) => segments.length !== 1 || !known.has(String(segments[0])))
    .map((variable) => ({
      file: variable.location.file ?? file,
      line: variable.location.row,
      reason: `unknown variable: ${String(variable)}; a report has ${[...known].sort().join(', ')}`,
    }));
}

function checkSample(format: Format, parsed: Parsed, sample: Sample): TemplateProblem | null {
  for (const offers of offersTried(sample)) {
    const problem = checkOffering(format, parsed, sample, offers);
    if (problem !== null) return problem;
  }
  return null;
}

function checkOffering(
  format: Format,
  parsed: Parsed,
  { name, view }: Sample,
  offers: Offers,
): TemplateProblem | null {
  const offered = offerScope(format === 'slack' ? 'slack' : 'email', offers);
  const scope: Scope = { ...view, mark: MARK, mention: MENTION[format], ...offered };
  try {
    const rendered = renderText(parsed, scope);
    const fault = faultOf(format, rendered) ?? offerFault(format, rendered, offers);
    return fault === null ? null : { file: parsed.file, line: null, reason: `${fault} (sample: ${name})` };
  } catch (thrown) {
    const problem = problemOf(parsed.file, thrown);
    return { ...problem, reason: `${problem.reason} (sample: ${name})` };
  }
}

function faultOf(format: Format, rendered: string): string | null {
  const unmarked = 'does not print {{ mark }}, which finds a lost delivery again';
  switch (format) {
    case 'chatwork':
      return chatworkFault(rendered) ?? (rendered.includes(MARK) ? null : unmarked);
    case 'slack': {
      const body: SlackBody = slackBody(rendered);
      const marked = body.text.includes(MARK) && JSON.stringify(body.blocks).includes(MARK);
      return slackFault(body) ?? (marked ? null : `${unmarked}, in its text and in a block`);
    }
    case 'mail-text':
      return rendered.includes(MARK) ? null : unmarked;
    case 'mail-html':
      return htmlFault(rendered) ?? (rendered.includes(MARK) ? null : unmarked);
    default:
      return format satisfies never;
  }
}

/** Renders marker words in place of every text, with and without each of the lines that may be left out. */
function checkPlacement(
  format: Format,
  parsed: Parsed,
  samples: readonly Sample[],
): readonly TemplateProblem[] {
  const found = new Map<string, TemplateProblem>();
  for (const marked of new Map(samples.map(({ view }) => markedView(view))).values()) {
    const names = Object.keys(marked);
    const rendered = renderText(parsed, { ...marked, mark: MARK, mention: MENTION[format], ...NOT_OFFERED });
    for (const { index, reason } of misplaced(format, rendered)) {
      const name = String(names[index]);
      found.set(`${name} ${reason}`, { ...placeOf(parsed, name), reason: `${name} ${reason}` });
    }
  }
  return [...found.values()];
}

/** A view of marker words, with a key that views with the same lines share. */
function markedView(view: ReportContent['view']): [string, ReportContent['view']] {
  const marked = Object.fromEntries(
    Object.entries(view).map(([name, value], index) => [
      name,
      typeof value === 'string' ? markerOf(index) : value,
    ]),
  ) as unknown as ReportContent['view'];
  return [JSON.stringify(marked), marked];
}

/** Where a template prints a variable: in its own file rather than in a partial that others use as well. */
function placeOf({ file, liquid, template }: Parsed, name: string): { file: string; line: number | null } {
  const places = (liquid.analyzeSync(template).globals[name] ?? []).map(({ location }) => ({
    file: location.file ?? file,
    line: location.row,
  }));
  return places.find((place) => place.file === file) ?? places[0] ?? { file, line: null };
}
