// The walk: order of states, edges, forks, reviews, choices, visits.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/machine.h"

#include <catch2/catch.hpp>

#include "tests/runtime/machine/sops.h"

using namespace inquest;
using namespace inquest::test;

TEST_CASE("started enters the first state by the label of `start`") {
  Sop sop;
  sop.start = "begin";
  sop.states = {suggest("menu", {on("end", "done")})};
  const Catalogue words = catalogue();
  Driver d(sop, words);
  d.step(started());
  CHECK(d.only<EnterState>().via == "begin");
  CHECK(d.snapshot.state == "menu");
}

TEST_CASE("an info tells and leaves at once by its edge") {
  Sop sop;
  sop.states = {info("a", {on("on", "b")}), suggest("b", {on("end", "done")})};
  sop.states[0].say = "hello $who";
  const Catalogue words = catalogue();
  Driver d(sop, words);
  d.step(started({{"who", "you"}}));
  CHECK(trace(d.last) == Words{"state a", "tell hello you", "state b", "offer b"});
}

TEST_CASE("an info leaves by the first edge whose `when` holds, in the order of the text") {
  Sop sop;
  sop.states = {info("a", {on("never", "b", found("x")), on("first", "c", unknown("x")), on("last", "b")}),
                suggest("b", {on("end", "done")}), suggest("c", {on("end", "done")})};
  const Catalogue words = catalogue();
  Driver d(sop, words);
  d.step(started());
  CHECK(d.snapshot.state == "c");
}

TEST_CASE("a query sends its asks together in the order of the text and leaves when the last is answered") {
  Sop sop;
  sop.states = {query("q", {ask("z"), ask("a")}, {on("go", "end")}), suggest("end", {on("end", "done")})};
  const Catalogue words = catalogue();
  Driver d(sop, words);
  d.step(started());
  CHECK(trace(d.last) == Words{"state q", "send q.z q.a"});
  d.step(Answered{"q", "a", "E2", {}});
  CHECK(d.last.empty());
  d.step(Answered{"q", "z", "E1", {}});
  CHECK(trace(d.last) == Words{"state end", "offer end"});
}

TEST_CASE("all queries of a fork go out in one send, and the join waits for every one") {
  Sop sop;
  add_fork(sop, "f", {query("q1", {ask("a"), ask("b")}, {}), query("q2", {ask("c")}, {})}, {on("join", "end")});
  sop.states.push_back(suggest("end", {on("end", "done")}));
  const Catalogue words = catalogue();
  Driver d(sop, words);
  d.step(started());
  CHECK(trace(d.last) == Words{"state f", "state q1", "state q2", "send q1.a q1.b q2.c"});
  d.step(Answered{"q2", "c", "E3", {}});
  d.step(Answered{"q1", "b", "E2", {}});
  CHECK(d.snapshot.state == "f");
  d.step(Failed{"q1", "a", "E1", {Failure::Class::timeout, "late"}});
  CHECK(d.snapshot.state == "end");
  REQUIRE(d.snapshot.frames.at("q1.a").failure);
  CHECK(d.snapshot.frames.at("q1.a").failure->cause == "late");
}

TEST_CASE("an answer that nobody waits for changes nothing") {
  Sop sop;
  sop.states = {query("q", {ask("a")}, {on("go", "q2")}), query("q2", {ask("a")}, {on("go", "done")})};
  const Catalogue words = catalogue();
  Driver d(sop, words);
  d.step(started());
  const Json before = snapshot_json(d.snapshot);
  d.step(Answered{"q2", "a", "E9", {}});
  CHECK(d.last.empty());
  CHECK(snapshot_json(d.snapshot) == before);
}

TEST_CASE("a review sends its own asks first, then runs its reviews one at a time, then offers") {
  Sop sop;
  State r = review("r", {use("one"), use("two")}, {on("end", "done")});
  r.asks = {ask("x")};
  sop.states = {r};
  const Catalogue words = catalogue({"one", "two"});
  Driver d(sop, words);
  d.step(started());
  CHECK(trace(d.last) == Words{"state r", "send r.x"});
  d.answer_all();
  CHECK(trace(d.last) == Words{"review r#0"});
  CHECK(d.only<RunReview>().review == "one");
  d.reviewed({});
  CHECK(trace(d.last) == Words{"review r#1"});
  d.reviewed({});
  CHECK(trace(d.last) == Words{"offer r"});
}

