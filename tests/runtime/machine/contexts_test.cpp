// Contexts: entered and left one by one, names bound from one finding, rounds of `top`.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/runtime/machine/sops.h"

using namespace inquest;
using namespace inquest::test;

namespace {

const Catalogue words = catalogue({"one", "two"});
const Subject a = {{"service", "a"}}, b = {{"service", "b"}}, c = {{"service", "c"}};

// review "r" outside, then "in" inside a context about "x".
Sop about_sop(int top = 0) {
  Sop sop;
  const int context = add_context(sop, "ctx", -1, "x", {"service"}, {"onset", "times", "ids"});
  sop.contexts[0].top = top;
  sop.contexts[0].edges = {on("over", "after")};
  sop.states = {review("r", {use("one")}, {on("go", "in")}),
                suggest("in", {on("next one", top ? "next" : "after")}, context),
                suggest("after", {on("back", "in"), on("end", "done")})};
  return sop;
}
Driver entered(const Sop& sop, Rows rows, std::optional<std::string> pick = {}) {
  Driver d(sop, words);
  d.step(started());
  d.reviewed(std::move(rows));
  d.choose("go", std::move(pick));
  return d;
}

}  // namespace

TEST_CASE("entering a state leaves inner contexts innermost first and enters the new ones outermost first") {
  Sop sop;
  const int outer = add_context(sop, "outer"), left1 = add_context(sop, "left1", outer),
            left2 = add_context(sop, "left2", left1);
  const int right1 = add_context(sop, "right1", outer), right2 = add_context(sop, "right2", right1);
  sop.states = {suggest("l", {on("go", "r")}, left2), suggest("r", {on("end", "done")}, right2)};
  Driver d(sop, words);
  d.step(started());
  CHECK(trace(d.last) == Words{"enter 0", "enter 1", "enter 2", "state l", "offer l"});
  d.choose("go");
  CHECK(trace(d.last) == Words{"leave 2", "leave 1", "enter 3", "enter 4", "state r", "offer r"});
  d.choose("end");
  CHECK(trace(d.last) == Words{"leave 4", "leave 3", "leave 0", "finish end"});
}

TEST_CASE("an edge to a state of the same context stays inside") {
  Sop sop;
  const int context = add_context(sop, "ctx");
  sop.states = {suggest("entry", {on("on", "more")}, context), suggest("more", {on("back", "entry")}, context)};
  Driver d(sop, words);
  d.step(started());
  d.choose("on");
  d.choose("back");
  CHECK(trace(d.last) == Words{"state entry", "offer entry"});
}

TEST_CASE("all names of a context come from the strongest finding of its kind, typed") {
  const Sop sop = about_sop();
  Finding weak = finding("x", a, 0.3), strong = finding("x", b, 0.9);
  strong.onset = minute(7);
  strong.numbers["times"] = 2.5;
  strong.lists["ids"] = {"t1", "t2"};
  const Driver d = entered(sop, {{weak, strong}, {}, {}});
  const auto& in = d.only<EnterContext>();
  CHECK(in.finding == "F2");
  CHECK(in.scope.names == b);
  CHECK(*find(in.names, "onset") == Value(minute(7)));
  CHECK(*find(in.names, "times") == Value(2.5));
  CHECK(*find(in.names, "ids") == Value(List{"t1", "t2"}));
}

TEST_CASE("findings equally strong are taken in the order of the subject text") {
  const Driver d = entered(about_sop(), {{finding("x", b), finding("x", a)}, {}, {}});
  CHECK(d.only<EnterContext>().scope.names == a);
}

TEST_CASE("a person may pick the finding, and the offer lists them strongest first") {
  const Sop sop = about_sop();
  Driver d(sop, words);
  d.step(started());
  d.reviewed({{finding("x", a, 0.3), finding("x", b, 0.9)}, {}, {}});
  CHECK(d.only<Offer>().picks.at("go") == Words{"F2", "F1"});
  d.choose("go", "F1");
  CHECK(d.only<EnterContext>().scope.names == a);
}

TEST_CASE("a context sees only findings that agree with the scope around it") {
  Sop sop;
  const int outer = add_context(sop, "outer", -1, "x", {"service"}),
            inner = add_context(sop, "inner", outer, "y", {"operation"});
  sop.states = {review("r", {use("one")}, {on("go", "in")}), suggest("in", {on("end", "done")}, inner)};
  const Driver d = entered(sop, {{finding("x", a, 0.5), finding("y", {{"service", "a"}, {"operation", "p"}}, 0.2),
                                  finding("y", {{"service", "b"}, {"operation", "q"}}, 0.9)},
                                 {},
                                 {}});
  CHECK(d.machine.scope(d.snapshot).names == Subject{{"operation", "p"}, {"service", "a"}});
}

TEST_CASE("without a finding the names are unknown and the walk goes on") {
  const Driver d = entered(about_sop(), {});
  const auto& in = d.only<EnterContext>();
  CHECK_FALSE(in.finding);
  CHECK(in.scope.names.empty());
  CHECK(find(in.names, "service")->null());
  CHECK(d.snapshot.state == "in");
}

