// The recorded memory leak through the connector: what is known of it from its truth.json and its README.
// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/connectors/otlp/made.h"

#include <map>
#include <set>

#include "runtime/frame/kernels/contrast.h"
#include "runtime/frame/kernels/growing.h"
#include "runtime/frame/kernels/latency.h"

using namespace made;

namespace {

struct Truth {
  std::string service, operation, attribute, value, growing;
  Time from, to, on, killed;
};

Truth truth() {
  const auto text = read_file("sops/memory_leak/replay/truth.json");
  if (!text) FAIL(text.error().print());
  const Json json = *parse_json(*text, "truth.json");
  Truth t;
  t.service = json["service"];
  t.operation = json["operation"];
  t.attribute = json["cohort"]["attribute"];
  t.value = json["cohort"]["slow_when"];
  t.growing = json["growing_attribute"];
  t.from = *parse_time(json["window"][0].get<std::string>());
  t.to = *parse_time(json["window"][1].get<std::string>());
  t.on = *parse_time(json["fault_switched_on"].get<std::string>());
  t.killed = *parse_time(json["killed_out_of_memory"].get<std::string>());
  return t;
}

// One connector for all cases: the recording is read once.
Connector& recording() {
  static const std::unique_ptr<Connector> connector = open("sops/memory_leak/replay");
  return *connector;
}

Ask asked(const std::string& kind, std::map<std::string, std::string> names = {}, Map args = {}) {
  const Truth t = truth();
  Ask one = ask(kind, 0, 0, std::move(names), std::move(args));
  one.scope.window = Window{t.from, t.to};
  return one;
}

// The whole recording: its first and last spans lie outside the window of the truth.
Ask asked_of_all(const std::string& kind, std::map<std::string, std::string> names = {}, Map args = {}) {
  Ask one = asked(kind, std::move(names), std::move(args));
  one.scope.window.from.ns -= 120 * ns_per_s;
  one.scope.window.to.ns += 120 * ns_per_s;
  return one;
}

}  // namespace

TEST_CASE("Recording: the extent is the window of the truth, and all three signals are there") {
  const auto probe = recording().probe({}, Stop{false});
  REQUIRE(probe.ok());
  CHECK(probe->signals == std::vector<std::string>{"metrics", "spans", "logs"});
  CHECK(probe->recorded->from.ns >= truth().from.ns - 60 * ns_per_s);
  CHECK(probe->recorded->to.ns <= truth().to.ns + 120 * ns_per_s);
  CHECK(probe->notes.empty());
}

TEST_CASE("Recording: memory of the leaking service is flat at 62 to 65 MB, then rises to above 100 MB before the kill") {
  const Truth t = truth();
  const Measure memory = memory_measure();
  const FramePtr f = fetch(recording(), asked("metric.memory", {{"service", t.service}}), &memory);
  REQUIRE(f->rows >= 34);
  const auto values = numbers(f, "value");
  const Column* time = f->column("time");
  double highest = 0;
  size_t after_kill = 0;
  for (size_t row = 0; row < f->rows; ++row) {
    const int64_t at = time->integer(row);
    if (at < t.on.ns + 500 * ns_per_s) CHECK((values[row] > 61e6 && values[row] < 65.5e6));
    if (at < t.killed.ns) highest = std::max(highest, values[row]);
    else ++after_kill;
    if (at > t.killed.ns) CHECK(values[row] < 75e6);
  }
  CHECK(highest > 110e6);
  CHECK(highest < 130e6);
  CHECK(after_kill >= 2);
}

TEST_CASE("Recording: two isolates under one identity make no sawtooth") {
  const Measure memory = memory_measure();
  const FramePtr f = fetch(recording(), asked("metric.memory", {{"service", "payment"}}), &memory);
  const auto values = numbers(f, "value");
  REQUIRE(values.size() >= 35);
  REQUIRE(values.size() <= 40);
  size_t turns = 0;                                      // falls after a rise that are larger than a tenth
  for (size_t i = 2; i < values.size(); ++i) turns += values[i] < values[i - 1] * 0.9 && values[i - 1] > values[i - 2] * 1.1;
  CHECK(turns == 0);
}

TEST_CASE("Recording: counters of bytes ever allocated are not taken for memory") {
  Measure allocated;
  allocated.name = "memory";
  MeasureName name;
  name.metric = "go.memory.allocated";
  allocated.names = {name};
  const auto resolved = recording().resolve(allocated, {}, Stop{false});
  REQUIRE(resolved.ok());
  CHECK(resolved->names.empty());
}

