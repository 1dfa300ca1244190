import { ANSWER_CHOICES, type AnswerChoice } from '../../domain/cases/answers.ts';
import type {
  ActResult,
  AnswerProblem,
  AnswerResult,
  By,
  CaseAct,
  Cases,
} from '../../followup/cases/cases.ts';
import { isUuid, VALUE } from '../entry-modal/block-ids.ts';
import type { SubmitAnswer } from '../entry-modal/entry-form.ts';
import type { ViewValues } from '../entry-modal/read-state.ts';
import { rootViewId } from '../entry-modal/submit.ts';
import type { SlackView } from '../slack-body.ts';
import { CASE_BLOCK, type FormButton, NEW_CASE } from './card-views.ts';

/** What a form asks for; undefined when what it needs is not there. */
type Wanted =
  | { readonly type: 'act'; readonly act: CaseAct }
  | {
      readonly type: 'answer';
      readonly choice: AnswerChoice;
      readonly until: string | null;
      readonly note: string | null;
    }
  | { readonly type: 'incomplete'; readonly block: string; readonly message: string };

const UNKNOWN = 'この案件は見つかりません。画面を閉じて、カードからやり直してください。';
const REVOKED = 'この案件は終了しています。必要なら、カードの「再開」を押してください。';
const CHOOSE = '選んでください。';
const BLOCK_OF: Readonly<Record<AnswerProblem['field'], string>> = {
  choice: CASE_BLOCK.main,
  note: CASE_BLOCK.note,
  until: CASE_BLOCK.until,
};

/**
 * Does to a case what a submitted form asks for, in a supervisor's name. The form's own id is the key: sent twice, it
 * is done once. Throws when the database does; the same form may then be sent again.
 */
export async function submitCase(
  cases: Pick<Cases, 'act' | 'answer'>,
  button: FormButton,
  view: SlackView,
  person: string,
): Promise<SubmitAnswer> {
  const values = view.state?.values ?? {};
  const caseId = view.private_metadata ?? '';
  if (!isUuid(caseId)) return errorsAt(values, CASE_BLOCK.main, UNKNOWN);
  const by: By = { via: 'staff', person, key: `case:${rootViewId(view)}` };
  const wanted = read(button, values);
  switch (wanted.type) {
    case 'incomplete':
      return errorsAt(values, wanted.block, wanted.message);
    case 'act':
      return actAnswer(values, await cases.act(caseId, wanted.act, by));
    case 'answer': {
      const { choice, until, note } = wanted;
      return answerAnswer(values, await cases.answer({ caseId }, { choice, until, note }, by));
    }
    default:
      return wanted satisfies never;
  }
}

function read(button: FormButton, values: ViewValues): Wanted {
  const act = (asked: CaseAct): Wanted => ({ type: 'act', act: asked });
  const incomplete = (block: string, message = CHOOSE): Wanted => ({ type: 'incomplete', block, message });
  switch (button) {
    case 'answer': {
      const chosen = chosenOf(values, CASE_BLOCK.main);
      const choice = ANSWER_CHOICES.find((candidate) => candidate === chosen);
      if (choice === undefined) return incomplete(CASE_BLOCK.main);
      const until = propertyOf(values, CASE_BLOCK.until, 'selected_date');
      return { type: 'answer', choice, until, note: textOf(values, CASE_BLOCK.note) };
    }
    case 'agree': {
      const text = textOf(values, CASE_BLOCK.main);
      if (text === null) return incomplete(CASE_BLOCK.main, '合意内容を入力してください。');
      return act({ type: 'agree', text, wording: textOf(values, CASE_BLOCK.wording) });
    }
    case 'ask': {
      const message = chosenOf(values, CASE_BLOCK.main);
      return message === 'stop_forwarding' || message === 'propose_suspension'
        ? act({ type: 'ask_client', message })
        : incomplete(CASE_BLOCK.main);
    }
    case 'calls': {
      const callIds = chosenAllOf(values, CASE_BLOCK.main).filter(isUuid);
      const to = chosenOf(values, CASE_BLOCK.to);
      if (callIds.length === 0) return incomplete(CASE_BLOCK.main);
      if (to === null || (to !== NEW_CASE && !isUuid(to))) return incomplete(CASE_BLOCK.to);
      return act({ type: 'move_calls', callIds, to: to === NEW_CASE ? null : to });
    }
    case 'merge': {
      const caseId = chosenOf(values, CASE_BLOCK.main);
      return caseId !== null && isUuid(caseId)
        ? act({ type: 'merge_into', caseId })
        : incomplete(CASE_BLOCK.main);
    }
    case 'note': {
      const text = textOf(values, CASE_BLOCK.main);
      return text === null
        ? incomplete(CASE_BLOCK.main, 'メモを入力してください。')
        : act({ type: 'note', text });
    }
    case 'close':
      return act({ type: 'close', reason: textOf(values, CASE_BLOCK.main) });
    default:
      return button satisfies never;
  }
}

function actAnswer(values: ViewValues, result: ActResult): SubmitAnswer {
  switch (result.type) {
    case 'done':
    case 'already':
      return { response_action: 'clear' };
    case 'refused':
      return errorsAt(values, CASE_BLOCK.main, result.message);
    case 'unknown':
      return errorsAt(values, CASE_BLOCK.main, UNKNOWN);
    default:
      return result satisfies never;
  }
}

function answerAnswer(values: ViewValues, result: AnswerResult): SubmitAnswer {
  switch (result.type) {
    case 'answered':
    case 'already':
      return { response_action: 'clear' };
    case 'refused': {
      const [first] = result.problems;
      return errorsAt(values, first ? BLOCK_OF[first.field] : CASE_BLOCK.main, first?.message ?? UNKNOWN);
    }
    case 'revoked':
      return errorsAt(values, CASE_BLOCK.main, REVOKED);
    default:
      return result satisfies never;
  }
}

/** Slack shows an error only at a block it has; every form has `main`. What was typed stays. */
export function errorsAt(values: ViewValues, block: string, message: string): SubmitAnswer {
  const at = Object.hasOwn(values, block) ? block : CASE_BLOCK.main;
  return { response_action: 'errors', errors: { [at]: message } };
}

function propertyOf(values: ViewValues, block: string, property: string): string | null {
  const value = values[block]?.[VALUE]?.[property];
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

export function textOf(values: ViewValues, block: string): string | null {
  return propertyOf(values, block, 'value')?.trim() ?? null;
}

export function chosenOf(values: ViewValues, block: string): string | null {
  return optionValue(values[block]?.[VALUE]?.selected_option);
}

function chosenAllOf(values: ViewValues, block: string): readonly string[] {
  const chosen = values[block]?.[VALUE]?.selected_options;
  if (!Array.isArray(chosen)) return [];
  return chosen.map(optionValue).filter((value) => value !== null);
}

function optionValue(option: unknown): string | null {
  const value = typeof option === 'object' && option !== null && 'value' in option ? option.value : null;
  return typeof value === 'string' ? value : null;
}