TEST_CASE("without `about` a context narrows by what is bound, and not by an optional input nobody gave") {
  Sop sop;
  const int context = add_context(sop, "ctx", -1, "", {"service", "namespace"});
  sop.states = {suggest("s", {on("end", "done")}, context)};
  sop.inputs.resize(2);
  sop.inputs[0].name = "service";
  sop.inputs[1].name = "namespace";
  Driver d(sop, words);
  d.step(started({{"service", "a"}, {"namespace", Value()}}));
  CHECK(d.machine.scope(d.snapshot).names == a);
  CHECK(d.snapshot.stack[0].unknown.empty());
}

TEST_CASE("rebinding service drops operation, instance and version") {
  Sop sop;
  const int outer = add_context(sop, "outer", -1, "", {"namespace", "operation", "instance", "version"});
  const int inner = add_context(sop, "inner", outer, "x", {"service"});
  sop.states = {review("r", {use("one")}, {on("go", "in")}, outer), suggest("in", {on("end", "done")}, inner)};
  Driver d(sop, words);
  d.step(started({{"namespace", "n"}, {"operation", "o"}, {"instance", "i"}, {"version", "v"}}));
  CHECK(d.machine.scope(d.snapshot).names.size() == 4);
  d.reviewed({{finding("x", a)}, {}, {}});
  d.choose("go");
  CHECK(d.machine.scope(d.snapshot).names == Subject{{"namespace", "n"}, {"service", "a"}});
}

TEST_CASE("leaving a context restores the scope around it") {
  Driver d = entered(about_sop(), {{finding("x", a)}, {}, {}});
  d.choose("next one");
  CHECK(d.machine.scope(d.snapshot).names.empty());
}

TEST_CASE("`top` walks the context once per finding, strongest first, then follows the context's own edge") {
  Driver d = entered(about_sop(2), {{finding("x", a, 0.3), finding("x", b, 0.9), finding("x", c, 0.6)}, {}, {}});
  CHECK(d.only<EnterContext>().scope.names == b);
  CHECK(d.only<EnterContext>().rounds == 2);
  d.choose("next one");
  CHECK(trace(d.last) == Words{"leave 0", "enter 0", "state in", "offer in"});
  CHECK(d.only<EnterContext>().scope.names == c);
  CHECK(d.only<EnterState>().round == 2);
  CHECK(d.only<EnterState>().via == "next one");
  d.choose("next one");
  CHECK(trace(d.last) == Words{"leave 0", "state after", "offer after"});
  CHECK(d.only<EnterState>().via == "over");
}

TEST_CASE("`top` without a finding is one round with unknown names") {
  Driver d = entered(about_sop(3), {});
  CHECK(d.only<EnterContext>().rounds == 1);
  CHECK(find(d.only<EnterContext>().names, "service")->null());
  d.choose("next one");
  CHECK(d.snapshot.state == "after");
}

TEST_CASE("a picked finding is walked first, the others follow strongest first") {
  Driver d = entered(about_sop(3), {{finding("x", a, 0.3), finding("x", b, 0.9), finding("x", c, 0.6)}, {}, {}}, "F3");
  CHECK(d.only<EnterContext>().scope.names == c);
  d.choose("next one");
  CHECK(d.only<EnterContext>().scope.names == b);
  d.choose("next one");
  CHECK(d.only<EnterContext>().scope.names == a);
}

TEST_CASE("each round starts at the target of the edge that entered, and counts its own visits and taken edges") {
  Sop sop = about_sop(2);
  sop.states.push_back(suggest("inner", {on("stay", "inner"), on("out", "next")}, 0));
  sop.states[0].edges = {on("go", "inner")};
  Driver d = entered(sop, {{finding("x", a, 0.9), finding("x", b, 0.5)}, {}, {}});
  for (int i = 1; i < visits_allowed; ++i) d.choose("stay");
  CHECK(d.only<Offer>().items[0].taken);
  d.choose("out");
  CHECK(d.snapshot.state == "inner");
  CHECK(d.only<EnterState>().visit == 1);
  CHECK_FALSE(d.only<Offer>().items[0].taken);
  CHECK(d.only<Offer>().unattended == "stay");
}

TEST_CASE("`next` inside a nested context leaves it and ends the round of the innermost `top` context") {
  Sop sop = about_sop(2);
  const int inner = add_context(sop, "inner", 0);
  sop.states[1].context = inner;
  Driver d = entered(sop, {{finding("x", a, 0.9), finding("x", b, 0.5)}, {}, {}});
  d.choose("next one");
  CHECK(trace(d.last) == Words{"leave 1", "leave 0", "enter 0", "enter 1", "state in", "offer in"});
}

TEST_CASE("a context's own edge back into the context enters it anew, and a ring of that ends as a loop") {
  Sop sop = about_sop(1);
  sop.contexts[0].edges = {on("again", "in")};
  Driver d = entered(sop, {{finding("x", a)}, {}, {}});
  d.choose("next one");
  CHECK(trace(d.last) == Words{"leave 0", "enter 0", "state in", "offer in"});
  for (int i = 0; i < 20 && !d.snapshot.finished; ++i) d.choose("next one");
  REQUIRE(d.snapshot.finished);
  CHECK(d.only<Finish>().loop);
  CHECK(d.only<Finish>().loop_at == "in → in");
}

