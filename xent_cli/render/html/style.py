"""Style: how pages and fragments look. Both can be read without it."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

_DARK = (
    "--fg:#e6e9ee;--muted:#a3acb8;--line:#30363f;--bg:#12161c;--card:#181d25;"
    "--fail:#ff9d85;--pass:#63d3a6;--unsure:#e3b341"
)

STYLE = (
    """
.xent{--fg:#1b2027;--muted:#57606b;--line:#d9dee4;--bg:#fff;--card:#f7f8fa;
--fail:#b3341a;--pass:#0f6b4e;--unsure:#7a5600;
color:var(--fg);background:var(--bg);margin:0;text-align:left;
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
@media(prefers-color-scheme:dark){
.xent:where(body,body:not([data-jp-theme-light=true],.vscode-light) *){"""
    + _DARK
    + """}}
body[data-jp-theme-light=false] .xent,.vscode-dark .xent,html[data-theme=dark] .xent{"""
    + _DARK
    + """}
.xent-in{max-width:1240px;margin:0 auto;padding:28px 24px 36px;box-sizing:border-box}
div.xent>.xent-in{padding:12px 16px}
.xent .xent-in header{margin:0 0 20px}

.xent .xent-in .lead{font-size:30px;line-height:1.2;font-weight:650;letter-spacing:-.015em;
margin:6px 0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.xent .xent-in .sub{font-size:17px;margin:0 0 8px;font-variant-numeric:tabular-nums}
.xent .xent-in p{margin:0 0 6px}
.xent .xent-in .muted,.xent .xent-in .note,
.xent .xent-in footer{color:var(--muted);font-size:13px;overflow-wrap:anywhere}
.xent .xent-in .badge{display:inline-block;font-size:13px;font-weight:700;letter-spacing:.04em;
padding:3px 11px;border-radius:99px;border:1.5px solid currentColor}
.xent .xent-in .fail,.xent .xent-in .error{color:var(--fail)}.xent .xent-in .pass{color:var(--pass)}
.xent .xent-in .inconclusive{color:var(--unsure)}
.xent .xent-in section{border-top:1px solid var(--line);padding:18px 0 20px}
.xent .xent-in .title{font-size:18px;line-height:1.3;font-weight:650;margin:0 0 12px;
overflow-wrap:anywhere}
.xent .xent-in svg{display:block;color:var(--fg);font-variant-numeric:tabular-nums}
.xent .xent-in figure{margin:0}
.xent .xent-in figcaption{margin:8px 0 0}
.xent .xent-in table{border:0;border-collapse:collapse;font-size:14px;color:var(--fg);
font-variant-numeric:tabular-nums;margin:0}
.xent .xent-in caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.xent .xent-in td,
.xent .xent-in th{border:0;border-bottom:1px solid var(--line);padding:5px 12px 5px 0;
text-align:left;vertical-align:top;background:none;font-weight:400;max-width:17em;
overflow-wrap:break-word}
.xent .xent-in thead th{color:var(--muted);font-size:12.5px;vertical-align:bottom;
white-space:nowrap}
.xent .xent-in .prose{min-width:17em}
.xent .xent-in td.prose,.xent .xent-in td.muted{max-width:34em}
.xent .xent-in .n{text-align:right;white-space:nowrap}
.xent .xent-in tr.strong td,.xent .xent-in tr.strong th,.xent .xent-in b{font-weight:650}
.xent .xent-in td svg{margin-top:5px}
.xent .xent-in tbody tr{background:none}
.xent .xent-in .scroll{overflow-x:auto}
.xent .xent-in summary{cursor:pointer;color:var(--muted);font-size:13px;margin:0 0 6px}
.xent .xent-in ul{margin:0;padding:0 0 0 18px}
.xent .xent-in li{margin:0 0 5px;overflow-wrap:anywhere}
.xent .xent-in .warnings{border:1px solid var(--line);border-left:4px solid #a8780f;
border-radius:6px;background:var(--card);padding:12px 16px;margin:0 0 18px}
.xent .xent-in code{font:12.5px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;
color:inherit;background:none;overflow-wrap:anywhere}
.xent .xent-in :focus-visible{outline:2px solid #3d7cc9;outline-offset:2px}
@media(min-width:1000px){.xent .xent-in .pair{display:grid;
grid-template-columns:minmax(0,9fr) minmax(0,14fr);gap:0 36px}
.xent .xent-in .pair .title{grid-column:1/-1}}
@media(max-width:999px){.xent .xent-in .pair details{margin-top:14px}}
@media(max-width:500px){.xent-in{padding:16px 16px 24px}.xent .xent-in .lead{font-size:23px}
.xent .xent-in .sub{font-size:15px}}
@media print{.xent{--fg:#000;--muted:#444;--line:#bbb;--bg:#fff;--card:#fff;
--fail:#b3341a;--pass:#0f6b4e;--unsure:#7a5600;font-size:12px;print-color-adjust:exact;
-webkit-print-color-adjust:exact}
.xent-in{max-width:none;padding:0}.xent .xent-in .scroll{overflow:visible}
.xent .xent-in figure,.xent .xent-in tr,.xent .xent-in .title{break-inside:avoid}
.xent .xent-in .title{break-after:avoid}.xent .xent-in figure{zoom:.8}
.xent .xent-in table,.xent .xent-in .muted{font-size:10.5px}
.xent .xent-in td,.xent .xent-in th{padding-right:9px}
.xent .xent-in summary{display:none}
.xent .xent-in details::details-content{content-visibility:visible;display:block;block-size:auto}}
@media(forced-colors:active){.xent .xent-in .badge{border-color:CanvasText}}
"""
)


def digest() -> str:
    """Return the hash of the style as a content security policy names it."""
    return "sha256-" + b64encode(sha256(STYLE.encode()).digest()).decode()
