import { formatCallTime, formatDay, jstDay } from '../../domain/calendar.ts';
import { ANSWER_HINTS, answerWords, VIA_LABELS } from '../../domain/cases/answer-words.ts';
import {
  ACTIONS,
  ANSWER_CHOICES,
  ANSWER_LABELS,
  type AnswerChoice,
  isAction,
  NOTE_AT_MOST,
} from '../../domain/cases/answers.ts';
import type { AnswerProblem, AnswerReading } from '../../followup/cases/cases.ts';
import { ANSWER_FIELD, type SentAnswer } from './answer-form.ts';
import { described, FieldError, NoteField, NotSentYet, Problems } from './form-parts.tsx';
import { Facts, Frame } from './frame.tsx';

export type OpenReading = Extract<AnswerReading, { type: 'open' }>;

interface FormProps {
  readonly sent: SentAnswer;
  readonly problems: readonly AnswerProblem[];
  /** JST day: no day before it can be chosen. */
  readonly today: string;
}

/**
 * The page behind 「回答はこちら」: the facts the report gives, what was answered so far, and a form. Notes are not
 * shown again: whoever holds another link of the same client need not read them (P9).
 */
export function AnswerPage({ reading, ...form }: FormProps & { readonly reading: OpenReading }) {
  const [newest] = reading.answers;
  // What was said before this call does not answer it: the client is asked anew.
  const answered = newest !== undefined && newest.at >= reading.occurredAt;
  const refused = form.problems.length > 0;
  return (
    <Frame title={refused || !answered ? 'お電話の報告へのご回答' : 'ご回答を承りました'}>
      {refused && <Problems problems={form.problems.map(shownProblem)} submit={SUBMIT} />}
      {!refused && answered && <Received newest={newest} />}
      <Facts rows={factsOf(reading)} />
      {newest !== undefined && <AnswersSoFar answers={reading.answers} />}
      {answered && !refused ? (
        <details>
          <summary>回答を変更・追加する</summary>
          <AnswerForm {...form} />
        </details>
      ) : (
        <>
          <p>
            こうしたお電話が重なりますと、応対する者の大きな負担となり、ほかのお客様の受電にも支障をきたします。お心当たりと、お取りになるご対応をお知らせください。一つずつ、何度でもお答えいただけます。
          </p>
          <AnswerForm {...form} />
        </>
      )}
    </Frame>
  );
}

/** The form alone, as it was sent, when it could not be taken for now. */
export function AnswerAgainPage({
  title,
  words,
  ...form
}: FormProps & { readonly title: string; readonly words: string }) {
  return (
    <Frame title={title}>
      <NotSentYet words={words} />
      <AnswerForm {...form} />
    </Frame>
  );
}

function Received({ newest }: { readonly newest: OpenReading['answers'][number] }) {
  return (
    <p class="done" role="status">
      {formatCallTime(newest.at)} に「{answerWords(newest)}」とのご回答を
      {newest.note === null ? '' : '補足とともに'}承りました。このページは閉じていただいて構いません。
    </p>
  );
}

const SUBMIT = 'この内容で回答する';

function shownProblem({ field, message }: AnswerProblem) {
  return { href: `#${field === 'choice' ? idOf(ANSWER_CHOICES[0]) : field}`, message };
}

function factsOf(reading: OpenReading): readonly (readonly [string, string])[] {
  return [
    ['受付番号', reading.receiptNumber],
    ['宛先', reading.clientName],
    ['種別', reading.kindLabel],
    ['受電日時', formatCallTime(reading.occurredAt)],
    ['これまでの件数', `${reading.calls}件(${formatDay(jstDay(reading.since))}以降)`],
  ];
}

function AnswersSoFar({ answers }: { readonly answers: OpenReading['answers'] }) {
  return (
    <section aria-labelledby="so-far">
      <h2 id="so-far">これまでのご回答</h2>
      <ul class="answers">
        {answers.map((answer) => (
          <li>
            <b>{answerWords(answer)}</b>
            <span>
              {formatCallTime(answer.at)}({VIA_LABELS[answer.via]}){answer.note === null ? '' : '・補足あり'}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const KNOWLEDGE = ANSWER_CHOICES.filter((choice) => !isAction(choice));
const idOf = (choice: AnswerChoice): string => `choice-${choice}`;

function AnswerForm({ sent, problems, today }: FormProps) {
  const problemAt = (field: AnswerProblem['field']) =>
    problems.filter((problem) => problem.field === field).map(({ message }) => message);
  const first = problems[0]?.field;
  const choiceProblems = problemAt('choice');
  const untilProblems = problemAt('until');
  const noteProblems = problemAt('note');
  const option = (choice: AnswerChoice) => (
    <div class="option">
      <input
        type="radio"
        name={ANSWER_FIELD.choice}
        id={idOf(choice)}
        value={choice}
        required
        checked={sent.choice === choice}
        autofocus={first === 'choice' && choice === ANSWER_CHOICES[0]}
        aria-describedby={`${idOf(choice)}-hint`}
      />
      <label for={idOf(choice)}>{ANSWER_LABELS[choice]}</label>
      <p id={`${idOf(choice)}-hint`}>{ANSWER_HINTS[choice]}</p>
    </div>
  );
  return (
    <form method="post" autocomplete="off">
      <input type="hidden" name={ANSWER_FIELD.key} value={sent.key} />
      <fieldset aria-describedby={choiceProblems.length > 0 ? 'choice-error' : undefined}>
        <legend>ご回答(一つお選びください)</legend>
        <FieldError id="choice-error" messages={choiceProblems} />
        <p class="group">お心当たり</p>
        {KNOWLEDGE.map(option)}
        <p class="group">ご対応</p>
        {ACTIONS.map(option)}
      </fieldset>
      <div class="field until">
        <label for="until">予定の日(任意)</label>
        <p id="until-hint">
          転送を停止する場合は転送を再開する日、そのほかのご対応は行う日をお選びください。
        </p>
        <FieldError id="until-error" messages={untilProblems} />
        <input
          type="date"
          name={ANSWER_FIELD.until}
          id="until"
          value={sent.until ?? ''}
          min={today}
          autofocus={first === 'until'}
          aria-invalid={untilProblems.length > 0 ? 'true' : undefined}
          aria-describedby={described('until', untilProblems)}
        />
      </div>
      <NoteField
        name={ANSWER_FIELD.note}
        label="補足(任意)"
        note={sent.note}
        limit={NOTE_AT_MOST}
        problems={noteProblems}
        autofocus={first === 'note'}
      />
      <button type="submit">{SUBMIT}</button>
    </form>
  );
}
