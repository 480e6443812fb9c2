// Conditions, units and the resolution of measures against what a directory has.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/measures.h"

#include "tests/runtime/connectors/otlp/made.h"

using namespace made;

TEST_CASE("A condition is a value, one of several, a prefix, or anything") {
  using otlp::value_fits;
  CHECK(value_fits("rss", "rss"));
  CHECK(!value_fits("rss", "rss2"));
  CHECK(value_fits("2|4|13", "4"));
  CHECK(!value_fits("2|4|13", "1"));
  CHECK(value_fits("5*", "503"));
  CHECK(!value_fits("5*", "404"));
  CHECK(value_fits("*", "anything"));
}

TEST_CASE("Units of one family convert, those of different families do not") {
  using otlp::unit_factor;
  CHECK(*unit_factor("MiBy", "By") == 1048576);
  CHECK(*unit_factor("ms", "s") == 1e-3);
  CHECK(!unit_factor("ms", "By"));
  CHECK(!unit_factor("", "s"));
}

TEST_CASE("A resolution keeps the names that serve a service, in the order of the measure") {
  Directory d;
  const Json samples = Json::array({point(0, 1)});
  d.add("m.jsonl", metric_line(resource("b"), "jvm.memory.used", "By", "sum", samples, 2, false));
  d.add("m.jsonl", metric_line(resource("a"), "jvm.memory.used", "By", "sum", samples, 2, false));
  d.add("m.jsonl", metric_line(resource("a"), "process.memory.usage", "By", "gauge", samples));
  d.add("m.jsonl", metric_line(resource("a"), "v8js.memory.heap.used", "By", "gauge", samples));
  auto c = open(d.path());
  const auto resolved = c->resolve(memory_measure(), {}, Stop{false});
  REQUIRE(resolved.ok());
  CHECK(resolved->print() == "process.memory.usage | jvm.memory.used (2 services)");
  CHECK(resolved->services == std::vector<std::string>{"a", "b"});
  CHECK(resolved->tried.empty());
}

TEST_CASE("A measure that nothing answers lists what was tried and the nearest existing names") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "jvm.memory.use", "By", "gauge", Json::array({point(0, 1)})));
  auto c = open(d.path());
  const auto resolved = c->resolve(memory_measure(), {}, Stop{false});
  REQUIRE(resolved.ok());
  CHECK(resolved->names.empty());
  CHECK(resolved->tried == std::vector<std::string>{"process.memory.usage", "process.runtime.cpython.memory{type=rss}", "container.memory.usage.total",
                                                    "jvm.memory.used", "v8js.memory.heap.used"});
  CHECK(resolved->nearest == std::vector<std::string>{"jvm.memory.use"});
}

TEST_CASE("The service named on the point goes before the one of the resource") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("collector"), "process.memory.usage", "By", "gauge", Json::array({point(0, 1, {{"service.name", "a"}})})));
  auto c = open(d.path());
  const auto resolved = c->resolve(memory_measure(), {}, Stop{false});
  REQUIRE(resolved.ok());
  CHECK(resolved->services == std::vector<std::string>{"a"});
}
