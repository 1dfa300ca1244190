import { Liquid, type Template } from 'liquidjs';
import type { ReportContent } from './content.ts';
import { ESCAPES, type Format } from './formats.ts';
import type { OfferScope } from './offers.ts';
import { EXTENSION, type Sources } from './sources.ts';

/** What stands in a template's reach: the view, and what belongs to the one delivery. */
export type Scope = ReportContent['view'] & {
  readonly mark: string;
  readonly mention: string | null;
} & OfferScope;

/** What a template may do: choose lines. Everything it prints is worded before, so filters are not needed. */
const TAGS = new Set(['if', 'unless', 'case', 'include', 'comment', '#', 'raw']);
/** A report renders in well under a millisecond; only a partial that includes itself takes this long. */
const RENDER_MS = 1_000;

/**
 * LiquidJS for one format, reading from memory. Unknown variables, filters and tags are errors; every output
 * is escaped, and `raw`, the filter that would switch that off, does not exist (P6).
 */
export function createEngine(format: Format, sources: Sources): Liquid {
  const asText = ESCAPES[format];
  const liquid = new Liquid({
    templates: Object.fromEntries(sources),
    extname: EXTENSION,
    cache: true,
    relativeReference: false,
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    renderLimit: RENDER_MS,
    outputEscape: (value: unknown) => asText(value === null || value === undefined ? '' : String(value)),
  });
  for (const filter of Object.keys(liquid.filters)) delete liquid.filters[filter];
  for (const tag of Object.keys(liquid.tags)) if (!TAGS.has(tag)) delete liquid.tags[tag];
  return liquid;
}

/** One template file, parsed. */
export interface Parsed {
  readonly file: string;
  readonly liquid: Liquid;
  readonly template: Template[];
}

export function parse(liquid: Liquid, file: string): Parsed {
  return { file, liquid, template: liquid.parseFileSync(file.slice(0, -EXTENSION.length)) };
}

/** Renders to text. Throws a LiquidError, which a template that passed the check does not. */
export function renderText({ liquid, template }: Parsed, scope: Scope): string {
  return String(liquid.renderSync(template, scope));
}
