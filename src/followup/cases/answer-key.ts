import { createHash } from 'node:crypto';
import type { CaseAnswer } from '../../domain/cases/answers.ts';

/**
 * The key of an answer given in a form that can be sent again, such as a modal or a page. The same form with the
 * same words is one answer, however often it arrives; with other words it is another one, so that what somebody
 * adds after a first try that seemed to fail is never taken for a repetition.
 *
 * @param form unique to one form, and to whom it was shown
 */
export function answerKey(form: string, { choice, note, until }: CaseAnswer): string {
  const words = createHash('sha256')
    .update(JSON.stringify([choice, note, until]))
    .digest('base64url');
  return `${form}:${words.slice(0, 22)}`;
}
