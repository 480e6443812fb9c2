// Evidence: each recorded ask with what was asked, of whom, for when, what came, its marks and its hash.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/report/builder.h"
#include "runtime/report/html_page.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

constexpr size_t most_rows = 40, most_native = 6000, most_links = 40;

std::string article(const Page& page, const ReportEvidence& e) {
  const Report& report = page.report;
  std::string out = fmt::format("<article id=\"{}\">\n<h3>{} {}</h3>\n", html(e.id, 20), html(e.id, 20),
                                html(e.state + "." + e.ask, 120));
  std::vector<std::pair<std::string, std::string>> facts;
  const auto fact = [&](const char* key, const std::string& text) {
    facts.emplace_back(page.word(key), html(text, 800));
  };
  if (e.failure) {
    facts.emplace_back(
        page.word("page.failed"),
        fmt::format("<span class=\"word bad\">✖ {}</span>: {}",
                    html(page.words.of("failure", failure_name(e.failure->cls))), html(e.failure->cause)));
    fact("page.cure_head", e.failure->cure);
  } else if (!e.answered) {
    fact("page.failed", page.word("html.stopped_before"));
  }
  std::string says = e.says.empty() ? e.kind : e.says;
  if (const size_t list = says.find("{ \"");
      list != std::string::npos && says.size() > 300)  // walls of ids stand in the text as sent
    if (const size_t end = says.find('}', list); end != std::string::npos)
      says = says.substr(0, list) + "{ " +
             page.words("html.items", std::count(says.begin() + static_cast<std::ptrdiff_t>(list),
                                                 says.begin() + static_cast<std::ptrdiff_t>(end), ',') +
                                          1) +
             " " + says.substr(end);
  fact("page.ask", says);
  if (const std::string host = link_host(e.link); !host.empty())
    facts.emplace_back(page.word("html.source"),
                       fmt::format("{} (<a href=\"{}\" rel=\"noreferrer noopener\">{}</a>)", html(e.source, 120),
                                   html(e.link, 8000), html(page.words("source.open_in", host), 120)));
  else
    fact("html.source", e.source);
  fact("html.window", e.window.empty() ? "" : print_window(e.window));
  if (e.then) fact("page.against", print_window(*e.then));
  fact("page.outside", join(e.outside, ", "));
  if (e.answered)
    fact("page.rows", count(e.rows) + " (" + e.shape +
                          (e.bytes > 0 ? ", " + human(static_cast<double>(e.bytes), "By") : "") +
                          (e.ms > 0 ? ", " + human(e.ms, "ms") : "") + ")");
  fact("page.marks", marks_line(e.marks));
  if (!e.hash.empty()) facts.emplace_back("SHA-256", "<code>" + html(e.hash, 64) + "</code>");
  std::vector<std::string> rests;
  for (const Finding& f : report.findings)
    if (rests.size() < most_links && std::find(f.evidence.begin(), f.evidence.end(), e.id) != f.evidence.end())
      rests.push_back(f.id);
  facts.emplace_back(page.word("page.rests_on_it"),
                     rests.empty() ? html(page.word("html.no_finding")) : html_links(rests));
  out += html_facts(facts);
  Table table = evidence_table(e, most_rows);
  if (!table.columns.empty()) {
    if (table.caption.empty()) table.caption = e.state + "." + e.ask + " [" + e.id + "]";
    out += html_details(page.words("html.table_of", table.rows.size()), html_table(table));
  }
  if (!e.native.empty())
    out += html_details(page.word("page.as_sent"),
                        "<p class=\"code\"><code>" + html(e.native, most_native) + "</code></p>\n");
  return out + "</article>\n";
}

}  // namespace

std::string html_evidence(const Page& page, size_t most_bytes) {
  const Report& report = page.report;
  std::string out = "<section id=\"evidence\">\n<h2>" + html(page.word("page.evidence")) + "</h2>\n<p class=\"note\">" +
                    html(page.word("html.evidence_note")) + "</p>\n";
  std::vector<std::string> names;
  for (const std::string& says : report.resolved) names.push_back(html(says, 300));
  if (!names.empty()) out += html_details(page.word("html.resolved"), html_list(names));
  std::vector<std::string> traffic;
  for (const ReportTraffic& one : report.traffic) traffic.push_back(html(traffic_line(one, page.words), 200));
  if (!traffic.empty()) out += "<h3>" + html(page.word("html.traffic")) + "</h3>\n" + html_list(traffic);
  size_t shown = 0;
  for (const ReportEvidence& e : report.evidence) {
    const std::string text = article(page, e);
    if (out.size() + text.size() > most_bytes) break;
    out += text;
    ++shown;
  }
  if (report.evidence.empty()) out += "<p>" + html(page.word("page.nothing_asked")) + "</p>\n";
  if (shown < report.evidence.size())
    out += "<p>" + html(page.words("page.evidence_of", shown, report.evidence.size())) + "</p>\n";
  return out + "</section>\n";
}

}  // namespace inquest
