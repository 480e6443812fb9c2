// Look-ups in a Sop, printed conditions, and the whole as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/sop.h"

#include <catch2/catch.hpp>

#include "runtime/model/sop_json.h"

using namespace inquest;

namespace {

Condition found(const char* kind, Map match = {}) {
  Condition condition;
  condition.kind = kind;
  condition.match = std::move(match);
  return condition;
}

Sop small() {
  Sop sop;
  sop.name = "small";
  sop.start = "begin";
  sop.at = {1, 8};
  InputSpec input{"window", "duration"};
  input.fallback = Value(Duration{3600 * ns_per_s});
  input.at = {3, 13};
  sop.inputs = {input};
  Context time;
  time.name = "time";
  time.window = "$window";
  time.only = {"service"};
  time.at = {4, 3};
  Context service;
  service.name = "service";
  service.parent = 0;
  service.about = "rise";
  service.top = 3;
  service.at = {9, 5};
  sop.contexts = {time, service};
  State query;
  query.kind = State::Kind::query;
  query.name = "ask";
  query.context = 1;
  query.at = {10, 7};
  AskSpec ask;
  ask.name = "memory";
  ask.kind = "metric.memory";
  ask.args = {{"limit", 5}};
  ask.at = {11, 15};
  query.asks = {ask};
  Edge edge{"go", "done"};
  edge.when = found("rise", {{"times", Term{"above", {2}, {}}}});
  edge.at = {12, 9};
  query.edges = {edge};
  sop.states = {query};
  Hypothesis leak;
  leak.name = "leak";
  leak.needs = {found("rise")};
  leak.at = {15, 3};
  sop.hypotheses = {leak};
  return sop;
}

}  // namespace

TEST_CASE("conditions print as they stand in a SOP") {
  CHECK(print_condition(found("budget_burn", {{"times", Term{"above", {14.4}, {}}}, {"stage", "prod"}})) ==
        "found \"budget_burn\" { times = above(14.4), stage = \"prod\" }");
  Condition none = found("b");
  none.op = Condition::Op::not_found;
  Condition both;
  both.op = Condition::Op::all_of;
  both.of = {found("a"), none};
  CHECK(print_condition(both) == "all_of { found \"a\", not_found \"b\" }");
}

TEST_CASE("conditions are equal whatever their positions") {
  Condition a = found("x"), b = found("x");
  b.at = {7, 7};
  CHECK(a == b);
  b.match = {{"times", 1}};
  CHECK_FALSE(a == b);
}

TEST_CASE("states and contexts are found by name") {
  const Sop sop = small();
  REQUIRE(sop.state("ask"));
  CHECK(sop.state("ask")->shown() == "ask");
  CHECK(sop.state("none") == nullptr);
  CHECK(sop.state_index("none") == -1);
  CHECK(sop.context_index("service") == 1);
  CHECK(sop.context_index("ask") == -1);
}

TEST_CASE("the chain of a context begins with the outermost") {
  const Sop sop = small();
  CHECK(sop.chain(1) == std::vector<int>{0, 1});
  CHECK(sop.chain(0) == std::vector<int>{0});
  CHECK(sop.chain(-1).empty());
  CHECK(sop.chain(9).empty());
}

TEST_CASE("a chain ends even where parents run in a circle") {
  Sop sop = small();
  sop.contexts[0].parent = 1;
  CHECK(sop.chain(1).size() == 2);
}

TEST_CASE("every kind of state has its word") {
  using Kind = State::Kind;
  CHECK(std::string(kind_name(Kind::info)) == "info");
  CHECK(std::string(kind_name(Kind::query)) == "query");
  CHECK(std::string(kind_name(Kind::review)) == "review");
  CHECK(std::string(kind_name(Kind::suggest)) == "suggest");
  CHECK(std::string(kind_name(Kind::fork)) == "fork");
}

TEST_CASE("a whole SOP as JSON shows what was written, with lines") {
  CHECK(canonical(sop_json(small())) ==
        R"({"name":"small","start":"begin",)"
        R"("inputs":[{"name":"window","type":"duration","default":{"duration":"1h"},"line":3}],)"
        R"("states":[{"name":"ask","kind":"query","asks":[{"name":"memory","kind":"metric.memory","args":{"limit":5},"line":11}],)"
        R"("edges":[{"on":"go","to":"done","when":{"op":"found","kind":"rise","match":{"times":{"term":"above","args":[2]}}},"line":12}],)"
        R"("context":"service","line":10}],)"
        R"("contexts":[{"name":"time","window":"$window","only":["service"],"line":4},)"
        R"({"name":"service","parent":"time","about":"rise","top":3,"line":9}],)"
        R"("hypotheses":[{"name":"leak","needs":[{"op":"found","kind":"rise"}],"of":["service"],"line":15}],"line":1})");
}
