// Exact percentiles, values counted beside a given duration, and metrics as means, on made telemetry with known answers.
// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/connectors/otlp/made.h"

using namespace made;

namespace {

constexpr int server_kind = 2;

// Durations 1 ms … n ms in a shuffled order, one span a second, of two instances of one service.
void steps(Directory& d, int n, double from) {
  std::vector<Span> first, second;
  for (int i = 0; i < n; ++i) {
    const int ms = (i * 7) % n + 1;
    (i % 2 ? first : second).push_back({i + 1, 1, 0, "work", server_kind, from + i, double(ms), {{"big", ms > 90}, {"ms", ms}, {"tens", ms / 10}}});
  }
  d.add("a.jsonl", span_line(resource("a", {{"service.instance.id", "1"}}), first));
  d.add("b.jsonl", span_line(resource("a", {{"service.instance.id", "2"}}), second));
}

size_t row_of(const FramePtr& f, const std::string& attribute, const std::string& value) {
  const auto attributes = texts(f, "attribute"), values = texts(f, "value");
  for (size_t row = 0; row < f->rows; ++row)
    if (attributes[row] == attribute && values[row] == value) return row;
  return f->rows;
}

}  // namespace

TEST_CASE("Percentiles are exact nearest ranks over all instances of an operation") {
  Directory d;
  steps(d, 101, 0);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.percentiles", 0, 1000));
  REQUIRE(f->rows == 1);
  CHECK(numbers(f, "n") == std::vector<double>{101});
  CHECK(numbers(f, "p50") == std::vector<double>{51e6});
  CHECK(numbers(f, "p95") == std::vector<double>{96e6});
  CHECK(numbers(f, "p99") == std::vector<double>{100e6});
  CHECK(numbers(f, "max") == std::vector<double>{101e6});
  CHECK(numbers(f, "total") == std::vector<double>{101 * 102 / 2 * 1e6});
}

TEST_CASE("Percentiles of an earlier window stand in rows of their own") {
  Directory d;
  steps(d, 50, 0);
  auto c = open(d.path());
  Ask one = ask("spans.percentiles", 49, 60);
  one.then = Window{Time{at(0)}, Time{at(49)}};
  const FramePtr f = fetch(*c, one);
  CHECK(texts(f, "window") == std::vector<std::string>{"then", "now"});
  CHECK(numbers(f, "n") == std::vector<double>{49, 1});
  CHECK(numbers(f, "p50")[1] == (49 * 7 % 50 + 1) * 1e6);
}

TEST_CASE("A single span is every percentile of its operation") {
  Directory d;
  d.add("s.jsonl", span_line(resource("a"), {{1, 1, 0, "x", server_kind, 1, 5}}));
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.percentiles", 0, 60));
  for (const char* name : {"p50", "p95", "p99", "max"}) CHECK(numbers(f, name) == std::vector<double>{5e6});
}

TEST_CASE("With slower_than a value is counted on the side of each span's duration, whatever its type") {
  Directory d;
  steps(d, 101, 0);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.contrast", 0, 1000, {}, {{"slower_than", Duration{95'000'000}}, {"least", int64_t{1}}}));
  const size_t big = row_of(f, "big", "true"), hundred = row_of(f, "ms", "100"), nines = row_of(f, "tens", "9");
  REQUIRE((big < f->rows && hundred < f->rows && nines < f->rows));
  CHECK(f->column("slow")->integer(big) == 6);
  CHECK(f->column("fast")->integer(big) == 5);
  CHECK(f->column("slow")->integer(hundred) == 1);
  CHECK(f->column("slow")->integer(nines) == 4);
  CHECK(f->column("fast")->integer(nines) == 6);
  CHECK(f->column("slow_rows")->integer(big) == 6);
  CHECK(f->column("fast_rows")->integer(big) == 95);
}

TEST_CASE("Values in fewer spans than least are left out, and a note tells how many") {
  Directory d;
  steps(d, 101, 0);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.contrast", 0, 1000, {}, {{"slower_than", Duration{95'000'000}}, {"least", int64_t{5}}}));
  CHECK(row_of(f, "ms", "100") == f->rows);
  CHECK(row_of(f, "tens", "9") < f->rows);
  bool told = false;
  for (const std::string& note : f->marks.notes) told |= note.find("102 values in fewer than 5 spans") != std::string::npos;
  CHECK(told);                                           // 101 of ms, and tens = 10 of two spans
}

TEST_CASE("With every a metric comes as the means of its stretches, counted from the begin of the window") {
  Directory d;
  Json points = Json::array();
  for (int i = 0; i < 12; ++i) points.push_back(point(i * 10, i));
  d.add("m.jsonl", metric_line(resource("a"), "queue", "1", "gauge", points));
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("metric.named", 20, 120, {}, {{"name", std::string("queue")}, {"every", Duration{60 * ns_per_s}}}));
  CHECK(seconds(f, "time") == std::vector<double>{20, 80});
  CHECK(numbers(f, "value") == std::vector<double>{4.5, 9.5});
}
