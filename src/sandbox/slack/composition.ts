import { asObject, isObject, type JsonObject } from './json.ts';

/** Notes one problem at a JSON pointer. */
export type Say = (pointer: string, message: string) => void;

/** The composition objects blocks and elements are made of: text, options, confirmation dialogs, plain limits. */
export interface Problem {
  readonly at: string;
  readonly message: string;
}

/** What is wrong with `options` or `option_groups`, in an element or in the answer to a suggestion request. */
export function optionListProblems(holder: JsonObject, limit: number, at: string): readonly Problem[] {
  const problems: Problem[] = [];
  const say: Say = (pointer, message) => problems.push({ at: pointer, message });
  if (holder.options !== undefined) {
    checkEach(holder.options, limit, `${at}/options`, say, (option, pointer) =>
      problems.push(...optionProblems(option, pointer)),
    );
  }
  if (holder.option_groups !== undefined) {
    checkEach(holder.option_groups, 100, `${at}/option_groups`, say, (group, pointer) => {
      checkText(asObject(group).label, { max: 75, plain: true }, `${pointer}/label`, say);
      checkEach(asObject(group).options, limit, `${pointer}/options`, say, (option, inner) =>
        problems.push(...optionProblems(option, inner)),
      );
    });
  }
  return problems;
}

export function optionProblems(option: unknown, at: string): readonly Problem[] {
  const problems: Problem[] = [];
  const say: Say = (pointer, message) => problems.push({ at: pointer, message });
  if (!isObject(option)) return [{ at, message: 'must be an object' }];
  checkProperties(option, ['text', 'value', 'description', 'url'], at, say);
  checkText(option.text, { max: 75 }, `${at}/text`, say);
  checkRequired(option, ['value'], at, say);
  checkLength(option.value, 150, `${at}/value`, say);
  if (option.description !== undefined) checkText(option.description, { max: 75 }, `${at}/description`, say);
  return problems;
}

export function checkConfirm(confirm: unknown, at: string, say: Say): void {
  const { title, text, confirm: yes, deny } = asObject(confirm);
  checkText(title, { max: 100, plain: true }, `${at}/title`, say);
  checkText(text, { max: 300 }, `${at}/text`, say);
  checkText(yes, { max: 30, plain: true }, `${at}/confirm`, say);
  checkText(deny, { max: 30, plain: true }, `${at}/deny`, say);
}

/** A text object; `plain` where Slack takes no mrkdwn. */
export function checkText(
  value: unknown,
  o: { readonly max: number; readonly plain?: boolean },
  at: string,
  say: Say,
): void {
  if (!isObject(value)) {
    say(at, 'missing required field: text');
    return;
  }
  if (value.type !== 'plain_text' && (o.plain || value.type !== 'mrkdwn')) {
    say(`${at}/type`, o.plain ? 'must be plain_text' : 'must be plain_text or mrkdwn');
    return;
  }
  checkProperties(value, ['type', 'text', value.type === 'plain_text' ? 'emoji' : 'verbatim'], at, say);
  if (typeof value.text !== 'string' || value.text.length === 0) {
    say(`${at}/text`, 'must be more than 0 characters');
    return;
  }
  checkLength(value.text, o.max, `${at}/text`, say);
}

export function checkEach(
  list: unknown,
  limit: number,
  at: string,
  say: Say,
  check: (item: unknown, pointer: string) => void,
): void {
  if (list === undefined) return;
  if (!Array.isArray(list)) {
    say(at, 'must be an array');
    return;
  }
  if (list.length === 0) say(at, 'no less than 1 items allowed');
  if (list.length > limit) say(at, `no more than ${limit} items allowed`);
  for (const [index, item] of list.entries()) check(item, `${at}/${index}`);
}

export function checkLength(value: unknown, max: number, at: string, say: Say): void {
  if (value === undefined) return;
  if (typeof value !== 'string') {
    say(at, 'must be a string');
    return;
  }
  if (value.length > max) say(at, `must be less than ${max + 1} characters`);
}

export function checkRequired(object: JsonObject, names: readonly string[], at: string, say: Say): void {
  for (const name of names) if (object[name] === undefined) say(at, `missing required field: ${name}`);
}

export function checkProperties(object: JsonObject, known: readonly string[], at: string, say: Say): void {
  for (const name of Object.keys(object))
    if (!known.includes(name)) say(at, `invalid additional property: ${name}`);
}
