// Markdown for issue trackers and job summaries: verdict first, Mermaid diagram, tables, evidence, at most 1 MB.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/machine/draw.h"
#include "runtime/report/builder.h"
#include "runtime/report/formats.h"
#include "runtime/report/summary.h"
#include "runtime/report/tables.h"

namespace inquest {
namespace {

constexpr size_t most_bytes = 950'000, most_mermaid = 5'000, most_rows = 15, most_findings = 150, most_gaps = 100,
                 most_cell = 200;

// Text in a line: everything that Markdown or HTML could take for markup is escaped, and no text makes a link or a
// mention.
std::string md(std::string_view text, size_t at_most = 500) {
  std::string out;
  for (const char c : printable(text, at_most)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '@': out += "&#64;"; break;
      case '\\': case '`': case '*': case '_': case '[': case ']': case '|': case '~': case '#': case '$':
        out += '\\';
        out += c;
        break;
      case ':':
        out += ':';
        if (out.size() > 4 &&
            (out.compare(out.size() - 5, 5, "http:") == 0 || out.compare(out.size() - 5, 5, "ttps:") == 0))
          out += "&#8203;";
        break;
      default: out += c;
    }
  }
  return out;
}

// Code in a line; the fence is longer than any run of backticks inside. In a table cell a bar would end the cell.
std::string code(std::string_view text, size_t at_most = 300) {
  std::string inside = printable(text, at_most);
  std::replace(inside.begin(), inside.end(), '|', '/');
  size_t run = 0, longest = 0;
  for (const char c : inside) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string fence(longest + 1, '`');
  const bool blank = longest > 0 || inside.empty();
  return fence + (blank ? " " : "") + inside + (blank ? " " : "") + fence;
}

std::string fenced(const std::string& text, const std::string& kind, size_t at_most = 6000) {
  std::string body;
  size_t run = 0, longest = 2;
  std::string_view inside = std::string_view(text).substr(0, at_most);
  while (!inside.empty() && inside.back() == '\n') inside.remove_suffix(1);
  for (const std::string& line : split(inside, '\n')) body += printable(line) + "\n";
  if (text.size() > at_most) body += "…\n";
  for (const char c : body) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string fence(longest + 1, '`');
  return fence + kind + "\n" + body + fence + "\n";
}

std::string table_md(const Table& table) {
  if (table.columns.empty() || table.rows.empty()) return "";
  std::string out = table.caption.empty() ? "" : "**" + md(table.caption) + "**\n\n";
  std::string rule = "|";
  out += "|";
  for (const Table::Head& h : table.columns) {
    out += " " + md(h.title) + " |";
    rule += h.right ? " ---: |" : " --- |";
  }
  out += "\n" + rule + "\n";
  for (const auto& row : table.rows) {
    out += "|";
    for (const std::string& cell : row) out += " " + md(cell, most_cell) + " |";
    out += "\n";
  }
  if (!table.note.empty()) out += "\n" + md(table.note) + "\n";
  return out + "\n";
}

std::string cited_md(const Finding& f) {
  std::string out = md(f.says.empty() ? f.kind + " " + print_subject(f.subject) : f.says);
  for (const std::string& e : f.evidence) out += " [[" + md(e, 20) + "](#" + lower(printable(e, 20)) + ")]";
  return out;
}

std::string head_md(const Report& report) {
  const Headline head = headline(report);
  const Verdict& v = report.judgement.verdict;
  std::string out =
      fmt::format("# {} {}{}\n\n", head.glyph, head.word, head.about.empty() ? "" : ": " + md(head.about, 200));
  if (!head.says.empty()) out += md(head.says) + "\n\n";
  if (!report.answer.empty()) out += "**Answer:** " + md(report.answer) + "\n\n";
  if (report.judged && !report.finished) out += "**Unfinished:** " + md(report.ended_why) + "\n\n";
  out += "| | |\n| --- | --- |\n";
  const auto row = [&](const char* name, const std::string& text) {
    if (!text.empty()) out += fmt::format("| {} | {} |\n", name, text);
  };
  row("Procedure", md(title_of(report.title, report.sop), 200) +
                       (report.sop_hash.empty() ? "" : ", sha256 " + code(report.sop_hash.substr(0, 16))));
  if (report.judged && v.onset) row("Since", md(print_second(*v.onset)));
  if (!report.window.empty()) row("Window", md(print_window(report.window)));
  for (const std::string& s : how_sure(report)) row("How sure", md(s));
  for (const auto& [hypothesis, key] : v.also) row("Also", md(hypothesis + " at " + print_subject(key)));
  for (size_t i = 0; i < report.suspects.size() && i < 5 && (i == 0 || report.suspects[i].score > 0); ++i)
    row("Suspect", md(fmt::format("{} {:.2f}{}", printable(report.suspects[i].service, 80), report.suspects[i].score,
                                  report.suspects[i].why.empty() ? "" : ": " + report.suspects[i].why)));
  if (report.sources.is_array())
    for (const Json& s : report.sources) row("Source", md(source_line(s)));
  row("Inquest", md(report.inquest_version));
  if (report.finished && report.exit != 0) row("Exit", md(fmt::format("{}: {}", report.exit, report.ended_why)));
  return out + "\n";
}

std::string path_md(const Report& report) {
  std::string out = "## Path taken\n\n";
  if (const auto sop = sop_of(report)) {
    const Walk walk = walk_of(report, *sop);
    const std::string diagram = draw_mermaid(*sop, &walk);
    if (diagram.size() <= most_mermaid) out += fenced(diagram, "mermaid", most_mermaid);
    else
      out += "The diagram is longer than the 5 000 characters that trackers draw; as text:\n\n" +
             fenced(draw_text(*sop, &walk, 100), "text", 20'000);
    out += "\n";
  }
  Table steps;
  steps.columns = {{"step", true}, {"state"}, {"kind"}, {"by"}, {"evidence"}, {"found"}, {"then"}};
  for (const ReportStep& s : report.path) {
    std::string then =
        s.chose.empty() ? "" : "chose \"" + s.chose + "\", by " + (s.chose_by.empty() ? "nobody" : s.chose_by);
    for (const ReportOffer& o : s.offers)
      if (!o.offered)
        then += (then.empty() ? "" : "; ") + std::string("not offered: \"") + o.label + "\", " + o.why_not;
    steps.rows.push_back({std::to_string(steps.rows.size() + 1), title_of(s.title, s.state), kind_word(s.kind), s.via,
                          join(s.evidence, " "), join(s.findings, " "), then});
    if (steps.rows.size() >= 200) { steps.note = fmt::format("200 of {} steps", report.path.size()); break; }
  }
  return out + table_md(steps);
}

std::string evidence_md(const ReportEvidence& e) {
  std::string out = fmt::format("### {}\n\n{}: {}\n\n", md(e.id, 20), code(e.state + "." + e.ask, 120),
                                md(e.says.empty() ? e.kind : e.says));
  std::string line = "from " + md(e.source);
  if (!e.window.empty()) line += ", " + md(print_window(e.window));
  if (e.failure)
    line += ", **failed** (" + md(failure_name(e.failure->cls)) + "): " + md(e.failure->cause) +
            (e.failure->cure.empty() ? "" : ". Cure: " + md(e.failure->cure));
  else if (!e.answered) line += ", **no answer**: the run stopped before";
  else line += ", " + count(e.rows) + " rows, sha256 " + code(e.hash.substr(0, 16));
  out += line + "\n\n";
  if (const std::string marks = marks_line(e.marks); !marks.empty()) out += md(marks) + "\n\n";
  out += table_md(evidence_table(e, most_rows));
  if (!e.native.empty())
    out += "<details><summary>As it was sent</summary>\n\n" + fenced(e.native, "", 3000) + "\n</details>\n\n";
  return out;
}

}  // namespace

std::string markdown_report(const Report& report, const Style&) {
  std::string out = head_md(report);
  out += "## Findings\n\n";
  if (report.findings.empty()) out += "Nothing was found.\n";
  for (size_t i = 0; i < report.findings.size() && i < most_findings; ++i) {
    const Finding& f = report.findings[i];
    out += fmt::format("- **{} {}** {} (strength {:.2f}{})\n", md(f.id, 20), md(f.kind, 80), cited_md(f), f.strength,
                       f.onset ? ", onset " + print_clock(*f.onset) + " UTC" : "");
  }
  if (report.findings.size() > most_findings)
    out += fmt::format("- and {} more in the case file\n", report.findings.size() - most_findings);
  out += "\n";
  if (const auto onset = report.judgement.verdict.onset)
    for (const ReportEvidence& e : report.evidence)
      if (e.frame && e.frame->shape == Shape::latency) {
        out += table_md(latency_split(*e.frame, *onset, most_rows));
        break;
      }
  out += path_md(report);
  if (const auto lines = ruled_out(report); !lines.empty()) {
    out += "## Ruled out\n\n";
    for (const std::string& line : lines) out += "- " + md(line) + "\n";
    out += "\n";
  }
  out += "## Not looked at, or not fully\n\n";
  const std::vector<Gap> gaps = not_looked_at(report);
  if (gaps.empty()) out += "Everything that the procedure asks for was looked at.\n";
  for (size_t i = 0; i < gaps.size() && i < most_gaps; ++i)
    out += "- " + md(gaps[i].what) + ": " + md(gaps[i].why) +
           (gaps[i].cure.empty() ? "" : ". Cure: " + md(gaps[i].cure)) + "\n";
  if (gaps.size() > most_gaps) out += fmt::format("- and {} more\n", gaps.size() - most_gaps);
  std::string last = "\n## Run it again\n\n";
  for (const Command& c : next_commands(report)) last += md(c.doc) + "\n\n" + fenced(c.command, "sh") + "\n";
  last += "Case: " + code(report.case_path, 400) + "\n";
  out += "\n## Evidence\n\n";
  size_t shown = 0;
  for (const ReportEvidence& e : report.evidence) {
    const std::string part = evidence_md(e);
    if (out.size() + part.size() + last.size() > most_bytes) break;
    out += part;
    ++shown;
  }
  if (shown < report.evidence.size())
    out += fmt::format("{} of {} pieces of evidence are shown, so that this stays under 1 MB; the case file has all.\n",
                       shown, report.evidence.size());
  return out + last;
}

}  // namespace inquest
