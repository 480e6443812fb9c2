// From the text of a SOP to its value: what is filled in, merged and placed.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/reader.h"

#include <catch2/catch.hpp>

#include "bindings/script/catalogue_reader.h"
#include "bindings/script/test_reader.h"
#include "runtime/base/text.h"
#include "runtime/machine/slots.h"

using namespace inquest;

namespace {

const Catalogue& reader_catalogue() {
  static const Catalogue value = [] {
    const auto files = catalogue_files({"stdlib"}, "tests/check");
    REQUIRE(files);
    return read_catalogue(*files).catalogue;
  }();
  return value;
}

Sop sop(const std::string& text) {
  Read read = read_sop(text, "f.lua", reader_catalogue());
  for (const Diagnostic& problem : read.problems) UNSCOPED_INFO(problem.print());
  REQUIRE(read.problems.empty());
  REQUIRE(read.sop);
  return std::move(*read.sop);
}

using Said = std::vector<std::string>;

Said tests_of(const std::string& text, const Sop* of = nullptr) {
  Said out;
  for (const Diagnostic& problem : read_sop_tests(text, "sop_test.lua", reader_catalogue(), of).problems) out.push_back(std::to_string(problem.at.line) + " " + problem.message);
  return out;
}

}  // namespace

TEST_CASE("the shipped memory-leak SOP reads as its states, contexts and hypotheses in the order of the text") {
  const auto text = read_file("sops/memory_leak/sop.lua");
  REQUIRE(text);
  const Sop s = sop(*text);
  Said states, contexts, hypotheses;
  for (const State& state : s.states) states.push_back(state.name);
  for (const Context& context : s.contexts) contexts.push_back(context.name);
  for (const Hypothesis& h : s.hypotheses) hypotheses.push_back(h.name);
  CHECK(states == Said{"overview", "gather", "metrics", "latency", "services_latency", "service_traces", "traces", "correlate", "logs", "overlay", "logs_diff"});
  CHECK(contexts == Said{"time", "service", "log"});
  CHECK(hypotheses == Said{"leak", "unbounded_cache", "load"});
  CHECK(s.state("metrics")->fork == "gather");
  CHECK(s.state("gather")->branches == Said{"metrics", "latency"});
  CHECK(s.chain(s.state("logs")->context) == std::vector<int>{0, 1, 2});
  CHECK(s.inputs.at(0).fallback == Value(Duration{3600 * ns_per_s}));
}

TEST_CASE("the shipped memory-leak SOP stays under a hundred lines") {
  const auto text = read_file("sops/memory_leak/sop.lua");
  REQUIRE(text);
  CHECK(split(*text, '\n').size() < 100);
}

TEST_CASE("a title is the name when none is given") {
  const Sop s = sop("return sop \"x\" { start = \"s\", info \"a\" { say = \"b\", on \"c\" { to = \"done\" } } }");
  CHECK(s.title == "x");
  CHECK(s.state("a")->title == "a");
}

TEST_CASE("against, outside and where of a state hold for its asks, an ask's own words win and metrics get no where") {
  const Sop s = sop(R"(return sop "x" { start = "s",
    query "q" { against = "7d earlier", outside = { "service" }, where = { status = "error", kind = "client" }, from = "other",
      ask = { a = spans.latency { against = "1d earlier", outside = { "operation" }, where = { kind = "server" } }, b = metric.cpu {} },
      on "c" { to = "done" } } })");
  const AskSpec& a = s.state("q")->asks.at(0);
  const AskSpec& b = s.state("q")->asks.at(1);
  CHECK(a.against == "1d earlier");
  CHECK(b.against == "7d earlier");
  CHECK(a.outside == Said{"operation", "service"});
  CHECK(b.outside == Said{"service"});
  CHECK(a.where == Map{{"kind", "server"}, {"status", "error"}});
  CHECK(b.where.empty());
  CHECK(b.from == "other");
}

TEST_CASE("a bare kind of a hypothesis is the condition that it was found") {
  const Sop s = sop(R"(return sop "x" { start = "s", info "a" { say = "b", on "c" { to = "done" } },
    hypothesis "h" { say = "i", needs = { "k", not_found "l" } } })");
  CHECK(print_condition(s.hypotheses.at(0).needs.at(0)) == "found \"k\"");
  CHECK(print_condition(s.hypotheses.at(0).needs.at(1)) == "not_found \"l\"");
  CHECK(s.hypotheses.at(0).of == Said{"service"});
}

TEST_CASE("native text, its options and its lifted names are told apart") {
  const Sop s = sop(R"(return sop "x" { start = "s", query "q" { ask = { a = promql [[up{service=$service}]] { unit = "1", outside = { "service" } } }, on "c" { to = "done" } } })");
  const AskSpec& a = s.state("q")->asks.at(0);
  CHECK(a.kind == "promql");
  CHECK(a.native == "up{service=$service}");
  CHECK(a.args == Map{{"unit", "1"}});
  CHECK(a.outside == Said{"service"});
}

