#include "app/view/html_style.h"

#include <stddef.h>

/* Print is always light. A chart keeps its size in small windows and scrolls, so that its letters stay legible. */
const char *const tr_html_style[] = {
    ":root{color-scheme:light dark;--bg:#f5f6f8;--panel:#fff;--raised:#eef0f4;--line:#dfe3ea;--rule:#76808f;"
    "--fg:#12161d;--muted:#535d6d;--accent:#2450c8;--up:#0b6e8a;--down:#b4470f;--warn:#8a5a00}\n",
    "@media screen and (prefers-color-scheme:dark){:root{--bg:#0b0e13;--panel:#12161d;--raised:#1a202a;"
    "--line:#242b37;--rule:#667288;--fg:#e8ecf2;--muted:#9aa5b5;--accent:#7aa2ff;--up:#4cc3e0;--down:#ff9457;"
    "--warn:#f2c14e}}\n",
    "*{box-sizing:border-box}\n",
    "body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,"
    "'Noto Sans','Liberation Sans',sans-serif;-webkit-text-size-adjust:100%}\n",
    "main{max-width:1120px;margin:0 auto;padding:24px 20px 64px}\n",
    "h1{font-size:26px;line-height:1.25;margin:0 0 4px}\n",
    "h2{font-size:19px;line-height:1.3;margin:0 0 8px}\n",
    "h3{font-size:15px;margin:20px 0 4px}\n",
    "p,ul,dl{margin:8px 0;max-width:80ch}\n",
    "a{color:var(--accent)}\n",
    "section{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:18px 20px;margin:16px 0}\n",
    "nav ul{display:flex;flex-wrap:wrap;gap:2px 18px;list-style:none;padding:0;max-width:none}\n",
    "nav a{display:inline-block;padding:2px 0}\n",
    ".sub,.note,caption{color:var(--muted)}\n",
    ".sub,.note{font-size:13px}\n",
    ".risk,.made-up{border-left:4px solid var(--warn);background:var(--raised);padding:10px 14px;max-width:none}\n",
    ".made-up{font-weight:600}\n",
    ".points{padding-left:20px}\n",
    ".points li{margin:6px 0}\n",
    "pre{font:13px/1.45 ui-monospace,'Liberation Mono',monospace;margin:8px 0}\n",
    "dt{font-weight:600;margin-top:10px}\n",
    "dd{margin:2px 0 0}\n",
    ".cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:12px;margin:12px 0}\n",
    ".card{border:1px solid var(--line);border-radius:6px;padding:12px 14px}\n",
    ".card h3{margin:0;font-size:13px;color:var(--muted);font-weight:600}\n",
    ".card p{margin:4px 0 0}\n",
    ".card .value{font-size:18px;line-height:1.3;font-weight:600}\n",
    ".card .why{font-size:13px;color:var(--muted)}\n",
    ".scroll{overflow-x:auto;margin:12px 0}\n",
    ".scroll:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}\n",
    "table{border-collapse:collapse;font-size:13px;line-height:1.4;font-variant-numeric:tabular-nums}\n",
    "caption{text-align:left;padding:0 0 6px;font-size:13px}\n",
    "th,td{padding:4px 7px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap;"
    "vertical-align:top}\n",
    "thead th{color:var(--muted);font-weight:600;border-bottom-color:var(--rule);vertical-align:bottom}\n",
    "tbody th{font-weight:400}\n",
    "th:first-child,td:first-child{padding-left:0}\n",
    ".l{text-align:left}\n",
    "td.wide{text-align:left;color:var(--muted)}\n",
    "figure{margin:16px 0;max-width:100%}\n",
    "figcaption{font-size:13px;font-weight:600}\n",
    ".row{display:flex;flex-wrap:wrap;gap:0 24px}\n",
    ".row>*{flex:1 1 380px;min-width:0}\n",
    ".patterns{position:absolute}\n",
    "svg{display:block;max-width:100%;height:auto;font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',"
    "'Liberation Sans',sans-serif;font-variant-numeric:tabular-nums}\n",
    "svg text{fill:var(--fg)}\n",
    "svg .tick{fill:var(--muted)}\n",
    "svg .grid{stroke:var(--line);stroke-width:1}\n",
    "svg .base{stroke:var(--rule);stroke-width:1}\n",
    "svg .guide{stroke:var(--muted);stroke-width:1.25;stroke-dasharray:5 4;fill:none}\n",
    "svg .line{fill:none;stroke:var(--accent);stroke-width:1.75;stroke-linejoin:round}\n",
    "svg .whisker{stroke:var(--accent);stroke-width:1.5}\n",
    "svg .dot{fill:var(--accent);stroke:var(--panel);stroke-width:1}\n",
    "svg .ring{fill:var(--panel);stroke:var(--down);stroke-width:1.75}\n",
    "svg .mark{stroke:var(--down);stroke-width:2.5}\n",
    "svg .bar{fill:var(--accent)}\n",
    "svg .bar2{fill:url(#hatch);stroke:var(--down);stroke-width:1}\n",
    "svg .bar3{fill:var(--panel);stroke:var(--rule);stroke-width:1;stroke-dasharray:3 2}\n",
    "svg .bar4{fill:var(--up);fill-opacity:.35;stroke:var(--up);stroke-width:1}\n",
    ".key{display:flex;flex-wrap:wrap;gap:2px 18px;margin:0;font-size:13px;max-width:none}\n",
    ".key span{display:inline-flex;align-items:center;gap:6px}\n",
    ".hatch{stroke:var(--down);stroke-width:2}\n",
    "footer{color:var(--muted);font-size:13px}\n",
    "@media print{body{background:#fff;font-size:11pt}main{max-width:none;padding:0}nav{display:none}"
    "section{border:0;padding:0}.scroll{overflow:visible}figure,tr,.card{break-inside:avoid}"
    "svg{min-width:0!important}h2,h3,caption,thead{break-after:avoid}table{font-size:8pt}th,td{padding:2px 6px}}\n",
    NULL,
};
