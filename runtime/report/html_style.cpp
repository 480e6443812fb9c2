// The style of the page: it arranges and colours, no meaning hangs on it.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/html_text.h"

namespace inquest {

const char* html_style() {
  return R"(:root{color-scheme:light dark;--ink:#1a1d21;--soft:#59616b;--line:#d5d9de;--back:#fff;--card:#f5f6f8;--link:#0b5fc0;--strong:#0b5fc0;--other:#77808a;--good:#17693a;--warn:#8a5a00;--bad:#a3261b}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#a3abb5;--line:#3a4048;--back:#15181c;--card:#1e2227;--link:#7ab4ff;--strong:#5aa2ff;--other:#98a2ad;--good:#67d391;--warn:#f0b84a;--bad:#ff8b7e}}
*{box-sizing:border-box}
html{scroll-padding-top:.5rem}
body{margin:0 auto;max-width:76rem;padding:1rem 1.25rem 3rem;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.05rem;font-weight:600;color:var(--soft);margin:.1rem 0 .5rem}h2{font-size:1.25rem;margin:2.4rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.2rem}h3{font-size:1rem;margin:1.2rem 0 .3rem}
p{margin:.4rem 0}a{color:var(--link)}a:focus-visible,summary:focus-visible,button:focus-visible,input:focus-visible,.wide:focus-visible{outline:3px solid var(--link);outline-offset:2px}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.8rem 0;font-size:.9rem}
.verdict{border:1px solid var(--line);border-left:.5rem solid var(--soft);border-radius:.4rem;background:var(--card);padding:.8rem 1.1rem}
.verdict.good{border-left-color:var(--good)}.verdict.warn{border-left-color:var(--warn)}.verdict.bad{border-left-color:var(--bad)}
.verdict h2{border:0;margin:0;padding:0;font-size:1.4rem;line-height:1.3}.verdict h2+p{font-size:1.1rem;margin:.3rem 0 .6rem}
dl{display:grid;grid-template-columns:minmax(6.5rem,max-content) 1fr;gap:.15rem 1rem;margin:.4rem 0}dt{color:var(--soft)}dd{margin:0;min-width:0}dd ul{margin:0;padding-left:1.1rem}
ul{margin:.3rem 0;padding-left:1.3rem}
.wide{overflow-x:auto;margin:.6rem 0}table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:.2rem 0}th,td{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--line);max-width:30rem}
th,td{overflow-wrap:break-word}thead th{font-weight:600;white-space:nowrap}tbody th{font-weight:500}td{min-width:3rem}.n{text-align:right;white-space:nowrap}.spark{white-space:nowrap;letter-spacing:-.03em;font-family:ui-monospace,monospace}
td.text{white-space:pre-wrap}
.note{color:var(--soft);font-size:.88rem;margin:.2rem 0 .6rem}
figure{margin:.6rem 0;min-width:0}figcaption{font-weight:600;font-size:.95rem}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:.6rem 1.6rem}
.pair .broad{grid-column:1/-1}.pair dl{align-content:start}
svg.chart{display:block;width:100%;max-width:36rem;height:auto;touch-action:pan-y}svg .strong{stroke:var(--strong)}svg .other{stroke:var(--other)}svg .onset{stroke:var(--bad)}
svg rect.strong{fill:var(--strong);stroke:none}svg rect.other{fill:var(--other);stroke:none}
svg.bar{width:100%;min-width:6rem;max-width:16rem;vertical-align:middle}.flow svg.bar{min-width:9rem;max-width:none}
.flow table{width:100%}.flow td.bars{width:52%;min-width:10rem}.flow tbody tr.head th{padding-top:.8rem;font-weight:600}.flow .in{color:var(--soft)}
.many{table-layout:auto}.many svg{display:block;width:8.5rem;height:auto}.many td{font-size:.8rem;min-width:9.5rem}.many .mark{font-weight:700}
.diagram svg{display:block;height:auto;max-width:none}.diagram svg text{fill:currentColor}.diagram [stroke="black"]{stroke:currentColor}.diagram [fill="black"]{fill:currentColor}.diagram [fill="white"]{fill:none;stroke:none}.diagram .not-taken{opacity:.55}.diagram .taken path,.diagram .taken polygon{stroke:var(--strong)}.diagram .edge.taken polygon{fill:var(--strong)}
article{border:1px solid var(--line);border-radius:.4rem;padding:.4rem 1rem .7rem;margin:.8rem 0}article h3{margin:.3rem 0}
article:target,figure:target,.wide:target{outline:3px solid var(--link)}
pre,.code{background:var(--card);border:1px solid var(--line);border-radius:.3rem;padding:.5rem .7rem;overflow-x:auto;white-space:pre-wrap;font-size:.85rem;margin:.4rem 0}
code{font-size:.92em}details{margin:.3rem 0}summary{cursor:pointer;color:var(--link)}.word{font-weight:700}.good .word,.word.good{color:var(--good)}.warn .word,.word.warn{color:var(--warn)}.bad .word,.word.bad{color:var(--bad)}
button{font:inherit;font-size:.82rem;padding:.1rem .6rem;margin:.1rem .3rem .1rem 0;border:1px solid var(--line);border-radius:.3rem;background:var(--card);color:var(--ink);cursor:pointer}input.sift{font:inherit;font-size:.85rem;padding:.1rem .4rem;margin:.2rem 0;border:1px solid var(--line);border-radius:.3rem;background:var(--back);color:var(--ink)}
th.sortable{cursor:pointer}th[aria-sort=ascending]::after{content:" ▲"}th[aria-sort=descending]::after{content:" ▼"}
.blank td{height:2rem;min-width:7rem}
@media (max-width:34rem){body{padding:.7rem .8rem 2rem}.verdict{padding:.5rem .7rem}.verdict h2{font-size:1.2rem}.verdict h2+p{font-size:1rem}dl{grid-template-columns:1fr;gap:0}dt{margin-top:.35rem;font-size:.85rem}article{padding:.3rem .7rem .5rem}.flow td.bars{min-width:7rem}.flow svg.bar{min-width:6.5rem}.stack thead,.flow thead th:first-child{display:none}.stack table,.stack tbody,.stack caption,.flow table,.flow tbody,.flow thead,.flow caption{display:block}.stack tr{display:flex;flex-wrap:wrap;gap:.1rem .8rem;border-bottom:1px solid var(--line);padding:.35rem 0}.stack th,.stack td,.flow tbody th,.flow tbody td{border:0;padding:0;max-width:none;text-align:left;white-space:normal}.stack tbody th{flex:1 0 100%;font-weight:600}.stack td{flex:1 1 45%}.stack td[data-head]::before{content:attr(data-head);display:block;color:var(--soft);font-size:.78rem}
.flow tr{display:grid;grid-template-columns:4.4rem 4.4rem 1fr;gap:0 .4rem;padding:.2rem 0;border-bottom:1px solid var(--line)}.flow tbody th{grid-column:1/-1}.flow tr th{min-width:0}.flow td.bars{width:auto;min-width:0}.flow svg.bar{min-width:0}}
@page{size:A4;margin:14mm}
@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--line:#bbb;--back:#fff;--card:#fff;--link:#000;--strong:#0b5fc0;--other:#666;--good:#000;--warn:#000;--bad:#000}body{font-size:9.5pt;max-width:none;padding:0}nav,button,input.sift{display:none}.wide{overflow:visible}table{font-size:8pt}th,td{padding-right:.5rem}article{border-width:0 0 0 2px}figure,tr,.verdict{break-inside:avoid}h2,h3,figcaption,caption{break-after:avoid}.diagram svg{max-width:100%;max-height:250mm}.pair{grid-template-columns:1fr 1fr}details::details-content{content-visibility:visible;display:block;block-size:auto}.many svg{width:6rem}}
)";
}

}  // namespace inquest