TEST_CASE("a choice before the reviews are done is not taken") {
  Sop sop;
  sop.states = {review("r", {use("one")}, {on("end", "done")})};
  const Catalogue words = catalogue({"one"});
  Driver d(sop, words);
  d.step(started());
  d.choose("end");
  CHECK(d.last.empty());
  CHECK_FALSE(d.snapshot.finished);
}

TEST_CASE("an offer names each edge, why it is not offered, and what an unattended run takes") {
  Sop sop;
  sop.states = {suggest("s", {on("maybe", "done", found("x")), on("end", "done")})};
  sop.states[0].edges[1].why = "because of $reason";
  const Catalogue words = catalogue();
  Driver d(sop, words);
  d.step(started({{"reason", "rain"}}));
  const Offer& offer = d.only<Offer>();
  REQUIRE(offer.items.size() == 2);
  CHECK_FALSE(offer.items[0].offered);
  CHECK(offer.items[0].why_not == "needs found \"x\"");
  CHECK(offer.items[1].why == "because of rain");
  CHECK(offer.unattended == "end");
}

TEST_CASE("a label that is not offered cannot be chosen") {
  Sop sop;
  sop.states = {suggest("s", {on("maybe", "done", found("x")), on("end", "done")})};
  const Catalogue words = catalogue();
  Driver d(sop, words);
  d.step(started());
  d.choose("maybe");
  CHECK_FALSE(d.snapshot.finished);
  d.choose("end");
  CHECK(d.snapshot.finished);
}

TEST_CASE("unattended, a menu takes the first edge not yet taken in this round, and the last when all are taken") {
  Sop sop;
  sop.states = {suggest("menu", {on("a", "ia"), on("b", "ib"), on("end", "menu2")}), info("ia", {on("back", "menu")}),
                info("ib", {on("back", "menu")}), suggest("menu2", {on("again", "menu"), on("end", "done")})};
  const Catalogue words = catalogue();
  Driver d(sop, words);
  d.step(started());
  d.run([](const RunReview&) { return Rows{}; });
  CHECK(d.path() == Words{"menu", "ia", "menu", "ib", "menu", "menu2", "menu", "menu2"});
}

TEST_CASE("`says` of an edge to done is told before the contexts are left") {
  Sop sop;
  const int c = add_context(sop, "c", -1, "", {}, {"who"});
  sop.states = {suggest("s", {on("end", "done")}, c)};
  sop.states[0].edges[0].says = "It was $who.";
  const Catalogue words = catalogue();
  Driver d(sop, words);
  d.step(started({{"who", "me"}}));
  d.choose("end");
  CHECK(trace(d.last) == Words{"tell It was me.", "leave 0", "finish end"});
  CHECK(d.only<Tell>().says_of == "end");
}

TEST_CASE("a state visited more than ten times in a round ends the run and names the loop") {
  Sop sop;
  sop.states = {info("start", {on("go", "a")}), info("a", {on("go", "b")}), info("b", {on("go", "a")})};
  const Catalogue words = catalogue();
  Driver d(sop, words);
  d.step(started());
  REQUIRE(d.has<Finish>());
  CHECK(d.only<Finish>().loop);
  CHECK(d.only<Finish>().loop_at == "a → b → a");
  const auto path = d.path();
  CHECK(std::count(path.begin(), path.end(), "a") == visits_allowed);
}

