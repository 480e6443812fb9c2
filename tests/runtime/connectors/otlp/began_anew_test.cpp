// Columns heap and restart of a measure that names what tells of restarts: counters, start times, whose they are.
// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/connectors/otlp/made.h"

using namespace made;

namespace {

Measure memory() {
  Measure m = memory_measure();
  m.names[3].heap = true;   // jvm.memory.used
  m.restarts = {{"process.cpu.time", "falls"}, {"process_start_time_seconds", "rises"}};
  return m;
}

Json points_at(const std::vector<std::pair<double, double>>& samples, const std::vector<double>& starts = {}) {
  Json out = Json::array();
  for (size_t i = 0; i < samples.size(); ++i)
    out.push_back(point(samples[i].first, samples[i].second, Json::object(), starts.empty() ? -1 : starts[i]));
  return out;
}

// Memory of one process at four instants beside another metric.
FramePtr beside(const std::string& metric, const std::string& kind, const Json& other, const Json& of = resource("a")) {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "process.memory.usage", "By", "gauge", points_at({{0, 10}, {60, 20}, {120, 5}, {180, 9}})));
  d.add("m.jsonl", metric_line(of, metric, "s", kind, other));
  auto c = open(d.path());
  const Measure m = memory();
  return fetch(*c, ask("metric.memory", 0, 200), &m);
}

std::vector<std::string> column(const FramePtr& f, const char* name) {
  std::vector<std::string> out;
  for (size_t i = 0; i < f->rows; ++i)
    out.push_back(f->column(name)->absent(i) ? "-" : f->column(name)->integer(i) ? "yes" : "no");
  return out;
}

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("A counter of the process that falls says that it began anew") {
  const FramePtr f = beside("process.cpu.time", "sum", points_at({{0, 1}, {60, 2}, {120, 0.5}, {180, 1}}));
  CHECK(column(f, "restart") == Told{"-", "no", "yes", "no"});
  CHECK(column(f, "heap") == Told{"no", "no", "no", "no"});
}

TEST_CASE("A counter that went on says that the process went on, one that is far away says nothing") {
  CHECK(column(beside("process.cpu.time", "sum", points_at({{0, 1}, {60, 2}, {120, 3}, {180, 4}})), "restart") == Told{"-", "no", "no", "no"});
  const Json other = points_at({{0, 1}, {60, 2}, {120, 0.5}, {180, 1}});
  CHECK(column(beside("process.cpu.time", "sum", other, resource("b")), "restart") == Told{"-", "-", "-", "-"});
}

TEST_CASE("A counter whose start moves behind its sample before began anew, though its value is higher") {
  const Json moved = points_at({{0, 1}, {60, 2}, {120, 3}, {180, 4}}, {0, 0, 100, 100});
  CHECK(column(beside("process.cpu.time", "sum", moved), "restart") == Told{"-", "no", "yes", "no"});
}

TEST_CASE("A start time that rises says that the process began anew") {
  const Json began = points_at({{0, 1000}, {60, 1000}, {120, 1110}, {180, 1110}});
  CHECK(column(beside("process_start_time_seconds", "gauge", began), "restart") == Told{"-", "no", "yes", "no"});
}

TEST_CASE("A counter that falls all the time is several in one stream and tells nothing") {
  const Json mixed = points_at({{0, 9}, {60, 2}, {120, 10}, {180, 3}});
  CHECK(column(beside("process.cpu.time", "sum", mixed), "restart") == Told{"-", "-", "-", "-"});
}

TEST_CASE("The start time of the memory itself says that the process began anew, and nothing when it stays") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "jvm.memory.used", "By", "sum",
                               points_at({{0, 10}, {60, 20}, {120, 5}, {180, 9}}, {0, 0, 100, 100}), 2, false));
  auto c = open(d.path());
  const Measure m = memory();
  const FramePtr f = fetch(*c, ask("metric.memory", 0, 200), &m);
  CHECK(column(f, "restart") == Told{"-", "-", "yes", "-"});
  CHECK(column(f, "heap") == Told{"yes", "yes", "yes", "yes"});
}

TEST_CASE("A measure that names nothing of restarts has neither column") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "process.memory.usage", "By", "gauge", points_at({{0, 10}, {60, 20}})));
  auto c = open(d.path());
  const Measure plain = memory_measure();
  const FramePtr f = fetch(*c, ask("metric.memory", 0, 200), &plain);
  CHECK(f->column("heap") == nullptr);
  CHECK(f->column("restart") == nullptr);
}
