import { formatCallTime } from '../../domain/calendar.ts';
import type { DoneMark, ShownReport } from '../../followup/mark-done.ts';
import { Facts, Frame } from './frame.tsx';

/** The name and value the button sends: a request that does not carry them was not made by pressing it. */
export const DONE_FIELD = { name: 'answer', value: 'done' } as const;

/** The page behind a report's 対応済み link. It shows only what the report shows (P10). */
export function OpenPage({ report }: { readonly report: ShownReport }) {
  return (
    <Frame title="対応済みのお知らせ">
      <Facts rows={factsOf(report)} />
      <p>
        このお電話へのご対応がお済みになりましたら、下のボタンを押してください。同じ報告を受け取られた皆様に共通の記録になります。
      </p>
      <form method="post">
        <button type="submit" name={DONE_FIELD.name} value={DONE_FIELD.value}>
          対応済みにする
        </button>
      </form>
    </Frame>
  );
}

export function DonePage({ report, mark }: { readonly report: ShownReport; readonly mark: DoneMark }) {
  return (
    <Frame title="対応済みです">
      <p class="done" role="status">
        {formatCallTime(mark.at)} に対応済みとして記録しました。
      </p>
      <Facts rows={factsOf(report)} />
      <p>このページは閉じていただいて構いません。</p>
    </Frame>
  );
}

function factsOf(report: ShownReport): readonly (readonly [string, string])[] {
  return [
    ['受付番号', report.receiptNumber],
    ['宛先', report.clientName],
    ['受電日時', formatCallTime(report.occurredAt)],
  ];
}
