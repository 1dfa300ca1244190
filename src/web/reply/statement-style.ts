/**
 * The statement's looks, after those of every reply page: tables that a phone can show, and A4 when printed, on which
 * the heading of a table that goes on stands on every page.
 */
export const STATEMENT_STYLE = `
main{max-width:48rem}
.parties{display:flex;flex-wrap:wrap;gap:8px 32px;justify-content:space-between;margin:0 0 16px}
.parties p{margin:0}
.issuer{font-size:.85rem;line-height:1.6}
.total{display:flex;flex-wrap:wrap;gap:0 16px;align-items:baseline;margin:0 0 8px;padding:12px 16px;border:2px solid var(--ink);border-radius:8px}
.total b{font-size:1.5rem}
table{width:100%;margin:0 0 16px;border-collapse:collapse;font-size:.9rem;line-height:1.5}
caption{padding:16px 0 4px;text-align:left;font-size:1.1rem;font-weight:bold}
th,td{padding:6px 4px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
thead th{border-bottom:2px solid var(--ink);white-space:nowrap}
tbody th{font-weight:normal}
td small{display:block;font-size:.85em}
.yen{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.number,.time{font-variant-numeric:tabular-nums}
.number{white-space:nowrap}
.number a{display:inline-block;padding:4px 0}
.time span{display:inline-block}
a{color:var(--link)}
.actions{display:flex;flex-wrap:wrap;gap:8px 24px;margin:16px 0 0}
.actions a{display:inline-block;padding:12px 0;font-weight:bold}
.note{font-size:.85rem;line-height:1.6}
dd{white-space:pre-line}
:root{--link:#1a5fb4}
@media (prefers-color-scheme:dark){:root{--link:#9cc4f5}}
@media (max-width:30rem){table{font-size:.85rem}th,td{padding:6px 3px}}
@page{size:A4;margin:12mm 14mm}
@media print{
:root{color-scheme:light;--paper:#ffffff;--ink:#000000;--quiet:#333333;--line:#999999;--panel:#ffffff;--link:#000000}
body{padding:0;font-size:10pt;line-height:1.5}
main{max-width:none}
h1{margin:0 0 8pt;font-size:15pt}
.parties{flex-wrap:nowrap;margin:0 0 8pt}
.issuer{font-size:8.5pt}
.total{margin:0 0 4pt;padding:4pt 8pt;border-radius:0}
.total b{font-size:14pt}
dl{display:grid;grid-template-columns:auto 1fr auto 1fr;gap:2pt 10pt;margin:0 0 4pt;padding:2pt 0;border:0;font-size:9pt;line-height:1.4}
dd{margin:0}
dt{font-size:inherit}
table{margin:0 0 4pt;font-size:8.5pt;line-height:1.3}
caption{padding:4pt 0 1pt;font-size:10pt}
th,td{padding:1.2pt 4pt;border-bottom-width:.5pt}
thead{display:table-header-group}
tr{break-inside:avoid}
caption{break-after:avoid}
.number a{display:inline;padding:0}
td small{display:inline;margin-left:1em}
a{text-decoration:none}
.actions,.screen{display:none}
.note{font-size:8pt}
}
`;
