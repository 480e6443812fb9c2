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

constexpr size_t markdown_bytes = 950'000, most_mermaid = 5'000, markdown_rows = 15, markdown_findings = 150, markdown_gaps = 100,
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
      case '@': out += "@&#8203;"; break;   // a tracker looks for mentions in what was rendered
      case '\\': case '`': case '*': case '_': case '[': case ']': case '|': case '~': case '#': case '$':
        out += '\\';
        out += c;
        if (c == '#') out += "&#8203;";     // nor for numbers of issues
        break;
      case '.':
        out += '.';
        if (out.size() > 3 && lower(std::string_view(out).substr(out.size() - 4)) == "www.") out += "&#8203;";
        break;
      case ':':
        out += ':';
        if (const std::string end = lower(std::string_view(out).substr(out.size() > 5 ? out.size() - 6 : 0));
            end == "https:" || (end.size() > 4 && (end.substr(end.size() - 5) == "http:" || end.substr(end.size() - 4) == "ftp:")))
          out += "&#8203;";
        break;
      default: out += c;
    }
  }
  return out;
}

// Code in a line, outside of tables; the fence is longer than any run of backticks inside.
std::string code(std::string_view text, size_t at_most = 300) {
  const std::string inside = printable(text, at_most);
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

// `[E3]` of an escaped text as a link to the section of that evidence, where there is one.
std::string linked(const std::string& escaped, const Report& report) {
  std::string out;
  size_t from = 0;
  for (size_t at = 0; (at = escaped.find("\\[E", at)) != std::string::npos;) {
    const size_t end = escaped.find("\\]", at + 3);
    const std::string id = end == std::string::npos || end > at + 12 ? "" : escaped.substr(at + 2, end - at - 2);
    if (id.empty() || !evidence_of(report, id)) { at += 2; continue; }
    out += escaped.substr(from, at - from) + "[[" + id + "](#" + lower(id) + ")]";
    from = at = end + 2;
  }
  return out + escaped.substr(from);
}

std::string cited_md(const Finding& f) {
  std::string out = md(f.says.empty() ? f.kind + " " + print_subject(f.subject) : f.says);
  for (const std::string& e : f.evidence) out += " [[" + md(e, 20) + "](#" + lower(printable(e, 20)) + ")]";
  return out;
}

std::string head_md(const Report& report, const Words& words) {
  const Headline head = headline(report);
  const Verdict& v = report.judgement.verdict;
  std::string out =
      fmt::format("# {} {}{}\n\n", head.glyph, head.word, head.about.empty() ? "" : ": " + md(head.about, 200));
  if (!head.says.empty()) out += md(head.says) + "\n\n";
  if (!report.answer.empty()) out += fmt::format("**{}:** {}", words("answer"), md(report.answer)) + "\n\n";
  if (report.judged && !report.finished) out += fmt::format("**{}:** {}", words("unfinished"), md(report.ended_why)) + "\n\n";
  out += "| | |\n| --- | --- |\n";
  const auto row = [&](const char* key, const std::string& text) {
    if (!text.empty()) out += fmt::format("| {} | {} |\n", md(words(key)), text);
  };
  row("procedure", md(title_of(report.title, report.sop), 200) +
                       (report.sop_hash.empty() ? "" : ", sha256 " + code(report.sop_hash.substr(0, 16))));
  if (report.judged && v.onset)
    row("since", md(report.window.contains(*v.onset) ? words("since.at_least", print_second(*v.onset)) : print_second(*v.onset)));
  if (!report.window.empty()) row("window", md(window_line(report)));
  std::vector<std::string> sure, also, suspects, sources;
  for (const std::string& s : how_sure(report)) sure.push_back(linked(md(s), report));
  row("how_sure", join(sure, "<br>"));
  for (const auto& [hypothesis, key] : v.also) also.push_back(md(words("judged.at", hypothesis, print_subject(key))));
  row("also", join(also, "<br>"));
  for (size_t i = 0; i < report.suspects.size() && i < 5 && (i == 0 || report.suspects[i].score > 0); ++i) {
    Suspect one = report.suspects[i];
    one.service = printable(one.service, 80);
    suspects.push_back(md(suspect_line(one)));
  }
  row(suspects.size() > 1 ? "suspects" : "suspect", join(suspects, "<br>"));
  if (report.sources.is_array())
    for (const Json& s : report.sources) sources.push_back(md(source_line(s, words)));
  row(sources.size() > 1 ? "sources" : "source", join(sources, "<br>"));
  out += report.inquest_version.empty() ? "" : fmt::format("| Inquest | {} |\n", md(report.inquest_version));
  if (report.finished && report.exit != 0) row("exit", md(fmt::format("{}: {}", report.exit, report.ended_why)));
  return out + "\n";
}

std::string path_md(const Report& report, const Words& words) {
  std::string out = "## " + words("page.path") + "\n\n";
  if (const auto sop = sop_of(report)) {
    const Walk walk = walk_of(report, *sop);
    const std::string diagram = draw_mermaid(*sop, &walk);
    if (diagram.size() <= most_mermaid) out += fenced(diagram, "mermaid", most_mermaid);
    else
      out += words("page.diagram_long") + "\n\n" +
             fenced(draw_text(*sop, &walk, 100), "text", 20'000);
    out += "\n";
  }
  Table steps;
  steps.columns = {{words("page.step"), true},
                   {words("page.state")},
                   {words("page.kind")},
                   {words("page.entered_by")},
                   {words("page.evidence_head")},
                   {words("page.found_head")},
                   {words("page.then")}};
  for (const ReportStep& s : report.path) {
    std::string then =
        s.chose.empty() ? "" : words("page.chose", s.chose, words.of("by", s.chose_by.empty() ? "nobody" : s.chose_by));
    for (const ReportOffer& o : s.offers)
      if (!o.offered)
        then += (then.empty() ? "" : "; ") + words("page.not_offered", o.label, reason(o.why_not, words));
    steps.rows.push_back({std::to_string(steps.rows.size() + 1), title_of(s.title, s.state), kind_word(s.kind, words), s.via,
                          join(s.evidence, " "), join(s.findings, " "), then});
    if (steps.rows.size() >= 200) { steps.note = words("page.steps_of", 200, report.path.size()); break; }
  }
  return out + table_md(steps);
}

std::string evidence_md(const ReportEvidence& e, const Words& words) {
  std::string out = fmt::format("### {}\n\n{}: {}\n\n", md(e.id, 20), code(e.state + "." + e.ask, 120),
                                md(e.says.empty() ? e.kind : e.says));
  std::string line = words("page.from", md(e.source));
  if (const std::string host = link_host(e.link); !host.empty() && e.link.find_first_of("()") == std::string::npos)
    line += " ([" + md(words("source.open_in", host)) + "](" + e.link + "))";
  if (!e.window.empty()) line += ", " + md(print_window(e.window));
  if (e.failure) {
    const std::string failed = "**" + words("page.failed") + "** (" + md(failure_name(e.failure->cls)) + "): " + md(e.failure->cause);
    line += ", " + (e.failure->cure.empty() ? failed : words("cure.sentence", failed, md(e.failure->cure)));
  } else if (!e.answered) {
    line += ", **" + words("page.no_answer") + "**: " + words("gap.no_answer");
  } else {
    line += ", " + words.plural("count.rows", e.rows) + ", sha256 " + code(e.hash.substr(0, 16));
  }
  out += line + "\n\n";
  if (const std::string marks = marks_line(e.marks, words); !marks.empty()) out += md(marks) + "\n\n";
  out += table_md(in_language(evidence_table(e, markdown_rows), words));
  if (!e.native.empty())
    out += "<details><summary>" + words("page.as_sent") + "</summary>\n\n" + fenced(e.native, "", 3000) + "\n</details>\n\n";
  return out;
}

void again_md(const Report& report, const Words& words, std::string& out) {
  out += "\n## " + words("page.again") + "\n\n";
  for (const Command& c : next_commands(report)) out += md(c.doc) + "\n\n" + fenced(c.command, "sh") + "\n";
  out += words("case") + ": " + code(report.case_path.empty() ? words("case.not_kept") : report.case_path, 400) + "\n";
}

void findings_md(const Report& report, const Words& words, std::string& out) {
  out += "## " + words("page.findings") + "\n\n";
  if (report.findings.empty()) out += words("page.nothing_found") + "\n";
  for (size_t i = 0; i < report.findings.size() && i < markdown_findings; ++i) {
    const Finding& f = report.findings[i];
    out += fmt::format("- **{} {}** {} ({}{})\n", md(f.id, 20), md(f.kind, 80), cited_md(f),
                       words("strength", fmt::format("{:.2f}", f.strength)),
                       f.onset ? ", " + words("page.onset_at", print_clock(*f.onset)) : "");
  }
  if (report.findings.size() > markdown_findings)
    out += "- " + words("in_the_case", report.findings.size() - markdown_findings) + "\n";
  out += "\n";
}

void ruled_out_md(const Report& report, const Words& words, std::string& out) {
  const std::vector<std::string> lines = ruled_out(report);
  if (lines.empty()) return;
  out += "## " + words("ruled_out") + "\n\n";
  for (size_t i = 0; i < lines.size() && i < markdown_gaps; ++i) out += "- " + md(lines[i]) + "\n";
  if (lines.size() > markdown_gaps) out += "- " + words("in_the_case", lines.size() - markdown_gaps) + "\n";
  out += "\n";
}

void gaps_md(const Report& report, const Words& words, std::string& out) {
  out += "## " + words("not_looked_at") + "\n\n";
  const std::vector<Gap> gaps = not_looked_at(report);
  if (gaps.empty()) out += words("not_looked_at.nothing") + "\n";
  for (size_t i = 0; i < gaps.size() && i < markdown_gaps; ++i) out += "- " + linked(md(gap_line(gaps[i], words), 800), report) + "\n";
  if (gaps.size() > markdown_gaps) out += "- " + words("in_the_case", gaps.size() - markdown_gaps) + "\n";
}

}  // namespace

std::string markdown_report(const Report& report, const Style&) {
  const Words words(report.lang);
  std::string out = head_md(report, words);
  findings_md(report, words, out);
  if (const auto onset = report.judgement.verdict.onset)
    for (const ReportEvidence& e : report.evidence)
      if (e.frame && e.frame->shape == Shape::latency) {
        out += table_md(in_language(latency_split(*e.frame, *onset, markdown_rows), words));
        break;
      }
  out += path_md(report, words);
  ruled_out_md(report, words, out);
  gaps_md(report, words, out);
  std::string last;
  again_md(report, words, last);
  out += "\n## " + words("page.evidence") + "\n\n";
  for (const ReportTraffic& one : report.traffic) out += "- " + md(traffic_line(one, words)) + "\n";
  if (!report.traffic.empty()) out += "\n";
  size_t shown = 0;
  for (const ReportEvidence& e : report.evidence) {
    const std::string part = evidence_md(e, words);
    if (out.size() + part.size() + last.size() > markdown_bytes) break;
    out += part;
    ++shown;
  }
  if (shown < report.evidence.size()) out += words("page.evidence_of", shown, report.evidence.size()) + "\n";
  return out + last;
}

std::string markdown_summary(const Report& report, size_t most) {
  const Words words(report.lang);
  const auto fits = [&](std::string part, std::string& out) {
    if (out.size() + part.size() <= most) out += part;
  };
  std::string out = head_md(report, words), part;
  findings_md(report, words, part);
  fits(part, out);
  fits(path_md(report, words), out);
  part.clear();
  ruled_out_md(report, words, part);
  gaps_md(report, words, part);
  fits(part, out);
  part.clear();
  again_md(report, words, part);
  fits(part + "\n", out);
  return out;
}

}  // namespace inquest
