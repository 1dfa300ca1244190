import type { KindTemplate } from '../domain/kinds.ts';
import type { CaseMessageView, CaseReminderView } from './case-notice.ts';
import type { CorrectionView } from './correction.ts';
import type { DestinationNoticeView } from './destination-notice.ts';
import type { DigestView } from './digest.ts';
import type { DisputeAnswerView } from './dispute-answer.ts';
import type { RetractionView } from './retraction.ts';
import type { StatementView } from './statement.ts';
import type { UsageNoticeView } from './usage-notice.ts';
import type { ReportView } from './view.ts';

/** What is said, ready for its template: each kind of report has a view of its own. */
export type ReportContent =
  | { readonly template: KindTemplate; readonly view: ReportView }
  | { readonly template: 'correction'; readonly view: CorrectionView }
  | { readonly template: 'retraction'; readonly view: RetractionView }
  | { readonly template: 'destination-notice'; readonly view: DestinationNoticeView }
  | { readonly template: 'case-reminder'; readonly view: CaseReminderView }
  | { readonly template: 'case-message'; readonly view: CaseMessageView }
  | { readonly template: 'statement'; readonly view: StatementView }
  | { readonly template: 'usage-notice'; readonly view: UsageNoticeView }
  | { readonly template: 'dispute-answer'; readonly view: DisputeAnswerView }
  | { readonly template: 'digest'; readonly view: DigestView };
