import { asksForAnswer } from '../domain/cases/may-answer.ts';
import { offersDone } from '../domain/done.ts';
import type { ReplyLinks } from '../domain/reply-link.ts';
import type { Offers } from '../reports/offers.ts';
import type { LoadedReport } from './report-facts.ts';

/**
 * What a delivery's body asks its reader to say; always the same for the same delivery. A report of a harassment
 * case is answered, any other marked done: never both, so that nobody wonders which.
 */
export function offersOf(
  links: ReplyLinks | undefined,
  report: Pick<LoadedReport, 'purpose' | 'content' | 'ofCase'>,
  delivery: { readonly id: string; readonly createdAt: Date },
): Offers {
  const { id: deliveryId } = delivery;
  const none = { answer: null, done: null, page: null };
  if (report.purpose === 'statement') {
    return { ...none, page: { url: links?.url('statement', delivery) ?? null } };
  }
  if (report.ofCase && asksForAnswer(report.purpose) && hasAnswers(report.content)) {
    return { ...none, answer: { url: links?.url('answer', delivery) ?? null, deliveryId } };
  }
  return offersDone(report.purpose)
    ? { ...none, done: { url: links?.url('done', delivery) ?? null, deliveryId } }
    : none;
}

/** Only words that ask for the client's answer can offer it: a kind may have been given an ordinary report. */
function hasAnswers(content: LoadedReport['content']): boolean {
  switch (content.template) {
    case 'flagged':
    case 'case-reminder':
    case 'case-message':
      return true;
    case 'correction':
      return content.view.flagged;
    case 'message':
    case 'unsure':
    case 'retraction':
    case 'destination-notice':
    case 'statement':
    case 'usage-notice':
    case 'dispute-answer':
    case 'digest':
      return false;
    default:
      return content satisfies never;
  }
}
