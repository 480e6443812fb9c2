// Log templates, series on common buckets, calls: known answers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/templates.h"

#include "tests/runtime/frame/kernels/made.h"

using namespace inquest;
using namespace inquest::made;

TEST_CASE("runs with a digit are masked, and ids and addresses become one mask") {
  CHECK(mask_line("took 15ms for user_17") == "took <*> for <*>");
  CHECK(mask_line("  from 10.0.0.1:8080   at 2026-11-21T10:28:39Z ") == "from <*> at <*>");
  CHECK(mask_line("id=3f2a-99bc deadbeef done") == "id=<*> <*> done");
  CHECK(mask_line("no digits here") == "no digits here");
  CHECK(mask_line("") == "");
}

TEST_CASE("lines that differ in one word of many share a template, short ones do not") {
  TemplateMiner m;
  const uint32_t a = m.add("order placed for customer alice in region north");
  CHECK(m.add("order placed for customer bob in region north") == a);
  CHECK(m.text(a) == "order placed for customer <*> in region north");
  CHECK(m.add("connection opened") != m.add("connection closed"));
  CHECK(m.add("order cancelled by customer bob in region north") != a);
}

TEST_CASE("short messages of many kinds stay templates of their own, and floods of them stay bounded") {
  TemplateMiner m;
  Random random(9);
  const auto letters = [&] {
    std::string w;
    for (int i = 0; i < 7; ++i) w += static_cast<char>('g' + random.below(20));
    return w;
  };
  for (int i = 0; i < 300; ++i) m.add(letters() + " started");
  const uint32_t id = m.add("cache full");
  CHECK(m.text(id) == "cache full");
  CHECK(m.size() == 301);
  for (int i = 0; i < 20000; ++i) m.add(letters() + " started");
  CHECK(m.size() < 5000);
  CHECK(m.text(m.add(letters() + " started")) == "<*> started");
  TemplateMiner users;
  for (int i = 0; i < 200; ++i) users.add("login " + letters());
  CHECK(users.text(users.add("login " + letters())) == "login <*>");
  for (int i = 0; i < 5000; ++i) m.add(letters());
  CHECK(m.text(m.add(letters())) == "<*>");
  CHECK(m.add("cache full") == id);
}

TEST_CASE("a hundred thousand unrelated lines end in few templates") {
  TemplateMiner m;
  Random random(4);
  const auto letters = [&] {
    std::string w;
    for (int i = 0; i < 7; ++i) w += static_cast<char>('g' + random.below(20));
    return w;
  };
  for (int i = 0; i < 100000; ++i) m.add(letters() + " " + letters() + " " + letters() + " " + letters() + " " + letters());
  CHECK(m.size() < 5000);
  const uint32_t long_line = m.add(std::string(1 << 20, 'x')), raw = m.add(std::string("\xff\xfe\x00 bytes", 9));
  CHECK(long_line < m.size());
  CHECK(raw < m.size());
}

namespace {

FramePtr templates(bool against) {
  const Window now{Time{start + 10 * minute}, Time{start + 20 * minute}}, then{Time{start}, Time{start + 10 * minute}};
  TemplatesBuilder b(now, against ? std::optional(then) : std::nullopt, 10);
  const uint32_t o = b.origin({.service = "a"});
  for (int i = 0; i < 100; ++i) {
    if (against) b.add(o, start + i * 6 * ns_per_s, "request " + std::to_string(i) + " done", 9, "INFO", true);
    b.add(o, start + 10 * minute + i * 6 * ns_per_s, "request " + std::to_string(i) + " done", 9, "INFO", false);
    if (i >= 50) b.add(o, start + 10 * minute + i * 6 * ns_per_s, "cache full", i == 70 ? 17 : 13, i == 70 ? "ERROR" : "WARN", false);
  }
  return b.finish();
}

}  // namespace

TEST_CASE("templates are counted before, after and per bucket of time") {
  const FramePtr f = templates(true);
  REQUIRE(f->rows == 2);
  CHECK(text(f, "template", 0) == "cache full");
  CHECK(number(f, "before", 0) == 0);
  CHECK(number(f, "after", 0) == 50);
  CHECK(text(f, "counts", 0) == "[0,0,0,0,0,10,10,10,10,10]");
  CHECK(text(f, "severity", 0) == "ERROR");
  CHECK(text(f, "template", 1) == "request <*> done");
  CHECK(text(f, "example", 1) == "request 0 done");
  CHECK(number(f, "before", 1) == 100);
}

TEST_CASE("a template that only came after is new and found first") {
  const FramePtr f = run("template_diff", {templates(true)});
  CHECK(number(f, "rank", 0) == 1);
  CHECK(number(f, "new", 0) == 1);
  CHECK(text(f, "state", 0) == "found");
  CHECK(number(f, "rate_after", 0) == 5);
  CHECK(number(f, "p", 0) == Approx(std::pow(0.5, 49)).epsilon(1e-6));
  CHECK(text(f, "state", 1) == "not_found");
  CHECK(number(f, "times", 1) == 1);
  const FramePtr none = run("template_diff", {templates(false)});
  CHECK(text(none, "state") == "unknown");
  CHECK(absent(none, "before"));
}

