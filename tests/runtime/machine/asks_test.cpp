// Asks: windows, comparison, scope, names; and sentences.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "runtime/base/text.h"
#include "runtime/machine/sentence.h"
#include "tests/runtime/machine/sops.h"

using namespace inquest;
using namespace inquest::test;

namespace {

const Catalogue ask_words = catalogue({"one"});
const Subject of_a = {{"service", "a"}};

// One query inside a context about finding "x" with an onset at minute 40.
struct Asked {
  Sop sop;
  AskSpec spec = ask("q");
  Finding x = finding("x", of_a);
  bool absent = false;
  Map inputs = {};
  bool given = false;
  std::set<std::string> defaulted = {};

  Asked() {
    add_context(sop, "ctx", -1, "x", {"service"}, {"onset", "ids"});
    x.onset = minute(40);
    x.lists["ids"] = {"t1", "t2"};
  }
  Ask one() {
    sop.states = {review("r", {use("one")}, {on("go", "s")}), query("s", {spec}, {on("end", "done")}, 0)};
    sop.inputs.resize(inputs.size());
    for (size_t i = 0; i < inputs.size(); ++i) sop.inputs[i].name = inputs[i].first;
    Driver d(sop, ask_words);
    Started event = started(inputs);
    event.window_given = given;
    event.defaulted = defaulted;
    d.step(event);
    Rows rows;
    if (!absent) rows.found = {x};
    d.reviewed(rows);
    d.choose("go");
    return d.only<Send>().asks.at(0);
  }
};
const Window outer = {minute(0), minute(60)};

}  // namespace

TEST_CASE("an ask has the signal of its row and the scope in force") {
  Asked t;
  const Ask ask = t.one();
  CHECK(ask.signal == "spans");
  CHECK(ask.scope == Scope{outer, of_a});
  CHECK_FALSE(ask.then);
  CHECK(ask.unknown_names.empty());
}

TEST_CASE("`before $onset` compares [from, onset) with [onset, to)") {
  Asked t;
  t.spec.against = "before $onset";
  const Ask ask = t.one();
  CHECK(*ask.then == Window{minute(0), minute(40)});
  CHECK(ask.scope.window == Window{minute(40), minute(60)});
}

TEST_CASE("`7d earlier` compares the shifted window with the whole one") {
  Asked t;
  t.spec.against = "30m earlier";
  const Ask ask = t.one();
  CHECK(*ask.then == Window{minute(-30), minute(30)});
  CHECK(ask.scope.window == outer);
}

TEST_CASE("an onset outside of the window leaves one side of the comparison empty, never outside") {
  Asked t;
  t.spec.against = "before $onset";
  t.x.onset = minute(-5);
  Ask ask = t.one();
  CHECK(ask.then->empty());
  CHECK(ask.scope.window == outer);
  t.x.onset = minute(90);
  ask = t.one();
  CHECK(*ask.then == outer);
  CHECK(ask.scope.window.empty());
}

TEST_CASE("a comparison with an unknown time carries the unknown name") {
  Asked t;
  t.spec.against = "before $onset";
  t.x.onset.reset();
  const Ask ask = t.one();
  CHECK(ask.unknown_names == Words{"onset"});
  CHECK_FALSE(ask.then);
  CHECK(ask.scope.window == outer);
}

TEST_CASE("an ask that does not need an unknown name is asked") {
  Asked t;
  t.x.onset.reset();
  CHECK(t.one().unknown_names.empty());
}

TEST_CASE("an ask inside a scope about an absent finding carries the name that should narrow it") {
  Asked t;
  t.absent = true;
  CHECK(t.one().unknown_names == Words{"service"});
}

TEST_CASE("`outside` lifts a name on purpose, known or not") {
  Asked t;
  t.spec.outside = {"service"};
  Ask ask = t.one();
  CHECK(ask.scope.names.empty());
  CHECK(ask.outside == Words{"service"});
  t.absent = true;
  CHECK(t.one().unknown_names.empty());
}

TEST_CASE("an option that is only a name is the value itself, typed; a list stays a list") {
  Asked t;
  t.spec.args = {{"limit", 5}, {"traces", "$ids"}, {"since", "$onset"}, {"text", "of $service"}};
  const Ask ask = t.one();
  CHECK(*find(ask.args, "limit") == Value(5));
  CHECK(*find(ask.args, "traces") == Value(List{"t1", "t2"}));
  CHECK(*find(ask.args, "since") == Value(minute(40)));
  CHECK(*find(ask.args, "text") == Value("of a"));
}

TEST_CASE("an option about an absent finding is null and named") {
  Asked t;
  t.absent = true;
  t.spec.outside = {"service"};
  t.spec.args = {{"traces", "$ids"}};
  const Ask ask = t.one();
  CHECK(find(ask.args, "traces")->null());
  CHECK(ask.unknown_names == Words{"ids"});
}

TEST_CASE("`where` is bound inside of terms") {
  Asked t;
  t.inputs = {{"message", "it broke"}};
  t.spec.where = {{"status", "error"}, {"body", Term{"like", {"$message"}, {}}}};
  const Ask ask = t.one();
  CHECK(*find(ask.where, "body") == Value(Term{"like", {"it broke"}, {}}));
}

TEST_CASE("what rests on an optional input that nobody gave is left out") {
  Asked t;
  t.inputs = {{"message", Value()}};
  t.spec.where = {{"status", "error"}, {"body", Term{"like", {"$message"}, {}}}};
  const Ask ask = t.one();
  CHECK(ask.where.size() == 1);
  CHECK(ask.unknown_names.empty());
}

