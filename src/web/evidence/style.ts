/** The looks of a printed record: A4, black on white, no colour that a printer or copier could lose. */
export const PRINT_STYLE = `
@page{size:A4;margin:16mm 14mm 18mm;@bottom-right{content:counter(page) ' / ' counter(pages);font:9pt sans-serif}}
*{box-sizing:border-box}
body{margin:0 auto;padding:16px;max-width:190mm;font:10pt/1.6 'Hiragino Sans','Hiragino Kaku Gothic ProN','Yu Gothic','Meiryo','Noto Sans CJK JP',sans-serif;background:#ffffff;color:#000000}
h1{margin:0 0 8pt;font-size:16pt;line-height:1.4}
h2{margin:16pt 0 6pt;font-size:12pt;line-height:1.4;break-after:avoid}
p{margin:0 0 6pt;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;table-layout:fixed}
thead{display:table-header-group}
tr{break-inside:avoid}
th,td{padding:3pt 4pt;border:1px solid #555555;text-align:left;vertical-align:top;overflow-wrap:anywhere;white-space:pre-wrap;font-weight:normal;font-size:9pt;line-height:1.5}
th{background:#eeeeee;font-weight:bold}
.facts th{width:28mm}
.time{width:23mm}.no{width:28mm}.narrow{width:27mm}.seq{width:10mm}.half{width:45mm}
.hash{font-family:monospace;overflow-wrap:anywhere}
.small,.small td{font-size:8pt}
.internal{margin:0 0 8pt;padding:6pt 8pt;border:3px double #000000;font-weight:bold}
.broken{margin:0 0 8pt;padding:6pt 8pt;border:2px solid #000000;font-weight:bold}
.scroll{overflow-x:auto}
@media print{body{padding:0;max-width:none}.scroll{overflow:visible}}
@media (max-width:600px){table{min-width:560px}.facts{min-width:0}}
`;
