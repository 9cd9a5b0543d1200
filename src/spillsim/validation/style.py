"""The look of the page, on light and dark screens and on paper."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1a1a1a; --soft: #5a5a5a;
  --line: #d5d5d5; --good: #00664a; --bad: #a3123a; --shade: #f4f6f8; --link: #00599b;
  --c1: #0072b2; --c2: #c04f00; --c3: #00805d; --c4: #a6558a; --c5: #8a6d00; --c6: #2b86c5; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #ececec; --soft: #b0b4b8;
  --line: #3c4248; --good: #5fd3a8; --bad: #ff8fa5; --shade: #1f242a; --link: #7cc0f5;
  --c1: #56b4e9; --c2: #f0904a; --c3: #3ecf9f; --c4: #e0a0c8; --c5: #e6c84a; --c6: #9ad0f5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
  overflow-wrap: break-word; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 .5rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.15rem; margin: 2rem 0 .25rem; }
h4 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p, ul { margin: .4rem 0; max-width: 70ch; }
ul { padding-left: 1.2rem; }
a { color: var(--link); }
code { font-size: .85em; color: var(--soft); }
small { display: block; color: var(--soft); font-weight: normal; font-size: .85em; }
.question { font-style: italic; }
.verdict, td.good, td.bad { font-weight: 600; }
.good { color: var(--good); } .bad, .bad a { color: var(--bad); } .told { color: var(--soft); }
.wide { overflow-x: auto; }
.wide:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
tbody th { font-weight: normal; min-width: 11rem; max-width: 38rem; }
thead th { border-bottom: 2px solid var(--soft); vertical-align: bottom; }
th.group { padding-top: .9rem; font-weight: 600; }
th.n, td.n { text-align: right; padding-left: .5rem; }
td.n { white-space: nowrap; }
summary { cursor: pointer; color: var(--link); margin: .75rem 0; }
.panels { display: grid; gap: 1rem; margin: 1rem 0;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
figure { margin: 0; padding: .75rem; background: var(--shade); max-width: 35rem; }
figcaption { font-weight: 600; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1rem; padding: 0;
  margin: .25rem 0; font-size: .85rem; max-width: none; }
.legend svg { vertical-align: middle; margin-right: .35rem; }
svg { fill: none; stroke: none; }
svg.panel { display: block; width: 100%; height: auto; font-size: 13px; }
svg text { fill: var(--ink); } svg .tick { fill: var(--soft); font-size: 12px; }
.grid { stroke: var(--line); stroke-width: 1; } .frame { stroke: var(--soft); stroke-width: 1.2; }
.sim { stroke-width: 2; stroke-linejoin: round; } .ref { stroke-width: 1.3; }
.seen { stroke-width: 1.3; fill: var(--shade); fill-opacity: .6; }
.c0 { stroke: var(--ink); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); }
.c3 { stroke: var(--c3); } .c4 { stroke: var(--c4); } .c5 { stroke: var(--c5); }
.c6 { stroke: var(--c6); }
.band { fill-opacity: .25; stroke-opacity: .6; stroke-width: .8; }
.b1 { fill: var(--c1); stroke: var(--c1); } .b2 { fill: var(--c2); stroke: var(--c2); }
.b3 { fill: var(--c3); stroke: var(--c3); } .b4 { fill: var(--c4); stroke: var(--c4); }
.b5 { fill: var(--c5); stroke: var(--c5); } .b6 { fill: var(--c6); stroke: var(--c6); }
@media (max-width: 40rem) { table { font-size: .85rem; } th, td { padding-right: .4rem; }
  tbody th { min-width: 7rem; }
  svg.panel { font-size: 17px; } svg .tick { font-size: 17px; }
  figure { padding: .5rem; } }
@media print { details::details-content { content-visibility: visible; }
  figure, tr { break-inside: avoid; } body { max-width: none; } }
"""
"""Style sheet. Colours after Okabe and Ito (2008), darkened for text on white where needed."""
