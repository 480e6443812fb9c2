// The terminal walk: whole outputs, widths, no control bytes, the same text live and kept.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/terminal.h"

#include "runtime/report/formats.h"
#include "tests/runtime/report/golden.h"
#include "tests/runtime/report/made_case.h"

using namespace inquest;

namespace {

std::vector<std::pair<std::string, made::Case>> all() {
  return {{"confirmed", made::confirmed()},
          {"inconclusive", made::inconclusive()},
          {"hostile", made::hostile()},
          {"unfinished", made::unfinished()}};
}

size_t widest(const std::string& text) {
  size_t out = 0;
  for (const std::string& line : split(text, '\n')) out = std::max(out, width(line));
  return out;
}

}  // namespace

TEST_CASE("the walk at 80 and 120 columns is as approved") {
  for (const auto& [name, made] : all())
    for (const size_t columns : {80, 120}) {
      Style style;
      style.columns = columns;
      made::check_golden(fmt::format("{}.{}.txt", name, columns), terminal_report(made.report(), style));
    }
}

TEST_CASE("no line is wider than the terminal") {
  for (const auto& [name, made] : all())
    for (const size_t columns : {40, 60, 80, 120, 200}) {
      Style style;
      style.columns = columns;
      INFO(name << " at " << columns);
      CHECK(widest(terminal_report(made.report(), style)) <= columns);
    }
}

TEST_CASE("a walk printed live is the walk printed from the case") {
  const made::Case made = made::confirmed();
  std::string live;
  const auto frames = [&](const std::string& id) -> FramePtr {
    for (const EvidenceRow& e : made.evidence) if (e.id == id) return e.frame;
    return nullptr;
  };
  TerminalWalk walk({}, [&](std::string_view text) { live += text; }, frames, "/cases/made.case");
  for (const JournalRow& row : made.rows) walk.row(row);
  CHECK(live == terminal_report(made.report(), {}));
}

TEST_CASE("a walk that did not end says after which row it stops and gives no verdict") {
  const std::string text = terminal_report(made::unfinished().report(), {});
  CHECK(text.find("NO VERDICT") != std::string::npos);
  CHECK(text.find("its last row is 12, answered") != std::string::npos);
  CHECK(text.find("NOTHING FOUND") == std::string::npos);
}

TEST_CASE("colour stands on words and nothing else changes") {
  Style plain, coloured;
  coloured.colour = coloured.terminal = true;
  const Report report = made::confirmed().report();
  std::string text = terminal_report(report, coloured);
  CHECK(text.find("\x1b[1;32m✔ CONFIRMED\x1b[0m") != std::string::npos);
  for (size_t at = 0; (at = text.find("\x1b[", at)) != std::string::npos;) text.erase(at, text.find('m', at) - at + 1);
  CHECK(text == terminal_report(report, plain));
}

TEST_CASE("wrapping breaks at blanks, and inside a word only when it is wider than a line") {
  CHECK(wrap("aa bb cc", 5) == std::vector<std::string>{"aa bb", "cc"});
  CHECK(wrap("abcdefgh ij", 4) == std::vector<std::string>{"abcd", "efgh", "ij"});
  CHECK(wrap("", 4) == std::vector<std::string>{""});
  CHECK(wrap("日本語", 4) == std::vector<std::string>{"日本", "語"});
}
