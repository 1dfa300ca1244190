import { formatCallTime } from '../../domain/calendar.ts';
import type { DisputeProblem } from '../../domain/dispute.ts';
import type { DisputeReading } from '../../followup/disputes/read-dispute.ts';
import type { DoneReading, ShownReport } from '../../followup/mark-done.ts';
import {
  DisputeForm,
  DisputeProblems,
  DisputeSection,
  DisputeStanding,
  type SentDispute,
} from './dispute-form.tsx';
import { NotSentYet } from './form-parts.tsx';
import { Facts, Frame } from './frame.tsx';

/** The name and value the button sends: a request that does not carry them was not made by pressing it. */
export const DONE_FIELD = { name: 'answer', value: 'done' } as const;

type Shown<Reading> = Exclude<Reading, { type: 'revoked' }>;

interface DisputeProps {
  readonly dispute: DisputeReading;
  readonly sent: SentDispute;
  readonly problems: readonly DisputeProblem[];
}

/**
 * The page behind a report's 対応済み link: the button, and below it a quiet second form about the report's content. It
 * shows only what the report shows (P10).
 */
export function ReportPage({
  done,
  ...dispute
}: DisputeProps & {
  readonly done: Shown<DoneReading>;
}) {
  return done.type === 'open' ? (
    <Frame title="対応済みのお知らせ">
      <DisputeProblems {...dispute} />
      <Facts rows={factsOf(done.report)} />
      <p>
        このお電話へのご対応がお済みになりましたら、下のボタンを押してください。同じ報告を受け取られた皆様に共通の記録になります。
      </p>
      <form method="post">
        <button type="submit" name={DONE_FIELD.name} value={DONE_FIELD.value}>
          対応済みにする
        </button>
      </form>
      <Content {...dispute} />
    </Frame>
  ) : (
    <Frame title="対応済みです">
      <DisputeProblems {...dispute} />
      <p class="done" role="status">
        {formatCallTime(done.mark.at)} に対応済みとして記録しました。
      </p>
      <Facts rows={factsOf(done.report)} />
      <p>このページは閉じていただいて構いません。</p>
      <Content {...dispute} />
    </Frame>
  );
}

/** Once the call is reported no more: how what was said about it stands, and nothing to press. */
export function DisputePage({ dispute }: { readonly dispute: Shown<DisputeReading> }) {
  return (
    <Frame title="内容についてのご連絡">
      <Facts rows={factsOf(dispute.report)} />
      <DisputeStanding reading={dispute} />
    </Frame>
  );
}

/** The form alone, as it was sent, when it could not be taken for now. */
export function DisputeAgainPage({
  title,
  words,
  sent,
}: {
  readonly title: string;
  readonly words: string;
  readonly sent: SentDispute;
}) {
  return (
    <Frame title={title}>
      <NotSentYet words={words} />
      <DisputeForm sent={sent} problems={[]} />
    </Frame>
  );
}

function Content({ dispute, sent, problems }: DisputeProps) {
  return (
    <>
      <DisputeStanding reading={dispute} />
      {dispute.type === 'open' && <DisputeSection sent={sent} problems={problems} />}
    </>
  );
}

function factsOf(report: ShownReport): readonly (readonly [string, string])[] {
  return [
    ['受付番号', report.receiptNumber],
    ['宛先', report.clientName],
    ['受電日時', formatCallTime(report.occurredAt)],
  ];
}
