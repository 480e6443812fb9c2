// The otlp connector as the engine sees it: probe, native text, withheld signals, failures, options.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/connector.h"

#include "tests/runtime/connectors/otlp/made.h"
#include "tests/runtime/connectors/otlp/written.h"

using namespace made;

namespace {

void all_signals(Directory& d) {
  d.add("a.jsonl", metric_line(resource("a"), "process.memory.usage", "By", "gauge", Json::array({point(10, 1)})));
  d.add("a.jsonl", span_line(resource("a"), {{1, 1, 0, "x", 2, 20, 1000}}));
  d.add("a.jsonl", log_line(resource("a"), 90, "hello"));
}

}  // namespace

TEST_CASE("A probe finds the signals and the extent of the recording") {
  Directory d;
  all_signals(d);
  auto c = open(d.path());
  const auto probe = c->probe({}, Stop{false});
  REQUIRE(probe.ok());
  CHECK(probe->signals == std::vector<std::string>{"metrics", "spans", "logs"});
  CHECK(probe->recorded->from.ns == at(10));
  CHECK(probe->recorded->to.ns == at(90) + 1);
}

TEST_CASE("A withheld signal is as if it had never been recorded") {
  Directory d;
  all_signals(d);
  auto c = open(d.path(), {}, {"logs"});
  const auto probe = c->probe({}, Stop{false});
  REQUIRE(probe.ok());
  CHECK(probe->signals == std::vector<std::string>{"metrics", "spans"});
  CHECK(probe->recorded->to.ns == at(21) + 1);
  const Failure f = failure(*c, ask("logs.search", 0, 100));
  CHECK(f.cls == Failure::Class::unsupported);
  CHECK(f.cause.find("no logs here") == 0);
}

TEST_CASE("The native text says metric, scope and window, and is the same every time") {
  Directory d;
  all_signals(d);
  auto c = open(d.path());
  const Measure memory = memory_measure();
  const auto resolved = c->resolve(memory, {}, Stop{false});
  REQUIRE(resolved.ok());
  const std::vector<Ask> asks = {ask("metric.memory", 0, 60, {{"service", "a"}}), ask("spans.slowest", 0, 60, {}, {{"limit", 5}})};
  const auto steps = c->native(asks, {{"memory", *resolved}});
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].native == "otlp metrics process.memory.usage by service,instance [2023-11-14T22:13:20Z, 2023-11-14T22:14:20Z) service=a");
  CHECK(steps[1].native == "otlp spans slowest { limit = 5 } [2023-11-14T22:13:20Z, 2023-11-14T22:14:20Z)");
}

TEST_CASE("A resolution prints its names and how many services have them") {
  Directory d;
  all_signals(d);
  auto c = open(d.path());
  const auto resolved = c->resolve(memory_measure(), {}, Stop{false});
  REQUIRE(resolved.ok());
  CHECK(resolved->print() == "process.memory.usage (1 service)");
}

TEST_CASE("Every ask of a batch has its own outcome, in order") {
  Directory d;
  all_signals(d);
  auto c = open(d.path());
  const std::vector<Ask> asks = {ask("spans.services", 0, 60), ask("spans.nonsense", 0, 60), ask("logs.search", 0, 100)};
  const auto answers = c->fetch(asks, c->native(asks, {}), {}, {}, Stop{false});
  REQUIRE(answers.size() == 3);
  CHECK(std::holds_alternative<FramePtr>(answers[0]));
  CHECK(std::get<Failure>(answers[1]).cls == Failure::Class::unsupported);
  CHECK(std::get<FramePtr>(answers[2])->rows == 1);
}

TEST_CASE("A native ask names the kind of source that understands it") {
  Directory d;
  all_signals(d);
  auto c = open(d.path());
  for (const auto& [kind, source] : std::vector<std::pair<std::string, std::string>>{
           {"promql", "prometheus"}, {"ppl", "opensearch"}, {"sql", "opensearch"}, {"dsl", "opensearch"}, {"jaeger", "jaeger"}}) {
    Ask one = ask("logs.search", 0, 60);
    one.kind = kind;
    const Failure f = failure(*c, one);
    CHECK(f.cls == Failure::Class::unsupported);
    CHECK(f.cure.find("kind " + source) != std::string::npos);
  }
}

TEST_CASE("A stopped fetch is a failure, never an empty frame") {
  Directory d;
  all_signals(d);
  auto c = open(d.path());
  const Stop stop{true};
  const auto answers = c->fetch({ask("spans.services", 0, 60)}, {}, {}, {}, stop);
  CHECK(std::get<Failure>(answers.front()).cls == Failure::Class::cancelled);
}

