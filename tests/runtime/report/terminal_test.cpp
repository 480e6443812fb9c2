// The terminal walk: whole outputs, widths, no control bytes, the same text live and kept.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/terminal.h"

#include "runtime/report/formats.h"
#include "runtime/report/paper.h"
#include "runtime/report/summary.h"
#include "tests/runtime/report/golden.h"
#include "tests/runtime/report/made_case.h"

using namespace inquest;

namespace {

std::vector<std::pair<std::string, made::Case>> all_cases() {
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
  for (const auto& [name, made] : all_cases())
    for (const size_t columns : {80, 120}) {
      Style style;
      style.columns = columns;
      made::check_golden(fmt::format("{}.{}.txt", name, columns), terminal_report(made.report(), style));
    }
}

TEST_CASE("the walk with every table, offer and cause is as approved") {
  Style style;
  style.columns = 100;
  style.verbose = true;
  made::check_golden("confirmed.verbose.txt", terminal_report(made::confirmed().report(), style));
}

TEST_CASE("the short walk keeps every claim of the long one") {
  for (const auto& [name, made] : all_cases()) {
    if (name == "hostile") continue;   // its words are wider than any line
    const Report report = made.report();
    Style wide, verbose;
    wide.columns = verbose.columns = 400;
    verbose.verbose = true;
    const std::string in_short = terminal_report(report, wide), in_full = terminal_report(report, verbose);
    INFO(name);
    CHECK(in_short.size() < in_full.size());
    for (const Finding& f : report.findings) {
      INFO(f.id);
      CHECK(in_short.find(f.id + "  " + printable(cited(f)).substr(0, 60)) != std::string::npos);
    }
    for (const ReportEvidence& e : report.evidence) {
      INFO(e.id);
      if (e.answered || e.failure) CHECK(in_short.find(" " + e.id) != std::string::npos);
    }
    for (const ReportStep& s : report.path)
      if (report.finished) CHECK(in_short.find(printable(title_of(s.title, s.state))) != std::string::npos);
    for (const std::string& line : ruled_out(report)) CHECK(in_short.find(printable(line)) != std::string::npos);
  }
}

TEST_CASE("what a review judges is told by its findings, with the course of what they rest on") {
  const std::string text = terminal_report(made::confirmed().report(), {});
  const size_t found = text.find("✔ F1  memory of ledger");
  REQUIRE(found != std::string::npos);
  CHECK(text.substr(found, 200).find("█") != std::string::npos);   // its sparkline
  CHECK(text.find("greatest") == std::string::npos);               // and no table of the frame
}

TEST_CASE("the walk speaks the language of the case, or the one asked for") {
  Report report = made::confirmed().report();
  report.lang = "es";
  const std::string text = terminal_report(report, {});
  for (const char* spanish : {"CONFIRMADO", "── Veredicto", "Descartado", "no encontrado", "→ eligió", "A continuación"})
    CHECK(text.find(spanish) != std::string::npos);
  for (const char* english : {"Verdict", "Ruled out", "not found", "chose", "strength", "how sure", "rows from"})
    CHECK(text.find(english) == std::string::npos);
}

TEST_CASE("tables of wide characters and combining marks stand in columns") {
  std::string out;
  Style style;
  style.columns = 40;
  Paper paper(style, [&](std::string_view text) { out += text; });
  Table table;
  table.columns = {{"name"}, {"n", true}};
  table.rows = {{"日本語", "1"}, {"e\u0301te\u0301", "22"}, {"plain", "333"}, {"\x1b[31mred\x07", "4"}};
  paper.table("", table);
  size_t columns = 0;
  for (const std::string& line : split(out, '\n')) {
    if (line.empty()) continue;
    INFO(line);
    if (!columns) columns = width(line);
    CHECK(width(line) == columns);
  }
  CHECK(out.find('\x1b') == std::string::npos);
  CHECK(out.find('\x07') == std::string::npos);
}

TEST_CASE("no line is wider than the terminal") {
  for (const auto& [name, made] : all_cases())
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
