// Prints the end of a walk.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/closing.h"

#include <fmt/format.h>

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

void print_closing(Paper& paper, const Report& report) {
  constexpr size_t most_gaps = 14, most_suspects = 5;
  const Verdict& v = report.judgement.verdict;
  const Headline head = headline(report);
  const Tone tone = head.word == "CONFIRMED" ? Tone::good : head.word == "NO VERDICT" ? Tone::bad : Tone::warn;
  paper.rule("Verdict");
  paper.item("", tone, std::string(head.glyph) + " " + head.word, head.about);
  if (!head.says.empty()) paper.text("  ", head.says);
  if (!report.answer.empty()) paper.item("  ", Tone::strong, "answer  ", report.answer);
  if (v.onset && report.judged) paper.item("  ", Tone::dim, "since   ", print_second(*v.onset));
  const std::vector<std::string> sure = how_sure(report);
  for (size_t i = 0; i < sure.size(); ++i)
    paper.item(i ? "            " : "  ", Tone::dim, i ? "" : "how sure", (i ? "- " : "") + sure[i]);
  for (const auto& [hypothesis, key] : v.also)
    paper.item("  ", Tone::dim, "also    ", hypothesis + " at " + print_subject(key));
  for (size_t i = 0; i < report.suspects.size() && i < most_suspects && (i == 0 || report.suspects[i].score > 0); ++i) {
    const Suspect& s = report.suspects[i];
    paper.item("  ", Tone::dim, i ? "        " : "suspect ",
               fmt::format("{} {:.2f}{}", s.service, s.score, s.why.empty() ? "" : ": " + s.why));
  }
  if (const auto lines = ruled_out(report); !lines.empty()) {
    paper.item("", Tone::strong, "Ruled out", "");
    for (const std::string& line : lines) paper.item("  ", Tone::plain, "✖", line);
  }
  if (const auto gaps = not_looked_at(report); !gaps.empty()) {
    paper.item("", Tone::strong, "Not looked at, or not fully", "");
    for (size_t i = 0; i < gaps.size() && i < most_gaps; ++i)
      paper.item("  ", Tone::warn, "?",
                 gaps[i].what + ": " + gaps[i].why + (gaps[i].cure.empty() ? "" : ". Cure: " + gaps[i].cure));
    if (gaps.size() > most_gaps) paper.text("  ", fmt::format("and {} more, in the report", gaps.size() - most_gaps));
  }
  if (report.judged && !report.finished) paper.item("", Tone::bad, "! unfinished", report.ended_why);
  if (report.finished && report.exit != 0)
    paper.item("", Tone::bad, fmt::format("! exit {}", report.exit), report.ended_why);
  paper.item("", Tone::strong, "Case", report.case_path.empty() ? "not kept" : report.case_path);
  for (const Command& c : next_commands(report)) {
    paper.item("", Tone::strong, "Next", "# " + c.doc);
    print_command(paper, c.command);
  }
}

}  // namespace inquest