TEST_CASE("A deadline that has passed is a timeout") {
  Directory d;
  all_signals(d);
  auto c = open(d.path());
  const auto answers = c->fetch({ask("spans.services", 0, 60)}, {}, {}, Deadline{1}, Stop{false});
  CHECK(std::get<Failure>(answers.front()).cls == Failure::Class::timeout);
}

TEST_CASE("Bad lines above one in a thousand make every answer of the signal partial") {
  Directory d;
  all_signals(d);
  d.add("a.jsonl", "{\"resourceSpans\":[{\"scopeSpans\":\n");
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.services", 0, 60));
  CHECK(f->marks.partial.find("1 bad lines skipped (a.jsonl:4") == 0);
}

TEST_CASE("One bad line in a thousand is a note, one in fewer makes the answer partial, with its line number") {
  for (const int lines : {1000, 999}) {
    Directory d;
    std::string text = "{\"resourceSpans\": cut\n";
    for (int i = 1; i < lines; ++i) text += span_line(resource("a"), {{i, 1, 0, "x", 2, 20, 1000}});
    d.add("a.jsonl", text);
    auto c = open(d.path());
    const FramePtr f = fetch(*c, ask("spans.services", 0, 60));
    const std::string said = "1 bad lines skipped (a.jsonl:1: cut or not JSON)";
    if (lines == 1000) {
      CHECK(f->marks.partial.empty());
      CHECK(std::find(f->marks.notes.begin(), f->marks.notes.end(), said) != f->marks.notes.end());
    } else {
      CHECK(f->marks.partial == said + " of 999");
    }
  }
}

TEST_CASE("A last line that is cut is named by the probe and by answers") {
  Directory d;
  all_signals(d);
  const std::string last = span_line(resource("b"), {{2, 2, 0, "y", 2, 30, 1000}});
  d.add("a.jsonl", last.substr(0, last.size() / 2));
  auto c = open(d.path());
  const auto probe = c->probe({}, Stop{false});
  REQUIRE(probe.ok());
  REQUIRE(probe->notes.size() == 1);
  CHECK(probe->notes[0].find("spans: 1 bad lines skipped (a.jsonl:4: ") == 0);
  CHECK(fetch(*c, ask("spans.services", 0, 60))->rows == 1);
}

TEST_CASE("A packed file that breaks off makes answers partial and is named") {
  const std::string whole = written::gzip(span_line(resource("a"), {{1, 1, 0, "x", 2, 20, 1000}, {2, 2, 0, "y", 2, 20, 1000}}));
  Directory d;
  d.add("a.jsonl", span_line(resource("a"), {{3, 3, 0, "z", 2, 20, 1000}}));
  d.add("b.gz", whole.substr(0, whole.size() - 9));
  auto c = open(d.path());
  const FramePtr f = fetch(*c, ask("spans.services", 0, 60));
  CHECK(f->marks.partial.find("b.gz: ends inside the gzip stream") != std::string::npos);
  const auto probe = c->probe({}, Stop{false});
  REQUIRE(probe.ok());
  CHECK(std::find(probe->notes.begin(), probe->notes.end(), "spans: b.gz: ends inside the gzip stream") != probe->notes.end());
}

TEST_CASE("Records skipped inside good lines are told, and make the answer partial above one in a thousand") {
  Directory d;
  all_signals(d);
  d.add("a.jsonl", R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"without ids"}]}]}]})" "\n");
  auto c = open(d.path());
  CHECK(fetch(*c, ask("spans.services", 0, 60))->marks.partial == "1 record skipped of 2 records");
}

TEST_CASE("A wrong option or signal of a source is an error that names the right one") {
  Directory d;
  all_signals(d);
  SourceConfig config;
  config.kind = "otlp";
  config.at = d.path();
  config.options = {{"thread", 2}};
  CHECK(make_connector(config).error().cure.find("threads") != std::string::npos);
  config.options = {};
  config.without = {"span"};
  CHECK(make_connector(config).error().cure.find("spans") != std::string::npos);
  config.without = {};
  config.kind = "otpl";
  CHECK(make_connector(config).error().cure.find("otlp") != std::string::npos);
}

TEST_CASE("A path that does not exist is an error when the source is made") {
  SourceConfig config;
  config.kind = "otlp";
  config.at = "/nonexistent/recording";
  CHECK(make_connector(config).error().code == Code::not_found);
}
