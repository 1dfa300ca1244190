import { formatCallTime } from '../../domain/calendar.ts';
import {
  DISPUTE_CLAIMS,
  DISPUTE_HINTS,
  DISPUTE_LABELS,
  DISPUTE_NOTE_AT_MOST,
  type DisputeClaim,
  type DisputeProblem,
  outcomeInWords,
} from '../../domain/dispute.ts';
import { textOrNull } from '../../domain/text.ts';
import type { DisputeReading } from '../../followup/disputes/read-dispute.ts';
import { FieldError, FORM_KEY, NoteField, Problems, readFields, typedText } from './form-parts.tsx';

/** The names of the form's fields; `answer` tells it from the button 対応済み on the same page. */
export const DISPUTE_FIELD = { answer: 'answer', key: 'key', claim: 'claim', note: 'note' } as const;
const DISPUTE_VALUE = 'dispute';
const NAMES: readonly string[] = Object.values(DISPUTE_FIELD);
const SUBMIT = 'この内容で連絡する';

/** A submitted form: as typed, to be shown again, and as it is said. */
export interface SentDispute {
  /** Of the page the form stood in: the same form sent twice is one. */
  readonly key: string;
  readonly claim: DisputeClaim | undefined;
  readonly note: string | null;
}

/** Undefined when our own page cannot have sent it. */
export function readDisputeForm(sent: string): SentDispute | undefined {
  const fields = readFields(sent, NAMES);
  if (fields?.get(DISPUTE_FIELD.answer) !== DISPUTE_VALUE) return undefined;
  const key = fields.get(DISPUTE_FIELD.key) ?? '';
  const chosen = fields.get(DISPUTE_FIELD.claim);
  const claim = DISPUTE_CLAIMS.find((known) => known === chosen);
  if (!FORM_KEY.test(key) || (chosen !== undefined && claim === undefined)) return undefined;
  return { key, claim, note: textOrNull(typedText(fields.get(DISPUTE_FIELD.note))) };
}

/** How what was said stands; nothing before anything was. The note is not shown again (P9). */
export function DisputeStanding({ reading }: { readonly reading: DisputeReading }) {
  if (reading.type === 'revoked' || reading.last === null) return null;
  const { claim, at, outcome } = reading.last;
  return (
    <section aria-labelledby="dispute-standing">
      <h2 id="dispute-standing">内容についてのご連絡</h2>
      <ul class="answers">
        <li>
          <b>「{DISPUTE_LABELS[claim]}」</b>
          <span>{formatCallTime(at)} に承りました。</span>
          {outcome === null ? (
            <span>ただいま確認中です。結果は、この報告が届いた宛先へお知らせします。</span>
          ) : (
            <>
              <span>
                {formatCallTime(outcome.decidedAt)} のお返事:{' '}
                {outcomeInWords(outcome, reading.report.occurredAt)}
              </span>
              {outcome.reason !== null && <span>理由: {outcome.reason}</span>}
            </>
          )}
        </li>
      </ul>
    </section>
  );
}

interface FormProps {
  readonly sent: SentDispute;
  readonly problems: readonly DisputeProblem[];
}

/** Quiet until it is opened: most reports are right. Open when there is something to put right in it. */
export function DisputeSection(form: FormProps) {
  const refused = form.problems.length > 0;
  return (
    <details open={refused}>
      <summary>報告の内容について連絡する</summary>
      <DisputeForm {...form} />
    </details>
  );
}

export function DisputeProblems({ problems }: Pick<FormProps, 'problems'>) {
  const shown = problems.map(({ field, message }) => ({
    href: field === 'claim' ? `#${idOf(DISPUTE_CLAIMS[0])}` : '#note',
    message,
  }));
  return problems.length === 0 ? null : <Problems problems={shown} submit={SUBMIT} />;
}

const idOf = (claim: DisputeClaim): string => `claim-${claim}`;

export function DisputeForm({ sent, problems }: FormProps) {
  const at = (field: DisputeProblem['field']) =>
    problems.filter((problem) => problem.field === field).map(({ message }) => message);
  const first = problems[0]?.field;
  const claimProblems = at('claim');
  return (
    <form method="post" autocomplete="off">
      <input type="hidden" name={DISPUTE_FIELD.answer} value={DISPUTE_VALUE} />
      <input type="hidden" name={DISPUTE_FIELD.key} value={sent.key} />
      <fieldset aria-describedby={claimProblems.length > 0 ? 'claim-error' : undefined}>
        <legend>お知らせの内容(一つお選びください)</legend>
        <FieldError id="claim-error" messages={claimProblems} />
        {DISPUTE_CLAIMS.map((claim) => (
          <div class="option">
            <input
              type="radio"
              name={DISPUTE_FIELD.claim}
              id={idOf(claim)}
              value={claim}
              required
              checked={sent.claim === claim}
              autofocus={first === 'claim' && claim === DISPUTE_CLAIMS[0]}
              aria-describedby={`${idOf(claim)}-hint`}
            />
            <label for={idOf(claim)}>{DISPUTE_LABELS[claim]}</label>
            <p id={`${idOf(claim)}-hint`}>{DISPUTE_HINTS[claim]}</p>
          </div>
        ))}
      </fieldset>
      <NoteField
        name={DISPUTE_FIELD.note}
        label="補足"
        note={sent.note}
        limit={DISPUTE_NOTE_AT_MOST}
        problems={at('note')}
        autofocus={first === 'note'}
      />
      <button type="submit" class="second">
        {SUBMIT}
      </button>
    </form>
  );
}
