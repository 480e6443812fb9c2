// Latency, whole traces, calls, services, contrast and numbers on made spans with known answers.
// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/connectors/otlp/made.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "runtime/frame/kernels/loghist.h"

using namespace made;

namespace {

constexpr int internal = 1, server = 2, client = 3;

// n traces of front → back, back slow in every tenth; background work and a long stream beside.
void shop(Directory& d, int n) {
  std::vector<Span> front, back;
  for (int i = 0; i < n; ++i) {
    const double start = i * 10;
    const double ms = i % 10 == 0 ? 500 : 10 + i % 3;
    front.push_back({i + 1, 1, 0, "GET /", server, start, ms + 2});
    front.push_back({i + 1, 2, 1, "call back", client, start + 0.001, ms + 1});
    back.push_back({i + 1, 3, 2, "work", server, start + 0.002, ms, {{"cached", i % 10 != 0}, {"size", 100 + i}}, i % 10 == 0 ? 2 : 0});
  }
  back.push_back({5000, 1, 0, "stream", client, 5, 600000, Json::object(), 2});
  back.push_back({5001, 1, 0, "cleanup", internal, 6, 900000});
  d.add("front.jsonl", span_line(resource("front"), front));
  d.add("back.jsonl", span_line(resource("back"), back));
}

size_t traces(const FramePtr& f) {
  const auto all = texts(f, "trace_id");
  return std::set<std::string>(all.begin(), all.end()).size();
}

int64_t sum_of(const FramePtr& f, const std::string& column, const std::string& kind) {
  int64_t sum = 0;
  const auto kinds = texts(f, "kind");
  for (size_t row = 0; row < f->rows; ++row)
    if (kinds[row] == kind) sum += f->column(column)->integer(row);
  return sum;
}

}  // namespace

TEST_CASE("Latency counts every span of the scope once, by kind") {
  Directory d;
  shop(d, 50);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.latency", 0, 1000, {{"service", "back"}}));
  CHECK(sum_of(f, "count", "server") == 50);
  CHECK(sum_of(f, "errors", "server") == 5);
  CHECK(sum_of(f, "count", "client") == 1);
  CHECK(sum_of(f, "count", "internal") == 1);
}

TEST_CASE("Log buckets keep a duration within 0.8 percent and the sum exactly") {
  Directory d;
  d.add("s.jsonl", span_line(resource("a"), {{1, 1, 0, "x", server, 1, 123.456}}));
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.latency", 0, 60));
  REQUIRE(f->rows == 1);
  CHECK(f->column("sum")->integer(0) == 123456000);
  CHECK(static_cast<double>(log_bucket_value(static_cast<int32_t>(f->column("bucket")->integer(0)))) == Approx(123456000).epsilon(0.008));
}

