import type { Child } from 'hono/jsx';
import { formatCallTime } from '../../domain/calendar.ts';
import type { DoneMark, ShownReport } from '../../followup/mark-done.ts';
import { STYLE } from './style.ts';

/** The name and value the button sends: a request that does not carry them was not made by pressing it. */
export const DONE_FIELD = { name: 'answer', value: 'done' } as const;

/** The page behind a link in a report. It shows only what the report shows (P10), and needs no script. */
export function OpenPage({ report }: { readonly report: ShownReport }) {
  return (
    <Frame title="対応済みのお知らせ">
      <Facts report={report} />
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
      <Facts report={report} />
      <p>このページは閉じていただいて構いません。</p>
    </Frame>
  );
}

/** A link that leads nowhere, or not now. */
export function NoticePage({ title, children }: { readonly title: string; readonly children: Child }) {
  return (
    <Frame title={title}>
      <p>{children}</p>
    </Frame>
  );
}

function Facts({ report }: { readonly report: ShownReport }) {
  return (
    <dl>
      <dt>受付番号</dt>
      <dd>{report.receiptNumber}</dd>
      <dt>宛先</dt>
      <dd>{report.clientName}</dd>
      <dt>受電日時</dt>
      <dd>{formatCallTime(report.occurredAt)}</dd>
    </dl>
  );
}

function Frame({ title, children }: { readonly title: string; readonly children: Child }) {
  return (
    <html lang="ja">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        <meta name="format-detection" content="telephone=no" />
        <title>{`${title} 【受電報告】`}</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <main>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}
