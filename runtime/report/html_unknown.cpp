// What was ruled out, which branches were not taken, what was not looked at; follow-ups to fill in; how to run it
// again. SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runtime/base/text.h"
#include "runtime/report/builder.h"
#include "runtime/report/html_page.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

constexpr size_t most_gaps = 60, most_unknowns = 60;

void rest(std::vector<std::string>& items, size_t all, const Page& page) {
  if (items.size() < all) items.push_back(html(page.words("html.and_more", all - items.size())));
}

}  // namespace

std::string html_ruled_out(const Page& page) {
  const Report& report = page.report;
  std::string out = "<section id=\"ruled-out\">\n<h2>" + html(page.word("html.ruled_out")) + "</h2>\n";
  std::vector<std::string> items;
  const std::vector<std::string> lines = ruled_out(report);
  for (const std::string& line : lines)
    if (items.size() < most_unknowns) items.push_back(html_cited(printable(line, 500), report));
  rest(items, lines.size(), page);
  out += items.empty() ? "<p>" + html(page.word("page.nothing")) + "</p>\n" : html_list(items);
  // Kinds that reviews looked for and saw nowhere: no effect at least as large as told was there.
  struct Kind {
    std::string kind;
    std::set<std::string> subjects;
    std::vector<std::string> evidence;
  };
  std::vector<Kind> kinds;
  for (const Examined& e : report.examined) {
    const auto of_kind = [&](const auto& other) { return other.kind == e.kind; };
    if (std::any_of(report.findings.begin(), report.findings.end(), of_kind) ||
        std::any_of(report.unknown.begin(), report.unknown.end(), of_kind))
      continue;
    const auto same = std::find_if(kinds.begin(), kinds.end(), of_kind);
    Kind& k = same != kinds.end() ? *same : kinds.emplace_back(Kind{e.kind, {}, {}});
    k.subjects.insert(subject_text(e.subject));
    for (const std::string& id : e.evidence)
      if (std::find(k.evidence.begin(), k.evidence.end(), id) == k.evidence.end() && k.evidence.size() < 5)
        k.evidence.push_back(id);
  }
  items.clear();
  for (const Kind& k : kinds)
    items.push_back("<code>" + html(k.kind, 80) + "</code> " + html(page.words("html.nowhere", k.subjects.size())) +
                    " " + html_links(k.evidence));
  if (!items.empty()) out += "<h3>" + html(page.word("html.looked_for")) + "</h3>\n" + html_list(items);
  // Branches.
  HtmlTable table;
  table.caption = page.word("html.branches");
  table.columns = {{page.word("html.at_state")}, {page.word("html.branch")}, {page.word("page.why")}};
  std::set<std::string> told;
  for (const ReportStep& s : report.path)
    for (const ReportOffer& o : s.offers) {
      if (o.label == s.chose && o.offered) continue;
      std::string why = !o.offered        ? page.words("html.was_not_offered", o.why_not.empty() ? "–" : o.why_not)
                        : s.chose.empty() ? page.word("html.nobody_chose")
                                          : page.words("html.chosen_instead", s.chose,
                                                       s.chose_by.empty() ? "–" : page.words.of("by", s.chose_by)) +
                                                (s.chose_why.empty() ? "" : ": " + s.chose_why);
      if (!o.why.empty()) why += "; " + page.words("html.it_says", o.why);
      if (told.insert(s.state + "\n" + o.label).second && table.rows.size() < most_unknowns)
        table.rows.push_back({html(title_of(s.title, s.state), 120), "“" + html(o.label, 100) + "” → " + html(o.to, 80),
                              html(why, 300)});
    }
  if (!table.rows.empty()) out += "<h3>" + html(page.word("html.branches_head")) + "</h3>\n" + html_table(table);
  return out + "</section>\n";
}

