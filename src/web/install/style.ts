/** The looks of the pages by which a client connects its workspace: those of the reply page, with a link as button. */
export const STYLE = `
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;padding:24px 16px;font:16px/1.8 'Hiragino Sans','Hiragino Kaku Gothic ProN','Yu Gothic','Meiryo',sans-serif;background:#ffffff;color:#1b1b1b}
main{max-width:34rem;margin:0 auto}
h1{margin:0 0 16px;font-size:1.4rem;line-height:1.4}
p,li,dd{overflow-wrap:anywhere}
dl{margin:0 0 16px;padding:12px 16px;border:1px solid #767676;border-radius:8px}
dt{font-size:.85rem}
dd{margin:0;font-weight:bold}
.done{padding:12px 16px;border-radius:8px;background:#dff3e4;color:#10391c;font-weight:bold}
.button{display:block;padding:14px 16px;border-radius:8px;background:#1a5fb4;color:#ffffff;text-align:center;text-decoration:none;font-weight:bold;font-size:1.1rem}
.button:focus-visible{outline:3px solid #1b1b1b;outline-offset:3px}
@media (prefers-color-scheme:dark){
body{background:#16181b;color:#f2f2f2}
.done{background:#17402a;color:#e3f6e8}
.button:focus-visible{outline-color:#f2f2f2}
}
`;
