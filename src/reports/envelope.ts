import { type Envelope, SUBJECT } from './compose.ts';
import type { ReportContent } from './content.ts';
import { statementFiles, statementSubject } from './statement.ts';

/** [MK] The subject of call reports never changes, so that clients can filter on it; a statement has its own, and a file. */
export function envelopeOf(content: ReportContent): Envelope {
  return content.template === 'statement'
    ? { subject: statementSubject(content.view), attachments: statementFiles(content.view) }
    : { subject: SUBJECT };
}
