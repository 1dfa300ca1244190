import type { Child } from 'hono/jsx';
import { STYLE } from './style.ts';

/** Before the way to Slack: who connects what, and what it means. */
export function ConnectPage(o: { readonly clientName: string; readonly authorizeUrl: string }) {
  return (
    <Frame title="Slackワークスペースの連携">
      <p>
        <b>{o.clientName}</b> 様への受電報告を、貴社のSlackワークスペースでお受け取りいただくための設定です。
      </p>
      <p>
        下のボタンからSlackへ進み、<b>報告を受け取るワークスペース</b>
        を右上で選んで、許可してください。アプリを追加する権限のある方が操作してください。
      </p>
      <p>
        アプリができることは、招待されたチャンネルへの投稿と、投稿が届いたかどうかの確認だけです。ほかのチャンネルは見ません。
      </p>
      <p>
        <a class="button" href={o.authorizeUrl} rel="noreferrer">
          Slackへ進む
        </a>
      </p>
    </Frame>
  );
}

/** Afterwards: what was connected, and what is left to do. */
export function ConnectedPage(o: {
  readonly clientName: string;
  readonly teamName: string;
  readonly teamId: string;
  /** Ids of channels and people that get reports already. */
  readonly channels: readonly string[];
}) {
  return (
    <Frame title="連携しました">
      <p class="done" role="status">
        {o.clientName} 様の受電報告用に、Slackワークスペース「{o.teamName}」と連携しました。
      </p>
      {o.channels.length > 0 ? (
        <p>
          次の宛先への報告を再開します: {o.channels.join('、')}
          。チャンネルにアプリがいない場合は、そのチャンネルで <code>/invite @toritsugi</code>{' '}
          と入力して招待してください。
        </p>
      ) : (
        <ol>
          <li>
            報告を受け取るチャンネルを開き、<code>/invite @toritsugi</code>{' '}
            と入力して、アプリを招待してください。
          </li>
          <li>
            チャンネル名を押して開く画面のいちばん下にある<b>チャンネルID</b>
            (Cで始まる文字)を、当社の担当者へお知らせください。設定が済みしだい、報告が届くようになります。
          </li>
        </ol>
      )}
      <dl>
        <dt>ワークスペースID</dt>
        <dd>{o.teamId}</dd>
      </dl>
      <p>このページは閉じていただいて構いません。</p>
    </Frame>
  );
}

/** Nothing was connected, and why. */
export function InstallNoticePage({ title, children }: { readonly title: string; readonly children: Child }) {
  return (
    <Frame title={title}>
      <p>{children}</p>
    </Frame>
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
