/** One thing wrong with a template; `line` is null where the fault shows only in what it renders. */
export interface TemplateProblem {
  /** Path inside the templates folder, such as `message.slack.liquid`. */
  readonly file: string;
  readonly line: number | null;
  readonly reason: string;
}

/** The report templates cannot be used. Lists everything found, one line each, for the person who edits them. */
export class TemplateError extends Error {
  readonly code = 'reports.template';
  readonly problems: readonly TemplateProblem[];
  constructor(problems: readonly TemplateProblem[]) {
    super(`report templates cannot be used:\n${problems.map(describe).join('\n')}`);
    this.name = 'TemplateError';
    this.problems = problems;
  }
}

function describe({ file, line, reason }: TemplateProblem): string {
  return `  ${file}${line === null ? '' : `:${line}`}: ${reason}`;
}

/** A fault of LiquidJS, whose message ends in the place it was found, as a problem. */
export function problemOf(file: string, thrown: unknown): TemplateProblem {
  const message = (thrown instanceof Error ? thrown.message : String(thrown)).replaceAll(/\s+/g, ' ');
  const place = /^(.*?)(?:, file:([^,]+))?, line:(\d+), col:\d+$/.exec(message);
  if (place === null) return { file, line: null, reason: message };
  return { file: place[2] ?? file, line: Number(place[3]), reason: place[1] ?? message };
}