TEST_CASE("Recording: the slowest traces of the service are those just before the kill") {
  const Truth t = truth();
  const FramePtr f = fetch(recording(), asked_of_all("spans.slowest", {{"service", t.service}}, {{"limit", 10}}));
  CHECK(f->marks.limited == "10 of 198 traces, slowest first");
  size_t slow = 0;
  const auto services = texts(f, "service"), operations = texts(f, "operation");
  for (size_t row = 0; row < f->rows; ++row) {
    if (services[row] != t.service || operations[row] != t.operation) continue;
    ++slow;
    CHECK(f->column("duration")->integer(row) > 100'000'000);
    CHECK(f->column("start")->integer(row) > t.killed.ns - 180 * ns_per_s);
  }
  CHECK(slow == 10);
}

TEST_CASE("Recording: entry spans alone tell the latency of a service that also holds long streams") {
  const Truth t = truth();
  const FramePtr f = fetch(recording(), asked_of_all("spans.latency", {{"service", t.service}}));
  std::map<std::string, int64_t> counts;
  const auto kinds = texts(f, "kind");
  int64_t widest = 0;
  for (size_t row = 0; row < f->rows; ++row) {
    counts[kinds[row]] += f->column("count")->integer(row);
    if (kinds[row] == "server") widest = std::max(widest, f->column("sum")->integer(row) / f->column("count")->integer(row));
  }
  CHECK(counts == std::map<std::string, int64_t>{{"server", 198}, {"internal", 198}, {"client", 143}});
  CHECK(widest < 1'000'000'000);
}

TEST_CASE("Recording: contrast ranks the attribute of the truth first for its operation") {
  const Truth t = truth();
  Ask one = asked("spans.contrast", {{"service", t.service}});
  one.scope.window.from = t.on;
  one.then = Window{t.from, t.on};
  const FramePtr frame = fetch(recording(), one);
  const auto ranked = contrast_kernel.run({frame}, {}, nullptr);
  REQUIRE(ranked.ok());
  const FramePtr f = *ranked;
  bool seen = false;
  const auto operations = texts(f, "operation"), attributes = texts(f, "attribute"), values = texts(f, "value"), states = texts(f, "state");
  for (size_t row = 0; row < f->rows; ++row) {
    if (operations[row] != t.operation || attributes[row] != t.attribute || values[row] != t.value) continue;
    seen = true;
    CHECK(states[row] == "found");
  }
  CHECK(seen);
}

TEST_CASE("Recording: the growing attribute of the truth grows a thousandfold after the fault") {
  const Truth t = truth();
  Ask one = asked("spans.numbers", {{"service", t.service}, {"operation", t.operation}});
  one.scope.window.from = t.on;
  one.then = Window{t.from, t.on};
  const FramePtr f = fetch(recording(), one);
  const auto attributes = texts(f, "attribute"), windows = texts(f, "window");
  const auto values = numbers(f, "value");
  double before = 0, highest = 0;
  for (size_t row = 0; row < f->rows; ++row) {
    if (attributes[row] != t.growing) continue;
    double& side = windows[row] == "then" ? before : highest;
    side = std::max(side, values[row]);
  }
  CHECK(before == 10);
  CHECK(highest > 1e6);
}

TEST_CASE("Recording: the new message stands among the templates with nothing before") {
  const Truth t = truth();
  Ask one = asked_of_all("logs.templates", {{"service", t.service}});
  one.scope.window.from = t.on;
  one.then = Window{t.from, t.on};
  const FramePtr f = fetch(recording(), one);
  const auto templates = texts(f, "template");
  std::map<std::string, std::pair<double, double>> counts;
  for (size_t row = 0; row < f->rows; ++row) counts[templates[row]] = {numbers(f, "before")[row], numbers(f, "after")[row]};
  CHECK(counts["get_product_list: cache miss"] == std::pair<double, double>{0, 72});
  CHECK(counts["get_product_list: cache hit"] == std::pair<double, double>{0, 61});
}

TEST_CASE("Recording: every answer is the same bits on one thread and on four") {
  const auto one = open("sops/memory_leak/replay", {}, {}, {{"threads", 1}});
  const auto four = open("sops/memory_leak/replay", {}, {}, {{"threads", 4}});
  const Measure memory = memory_measure();
  CHECK(hash(*fetch(*one, asked("metric.memory"), &memory)) == hash(*fetch(*four, asked("metric.memory"), &memory)));
  for (const char* kind : {"spans.latency", "spans.slowest", "spans.typical", "spans.contrast", "spans.numbers", "spans.calls",
                           "spans.services", "logs.templates", "logs.search", "logs.count"})
    CHECK(hash(*fetch(*one, asked(kind))) == hash(*fetch(*four, asked(kind))));
}
