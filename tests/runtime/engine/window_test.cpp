// The outer window follows the rules of the language page, and inputs are bound to their types.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "runtime/engine/starting.h"
#include "tests/runtime/engine/fakes.h"

using namespace inquest;
using namespace inquest::testing;

namespace {

constexpr Time now_at{(start_s + 100'000) * ns_per_s};
constexpr Duration hour{3600 * ns_per_s};

struct Asked {
  Sop sop;
  RunRequest request;
  std::vector<Probe> probes;
  Asked() {
    sop.name = "small";
    Context outer;
    outer.name = "time";
    outer.window = "$window";
    sop.contexts = {outer};
    InputSpec window{"window", "duration"};
    window.fallback = Value("2h");
    sop.inputs = {window};
  }
  Result<OuterWindow> window() {
    request.sop = &sop;
    return outer_window(request, probes, now_at);
  }
  void record() {
    Probe probe;
    probe.recorded = recorded_window();
    probes = {Probe{}, probe};
  }
};

}  // namespace

TEST_CASE("Without a recording the window ends at the start of the run and is as long as the outermost context says") {
  Asked asked;
  auto window = asked.window();
  REQUIRE(window);
  CHECK(window->from == "start of the run");
  CHECK_FALSE(window->given);
  CHECK(window->window == Window{{now_at.ns - 2 * hour.ns}, now_at});
  asked.request.inputs = {{"window", Value(hour)}};
  CHECK(asked.window()->window.from == Time{now_at.ns - hour.ns});
  asked.request.inputs = {};
  asked.sop.contexts[0].window = "30m";
  CHECK(asked.window()->window.from == Time{now_at.ns - hour.ns / 2});
  CHECK(reads_clock(asked.request, asked.probes));
}

TEST_CASE("A recording is the window when the command line says nothing, and the clock is not read") {
  Asked asked;
  asked.record();
  auto window = asked.window();
  REQUIRE(window);
  CHECK(window->from == "recording");
  CHECK(window->given);
  CHECK(window->window == recorded_window());
  CHECK_FALSE(reads_clock(asked.request, asked.probes));
}

TEST_CASE("--since counts back from the end of a recording, else from now") {
  Asked asked;
  asked.request.since = Duration{600 * ns_per_s};
  CHECK(asked.window()->window == Window{{now_at.ns - 600 * ns_per_s}, now_at});
  asked.record();
  auto window = asked.window();
  CHECK(window->window == Window{{recorded_window().to.ns - 600 * ns_per_s}, recorded_window().to});
  CHECK(window->from == "command line");
  CHECK(window->given);
}

TEST_CASE("--from and --to win, and one alone takes the other end from the recording") {
  Asked asked;
  asked.record();
  const Time middle{(start_s + 1000) * ns_per_s};
  asked.request.from = middle;
  CHECK(asked.window()->window == Window{middle, recorded_window().to});
  asked.request.to = Time{middle.ns + 1};
  CHECK(asked.window()->window == Window{middle, {middle.ns + 1}});
  asked.request.from.reset();
  CHECK(asked.window()->window == Window{recorded_window().from, {middle.ns + 1}});
}

TEST_CASE("An empty window and two ways to say it are usage errors") {
  Asked asked;
  asked.record();
  asked.request.from = recorded_window().to;
  auto window = asked.window();
  REQUIRE_FALSE(window);
  CHECK(window.error().code == Code::usage);
  CHECK_THAT(window.error().cure, Catch::Contains("the recording is"));
  asked.request.since = hour;
  CHECK(asked.window().error().where == "--since");
}

TEST_CASE("Inputs take their defaults and types, and what does not fit is refused by name") {
  Asked asked;
  InputSpec tier{"tier", "choice"};
  tier.choices = {"gold", "silver"};
  tier.optional = true;
  asked.sop.inputs.push_back(tier);
  auto inputs = bound_inputs(asked.sop, {});
  REQUIRE(inputs);
  CHECK(*find(inputs->values, "window") == Value(Duration{2 * hour.ns}));
  CHECK(find(inputs->values, "tier")->null());
  CHECK(inputs->defaulted == std::set<std::string>{"window"});
  CHECK_THAT(bound_inputs(asked.sop, {{"windw", Value("1h")}}).error().cure, Catch::Contains("window"));
  CHECK_THAT(bound_inputs(asked.sop, {{"tier", Value("gld")}}).error().cure, Catch::Contains("gold"));
  CHECK(bound_inputs(asked.sop, {{"window", Value("soon")}}).error().code == Code::config);
  asked.sop.inputs[1].optional = false;
  CHECK_THAT(bound_inputs(asked.sop, {}).error().message, Catch::Contains("`tier`"));
}
