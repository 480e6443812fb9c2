// Charts, sparklines and tables of frames with known answers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/chart.h"

#include "tests/runtime/report/golden.h"
#include "tests/runtime/report/made_case.h"

using namespace inquest;

TEST_CASE("a sparkline goes from the least to the greatest mean and marks what is absent") {
  const Window w{{0}, {80}};
  CHECK(sparkline({{0, 1}, {10, 2}, {20, 3}, {30, 4}, {40, 5}, {50, 6}, {60, 7}, {70, 8}}, w, 8) == "▁▂▃▄▅▆▇█");
  CHECK(sparkline({{0, 5}, {70, 5}}, w, 8) == "▁······▁");
  CHECK(sparkline({}, w, 4) == "····");
  CHECK(sparkline({{0, 1}}, {{5}, {5}}, 4) == "");
}

TEST_CASE("axis ticks are round and cover the values") {
  CHECK(ticks(0, 568e6, false) == std::vector<double>{0, 200e6, 400e6, 600e6});
  CHECK(ticks(0, 1, false) == std::vector<double>{0, 0.5, 1});
  CHECK(ticks(1e6, 3e9, true) == std::vector<double>{1e6, 1e7, 1e8, 1e9, 1e10});
  CHECK(ticks(1, 1, false).empty());
  CHECK(ticks(0, INFINITY, false).empty());
}

TEST_CASE("memory is a table of series with unit, first and last, latency of quantiles per service") {
  const Report r = made::confirmed().report();
  const Table memory = evidence_table(r.evidence[0], 10);
  REQUIRE(memory.rows.size() == 3);
  CHECK(memory.rows[1][0] == "ledger");
  CHECK(memory.rows[1][1] == "100 MB");
  CHECK(memory.rows[1][2] == "535 MB");
  const Table latency = evidence_table(r.evidence[2], 10);
  REQUIRE(latency.rows.size() == 3);
  CHECK(latency.rows[0][1] == "1 350");
  const Table cut = evidence_table(r.evidence[0], 1);
  REQUIRE(cut.rows.size() == 1);
  CHECK(cut.rows[0][0] == "ledger");
  CHECK(cut.note == "1 of 3 series: those that changed most");
}

TEST_CASE("latency before and after an onset says how much and of how many") {
  const Report r = made::confirmed().report();
  const Table split = latency_split(*r.evidence[2].frame, made::at(1800), 10);
  REQUIRE(split.rows.size() == 3);
  CHECK(split.rows[1][0] == "ledger");
  CHECK(split.rows[1][3] == "675 / 675");
  CHECK(split.rows[1][2].find("(x") != std::string::npos);
  CHECK(split.rows[0][2].find("(x1)") != std::string::npos);
}

TEST_CASE("labels stand in a series' name only where they tell series of one service apart") {
  FrameBuilder b(Shape::series);
  b.head().add("pool", ColumnType::text).add("time", ColumnType::time).add("value", ColumnType::float64);
  for (const char* pool : {"old", "young"}) {
    b.text(0, "a");
    b.text(2, "a-0");
    b.text(b.index("pool"), pool);
    b.integer(b.index("time"), 5);
    b.number(b.index("value"), 1);
    b.end_row();
  }
  const auto lines = series_lines(*b.finish());
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].label == "pool=old");
  CHECK(lines[1].label == "pool=young");
}

TEST_CASE("the chart of an answer has what it is about bold and last, the onset labelled, and keeps the unit") {
  const Report r = made::confirmed().report();
  const Words words("en");
  for (const size_t e : {size_t{0}, size_t{2}}) {
    const auto c = chart_of(r, r.evidence[e], {{"service", "ledger"}}, made::at(1800));
    REQUIRE(c);
    CHECK(c->title.rfind(e == 0 ? "Memory over time" : "Latency p95 over time", 0) == 0);
    CHECK(c->unit == (e == 0 ? "By" : "ns"));
    REQUIRE(c->lines.size() == 3);
    CHECK(c->lines[2].strong);
    CHECK(c->lines[2].name == "ledger");
    const std::string svg = chart_svg(*c, words);
    CHECK(svg.find("onset 10:30:00") != std::string::npos);
    CHECK(svg.find("<title>" + c->title + "</title>") != std::string::npos);
    CHECK(svg.find("stroke-dasharray=\"6 3\"") != std::string::npos);
    CHECK(chart_values(*c, words).rows.size() == 3);
  }
  CHECK_FALSE(chart_of(r, r.evidence[1], {{"service", "ledger"}}, std::nullopt));  // it failed
}

TEST_CASE("the chart of a latency about one operation has the operations of its service") {
  const Report r = made::confirmed().report();
  const auto c = chart_of(r, r.evidence[2], {{"service", "ledger"}, {"operation", "GET /things"}}, std::nullopt);
  REQUIRE(c);
  REQUIRE(c->lines.size() == 1);
  CHECK(c->lines[0].name == "GET /things");
  CHECK(c->lines[0].strong);
}

TEST_CASE("a small chart marks the onset and is nothing without points") {
  const Window w{{0}, {100}};
  CHECK(small_svg({{0, 1}, {50, 2}, {99, 3}}, w, Time{50}, true).find("class=\"onset\" d=\"M60 0V36\"") !=
        std::string::npos);
  CHECK(small_svg({{0, 1}, {50, 2}}, w, Time{500}, true).find("onset") == std::string::npos);
  CHECK(small_svg({}, w, Time{50}, true).empty());
}

TEST_CASE("thinning a long line keeps its spike") {
  Chart chart;
  chart.title = "t";
  chart.window = {{0}, {100'000}};
  ChartLine line{"a", {}, true};
  for (int64_t t = 0; t < 100'000; ++t) line.points.emplace_back(t, t == 51'234 ? 1000 : 1);
  chart.lines.push_back(line);
  const std::string svg = chart_svg(chart, Words("en"));
  CHECK(svg.size() < 8000);
  CHECK(svg.find(",0 ") != std::string::npos);  // the top of the plot, where 1000 is
}
