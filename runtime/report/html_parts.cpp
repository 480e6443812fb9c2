// Sections of the page that say what was found, judged, not known, and what it all rests on.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/report/builder.h"
#include "runtime/report/html.h"
#include "runtime/report/html_text.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

constexpr size_t most_findings = 150, most_keys = 60, most_gaps = 200, most_rows = 40, most_native = 6000;

std::string conditions(const std::vector<Condition>& list) {
  std::vector<std::string> out;
  for (const Condition& c : list) out.push_back(print_condition(c));
  return join(out, "; ");
}

std::string rest_note(size_t shown, size_t all, const char* what) {
  return shown < all ? fmt::format("<p class=\"note\">{} of {} {}; the case file has all.</p>\n", shown, all, what)
                     : "";
}

std::string evidence_article(const Report& report, const ReportEvidence& e) {
  std::string out = fmt::format("<article id=\"{}\">\n<h3>{} {}</h3>\n", html(e.id, 20), html(e.id, 20),
                                html(e.state + "." + e.ask, 120));
  out += "<dl>\n";
  const auto row = [&](const char* name, const std::string& text) {
    if (!text.empty()) out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, html(text, 800));
  };
  if (e.failure) {
    out += fmt::format("<dt>Failed</dt><dd><span class=\"word bad\">✖ {}</span>: {}</dd>\n",
                       html(failure_name(e.failure->cls)), html(e.failure->cause));
    row("Cure", e.failure->cure);
  } else if (!e.answered) {
    row("Failed", "the run stopped before the answer");
  }
  row("Ask", e.says.empty() ? e.kind : e.says);
  row("Source", e.source);
  row("Window", e.window.empty() ? "" : print_window(e.window));
  if (e.then) row("Against", print_window(*e.then));
  row("Outside", join(e.outside, ", "));
  if (e.answered)
    row("Rows", count(e.rows) + " (" + e.shape + ", " + count(e.bytes) + " bytes" +
                    (e.ms > 0 ? ", " + human(e.ms, "ms") : "") + ")");
  row("Marks", marks_line(e.marks));
  row("SHA-256", e.hash);
  std::vector<std::string> rests;
  for (const Finding& f : report.findings)
    if (rests.size() < 40 && std::find(f.evidence.begin(), f.evidence.end(), e.id) != f.evidence.end())
      rests.push_back(f.id);
  if (!rests.empty()) out += "<dt>Rests on it</dt><dd>" + html_links(rests) + "</dd>\n";
  out += "</dl>\n";
  Table table = evidence_table(e, most_rows);
  if (!table.columns.empty()) {
    if (table.caption.empty()) table.caption = e.state + "." + e.ask + " [" + e.id + "]";
    out += html_table(table);
  }
  if (!e.native.empty())
    out += "<details><summary>As it was sent</summary>\n<pre><code>" + html(e.native, most_native) +
           "</code></pre>\n</details>\n";
  return out + "</article>\n";
}

}  // namespace

std::string html_findings(const Report& report) {
  std::string out = "<section id=\"findings\">\n<h2>Findings</h2>\n";
  if (report.findings.empty()) return out + "<p>Nothing was found.</p>\n</section>\n";
  for (size_t i = 0; i < report.findings.size() && i < most_findings; ++i) {
    const Finding& f = report.findings[i];
    out += fmt::format("<article id=\"{}\">\n<h3>{} {}</h3>\n<p>{}</p>\n<dl>\n", html(f.id, 20), html(f.id, 20),
                       html(f.kind, 80), html_cited(cited(f), report));
    out += fmt::format("<dt>About</dt><dd>{}</dd>\n", html(print_subject(f.subject), 300));
    out += fmt::format("<dt>Strength</dt><dd>{:.2f} of 1</dd>\n", f.strength);
    if (f.onset) out += "<dt>Onset</dt><dd>" + html(print_second(*f.onset)) + "</dd>\n";
    std::vector<std::string> numbers;
    for (const auto& [name, value] : f.numbers) numbers.push_back(name + " " + human(value, ""));
    if (!numbers.empty()) out += "<dt>Numbers</dt><dd>" + html(join(numbers, ", "), 600) + "</dd>\n";
    for (const auto& [name, items] : f.lists)
      out += "<dt>" + html(name, 60) + "</dt><dd>" +
             html(count(static_cast<int64_t>(items.size())) + ": " + join(items, ", "), 300) + "</dd>\n";
    out += "<dt>Seen in</dt><dd>" + html(f.state + (f.review.empty() ? "" : ", review " + f.review), 200) +
           "</dd>\n</dl>\n</article>\n";
  }
  out += rest_note(most_findings, report.findings.size(), "findings");
  for (const ReportEvidence& e : report.evidence) {   // the onset on latency
    const std::optional<Time> onset = report.judgement.verdict.onset;
    if (!onset || !e.frame || e.frame->shape != Shape::latency) continue;
    Table split = latency_split(*e.frame, *onset, 20);
    split.caption += " [" + e.id + "]";
    out += html_table(split);
    break;
  }
  return out + "</section>\n";
}