TEST_CASE("names of native text go as data beside the text") {
  Asked t;
  t.inputs = {{"size", 3}};
  t.spec.native = "rate(x{service=\"$service\"}[$size]) > $nothing";
  const Ask ask = t.one();
  CHECK(ask.native == t.spec.native);
  CHECK(*find(ask.names, "service") == Value("a"));
  CHECK(*find(ask.names, "size") == Value(3));
  CHECK(ask.unknown_names == Words{"nothing"});
}

TEST_CASE("a context's window counts back from the end of the window around it and is cut to it") {
  Asked t;
  t.sop.contexts[0].window = "20m";
  CHECK(t.one().scope.window == Window{minute(40), minute(60)});
  t.sop.contexts[0].window = "3h";
  CHECK(t.one().scope.window == outer);
}

TEST_CASE("a context's window may rest on names that the context itself binds") {
  Asked t;
  t.sop.contexts[0].window = "after $onset";
  CHECK(t.one().scope.window == Window{minute(40), minute(60)});
  t.sop.contexts[0].window = "10m around $onset";
  CHECK(t.one().scope.window == Window{minute(30), minute(50)});
}

TEST_CASE("a window that does not meet the one around it is empty and stands inside of it") {
  Asked t;
  t.sop.contexts[0].window = "10m around $onset";
  t.x.onset = minute(90);
  CHECK(t.one().scope.window == Window{minute(60), minute(60)});
  t.x.onset = minute(-90);
  CHECK(t.one().scope.window == Window{minute(0), minute(0)});
}

TEST_CASE("a window about an absent finding makes the asks inside unknown") {
  Asked t;
  t.sop.contexts[0].window = "after $onset";
  t.x.onset.reset();
  const Ask ask = t.one();
  CHECK(ask.unknown_names == Words{"onset"});
  CHECK(ask.scope.window == outer);
}

TEST_CASE("an input left at its default never narrows a window that was given; one that was set does") {
  struct Case {
    bool given, defaulted;
    Window window;
  };
  for (const Case& c : {Case{true, true, outer}, Case{false, true, {minute(50), minute(60)}},
                        Case{true, false, {minute(50), minute(60)}}}) {
    Asked t;
    t.sop.contexts[0].window = "$length";
    t.inputs = {{"length", Duration{600 * ns_per_s}}};
    t.given = c.given;
    if (c.defaulted) t.defaulted = {"length"};
    CHECK(t.one().scope.window == c.window);
  }
}

TEST_CASE("a window that rests on an optional input nobody gave does not narrow") {
  Asked t;
  t.sop.contexts[0].window = "$length";
  t.inputs = {{"length", Value()}};
  const Ask ask = t.one();
  CHECK(ask.scope.window == outer);
  CHECK(ask.unknown_names.empty());
}

TEST_CASE("an ask names the source that its author wrote") {
  Asked t;
  t.spec.from = "other";
  CHECK(t.one().from == "other");
}

TEST_CASE("a review gets its options bound, the scope and every name in force") {
  Sop sop;
  const int context = add_context(sop, "ctx", -1, "", {"service"});
  ReviewUse r = use("one");
  r.options = {{"message", "$text"}};
  sop.states = {review("r", {r}, {on("end", "done")}, context)};
  Catalogue own = ask_words;
  own.reviews[0].options = {{"message", Term{"text", {}, {}}}, {"times", Term{"number", {}, {{"default", 1.5}}}}};
  Driver d(sop, own);
  d.step(started({{"service", "a"}, {"text", "hello"}}));
  const RunReview& run = d.only<RunReview>();
  CHECK(run.options == Map{{"message", "hello"}, {"times", 1.5}});
  CHECK(run.scope.names == of_a);
  CHECK(*find(run.names, "text") == Value("hello"));
}

TEST_CASE("a sentence prints numbers in their units, times as clock times, long lists cut at five") {
  Finding f = finding("x", of_a);
  f.numbers = {{"times", 3.2345}, {"size", 568e6}};
  f.onset = minute(61);
  f.lists["ids"] = {"1", "2", "3", "4", "5", "6", "7"};
  Yield yield;
  yield.numbers = {{"times", "ratio"}, {"size", "By"}};
  CHECK(sentence(f, yield, "$service x $times, $size since $onset: $ids, $other.") ==
        "a x " + human(3.2345, "ratio") + ", 568 MB since 01:01:00 UTC: 1, 2, 3, 4, 5 and 2 more, unknown.");
}

TEST_CASE("a sentence prints a list of times to the second, and leaves a subject that looks like one alone") {
  Finding f = finding("x", of_a);
  f.subject["value"] = "2026-11-21T10:41:32Z";
  f.lists["first"] = {"2026-11-21T10:41:32.193283328Z"};
  f.lists["words"] = {"2026-11-21T10:41:32Zulu, and so on", "2026-99-21T10:41:32Z"};
  CHECK(sentence(f, Yield{}, "first seen $first") == "first seen 10:41:32 UTC");
  CHECK(sentence(f, Yield{}, "$value") == "2026-11-21T10:41:32Z");
  CHECK(sentence(f, Yield{}, "$words") == "2026-11-21T10:41:32Zulu, and so on, 2026-99-21T10:41:32Z");
}

TEST_CASE("a bound number is told in the unit of the finding it came from") {
  Sop sop;
  const int context = add_context(sop, "ctx", -1, "one", {"service"}, {"times"});
  sop.states = {review("r", {use("one")}, {on("go", "s")}), suggest("s", {on("end", "done")}, context)};
  sop.states[1].say = "$times and $one.times";
  Driver d(sop, ask_words);
  d.step(started());
  Finding f = finding("one", of_a);
  f.numbers["times"] = 3.2345;
  d.reviewed({{f}, {}, {}});
  d.choose("go");
  CHECK(d.only<Tell>().text == human(3.2345, "ratio") + " and " + human(3.2345, "ratio"));
}