TEST_CASE("Where buckets would be too many they are coarser, which a mark says, and their counts and sums stay whole") {
  std::vector<Span> spans;
  int64_t sum = 0;
  for (int i = 0; i < 40000; ++i) {
    const int us = static_cast<int>(1000 * std::exp2(i * 7919ll % 40000 / 40000.0 * 14));
    spans.push_back({i + 1, 1, 0, "x", server, i * 0.08, us / 1000.0, Json::object(), i % 100 == 0 ? 2 : 0});
    sum += int64_t{us} * 1000;
  }
  FramePtr frames[2];
  for (FramePtr& f : frames) {                             // the order of the rows does not matter
    Directory d;
    d.add("s.jsonl", span_line(resource("a"), spans));
    std::reverse(spans.begin(), spans.end());
    auto c = open(d.path());
    f = fetch(*c, ask("spans.latency", 0, 3600));
  }
  const FramePtr& f = frames[0];
  CHECK(f->rows <= 20000);
  CHECK(f->rows > 1000);
  CHECK(sum_of(f, "count", "server") == 40000);
  CHECK(sum_of(f, "errors", "server") == 400);
  CHECK(std::abs(sum_of(f, "sum", "server") - sum) < 40000);  // microseconds come as decimals
  CHECK(f->marks.approximate.starts_with("log histogram, relative error "));
  CHECK(f->marks.notes.front().ends_with("coarser, for there are many"));
  LogHistogram all;
  for (size_t row = 0; row < f->rows; ++row)
    all.add(static_cast<int32_t>(f->column("bucket")->integer(row)), f->column("count")->integer(row));
  CHECK(static_cast<double>(all.quantile(0.5)) == Approx(128e6).epsilon(0.033));
  CHECK(hash(*f) == hash(*frames[1]));

  Directory d;
  d.add("s.jsonl", span_line(resource("a"), spans));
  auto c = open(d.path());
  Ask every = ask("spans.latency", 0, 3600, {}, {{"every", Duration{60'000'000'000}}});
  for (const double second : seconds(fetch(*c, every), "time")) CHECK(std::fmod(second, 60) == 0);
}

TEST_CASE("A bucket of time never begins before its window") {
  Directory d;
  shop(d, 50);
  auto c = open(d.path());
  Ask one = ask("spans.latency", 203, 500);
  one.then = Window{Time{at(7)}, Time{at(203)}};
  const FramePtr f = fetch(*c, one);
  const auto windows = texts(f, "window");
  const auto times = seconds(f, "time");
  for (size_t row = 0; row < f->rows; ++row) {
    CHECK((windows[row] == "then" || windows[row] == "now"));
    CHECK(times[row] >= (windows[row] == "then" ? 7 : 203));
  }
}

TEST_CASE("A root is an entry span only of a service that serves nobody") {
  Directory d;
  shop(d, 1);
  d.add("job.jsonl", span_line(resource("job"), {{9000, 1, 0, "nightly", internal, 3, 5}}));
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.latency", 0, 1000));
  const auto services = texts(f, "service"), kinds = texts(f, "kind"), names = texts(f, "operation");
  for (size_t row = 0; row < f->rows; ++row) {
    if (names[row] == "nightly") CHECK(kinds[row] == "root");
    if (names[row] == "cleanup") CHECK(kinds[row] == "internal");
  }
}

TEST_CASE("The slowest are whole traces, slowest first by the entry spans of the scope") {
  Directory d;
  shop(d, 100);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.slowest", 0, 2000, {{"service", "back"}}, {{"limit", 4}}));
  CHECK(traces(f) == 4);
  CHECK(f->rows == 12);
  CHECK(f->expanded);
  CHECK(f->marks.limited == "4 of 100 traces, slowest first");
  CHECK(texts(f, "trace_id").front() == digits(1, 32));
}

TEST_CASE("All traces within the limit leave no mark") {
  Directory d;
  shop(d, 3);
  auto c = open(d.path());
  CHECK(fetch(*c, ask("spans.slowest", 0, 2000, {{"service", "front"}}))->marks.limited.empty());
}

TEST_CASE("Long streams and background work never count as the slowest requests") {
  Directory d;
  shop(d, 20);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.slowest", 0, 2000, {{"service", "back"}}, {{"limit", 100}}));
  CHECK(traces(f) == 20);
}

TEST_CASE("Typical traces are those nearest the median of their operation") {
  Directory d;
  shop(d, 100);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.typical", 0, 2000, {{"service", "back"}}, {{"limit", 5}}));
  CHECK(traces(f) == 5);
  for (const double ns : numbers(f, "duration")) CHECK(ns < 20e6);
}

TEST_CASE("An operation in scope selects traces by its own spans, whatever their kind") {
  Directory d;
  d.add("s.jsonl", span_line(resource("a"), {{1, 1, 0, "in", server, 1, 5}, {1, 2, 1, "step", internal, 1.001, 4},
                                             {2, 1, 0, "in", server, 2, 50}, {3, 1, 0, "in", server, 3, 9}, {3, 2, 1, "step", internal, 3, 8}}));
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.slowest", 0, 60, {{"operation", "step"}}));
  CHECK(texts(f, "trace_id") == std::vector<std::string>{digits(3, 32), digits(3, 32), digits(1, 32), digits(1, 32)});
}

TEST_CASE("Traces by id come whole and in the order given, and what is missing is said") {
  Directory d;
  shop(d, 5);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.of_traces", 0, 2000, {}, {{"traces", List{digits(3, 32), digits(2, 32), digits(777, 32)}}}));
  CHECK(traces(f) == 2);
  CHECK(texts(f, "trace_id").front() == digits(3, 32));
  CHECK(f->marks.notes == std::vector<std::string>{"1 of the traces have no span here"});
}

TEST_CASE("A text that is no trace id is refused") {
  Directory d;
  shop(d, 1);
  auto c = open(d.path());
  CHECK(failure(*c, ask("spans.of_traces", 0, 10, {}, {{"traces", List{"not hex"}}})).cls == Failure::Class::rejected);
}

TEST_CASE("Attributes are one JSON object with sorted keys and typed values") {
  Directory d;
  d.add("s.jsonl", span_line(resource("a"), {{1, 1, 0, "x", server, 1, 1, {{"z", "text \"q\""}, {"b", true}, {"a", 9007199254740993}, {"c", 0.5}}}}));
  auto c = open(d.path());
  CHECK(texts(fetch(*c, ask("spans.slowest", 0, 10)), "attributes").front() ==
        R"({"a":"9007199254740993","b":true,"c":0.5,"z":"text \"q\""})");
}

TEST_CASE("Where narrows by kind, status and attribute") {
  Directory d;
  shop(d, 50);
  auto c = open(d.path());
  Ask one = ask("spans.latency", 0, 1000);
  one.where = {{"status", "error"}, {"kind", "server"}};
  CHECK(sum_of(fetch(*c, one), "count", "server") == 5);
  one.where = {{"cached", true}};
  CHECK(sum_of(fetch(*c, one), "count", "server") == 45);
  one.where = {{"size", Term{"above", {Value(139)}, {}}}};
  CHECK(sum_of(fetch(*c, one), "count", "server") == 10);
}

TEST_CASE("Calls are counted once an edge, across a client span") {
  Directory d;
  shop(d, 30);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.calls", 0, 1000));
  REQUIRE(f->rows == 1);
  CHECK(texts(f, "caller").front() == "front");
  CHECK(texts(f, "callee").front() == "back");
  CHECK(f->column("count")->integer(0) == 30);
  CHECK(f->column("errors")->integer(0) == 3);
}

TEST_CASE("A call to a database without spans of its own is an edge to what the client names") {
  Directory d;
  d.add("s.jsonl", span_line(resource("a"), {{1, 1, 0, "in", server, 1, 5}, {1, 2, 1, "SELECT", client, 1.001, 4, {{"db.system", "postgresql"}}}}));
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.calls", 0, 10, {{"service", "a"}}));
  CHECK(texts(f, "callee") == std::vector<std::string>{"postgresql"});
  CHECK(texts(f, "callee_kind") == std::vector<std::string>{"database"});
}

TEST_CASE("A span whose parent is not recorded is no call, and is counted") {
  Directory d;
  d.add("s.jsonl", span_line(resource("a"), {{1, 2, 99, "in", server, 1, 5}}));
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.calls", 0, 10));
  CHECK(f->rows == 0);
  CHECK(f->marks.notes == std::vector<std::string>{"1 spans have a parent that is not recorded"});
}

TEST_CASE("Services are listed with their spans, entries and errors") {
  Directory d;
  shop(d, 20);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.services", 0, 1000));
  CHECK(texts(f, "service") == std::vector<std::string>{"back", "front"});
  CHECK(numbers(f, "entry") == std::vector<double>{20, 20});
  CHECK(numbers(f, "errors") == std::vector<double>{2, 0});
}

TEST_CASE("Contrast counts the value on the slow side and on the fast one") {
  Directory d;
  shop(d, 100);
  auto c = open(d.path());
  Ask one = ask("spans.contrast", 500, 2000, {{"service", "back"}});
  one.then = Window{Time{at(0)}, Time{at(500)}};
  const FramePtr f = fetch(*c, one);
  const auto attributes = texts(f, "attribute"), values = texts(f, "value");
  bool seen = false;
  for (size_t row = 0; row < f->rows; ++row) {
    if (attributes[row] != "cached" || values[row] != "false") continue;
    seen = true;
    CHECK(f->column("slow")->integer(row) == 5);
    CHECK(f->column("fast")->integer(row) == 0);
    CHECK(f->column("slow_then")->integer(row) == 5);
  }
  CHECK(seen);
}

TEST_CASE("Numbers on spans are told per operation, attribute and time, as median, count and distinct values") {
  Directory d;
  shop(d, 12);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.numbers", 0, 120, {{"service", "back"}}, {{"every", Duration{60 * ns_per_s}}}));
  REQUIRE(f->rows == 2);
  CHECK(texts(f, "attribute") == std::vector<std::string>{"size", "size"});
  CHECK(numbers(f, "value") == std::vector<double>{102.5, 108.5});
  CHECK(numbers(f, "n") == std::vector<double>{6, 6});
  CHECK(numbers(f, "distinct") == std::vector<double>{6, 6});
}
