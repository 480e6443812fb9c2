// What a report says of servers: pages to open, traffic, certificates that were not checked; and no link that is none.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "runtime/report/formats.h"
#include "runtime/report/summary.h"
#include "tests/runtime/report/made_case.h"

using namespace inquest;

namespace {

constexpr const char* page = "https://prom.example/graph?g0.expr=up%7Ba%3D%22b%22%7D&g0.end_input=2026-11-21 11:06:29";

// The confirmed case as it would be on a server whose page is `link`.
made::Case live(const std::string& link) {
  made::Case out = made::confirmed();
  for (JournalRow& row : out.rows) {
    if (row.kind == "ask_sent") row.payload["link"] = link;
    if (row.kind == "run_started") row.payload["sources"][0]["insecure"] = true;
  }
  const auto verdict = std::find_if(out.rows.begin(), out.rows.end(), [](const JournalRow& row) { return row.kind == "verdict"; });
  JournalRow traffic = *verdict;
  traffic.kind = "traffic";
  traffic.payload = Json{{"source", "files"}};
  traffic.attempts = 42;
  traffic.bytes = 1'234'567;
  out.rows.insert(verdict, traffic);
  return out;
}
std::string good() {
  std::string out = page;
  out[out.find("2026-11-21 ") + 10] = '+';
  return out;
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a page to open stands beside its ask in every format, and tells the page nothing of where it is opened from") {
  const Report report = live(good()).report();
  CHECK(report.evidence[0].link == good());
  const std::string html = writer("html")->write(report, {});
  CHECK(has(html, "<a href=\"https://prom.example/graph?g0.expr=up%7Ba%3D%22b%22%7D&amp;g0.end_input=2026-11-21+11:06:29\" rel=\"noreferrer noopener\">open in prom.example</a>"));
  CHECK(has(writer("markdown")->write(report, {}), "[open in prom.example](" + good() + ")"));
  CHECK(report_json(report)["evidence"][0]["link"] == good());
  Style verbose;
  verbose.verbose = true;
  verbose.columns = 400;
  CHECK(has(writer("terminal")->write(report, verbose), good()));
}

TEST_CASE("what a case says is a link but no browser would open as a page is none") {
  for (const char* link : {"javascript:alert(1)", "data:text/html,x", "https://a@evil.example/", "http://x/\"><script>", "http://x/ y", "//x", "HTTP://x", "http://x/\n"}) {
    const Report report = live(link).report();
    INFO(link);
    CHECK(report.evidence[0].link.empty());
    CHECK_FALSE(has(writer("html")->write(report, {}), "open in"));
  }
}

TEST_CASE("traffic of a server stands in the document, the page and the verbose walk") {
  const Report report = live(good()).report();
  REQUIRE(report.traffic.size() == 1);
  CHECK(traffic_line(report.traffic[0], Words()) == "files: 42 requests sent, 1.23 MB received");
  CHECK(canonical(report_json(report)["traffic"]) == R"([{"source":"files","requests":42,"bytes_received":1234567}])");
  CHECK(has(writer("html")->write(report, {}), "files: 42 requests sent, 1.23 MB received"));
  CHECK(has(writer("markdown")->write(report, {}), "files: 42 requests sent, 1.23 MB received"));
  CHECK_FALSE(without_clock(report_json(report)).contains("traffic"));
}

TEST_CASE("the traffic of a run that was resumed is that of all its parts") {
  made::Case made = live(good());
  const auto first = std::find_if(made.rows.begin(), made.rows.end(), [](const JournalRow& row) { return row.kind == "traffic"; });
  made.rows.insert(first, *first);
  CHECK(made.report().traffic[0].requests == 84);
}

TEST_CASE("a certificate that was not checked is told in every report") {
  const Report report = live(good()).report();
  for (const char* format : {"html", "markdown", "terminal"}) {
    INFO(format);
    CHECK(has(writer(format)->write(report, {}), "certificate is not checked"));
  }
  CHECK(report_json(report)["sources"][0]["insecure"] == true);
}

TEST_CASE("a case of files says nothing of servers") {
  const Report report = made::confirmed().report();
  CHECK_FALSE(report_json(report).contains("traffic"));
  CHECK_FALSE(report_json(report)["evidence"][0].contains("link"));
  CHECK_FALSE(has(writer("html")->write(report, {}), "open in"));
}