std::string html_unknown(const Page& page) {
  std::string out = "<section id=\"unknown\">\n<h2>" + html(page.word("page.not_looked_at")) + "</h2>\n";
  const std::vector<Gap> gaps = not_looked_at(page.report);
  if (gaps.empty()) return out + "<p>" + html(page.word("html.all_looked_at")) + "</p>\n</section>\n";
  // One line a reason: what shares it is named together.
  struct Line {
    std::string why, cure;
    std::vector<std::string> what;
  };
  std::vector<Line> lines;
  for (const Gap& g : gaps) {
    const auto same =
        std::find_if(lines.begin(), lines.end(), [&](const Line& l) { return l.why == g.why && l.cure == g.cure; });
    (same != lines.end() ? *same : lines.emplace_back(Line{g.why, g.cure, {}})).what.push_back(g.what);
  }
  Table table;
  table.columns = {{page.word("page.what")}, {page.word("page.why")}, {page.word("page.cure")}};
  for (const Line& l : lines) {
    if (table.rows.size() >= most_gaps) break;
    std::vector<std::string> what(l.what.begin(),
                                  l.what.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(l.what.size(), 6)));
    table.rows.push_back(
        {join(what, "; ") +
             (l.what.size() > what.size() ? " " + page.words("html.and_more", l.what.size() - what.size()) : ""),
         l.why, l.cure});
  }
  HtmlTable shown;
  shown.stack = true;
  shown.columns = table.columns;
  shown.caption = page.word("html.unknown_caption");
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const std::string& text : row) cells.push_back(html_cited(printable(text, 500), page.report));
    shown.rows.push_back(std::move(cells));
  }
  out += html_table(shown);
  if (lines.size() > table.rows.size())
    out += "<p class=\"note\">" + html(page.words("page.gaps_of", table.rows.size(), lines.size())) + "</p>\n";
  return out + "</section>\n";
}

std::string html_follow_ups(const Page& page) {
  HtmlTable table;
  table.caption = page.word("html.follow_ups_caption");
  table.columns = {
      {page.word("html.action")}, {page.word("html.owner")}, {page.word("html.due")}, {page.word("html.done")}};
  for (int i = 0; i < 4; ++i) table.rows.push_back({"&#160;", "", "", ""});
  table.look = "blank";
  return "<section id=\"follow-ups\">\n<h2>" + html(page.word("html.follow_ups")) + "</h2>\n" + html_table(table) +
         "</section>\n";
}

std::string html_again(const Page& page) {
  const Report& report = page.report;
  std::string out = "<section id=\"again\">\n<h2>" + html(page.word("page.again")) + "</h2>\n";
  for (const Command& c : next_commands(report))
    out += "<p>" + html(c.doc) + "</p>\n<p class=\"code\"><code>" + html(c.command, 4000) + "</code></p>\n";
  std::vector<std::pair<std::string, std::string>> facts;
  const auto fact = [&](const char* key, const std::string& text) {
    facts.emplace_back(page.word(key), html(text, 300));
  };
  fact("page.case", report.case_path.empty() ? "–" : report.case_path);
  fact("page.began_word", print_second(report.started));
  fact("page.took", human(report.ms, "ms"));
  fact("page.sealed", report.sealed ? "✔" : page.word(report.finished ? "page.not_sealed" : "page.not_ended"));
  for (const auto& [name, value] : report.inputs)
    if (!value.null()) facts.emplace_back(name, html(print_value(value), 200));
  if (report.versions.is_object()) {
    std::vector<std::string> versions;
    for (const auto& [name, value] : report.versions.items())
      versions.push_back(name + " " + (value.is_string() ? value.get<std::string>() : canonical(value)));
    fact("html.versions", join(versions, ", "));
  }
  out += html_facts(facts);
  // What may have been masked, and how hostile text is shown.
  std::vector<std::string> masked;
  for (const ReportEvidence& e : report.evidence)
    for (const std::string& note : e.marks.notes)
      if (note.find("mask") != std::string::npos || note.find("redact") != std::string::npos)
        masked.push_back(html_links({e.id}) + " " + html(note, 200));
  out += "<h3>" + html(page.word("html.redaction")) + "</h3>\n<p>" +
         html(page.word(masked.empty() ? "html.redaction_none" : "html.redaction_some")) + "</p>\n" + html_list(masked);
  return out + "<p>" + html(page.word("html.shown_as")) + "</p>\n</section>\n";
}

}  // namespace inquest
