/** The page's style sheet, served as it stands. Colours keep a contrast of 4.5 to 1 on what they lie on. */
export const PAGE_STYLE = `
:root {
  --paper: #f6f5f1;
  --card: #ffffff;
  --ink: #1f262d;
  --soft: #5a636c;
  --line: #e3e0d8;
  --link: #1b5c94;
  --chatwork: #b8323f;
  --slack: #5b2a63;
  --email: #24617f;
  --staff: #5a636c;
  color-scheme: light;
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 14px/1.7 -apple-system, "Hiragino Sans", "Yu Gothic UI", "Noto Sans CJK JP", "Noto Sans JP", Meiryo, sans-serif;
}
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
a { color: var(--link); text-underline-offset: 3px; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
hr { border: 0; border-top: 1px solid var(--line); margin: 10px 0; }
bdi { unicode-bidi: isolate; }

.top { max-width: 1480px; margin: 0 auto; padding: 28px 28px 12px; }
.brand { display: flex; gap: 16px; align-items: center; }
.mark {
  flex: none;
  display: grid;
  place-items: center;
  width: 52px;
  height: 52px;
  border-radius: 14px;
  background: var(--ink);
  color: #fff;
  font-size: 18px;
  font-weight: 700;
  letter-spacing: 1px;
}
h1 { font-size: 21px; line-height: 1.4; letter-spacing: .02em; }
.brand p { color: var(--soft); font-size: 13px; }
nav ul { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 20px; list-style: none; }
nav a {
  display: inline-flex;
  gap: 8px;
  align-items: baseline;
  padding: 6px 15px;
  border: 1px solid var(--line);
  border-radius: 999px;
  background: var(--card);
  color: var(--ink);
  text-decoration: none;
}
nav a:hover { border-color: var(--soft); }
nav a[aria-current] { background: var(--ink); border-color: var(--ink); color: #fff; }
nav b { font-variant-numeric: tabular-nums; font-weight: 600; }
#news:empty { display: none; }
#news { margin-top: 12px; font-size: 13px; color: var(--soft); }
.failing {
  margin-top: 12px;
  padding: 6px 14px;
  border-left: 3px solid var(--chatwork);
  background: #fbeceb;
  font-size: 13px;
}

main { max-width: 1480px; margin: 0 auto; padding: 12px 28px 40px; }
.board { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 24px; align-items: start; }
.board.single { grid-template-columns: minmax(0, 760px); }
h2 { display: flex; align-items: center; gap: 9px; margin: 0 2px 12px; font-size: 15px; }
h2::before { content: ""; width: 10px; height: 10px; border-radius: 3px; background: var(--tone); }
.column { --tone: var(--staff); }
.column.chatwork { --tone: var(--chatwork); }
.column.slack { --tone: var(--slack); }
.column.email { --tone: var(--email); }
.empty {
  padding: 22px 16px;
  border: 1px dashed #cfcabf;
  border-radius: 12px;
  color: var(--soft);
  text-align: center;
}
.place {
  margin-bottom: 16px;
  border: 1px solid var(--line);
  border-radius: 12px;
  background: var(--card);
  overflow: hidden;
  box-shadow: 0 1px 2px rgb(31 38 45 / 4%);
}
.place > header {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  gap: 2px 10px;
  padding: 10px 16px;
  border-bottom: 1px solid var(--line);
  border-top: 3px solid var(--tone);
}
h3 { font-size: 14px; line-height: 1.5; min-width: 0; overflow-wrap: anywhere; }
h3 a { color: inherit; text-decoration: none; }
h3 a:hover { text-decoration: underline; }
.count { margin-left: auto; color: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.address { flex-basis: 100%; color: var(--soft); font-size: 12px; overflow-wrap: anywhere; }
.more { padding: 10px 16px; font-size: 13px; color: var(--soft); }

.message { display: flex; gap: 12px; padding: 14px 16px; }
.message + .message, .older { border-top: 1px solid var(--line); }
.older > summary { padding: 10px 16px; color: var(--soft); font-size: 13px; cursor: pointer; }
.avatar {
  flex: none;
  display: grid;
  place-items: center;
  width: 34px;
  height: 34px;
  background: var(--tone);
  color: #fff;
  font-size: 15px;
  font-weight: 700;
}
.chatwork .avatar { border-radius: 50%; }
.slack .avatar { border-radius: 8px; }
.content { flex: 1; min-width: 0; }
.byline { display: flex; flex-wrap: wrap; gap: 0 8px; align-items: baseline; margin-bottom: 2px; }
time { color: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.tag { padding: 0 5px; border-radius: 3px; background: #ebe9e3; color: #4a525a; font-size: 11px; }
.small, .whisper { color: var(--soft); font-size: 12px; }
.body { white-space: pre-wrap; overflow-wrap: anywhere; }
.content details, .mail details details { margin-top: 8px; }
.content summary, .mail details details > summary { color: var(--soft); font-size: 12px; cursor: pointer; }
.content details .body { padding: 8px 12px; border-left: 3px solid var(--line); font-size: 13px; }
.call { padding: 0 7px; border-radius: 4px; background: #e2eef8; color: #174a75; }
.call b { font-size: 11px; letter-spacing: .04em; }
.call.all { background: #fdeccf; color: #774300; }
.invisible {
  padding: 0 4px;
  border: 1px solid #b06a00;
  border-radius: 3px;
  background: #fff6e5;
  color: #774300;
  font: 11px/1.5 ui-monospace, Menlo, monospace;
}
blockquote { margin: 4px 0; padding: 2px 12px; border-left: 3px solid #cfcabf; color: #454d55; }
code { padding: 1px 4px; border-radius: 3px; background: #f1efe9; font-family: ui-monospace, Menlo, "Noto Sans Mono CJK JP", monospace; }
code.block { display: block; padding: 8px 10px; margin: 4px 0; }

.info { margin: 4px 0; border: 1px solid #d6d3cb; border-radius: 6px; padding: 10px 12px; background: #fcfbf9; }
.info-title {
  margin: -10px -12px 10px;
  padding: 6px 12px;
  border-bottom: 1px solid #d6d3cb;
  border-radius: 6px 6px 0 0;
  background: #f1efe9;
  font-weight: 600;
}
.slack-header { margin: 2px 0 6px; font-size: 16px; font-weight: 700; }
.slack-section { display: flex; flex-wrap: wrap; gap: 6px 12px; justify-content: space-between; margin: 6px 0; }
.slack-fields { display: grid; grid-template-columns: 1fr 1fr; gap: 6px 16px; flex-basis: 100%; }
.slack-context { display: flex; flex-wrap: wrap; gap: 4px 10px; margin: 6px 0; color: var(--soft); font-size: 12px; }
.slack-actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 2px; }
.slack-button { padding: 3px 12px; border: 1px solid #b9b5ab; border-radius: 6px; background: #fff; font-size: 13px; font-weight: 600; }
.slack-button.primary { border-color: #0b6b50; background: #0b6b50; color: #fff; }
.slack-button.danger { border-color: #b3261e; color: #b3261e; }

.message.mail { display: block; padding: 0; }
.mail > details > summary {
  display: flex;
  flex-wrap: wrap;
  gap: 2px 12px;
  align-items: baseline;
  padding: 12px 16px;
  cursor: pointer;
}
.mail > details > summary time { margin-left: auto; }
.mail > details > :not(summary) { margin-left: 16px; margin-right: 16px; }
.mail > details > :last-child { margin-bottom: 14px; }
.mail-head { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 12px; font-size: 13px; }
.mail-head dt { color: var(--soft); }
.mail-head dd { overflow-wrap: anywhere; }
.mail-head.raw { margin-top: 6px; font: 12px/1.6 ui-monospace, Menlo, monospace; }
iframe { display: block; width: calc(100% - 32px); height: 420px; margin-top: 10px; border: 1px solid var(--line); border-radius: 8px; background: #fff; }
footer { max-width: 1480px; margin: 0 auto; padding: 0 28px 32px; color: var(--soft); font-size: 12px; }

@media (max-width: 1080px) {
  .board { grid-template-columns: minmax(0, 1fr); max-width: 760px; }
}
@media (max-width: 560px) {
  .top, main, footer { padding-left: 14px; padding-right: 14px; }
  .brand { align-items: flex-start; }
  .mark { width: 42px; height: 42px; border-radius: 11px; font-size: 15px; }
  h1 { font-size: 18px; }
  .message { padding: 12px; gap: 10px; }
  .slack-fields { grid-template-columns: 1fr; }
}
`;