std::string html_hypotheses(const Report& report) {
  std::string out =
      "<section id=\"hypotheses\">\n<h2>Hypotheses</h2>\n<p class=\"note\">Claims judged from the findings; a claim is "
      "inferred, a finding was seen.</p>\n";
  const auto sop = sop_of(report);
  std::vector<std::string> names;
  if (sop) for (const Hypothesis& h : sop->hypotheses) names.push_back(h.name);
  for (const Judged& h : report.judgement.hypotheses)
    if (std::find(names.begin(), names.end(), h.hypothesis) == names.end()) names.push_back(h.hypothesis);
  for (const std::string& name : names) {
    out += "<h3>" + html(name, 80) + "</h3>\n";
    if (sop)
      for (const Hypothesis& h : sop->hypotheses) {
        if (h.name != name) continue;
        out += "<p>" + html(h.say) + "</p>\n<dl>\n";
        for (const auto& [what, list] :
             {std::pair{"Needs", &h.needs}, std::pair{"Helped by", &h.helps}, std::pair{"Refuted by", &h.refuted_by}})
          if (!list->empty()) out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", what, html(conditions(*list)));
        out += "</dl>\n";
      }
    std::vector<const Judged*> keys;
    for (const Judged& h : report.judgement.hypotheses)
      if (h.hypothesis == name) keys.push_back(&h);
    std::stable_sort(keys.begin(), keys.end(), [](const Judged* a, const Judged* b) {
      const auto rank = [](const Judged* j) { return j->word == "confirmed" ? 0 : j->word == "inconclusive" ? 1 : 2; };
      return rank(a) < rank(b);
    });
    Table table;
    table.caption = name + " by subject";
    table.columns = {{"about"}, {"word"}, {"strength", true}, {"for it"}, {"against it"}, {"not found"}, {"unknown"}};
    for (size_t i = 0; i < keys.size() && i < most_keys; ++i) {
      const Judged& h = *keys[i];
      std::vector<std::string> unknown;
      for (const Missing& m : h.missing)
        unknown.push_back(m.kind + (m.signal.empty() ? "" : " (add " + m.signal + ")"));
      for (const Missing& m : h.helps_missing) unknown.push_back(m.kind + " (would help)");
      const char* const glyph = h.word == "confirmed" ? "✔ " : h.word == "ruled_out" ? "✖ " : "? ";
      table.rows.push_back({h.key.empty() ? "all" : print_subject(h.key),
                            glyph + (h.word == "ruled_out" ? std::string("ruled out") : h.word),
                            h.word == "confirmed" ? fmt::format("{:.2f}", h.strength) : "–", join(h.findings, " "),
                            join(h.against, " "), join(h.not_found, ", "), join(unknown, "; ")});
    }
    if (keys.size() > most_keys) table.note = fmt::format("{} of {} subjects", most_keys, keys.size());
    out += keys.empty() ? "<p>Not judged: nothing was examined for it.</p>\n" : html_table(table);
  }
  if (names.empty()) out += "<p>The procedure states none.</p>\n";
  return out + "</section>\n";
}

std::string html_unknown(const Report& report) {
  std::string out = "<section id=\"unknown\">\n<h2>Ruled out, and not looked at</h2>\n";
  std::vector<std::string> items;
  for (const std::string& line : ruled_out(report)) items.push_back(html(line));
  out += "<h3>Ruled out</h3>\n" + (items.empty() ? "<p>Nothing.</p>\n" : html_list(items));
  Table table;
  table.caption = "Not looked at, or not fully";
  table.columns = {{"what"}, {"why"}, {"cure"}};
  const std::vector<Gap> gaps = not_looked_at(report);
  for (size_t i = 0; i < gaps.size() && i < most_gaps; ++i)
    table.rows.push_back({gaps[i].what, gaps[i].why, gaps[i].cure});
  out += "<h3>Not looked at, or not fully</h3>\n" +
         (gaps.empty() ? "<p>Everything that the procedure asks for was looked at.</p>\n" : html_table(table));
  return out + rest_note(most_gaps, gaps.size(), "gaps") + "</section>\n";
}

std::string html_evidence(const Report& report, size_t most_bytes) {
  std::string out = "<section id=\"evidence\">\n<h2>Evidence</h2>\n";
  for (const std::string& says : report.resolved) out += "<p class=\"note\">" + html(says) + "</p>\n";
  size_t shown = 0;
  for (const ReportEvidence& e : report.evidence) {
    const std::string article = evidence_article(report, e);
    if (out.size() + article.size() > most_bytes) break;
    out += article;
    ++shown;
  }
  if (report.evidence.empty()) out += "<p>Nothing was asked.</p>\n";
  if (shown < report.evidence.size())
    out += fmt::format(
        "<p>{} of {} pieces of evidence are shown, so that the page stays under 1 MB; the case file has all.</p>\n",
        shown, report.evidence.size());
  return out + "</section>\n";
}

}  // namespace inquest
