// Log records: of traces, searched, counted, as templates, on made records with known answers.
// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/connectors/otlp/made.h"

using namespace made;

namespace {

// Every 10 s an order; from 300 s on a refused one beside it.
void orders(Directory& d, int n) {
  for (int i = 0; i < n; ++i) {
    d.add("l.jsonl", log_line(resource("a"), i * 10, "order " + std::to_string(1000 + i) + " stored in " + std::to_string(3 + i % 5) + " ms", "info", i + 1));
    if (i * 10 >= 300) d.add("l.jsonl", log_line(resource("a"), i * 10 + 1, "cannot reach 10.0.0." + std::to_string(i), "ERROR", i + 1, {{"code", 7}}));
  }
}

int64_t total(const FramePtr& f, const std::string& column, const std::string& template_part) {
  int64_t sum = 0;
  const auto kinds = texts(f, "template");
  for (size_t row = 0; row < f->rows; ++row)
    if (kinds[row].find(template_part) != std::string::npos) sum += f->column(column)->integer(row);
  return sum;
}

}  // namespace

TEST_CASE("Messages that differ in ids and numbers are one template, counted before and after") {
  Directory d;
  orders(d, 60);
  auto c = open(d.path());
  Ask one = ask("logs.templates", 300, 700);
  one.then = Window{Time{at(0)}, Time{at(300)}};
  const FramePtr f = fetch(*c, one);
  CHECK(f->rows == 2);
  CHECK(total(f, "before", "stored") == 30);
  CHECK(total(f, "after", "stored") == 30);
  CHECK(total(f, "before", "cannot reach") == 0);
  CHECK(total(f, "after", "cannot reach") == 30);
}

TEST_CASE("Records of traces are those of the traces and of no other, in the order of time") {
  Directory d;
  orders(d, 60);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("logs.of_traces", 0, 700, {}, {{"traces", List{digits(40, 32), digits(2, 32), digits(900, 32)}}}));
  CHECK(texts(f, "trace_id") == std::vector<std::string>{digits(2, 32), digits(40, 32), digits(40, 32)});
  CHECK(f->marks.notes == std::vector<std::string>{"1 of 3 traces have no log record in the scope"});
}

TEST_CASE("A search is narrowed by severity without regard to case, and by attribute") {
  Directory d;
  orders(d, 60);
  auto c = open(d.path());
  Ask one = ask("logs.search", 0, 700);
  one.where = {{"severity", "error"}, {"code", 7}};
  CHECK(fetch(*c, one)->rows == 30);
  one.where = {{"severity", "Error"}, {"code", 8}};
  CHECK(fetch(*c, one)->rows == 0);
}

TEST_CASE("A search says how much its limit left out") {
  Directory d;
  orders(d, 60);
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("logs.search", 0, 700, {}, {{"limit", 10}}));
  CHECK(f->rows == 10);
  CHECK(f->marks.limited == "10 of 90 records, first in time");
}

TEST_CASE("A search for text takes it as it stands") {
  Directory d;
  orders(d, 60);
  auto c = open(d.path());
  CHECK(fetch(*c, ask("logs.search", 0, 700, {}, {{"text", "10.0.0.41"}}))->rows == 1);
}

TEST_CASE("Like matches a message whatever its ids and numbers") {
  Directory d;
  orders(d, 60);
  auto c = open(d.path());
  Ask one = ask("logs.search", 0, 700);
  one.where = {{"body", Term{"like", {Value("order 77 stored in 1 ms")}, {}}}};
  CHECK(fetch(*c, one)->rows == 60);
}

TEST_CASE("Counts have a sample in every bucket, zero where nothing was logged") {
  Directory d;
  orders(d, 60);
  auto c = open(d.path());
  Ask one = ask("logs.count", 0, 600, {}, {{"by", List{"severity"}}, {"every", Duration{100 * ns_per_s}}});
  const FramePtr f = fetch(*c, one);
  CHECK(texts(f, "severity") == std::vector<std::string>{"ERROR", "ERROR", "ERROR", "ERROR", "ERROR", "ERROR", "info", "info", "info", "info", "info", "info"});
  CHECK(numbers(f, "value") == std::vector<double>{0, 0, 0, 10, 10, 10, 10, 10, 10, 10, 10, 10});
}
