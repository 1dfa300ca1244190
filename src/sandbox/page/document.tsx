import type { Child } from 'hono/jsx';
import type { Filter } from './board.tsx';
import { SECTION_LABELS, SECTIONS, type Section } from './sections.ts';

/** The page around the board: what this is, the filters, the failures at work. */
export function Document(o: {
  readonly counts: Readonly<Record<Section, number>>;
  readonly filter: Filter;
  /** What `page/version` says, so that the script knows when to look again. */
  readonly version: string;
  /** How many failure rules are at work. */
  readonly failing: number;
  readonly children: Child;
}) {
  const { chatwork, slack, email } = o.counts;
  const tabs = [
    { section: null, label: 'お客様に届いたもの', count: chatwork + slack + email },
    ...SECTIONS.map((section) => ({ section, label: SECTION_LABELS[section], count: o.counts[section] })),
  ];
  return (
    <html lang="ja">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>取次サンドボックス</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="assets/page.css" />
        <noscript>
          <meta httpEquiv="refresh" content="5" />
        </noscript>
        <script src="assets/page.js" defer />
      </head>
      <body data-version={o.version}>
        <header class="top">
          <div class="brand">
            <span class="mark" aria-hidden="true">
              取次
            </span>
            <div>
              <h1>サンドボックスに届いたもの</h1>
              <p>
                ここに届いたものは、実際にはどこにも送られていません。読む人に見えるとおりに表示しています。
              </p>
            </div>
          </div>
          <nav aria-label="表示するもの">
            <ul>
              {tabs.map((tab) => (
                <li>
                  <a
                    class={tab.section ?? 'all'}
                    href={tab.section === null ? './' : `?section=${tab.section}`}
                    {...(tab.section === o.filter.section ? { 'aria-current': 'page' as const } : {})}
                  >
                    {tab.label} <b>{tab.count}</b>
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <p id="news" role="status" />
          {o.failing > 0 ? <p class="failing">障害を再現しています({o.failing}件の設定が有効)</p> : null}
        </header>
        <main>{o.children}</main>
        <footer>
          <p>
            届いたもの全部を JSON で見る: <a href="control/arrived">control/arrived</a>
          </p>
        </footer>
      </body>
    </html>
  );
}