TEST_CASE("every element and field has its place") {
  const Sop s = sop("return sop \"x\" {\n  start = \"s\",\n  context \"c\" { window = \"1h\",\n    info \"a\" { say = \"b\", on \"c\" {\n      to = \"done\" } },\n  },\n}");
  CHECK(s.contexts.at(0).at == Position{3, 3});
  CHECK(s.contexts.at(0).places.at("window") == Position{3, 26});
  CHECK(s.states.at(0).at == Position{4, 5});
  CHECK(s.states.at(0).edges.at(0).at == Position{4, 27});
  CHECK(s.states.at(0).edges.at(0).to_at == Position{5, 12});
}

TEST_CASE("a slot takes the frame that is named, else the only one that fits, else nothing") {
  const Sop s = sop(R"(return sop "x" { start = "s",
    query "q" { ask = { load = metric.request_rate {}, errors = metric.error_rate {} }, on "c" { to = "r" } },
    review "r" { of = { "q" }, ask = { own = metric.request_rate {} }, with = { reviews.rise_of_load { load = q.load, times = 3 }, reviews.rise_of_errors {} }, on "c" { to = "done" } } })");
  const State& r = *s.state("r");
  CHECK(bind_slots(s, reader_catalogue(), r, r.with.at(0)).frames == std::map<std::string, std::string>{{"load", "q.load"}});
  CHECK(bind_slots(s, reader_catalogue(), r, r.with.at(1)).frames == std::map<std::string, std::string>{{"calls", ""}, {"errors", "q.errors"}});
  CHECK(options_of(reader_catalogue(), r.with.at(0)) == Map{{"times", 3}, {"side", "up"}, {"strict", false}});
}

TEST_CASE("a generic review yields the kind that is named where it is used") {
  CHECK(kinds_of(reader_catalogue(), ReviewUse{"over", {{"yields", "full"}}}) == Said{"full"});
  CHECK(kinds_of(reader_catalogue(), ReviewUse{"over", {}}) == Said{"over"});
}

TEST_CASE("a test of a SOP reads with its data, answers, window and expectations") {
  const Sop s = sop(R"(return sop "x" { start = "s", input = { n = number }, suggest "a" { say = "b", on "go" { to = "done" } }, hypothesis "h" { say = "i", needs = { "k" } } })");
  const ReadTests read = read_sop_tests(R"(return { test "it is so" { data = "replay", from = "2026-11-21T10:00:00Z", to = "2026-11-21T11:00:00Z", without = { "logs" },
      answer = { a = "go" }, input = { n = 3 },
      expect { verdict = "confirmed", hypothesis = "h", subject = { service = "s" }, exit = 0 }, at "a" { found "k" { n = above(2) } }, path { "a" } } })",
      "sop_test.lua", reader_catalogue(), &s);
  for (const Diagnostic& problem : read.problems) UNSCOPED_INFO(problem.print());
  REQUIRE(read.problems.empty());
  const SopTest& t = read.tests.at(0);
  CHECK((t.name == "it is so" && t.data == "replay" && t.without == Said{"logs"}));
  CHECK(t.to->ns - t.from->ns == 3600 * ns_per_s);
  CHECK(t.answer.at("a") == "go");
  CHECK(t.input == Map{{"n", 3}});
  CHECK((t.expect->verdict == "confirmed" && t.expect->hypothesis == "h" && t.expect->subject.at("service") == "s" && t.expect->exit == 0));
  CHECK(print_condition(t.ats.at(0).conditions.at(0)) == "found \"k\" { n = above(2) }");
  CHECK(t.path == Said{"a"});
}

TEST_CASE("mistakes in tests of a SOP are named with their line") {
  const Sop s = sop(R"(return sop "x" { start = "s", suggest "a" { say = "b", on "go" { to = "done" } } })");
  CHECK(tests_of("return {}") == Said{"1 the file has no test"});
  CHECK(tests_of("return { test \"t\" { expect { verdict = \"confirmed\" } } }") == Said{"1 test \"t\" examines no data"});
  CHECK(tests_of("return { test \"t\" { data = \"d\" } }") == Said{"1 test \"t\" expects nothing"});
  CHECK(tests_of("return { test \"t\" { data = \"d\", expect { verdict = \"confirmd\" } } }") == Said{"1 unknown verdict `confirmd`"});
  CHECK(tests_of("return { test \"t\" { data = \"d\", exspect { verdict = \"confirmed\" }, path { \"a\" } } }") == Said{"1 unknown word `exspect`"});
  CHECK(tests_of("return { test \"t\" { data = \"d\", without = { \"traces\" }, path { \"a\" } } }") == Said{"1 unknown signal `traces`"});
  CHECK(tests_of("return { test \"t\" { data = \"d\", path { \"b\" } } }", &s) == Said{"1 the SOP has no state `b`"});
  CHECK(tests_of("return { test \"t\" { data = \"d\", answer = { a = \"stop\" }, path { \"a\" } } }", &s) == Said{"1 \"a\" has no edge \"stop\""});
  CHECK(tests_of("return { test \"t\" { data = \"d\", expect { verdict = \"confirmed\", hypothesis = \"h\" } } }", &s) == Said{"1 the SOP has no hypothesis `h`"});
}
