// A Sop read back from its JSON form.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "runtime/model/sop_json.h"

using namespace inquest;

namespace {

Sop whole() {
  Sop sop;
  sop.name = "whole";
  sop.title = "All parts";
  sop.start = "begin";
  sop.matches = {"a", "b"};
  sop.at.line = 1;
  InputSpec input{"window", "duration"};
  input.fallback = Value(Duration{3600 * ns_per_s});
  input.choices = {"x"};
  input.doc = "how far back";
  input.optional = true;
  sop.inputs = {input};
  Context outer, inner;
  outer.name = "time";
  outer.window = "$window";
  inner.name = "service";
  inner.parent = 0;
  inner.about = "rise";
  inner.only = {"service"};
  inner.names = {"onset"};
  inner.top = 3;
  Condition rise, either;
  rise.kind = "rise";
  rise.match = {{"times", Term{"above", {14.5}, {}}}};
  either.op = Condition::Op::any_of;
  either.of = {rise, rise};
  either.of[1].op = Condition::Op::not_found;
  Edge edge;
  edge.label = "go";
  edge.to = "done";
  edge.when = either;
  edge.why = "because";
  edge.says = "it is";
  edge.at.line = 9;
  inner.edges = {edge};
  sop.contexts = {outer, inner};
  State fork, query, review;
  fork.kind = State::Kind::fork;
  fork.name = "all";
  fork.branches = {"ask"};
  fork.edges = {edge};
  query.kind = State::Kind::query;
  query.name = "ask";
  query.title = "Ask";
  query.fork = "all";
  query.context = 1;
  AskSpec ask;
  ask.name = "memory";
  ask.kind = "metric.memory";
  ask.args = {{"limit", 5}};
  ask.native = "x";
  ask.from = "files";
  ask.against = "7d earlier";
  ask.outside = {"service"};
  ask.where = {{"kind", "server"}};
  query.asks = {ask};
  review.kind = State::Kind::review;
  review.name = "judge";
  review.of = {"all"};
  review.say = "look";
  ReviewUse use;
  use.review = "growth";
  use.options = {{"over", 2.5}};
  review.with = {use};
  sop.states = {fork, query, review};
  Hypothesis leak;
  leak.name = "leak";
  leak.say = "it leaks";
  leak.needs = {rise};
  leak.helps = {either};
  leak.refuted_by = {rise};
  leak.explains = {"other"};
  leak.of = {"service", "operation"};
  sop.hypotheses = {leak};
  return sop;
}

}  // namespace

TEST_CASE("a SOP read from its JSON form writes the same form again") {
  const Json written = sop_json(whole());
  const auto read = json_sop(written);
  REQUIRE(read.ok());
  CHECK(canonical(sop_json(*read)) == canonical(written));
  CHECK(read->states[1].context == 1);
  CHECK(read->states[0].context == -1);
  CHECK(read->contexts[1].parent == 0);
  CHECK(read->hypotheses[0].helps[0] == whole().hypotheses[0].helps[0]);
}

TEST_CASE("a SOP document that is not one is an error that names the member") {
  const auto error = [](const char* text) {
    const auto json = parse_json(text, "x");
    REQUIRE(json.ok());
    const auto read = json_sop(*json);
    return read ? std::string("read") : read.error().message;
  };
  CHECK(error("[]").find("an object is wanted") != std::string::npos);
  CHECK(error("{}") == "sop: `name` is missing");
  CHECK(error(R"({"name":"a","states":[{"name":"b","kind":"loop"}]})").find("no such `kind`: loop") != std::string::npos);
  CHECK(error(R"({"name":"a","states":[{"name":"b","kind":"info","context":"c"}]})") == "sop: state b is in no such context: c");
  CHECK(error(R"({"name":"a","contexts":[{"name":"b","parent":"b"}]})") == "sop: context b has no such parent: b");
  CHECK(error(R"({"name":"a","states":[{"name":"b","kind":"info","edges":[{"on":"x","when":{"op":"maybe"}}]}]})").find("no such `op`: maybe") !=
        std::string::npos);
}
