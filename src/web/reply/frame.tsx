import type { Child } from 'hono/jsx';
import { STYLE } from './style.ts';

/** What every page behind a link stands in. It loads nothing and needs no script. */
export function Frame({
  title,
  kind = '【受電報告】',
  style,
  children,
}: {
  readonly title: string;
  /** What stands after the title in the reader's tab. */
  readonly kind?: string;
  /** A sheet besides `STYLE`; `replyHeaders` has to let it in. */
  readonly style?: string;
  readonly children: Child;
}) {
  return (
    <html lang="ja">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        <meta name="format-detection" content="telephone=no" />
        <title>{`${title} ${kind}`}</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
        {style !== undefined && <style dangerouslySetInnerHTML={{ __html: style }} />}
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

/** A link that leads nowhere, or not now. */
export function NoticePage({ title, children }: { readonly title: string; readonly children: Child }) {
  return (
    <Frame title={title}>
      <p>{children}</p>
    </Frame>
  );
}

/** Facts of a report, each with its label, in the order given. */
export function Facts({ rows }: { readonly rows: readonly (readonly [string, string])[] }) {
  return (
    <dl>
      {rows.map(([label, value]) => (
        <>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}
