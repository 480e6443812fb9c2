// Escaping, links, tables, style of the page.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/html_text.h"

#include <fmt/format.h>

#include "runtime/base/text.h"
#include "runtime/report/builder.h"

namespace inquest {

std::string html(std::string_view text, size_t at_most) {
  size_t points = 0, at = 0;
  while (at < text.size() && points < at_most) {
    const auto byte = static_cast<unsigned char>(text[at]);
    at += byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    ++points;
  }
  if (at >= text.size()) return escape_html(text);
  return escape_html(text.substr(0, at)) + "…";
}

std::string html_cited(std::string_view text, const Report& report) {
  std::string out;
  size_t from = 0;
  for (size_t at = 0; (at = text.find("[E", at)) != std::string_view::npos;) {
    const size_t end = text.find(']', at);
    if (end == std::string_view::npos) break;
    const std::string id(text.substr(at + 1, end - at - 1));
    if (evidence_of(report, id)) {
      out += html(text.substr(from, at - from)) + fmt::format("<a href=\"#{0}\">[{0}]</a>", html(id, 20));
      from = end + 1;
    }
    at = end;
  }
  return out + html(text.substr(from));
}

std::string html_links(const std::vector<std::string>& ids) {
  std::string out;
  for (const std::string& id : ids)
    out += fmt::format("{0}<a href=\"#{1}\">{1}</a>", out.empty() ? "" : " ", html(id, 20));
  return out;
}

std::string html_table(const Table& table) {
  if (table.columns.empty() || table.rows.empty()) return "";
  std::string out = fmt::format("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>\n",
                                html(table.caption.empty() ? "table" : table.caption, 120));
  if (!table.caption.empty()) out += "<caption>" + html(table.caption, 300) + "</caption>\n";
  out += "<thead><tr>";
  for (const Table::Head& h : table.columns)
    out += fmt::format("<th scope=\"col\"{}>{}</th>", h.right ? " class=\"n\"" : "", html(h.title, 60));
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (size_t c = 0; c < table.columns.size(); ++c) {
      const char* const look = table.columns[c].right   ? " class=\"n\""
                               : table.columns[c].spark ? " class=\"spark\""
                                                        : "";
      out += fmt::format("<td{}>{}</td>", look, c < row.size() ? html(row[c], 200) : "");
    }
    out += "</tr>\n";
  }
  out += "</tbody>\n</table>\n</div>\n";
  if (!table.note.empty()) out += "<p class=\"note\">" + html(table.note) + "</p>\n";
  return out;
}

std::string html_list(const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string out = "<ul>\n";
  for (const std::string& i : items) out += "<li>" + i + "</li>\n";
  return out + "</ul>\n";
}

const char* html_style() {
  return R"(:root{color-scheme:light dark;--ink:#1a1d21;--soft:#5b636d;--line:#d5d9de;--back:#fff;--card:#f5f6f8;--link:#0b5fc0;--good:#17693a;--warn:#8a5a00;--bad:#a3261b}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#a3abb5;--line:#3a4048;--back:#15181c;--card:#1e2227;--link:#7ab4ff;--good:#67d391;--warn:#f0b84a;--bad:#ff8b7e}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:75rem;padding:1rem 1.25rem 3rem;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.35rem;margin:.2rem 0 .6rem}h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.2rem}h3{font-size:1rem;margin:1.1rem 0 .3rem}
a{color:var(--link)}a:focus-visible,summary:focus-visible,.wide:focus-visible{outline:3px solid var(--link);outline-offset:2px}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.8rem 0;font-size:.9rem}
.verdict{border:1px solid var(--line);border-left:.5rem solid var(--soft);border-radius:.4rem;background:var(--card);padding:.8rem 1.1rem}
.verdict.good{border-left-color:var(--good)}.verdict.warn{border-left-color:var(--warn)}.verdict.bad{border-left-color:var(--bad)}
.verdict h2{border:0;margin:0;font-size:1.35rem}.verdict p{font-size:1.1rem;margin:.3rem 0 .6rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.4rem 0}dt{color:var(--soft)}dd{margin:0;min-width:0}dd ul{margin:0;padding-left:1.1rem}
.wide{overflow-x:auto;margin:.5rem 0}table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:.2rem 0}th,td{text-align:left;vertical-align:top;padding:.25rem .7rem .25rem 0;border-bottom:1px solid var(--line);overflow-wrap:normal;max-width:26rem}td:not(.n){min-width:4.5rem}
td{overflow-wrap:break-word}th{font-weight:600;white-space:nowrap}.n{text-align:right;white-space:nowrap}.spark{white-space:nowrap;letter-spacing:-.03em;font-family:ui-monospace,monospace}
.note{color:var(--soft);font-size:.88rem;margin:.2rem 0 .6rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:1.2rem}figure{margin:0;min-width:0}figcaption{font-weight:600}
svg.chart{display:block;width:100%;max-width:44rem;height:auto}.chart .strong{stroke:var(--link)}.chart .other{stroke:var(--soft)}.chart .onset{stroke:var(--bad)}
.diagram svg{display:block;height:auto}.diagram svg text{fill:currentColor}.diagram [stroke="black"]{stroke:currentColor}.diagram [fill="black"]{fill:currentColor}.diagram [fill="white"]{fill:none;stroke:none}.diagram .not-taken{opacity:.55}
article{border:1px solid var(--line);border-radius:.4rem;padding:.4rem 1rem .7rem;margin:.8rem 0}article h3{margin:.3rem 0}
article:target{outline:3px solid var(--link)}
pre{background:var(--card);border:1px solid var(--line);border-radius:.3rem;padding:.5rem .7rem;overflow-x:auto;white-space:pre-wrap;font-size:.85rem;margin:.4rem 0}
summary{cursor:pointer}.word{font-weight:700}.good .word,.word.good{color:var(--good)}.warn .word,.word.warn{color:var(--warn)}.bad .word,.word.bad{color:var(--bad)}
@media (max-width:34rem){body{padding:.7rem .8rem 2rem}dl{grid-template-columns:1fr;gap:0}dt{margin-top:.35rem;font-size:.88rem}}
@page{size:A4;margin:15mm}
@media print{:root{--ink:#000;--soft:#444;--line:#bbb;--back:#fff;--card:#fff;--link:#000;--good:#000;--warn:#000;--bad:#000}body{font-size:10pt;max-width:none;padding:0}nav{display:none}.wide{overflow:visible}article,figure,tr{break-inside:avoid}h2,h3{break-after:avoid}.diagram svg{max-width:100%}.charts{grid-template-columns:1fr 1fr}}
)";
}

}  // namespace inquest
