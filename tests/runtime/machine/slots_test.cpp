// Slots: which frame a review takes, and what is said when none or two fit.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/slots.h"

#include <catch2/catch.hpp>

using namespace inquest;

namespace {

Catalogue slot_catalogue() {
  Catalogue out;
  for (const char* kind : {"metric.load", "metric.cpu"}) {
    AskRow row;
    row.kind = kind;
    row.signal = "metrics";
    row.shape = "series";
    out.asks.push_back(row);
  }
  AskRow native;
  native.kind = "promql";
  native.shape = "table";
  native.native = true;
  out.asks.push_back(native);
  ReviewContract rise;
  rise.name = "rise";
  rise.takes = {{"load", "metric.load"}, {"cpu", "metric.cpu", "", true}};
  rise.options = {{"times", Value(Term{"number", {}, {{"default", Value(1.5)}}})}, {"note", Value(Term{"text"})}};
  rise.yields = {{"up", {"service"}}};
  out.reviews.push_back(rise);
  ReviewContract over;
  over.name = "over";
  over.takes = {{"series", "", "series"}};
  over.yields = {{"over", {"service"}}};
  over.generic = true;
  out.reviews.push_back(over);
  return out;
}

AskSpec slot_ask(const std::string& name, const std::string& kind) {
  AskSpec out;
  out.name = name;
  out.kind = kind;
  return out;
}

// A fork of two queries and a review of it.
Sop sop(std::vector<AskSpec> one, std::vector<AskSpec> two, std::vector<AskSpec> own) {
  Sop out;
  out.states.resize(4);
  out.states[0].name = "both";
  out.states[0].kind = State::Kind::fork;
  out.states[0].branches = {"one", "two"};
  for (size_t i : {1, 2}) {
    out.states[i].name = i == 1 ? "one" : "two";
    out.states[i].kind = State::Kind::query;
    out.states[i].fork = "both";
    out.states[i].asks = i == 1 ? one : two;
  }
  out.states[3].name = "judge";
  out.states[3].kind = State::Kind::review;
  out.states[3].of = {"both"};
  out.states[3].asks = own;
  return out;
}

using Frames = std::map<std::string, std::string>;
std::vector<std::string> rules(const SlotBinding& binding) {
  std::vector<std::string> out;
  for (const SlotProblem& problem : binding.problems) out.push_back(problem.slot + " " + problem.rule);
  return out;
}
using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("own asks are in sight first, then those of the states in `of`, a fork standing for its queries") {
  const Sop s = sop({slot_ask("a", "metric.load")}, {slot_ask("b", "metric.cpu")}, {slot_ask("c", "metric.cpu")});
  Said names;
  for (const auto& [name, spec] : frames_in_sight(s, s.states[3])) names.push_back(name);
  CHECK(names == Said{"judge.c", "one.a", "two.b"});
}

TEST_CASE("a slot takes the one frame of its ask and an optional one without a frame stays empty") {
  const Sop s = sop({slot_ask("a", "metric.load")}, {}, {});
  const SlotBinding bound = bind_slots(s, slot_catalogue(), s.states[3], {"rise"});
  CHECK(bound.frames == Frames{{"cpu", ""}, {"load", "one.a"}});
  CHECK(bound.problems.empty());
}

TEST_CASE("two frames that fit are refused until one is named") {
  const Sop s = sop({slot_ask("a", "metric.load")}, {slot_ask("b", "metric.load")}, {});
  CHECK(rules(bind_slots(s, slot_catalogue(), s.states[3], {"rise"})) == Said{"load two-frames"});
  const SlotBinding named = bind_slots(s, slot_catalogue(), s.states[3], {"rise", {{"load", "two.b"}}});
  CHECK(named.problems.empty());
  CHECK(named.frames.at("load") == "two.b");
}

TEST_CASE("a required slot without a frame, an unknown frame and one of another ask are refused") {
  const Sop s = sop({slot_ask("a", "metric.cpu")}, {}, {});
  CHECK(rules(bind_slots(s, slot_catalogue(), s.states[3], {"rise"})) == Said{"load no-frame"});
  CHECK(rules(bind_slots(s, slot_catalogue(), s.states[3], {"rise", {{"load", "one.x"}}})) == Said{"load unknown-frame"});
  CHECK(rules(bind_slots(s, slot_catalogue(), s.states[3], {"rise", {{"load", "one.a"}}})) == Said{"load wrong-frame"});
}

TEST_CASE("a slot by shape takes a native ask only when it is asked for as that shape") {
  AskSpec native = slot_ask("n", "promql");
  native.native = "up";
  CHECK(rules(bind_slots(sop({native}, {}, {}), slot_catalogue(), sop({native}, {}, {}).states[3], {"over"})) == Said{"series no-frame"});
  native.args = {{"as", "series"}};
  const Sop s = sop({native}, {}, {});
  CHECK(bind_slots(s, slot_catalogue(), s.states[3], {"over"}).frames.at("series") == "one.n");
}

TEST_CASE("options are those written, then the defaults of the contract, without slots") {
  CHECK(options_of(slot_catalogue(), {"rise", {{"load", "one.a"}, {"note", "n"}}}) == Map{{"times", 1.5}, {"note", "n"}});
}

TEST_CASE("the kind that a use of a generic review names goes with its options") {
  CHECK(*find(options_of(slot_catalogue(), {"over", {{"yields", "full"}}}), "yields") == Value("full"));
  CHECK(find(options_of(slot_catalogue(), {"over"}), "yields") == nullptr);
}

TEST_CASE("a generic review yields the kind that its use names") {
  CHECK(kinds_of(slot_catalogue(), {"over", {{"yields", "full"}}}) == Said{"full"});
  CHECK(kinds_of(slot_catalogue(), {"over"}) == Said{"over"});
  CHECK(kinds_of(slot_catalogue(), {"rise", {{"yields", "full"}}}) == Said{"up"});
}