TEST_CASE("rows get ids in the order of arrival, and the state and review they came from") {
  Sop sop;
  sop.states = {review("r", {use("one"), use("two")}, {on("end", "done")})};
  const Catalogue words = catalogue({"one", "two"});
  Driver d(sop, words);
  d.step(started());
  const Reviewed event{"r", 0, {{finding("x", {{"service", "a"}}), finding("x", {{"service", "b"}})}, {}, {}}};
  const Rows promised = d.machine.stamped(d.snapshot, event);
  d.step(event);
  CHECK(d.snapshot.reviewed.at(0).rows == promised);
  d.reviewed({{finding("y", {})}, {}, {}});
  const auto found_all = d.machine.found(d.snapshot);
  REQUIRE(found_all.size() == 3);
  CHECK(found_all[2].id == "F3");
  CHECK(found_all[2].state == "r");
  CHECK(found_all[2].review == "two");
}

TEST_CASE("a later run of the same state and review under the same bindings replaces the earlier rows") {
  Sop sop;
  sop.states = {review("r", {use("one")}, {on("again", "r"), on("end", "done")})};
  const Catalogue words = catalogue({"one"});
  Driver d(sop, words);
  d.step(started());
  d.reviewed({{finding("x", {{"service", "a"}})}, {}, {}});
  d.choose("again");
  d.reviewed({{finding("x", {{"service", "b"}})}, {}, {}});
  const auto left = d.machine.found(d.snapshot);
  REQUIRE(left.size() == 1);
  CHECK(left[0].id == "F2");
  CHECK(left[0].subject.at("service") == "b");
}

TEST_CASE("a hypothesis that changes its word is told once, after the review that changed it") {
  Sop sop;
  sop.states = {review("r", {use("one"), use("two")}, {on("again", "r"), on("end", "done")})};
  Hypothesis h;
  h.name = "h";
  h.needs = {found("one")};
  h.refuted_by = {found("two")};
  sop.hypotheses = {h};
  const Catalogue words = catalogue({"one", "two"});
  Driver d(sop, words);
  d.step(started());
  d.reviewed({{finding("one", {{"service", "a"}}, 0.8)}, {}, {}});
  CHECK_FALSE(d.has<HypothesisChanged>());
  d.reviewed({{}, {examined("two", {{"service", "a"}})}, {}});
  CHECK(trace(d.last) == Words{"h confirmed", "offer r"});
  CHECK(d.only<HypothesisChanged>().strength == 0.8);
  d.choose("again");
  d.reviewed({{finding("one", {{"service", "a"}}, 0.7)}, {}, {}});
  CHECK_FALSE(d.has<HypothesisChanged>());
  d.reviewed({{finding("two", {{"service", "a"}})}, {}, {}});
  CHECK(trace(d.last) == Words{"h ruled_out", "offer r"});
}

TEST_CASE("a judged pair whose rows are replaced away becomes inconclusive again") {
  Sop sop;
  sop.states = {review("r", {use("one")}, {on("again", "r"), on("end", "done")})};
  Hypothesis h;
  h.name = "h";
  h.needs = {found("one")};
  sop.hypotheses = {h};
  const Catalogue words = catalogue({"one"});
  Driver d(sop, words);
  d.step(started());
  d.reviewed({{finding("one", {{"service", "a"}})}, {}, {}});
  CHECK(trace(d.last) == Words{"h confirmed", "offer r"});
  d.choose("again");
  d.reviewed({});
  CHECK(trace(d.last) == Words{"h inconclusive", "offer r"});
}

TEST_CASE("a snapshot prints every part of it") {
  Sop sop;
  const int c = add_context(sop, "c", -1, "", {"service"});
  State r = review("r", {use("one")}, {on("end", "done")}, c);
  r.asks = {ask("x"), ask("y")};
  sop.states = {r};
  const Catalogue words = catalogue({"one"});
  Driver d(sop, words);
  d.step(started({{"service", "a"}}));
  d.step(Failed{"r", "x", "E1", {Failure::Class::refused, "no key"}});
  const Json json = snapshot_json(d.snapshot);
  CHECK(json["state"] == "r");
  CHECK(json["stack"][0]["scope"]["names"]["service"] == "a");
  CHECK(json["waiting"] == Json::array({"r.y"}));
  CHECK(json["frames"]["r.x"]["failure"]["class"] == "refused");
  CHECK(json["rounds"][0]["visits"]["r"] == 1);
}
