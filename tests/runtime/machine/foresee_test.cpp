// Foresee: every ask of a SOP as it would be sent, with names where only a review can know the value.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/foresee.h"

#include <catch2/catch.hpp>

#include "tests/runtime/machine/sops.h"

using namespace inquest;
using namespace inquest::test;

namespace {

constexpr int64_t hour = 3600 * ns_per_s;

Catalogue foreseen_catalogue() {
  Catalogue out;
  AskRow latency;
  latency.kind = "spans.latency";
  latency.signal = "spans";
  AskRow of_traces;
  of_traces.kind = "logs.of_traces";
  of_traces.signal = "logs";
  AskRow promql;
  promql.kind = "promql";
  promql.signal = "metrics";
  promql.native = true;
  out.asks = {latency, of_traces, promql};
  ReviewContract suspect;
  suspect.name = "suspect";
  Yield yields;
  yields.kind = "suspect";
  yields.subject = {"service"};
  yields.numbers = {{"times", "ratio"}};
  yields.lists = {"traces"};
  suspect.yields = {yields};
  out.reviews = {suspect};
  return out;
}

// query a → review r → in context "service" about suspect: query b (one ask against before $onset, one by $traces).
Sop sop_of(int top = 0) {
  Sop sop;
  sop.name = "s";
  sop.start = "go";
  const int inner = add_context(sop, "service", -1, "suspect");
  sop.contexts[static_cast<size_t>(inner)].only = {"service"};
  sop.contexts[static_cast<size_t>(inner)].names = {"onset", "traces", "times"};
  sop.contexts[static_cast<size_t>(inner)].top = top;
  AskSpec before = ask("before");
  before.against = "before $onset";
  AskSpec of = ask("of", "logs.of_traces");
  of.args = {{"traces", Value("$traces")}, {"over", Value("$times")}};
  AskSpec native = ask("native", "promql");
  native.native = "up{service=$service}";
  AskSpec lifted = ask("lifted");
  lifted.outside = {"service"};
  sop.states = {query("a", {ask("all")}, {on("next", "r")}), review("r", {use("suspect")}, {on("go", "b")}),
                query("b", {before, of, native, lifted}, {on("end", "done")}, inner)};
  return sop;
}
std::vector<Foreseen> seen(const Sop& sop, Started started = {}) {
  static Catalogue known = foreseen_catalogue();
  if (started.window.empty()) started.window = {{0}, {2 * hour}};
  started.window_given = true;
  return foresee(sop, known, started);
}

}  // namespace

TEST_CASE("foresee: every ask stands in the order of the text, also behind a review") {
  const auto all = seen(sop_of());
  REQUIRE(all.size() == 5);
  CHECK(all[0].ask.frame() == "a.all");
  CHECK(all[0].unknown.empty());
  CHECK(all[0].contexts.empty());
  CHECK(all[4].ask.frame() == "b.lifted");
  for (const Foreseen& one : all) CHECK(one.ask.unknown_names.empty());
}

TEST_CASE("foresee: what a review will find stands as its own name: text, list, number") {
  const auto all = seen(sop_of());
  CHECK(all[1].ask.scope.names == std::map<std::string, std::string>{{"service", "$service"}});
  CHECK(*find(all[2].ask.args, "traces") == Value(List{Value("$traces")}));
  CHECK(*find(all[2].ask.args, "over") == Value("$times"));
  CHECK(all[2].unknown == std::vector<std::string>{"service", "times", "traces"});
  CHECK(*find(all[3].ask.names, "service") == Value("$service"));
}

TEST_CASE("foresee: an onset not known yet halves its window, and that is told") {
  const auto all = seen(sop_of());
  REQUIRE(all[1].ask.then);
  CHECK(*all[1].ask.then == Window{{0}, {hour}});
  CHECK(all[1].ask.scope.window == Window{{hour}, {2 * hour}});
  CHECK(all[1].unknown == std::vector<std::string>{"onset", "service"});
  CHECK(all[1].stand_ins == std::vector<std::string>{"$onset = 01:00:00 UTC, the middle of the window"});
  CHECK(all[2].stand_ins.empty());
}

TEST_CASE("foresee: a name that the ask lifts is not waited for") {
  const auto all = seen(sop_of());
  CHECK(all[4].ask.scope.names.empty());
  CHECK(all[4].unknown.empty());
}

TEST_CASE("foresee: a context of several rounds is shown once, with how many there may be") {
  CHECK(seen(sop_of(3))[1].at_most == 3);
  CHECK(seen(sop_of(3)).size() == 5);
  CHECK(seen(sop_of(3))[0].at_most == 1);
}

TEST_CASE("foresee: what is given already stands as it is") {
  Sop sop = sop_of();
  const int outer = add_context(sop, "mine");
  sop.contexts[static_cast<size_t>(outer)].only = {"service"};
  sop.contexts[0].parent = outer;
  InputSpec input;
  input.name = "service";
  input.type = "text";
  input.optional = true;
  sop.inputs = {input};
  Started started;
  started.inputs = {{"service", Value("cart")}};
  const auto all = seen(sop, started);
  CHECK(all[1].ask.scope.names == std::map<std::string, std::string>{{"service", "cart"}});
  CHECK(all[1].unknown == std::vector<std::string>{"onset"});
}
