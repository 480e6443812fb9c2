// Markdown: whole outputs, and no text of telemetry that becomes markup.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/formats.h"
#include "tests/runtime/report/golden.h"
#include "tests/runtime/report/made_case.h"

using namespace inquest;

TEST_CASE("the Markdown report is as approved") {
  made::check_golden("confirmed.md", markdown_report(made::confirmed().report(), {}));
  made::check_golden("inconclusive.md", markdown_report(made::inconclusive().report(), {}));
  made::check_golden("hostile.md", markdown_report(made::hostile().report(), {}));
  made::check_golden("unfinished.md", markdown_report(made::unfinished().report(), {}));
}

TEST_CASE("the verdict is the first line and the diagram is short enough for trackers") {
  const std::string text = markdown_report(made::confirmed().report(), {});
  CHECK(text.rfind("# ✔ CONFIRMED: keeps\\_memory at service=ledger\n", 0) == 0);
  const size_t from = text.find("```mermaid\n"), to = text.find("\n```\n", from);
  REQUIRE(from != std::string::npos);
  CHECK(to - from < 5000);
  CHECK(text.find("✔ look closer") != std::string::npos);
}

TEST_CASE("telemetry makes no tag, no link and no new row in Markdown") {
  const std::string text = markdown_report(made::hostile().report(), {});
  bool inside = false;   // a fence holds text as it stands
  for (const std::string& line : split(text, '\n')) {
    if (line.rfind("```", 0) == 0) inside = !inside;
    if (inside) continue;
    INFO(line.substr(0, 300));
    for (const char* bad : {"<script", "<img", "<td", "https://evil", "http://"})
      CHECK(line.find(bad) == std::string::npos);
  }
  size_t columns = 0;
  for (const std::string& line : split(text, '\n')) {   // every row of a table has the cells of its head
    if (line.empty() || line[0] != '|') { columns = 0; continue; }
    size_t bars = 0;
    for (size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
    if (columns == 0) columns = bars;
    INFO(line.substr(0, 300));
    CHECK(bars == columns);
  }
}

TEST_CASE("a tracker finds no mention, no issue number and no address in telemetry") {
  made::Words words;
  words.message = " @team #12 www.evil.example HTTP://evil.example ftp://evil.example `a|b` | c";
  const std::string text = markdown_report(made::confirmed(words).report(), {});
  bool inside = false;
  size_t seen = 0;
  for (const std::string& line : split(text, '\n')) {
    if (line.rfind("```", 0) == 0) inside = !inside;
    if (inside) continue;
    INFO(line.substr(0, 300));
    for (const char* bad : {"@team", "#12", "www.evil", "HTTP://", "ftp://"}) CHECK(line.find(bad) == std::string::npos);
    seen += line.find("team") != std::string::npos;
  }
  CHECK(seen > 0);
}

TEST_CASE("the summary of a job holds the verdict, the findings and the diagram, not the evidence") {
  const Report report = made::confirmed().report();
  const std::string text = markdown_summary(report);
  CHECK(text.rfind("# ✔ CONFIRMED", 0) == 0);
  CHECK(text.find("## Findings") != std::string::npos);
  CHECK(text.find("```mermaid") != std::string::npos);
  CHECK(text.find("## Run it again") != std::string::npos);
  CHECK(text.find("## Evidence") == std::string::npos);
}

TEST_CASE("a summary that has little room keeps the verdict") {
  const std::string text = markdown_summary(made::confirmed().report(), 1000);
  CHECK(text.size() <= 1000);
  CHECK(text.find("CONFIRMED") != std::string::npos);
}

TEST_CASE("Markdown speaks the language of the case") {
  Report report = made::confirmed().report();
  report.lang = "pt";
  const std::string text = markdown_report(report, {});
  CHECK(text.rfind("# ✔ CONFIRMADO", 0) == 0);
  CHECK(text.find("## Achados") != std::string::npos);
  for (const char* english : {"## Findings", "## Evidence", "How sure", "Path taken", "strength"})
    CHECK(text.find(english) == std::string::npos);
}
