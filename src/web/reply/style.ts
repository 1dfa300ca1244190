/** The reply pages' looks: one column, large enough for a thumb, in the reader's own light or dark. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#ffffff;--ink:#1b1b1b;--quiet:#555555;--line:#767676;--panel:#f4f6f8;--good:#dff3e4;--good-ink:#10391c;--bad:#fdecea;--bad-ink:#8c1d18;--accent:#1a5fb4}
*{box-sizing:border-box}
body{margin:0;padding:24px 16px 48px;font:16px/1.8 'Hiragino Sans','Hiragino Kaku Gothic ProN','Yu Gothic','Meiryo',sans-serif;background:var(--paper);color:var(--ink)}
main{max-width:34rem;margin:0 auto}
h1{margin:0 0 16px;font-size:1.4rem;line-height:1.4}
h2{margin:24px 0 8px;font-size:1.1rem;line-height:1.5}
p{overflow-wrap:anywhere}
dl{margin:0 0 16px;padding:12px 16px;border:1px solid var(--line);border-radius:8px}
dt{font-size:.85rem}
dd{margin:0 0 8px;font-weight:bold;overflow-wrap:anywhere}
dd:last-child{margin:0}
.done,.error{margin:0 0 16px;padding:12px 16px;border-radius:8px;overflow-wrap:anywhere}
.done{background:var(--good);color:var(--good-ink);font-weight:bold}
.error{background:var(--bad);color:var(--bad-ink);border:1px solid currentColor}
.error p{margin:0 0 4px;font-weight:bold}
.error ul{margin:0;padding-left:1.2em}
.error a{color:inherit}
.answers{margin:0 0 16px;padding:0;list-style:none}
.answers li{margin:0 0 8px;padding:8px 16px;border-left:4px solid var(--accent);background:var(--panel)}
.answers b,.answers span{display:block;overflow-wrap:anywhere}
.answers span{font-size:.85rem}
details{margin:24px 0 0}
summary{min-height:48px;padding:10px 16px;border:1px solid var(--line);border-radius:8px;font-weight:bold;cursor:pointer}
details[open] summary{margin-bottom:16px}
fieldset{margin:0 0 24px;padding:0;border:0}
legend,.field label{padding:0;font-size:1.1rem;font-weight:bold}
.group{margin:16px 0 8px;font-weight:bold}
.option{position:relative;margin:0 0 8px;padding:10px 16px 10px 52px;border:1px solid var(--line);border-radius:8px}
.option input{position:absolute;z-index:1;top:14px;left:16px;width:22px;height:22px;margin:0;accent-color:var(--accent)}
.option label{font-weight:bold}
.option label::before{content:'';position:absolute;inset:0;border-radius:8px;cursor:pointer}
.option p{margin:0;font-size:.85rem;line-height:1.6;color:var(--quiet)}
.option:has(:checked){padding:9px 15px 9px 51px;border:2px solid var(--accent);background:var(--panel)}
.option:has(:checked) input{top:13px;left:15px}
.option:has(:focus-visible){outline:3px solid var(--ink);outline-offset:2px}
.option input:focus-visible{outline:0}
.field{margin:0 0 24px}
.field p{margin:0 0 8px;font-size:.85rem;line-height:1.6;color:var(--quiet)}
.field .field-error,.field-error{margin:0 0 8px;font-size:1rem;font-weight:bold;color:var(--bad-ink);white-space:pre-line}
input[type=date],textarea{display:block;width:100%;min-height:48px;padding:10px 12px;border:1px solid var(--line);border-radius:8px;background:var(--paper);color:inherit;font:inherit}
textarea{resize:vertical}
[aria-invalid=true]:not(fieldset){border:2px solid var(--bad-ink)}
button{width:100%;min-height:56px;border:0;border-radius:8px;background:#1a5fb4;color:#ffffff;font:inherit;font-weight:bold;font-size:1.1rem;cursor:pointer}
button.second{min-height:48px;border:1px solid var(--line);background:var(--paper);color:inherit;font-size:1rem}
button:focus-visible,input:focus-visible,textarea:focus-visible,summary:focus-visible,a:focus-visible{outline:3px solid var(--ink);outline-offset:3px}
@supports selector(:has(*)){
form:not(:has(#choice-contact:checked,#choice-pause:checked,#choice-self:checked,#choice-contract:checked)) .until{display:none}
}
@media (prefers-color-scheme:dark){
:root{--paper:#16181b;--ink:#f2f2f2;--quiet:#c3c7cc;--line:#8b9097;--panel:#23272c;--good:#17402a;--good-ink:#e3f6e8;--bad:#3b1614;--bad-ink:#ffb4ab;--accent:#7cb1f0}
}
`;