namespace {

FramePtr logs(size_t traces, const std::vector<std::string>& lines) {
  FrameBuilder b(Shape::logs);
  b.head().add("time", ColumnType::time).add("body", ColumnType::text).add("trace_id", ColumnType::text);
  for (size_t t = 0; t < traces; ++t)
    for (const std::string& line : lines) {
      b.text(0, "a");
      b.integer(4, static_cast<int64_t>(t));
      b.text(5, line);
      b.text(6, "t" + std::to_string(t));
      b.end_row();
    }
  return b.finish();
}

}  // namespace

TEST_CASE("lines of slow traces that typical ones lack are found") {
  const FramePtr f = run("log_diff", {logs(20, {"start", "evicting all"}), logs(10, {"start"})});
  REQUIRE(f->rows == 2);
  CHECK(text(f, "template") == "evicting all");
  CHECK(text(f, "state") == "found");
  CHECK(number(f, "new") == 1);
  CHECK(number(f, "share_slow") == 1);
  CHECK(text(f, "state", 1) == "not_found");
  CHECK(text(run("log_diff", {logs(3, {"x"}), logs(3, {"y"})}), "state") == "unknown");
  CHECK(text(run("log_diff", {logs(30, {"x"})}), "why") == "no lines of typical traces to compare with");
}

TEST_CASE("a series is resampled on buckets of the step") {
  const FramePtr f = run("bucket", {series(std::vector<double>{1, 2, 3, 4, 5, 6, 7})}, {{"step", Duration{3 * minute}}, {"reduce", "sum"}});
  REQUIRE(f->rows == 3);
  CHECK(number(f, "value", 0) == 6);
  CHECK(number(f, "value", 2) == 7);
  CHECK(number(f, "n", 1) == 3);
  CHECK(number(f, "time", 1) == static_cast<double>(at(3).ns));
  CHECK(fails("bucket", {series(std::vector<double>{1})}, {{"reduce", "avg"}}).message.find("median") != std::string::npos);
}

TEST_CASE("a series that follows another is correlated at its lag") {
  std::vector<double> a, b;
  Random random(8);
  for (int i = 0; i < 60; ++i) a.push_back(random.normal());
  for (int i = 0; i < 60; ++i) b.push_back(i < 3 ? 0 : a[static_cast<size_t>(i - 3)] + 0.01 * random.normal());
  const FramePtr f = run("overlay", {series(a), series(b)});
  CHECK(number(f, "lag") == 3.0 * minute);
  CHECK(number(f, "r") > 0.95);
  CHECK(std::fabs(number(f, "r0")) < 0.5);
  CHECK(number(f, "same") == 1);
  CHECK(text(run("overlay", {series(std::vector<double>{1, 2, 3}), series(std::vector<double>{1, 2, 3})}), "why") ==
        "3 common buckets, at least 8 are needed");
  CHECK(text(run("overlay", {series(a), series(std::vector<double>(60, 1.0))}), "why") == "the second series is constant");
  CHECK(text(run("overlay", {series({{"x", a}}), series({{"y", a}})}), "why") == "only in the first frame");
}

TEST_CASE("calls tell who calls a service and whom it waits for") {
  FrameBuilder b(Shape::table);
  b.add("caller", ColumnType::text).add("callee", ColumnType::text).add("operation", ColumnType::text);
  b.add("count", ColumnType::int64).add("errors", ColumnType::int64).add("sum", ColumnType::duration);
  const auto row = [&](const char* from, const char* to, const char* operation, int64_t count, int64_t errors, int64_t sum) {
    b.text(0, from);
    b.text(1, to);
    b.text(2, operation);
    b.integer(3, count);
    b.integer(4, errors);
    b.integer(5, sum);
    b.end_row();
  };
  row("web", "shop", "get", 10, 1, 1000);
  row("shop", "db", "read", 20, 0, 600);
  row("shop", "db", "write", 5, 5, 100);
  row("shop", "mail", "send", 1, 0, 50);
  row("web", "ads", "get", 1, 0, 1);
  const FramePtr f = run("calls", {b.finish()}, {{"service", "shop"}});
  REQUIRE(f->rows == 3);
  CHECK(text(f, "callee", 0) == "db");
  CHECK(text(f, "side", 0) == "caller");
  CHECK(number(f, "count", 0) == 25);
  CHECK(number(f, "mean", 0) == 28);
  CHECK(number(f, "rank", 0) == 1);
  CHECK(number(f, "share", 1) == Approx(50.0 / 750));
  CHECK(text(f, "side", 2) == "callee");
  CHECK(number(f, "error_rate", 2) == 0.1);
}
