// Prints the end of a walk.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/closing.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/report/summary.h"

namespace inquest {
namespace {

// A command that can be pasted as it stands: broken before an option, with a backslash, where it is wider than the
// paper; what has no place to break stays on its line.
void print_command(Paper& paper, const std::string& command) {
  const std::string in = "      ";
  const size_t room = paper.columns() - width(in);
  std::string line;
  for (size_t from = 0; from < command.size();) {
    const size_t next = command.find(" --", from + 1);
    const std::string part = command.substr(from, next == std::string::npos ? next : next - from);
    if (!line.empty() && width(line) + width(part) + 2 > room) {
      paper.verbatim(in, line + " \\");
      line = part.substr(part.find_first_not_of(' '));
    } else {
      line += part;
    }
    from = next == std::string::npos ? command.size() : next;
  }
  paper.verbatim(in, line);
}

}  // namespace

void print_closing(Paper& paper, const Report& report, bool verbose) {
  const size_t most_gaps = verbose ? 60 : 5, most_suspects = verbose ? 10 : 3;
  const Words words(report.lang);
  const Verdict& v = report.judgement.verdict;
  const Headline head = headline(report);
  const Tone tone = head.kind == "confirmed" ? Tone::good : head.kind == "none" ? Tone::bad : Tone::warn;
  paper.rule(words("verdict"));
  paper.item("", tone, std::string(head.glyph) + " " + head.word, head.about);
  if (!head.says.empty()) paper.text("  ", head.says);

  // Labels in one column, values in another.
  size_t wide = 0;
  for (const char* const key : {"head.answer", "head.since", "head.how_sure", "head.also", "head.suspect"})
    wide = std::max(wide, width(words(key)));
  const auto line = [&](const std::string& label, const std::string& body, Tone of = Tone::dim) {
    paper.item("  ", of, label.empty() ? std::string() : pad(label, wide), body);
  };
  const std::string under(2 + wide + 2, ' ');
  if (!report.answer.empty()) line(words("head.answer"), report.answer, Tone::strong);
  if (v.onset && report.judged) line(words("head.since"), print_second(*v.onset));
  if (std::vector<std::string> sure = how_sure(report); !sure.empty()) {
    if (!verbose && report.judged && sure.size() > 2) {   // what it rests on in one line
      std::vector<std::string> rest(sure.begin() + 1, sure.end());
      for (std::string& item : rest) item = item.substr(0, item.find(" [E"));   // its evidence stands with the finding
      sure = {sure[0], join(rest, "; ")};
    }
    line(words("head.how_sure"), sure[0]);
    for (size_t i = 1; i < sure.size(); ++i) paper.text(under, (verbose ? "- " : "") + sure[i]);
  }
  std::vector<std::string> also;
  for (const auto& [hypothesis, key] : v.also) also.push_back(words("judged.at", hypothesis, print_subject(key)));
  if (!also.empty()) line(words("head.also"), join(also, "; "));
  for (size_t i = 0; i < report.suspects.size() && i < most_suspects && (i == 0 || report.suspects[i].score > 0); ++i) {
    const std::string text = suspect_line(report.suspects[i]);
    if (i == 0) line(words("head.suspect"), text);
    else paper.text(under, text);
  }
  if (const auto lines = ruled_out(report); !lines.empty()) {
    paper.item("", Tone::strong, words("ruled_out"), "");
    for (const std::string& text : lines) paper.item("  ", Tone::plain, "✖", text);
  }
  if (const auto gaps = not_looked_at(report); !gaps.empty()) {
    paper.item("", Tone::strong, words("not_looked_at"), "");
    for (size_t i = 0; i < gaps.size() && i < most_gaps; ++i) paper.item("  ", Tone::warn, "?", gap_line(gaps[i], words));
    if (gaps.size() > most_gaps) paper.text("  ", words("in_the_report", gaps.size() - most_gaps));
  }
  if (report.judged && !report.finished) paper.item("", Tone::bad, "! " + words("head.unfinished"), report.ended_why);
  if (report.finished && report.exit != 0) paper.item("", Tone::bad, "! " + words("head.exit", report.exit), report.ended_why);
  paper.item("", Tone::strong, words("case"), report.case_path.empty() ? words("case.not_kept") : report.case_path);
  for (const Command& c : next_commands(report)) {
    paper.item("", Tone::strong, words("next"), "# " + c.doc);
    print_command(paper, c.command);
  }
}

}  // namespace inquest