TEST_CASE("a context's own edge sees the findings around the context") {
  Sop sop = about_sop(1);
  sop.contexts[0].edges = {on("more", "after", found("y", {{"service", "b"}})), on("no", "done")};
  Driver d = entered(sop, {{finding("x", a), finding("y", b)}, {}, {}});
  CHECK_FALSE(d.machine.holds(d.snapshot, found("y")));
  d.choose("next one");
  CHECK(d.snapshot.state == "after");
}

TEST_CASE("done inside a `top` context ends the run, not the round") {
  Sop sop = about_sop(3);
  sop.states[1].edges = {on("enough", "done")};
  Driver d = entered(sop, {{finding("x", a), finding("x", b)}, {}, {}});
  d.choose("enough");
  CHECK(trace(d.last) == Words{"leave 0", "finish enough"});
}

TEST_CASE("conditions see only findings whose subject agrees with the scope in force") {
  const Driver d =
      entered(about_sop(), {{finding("x", a, 0.9), finding("y", b)}, {examined("y", a), examined("z", b)}, {}});
  CHECK_FALSE(d.machine.holds(d.snapshot, found("y")));
  CHECK(d.machine.holds(d.snapshot, not_found("y")));
  CHECK(d.machine.holds(d.snapshot, unknown("z")));
  CHECK(d.machine.holds(d.snapshot, found("x", {{"strength", above(0.8)}})));
  CHECK_FALSE(d.machine.holds(d.snapshot, found("x", {{"strength", above(0.9)}})));
}

TEST_CASE("rows of one review under other bindings stay beside each other") {
  Sop sop = about_sop(2);
  sop.states[1] = review("in", {use("two")}, {on("next one", "next")}, 0);
  Driver d = entered(sop, {{finding("x", a, 0.9), finding("x", b, 0.5)}, {}, {}});
  d.reviewed({{finding("y", a)}, {}, {}});
  d.choose("next one");
  d.reviewed({{finding("y", b)}, {}, {}});
  CHECK(d.machine.found(d.snapshot).size() == 4);
  CHECK(d.machine.earlier(d.snapshot).size() == 2);
}

TEST_CASE("a dotted name is a field of the strongest finding that agrees, and of the one the context is about") {
  const Sop sop = about_sop();
  Finding strong = finding("x", a, 0.9), picked = finding("x", b, 0.2), other = finding("y", b);
  strong.says = "A.";
  picked.says = "B.";
  other.numbers["times"] = 3.14159;
  const Driver d = entered(sop, {{strong, picked, other, finding("y", a, 1)}, {}, {}}, "F2");
  const Names names = d.machine.names(d.snapshot);
  CHECK(*names("x.says") == Value("B."));
  CHECK(*names("y.times") == Value(3.14159));
  CHECK(*d.machine.texts(d.snapshot)("y.times") == Value("3.14"));
  CHECK_FALSE(names("z.says"));
  CHECK(*names("service") == Value("b"));
  CHECK_FALSE(names("nothing"));
}

TEST_CASE("an inner unknown name hides the outer value") {
  Sop sop;
  const int outer = add_context(sop, "outer", -1, "", {"service"}),
            inner = add_context(sop, "inner", outer, "x", {"service"});
  sop.states = {suggest("s", {on("end", "done")}, inner)};
  sop.states[0].say = "$service";
  Driver d(sop, words);
  d.step(started({{"service", "a"}}));
  CHECK(d.only<Tell>().text == "unknown");
  CHECK(d.machine.scope(d.snapshot).names.empty());
}

TEST_CASE("a frame asked under other bindings is forgotten when its context is entered again") {
  Sop sop = about_sop(2);
  sop.states[1] = query("in", {ask("q")}, {on("next one", "stop")}, 0);
  sop.states.push_back(suggest("stop", {on("again", "r"), on("next one", "next")}, 0));
  Driver d = entered(sop, {{finding("x", a, 0.9), finding("x", b, 0.5)}, {}, {}});
  d.answer_all();
  CHECK(d.snapshot.frames.count("in.q") == 1);
  d.choose("next one");
  CHECK(d.snapshot.frames.count("in.q") == 0);
}

TEST_CASE("a frame stays when its context is entered again under the same bindings") {
  Sop sop;
  const int context = add_context(sop, "ctx", -1, "x", {"service"});
  sop.states = {review("r", {use("one")}, {on("go", "in"), on("straight", "stop")}),
                query("in", {ask("q")}, {on("on", "stop")}, context), suggest("stop", {on("again", "r")}, context)};
  Driver d = entered(sop, {{finding("x", a)}, {}, {}});
  d.answer_all();
  d.choose("again");
  d.reviewed({{finding("x", a)}, {}, {}});
  d.choose("straight");
  CHECK(d.snapshot.frames.count("in.q") == 1);
}
