// What is typed at the console: asks, reviews and limits over a source made here, and the errors that help.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/console.h"

#include <catch2/catch.hpp>

#include "runtime/base/text.h"
#include "tests/runtime/engine/fakes.h"

using namespace inquest;
using namespace inquest::testing;

namespace {

// A console over stdlib and, if wanted, one source; the fake notes the asks that reach it.
struct Typed {
  std::unique_ptr<Inquest> inquest;
  Stop stop{false};
  ManualClock clock{Time{(start_s + 7200) * ns_per_s}};
  std::vector<Ask> asked;
  std::string printed;
  std::unique_ptr<script::Evaluator> evaluator;
  std::unique_ptr<script::Console> console;

  explicit Typed(bool source = true, std::function<void(FakeConnector&)> prepare = {}) {
    auto opened = Inquest::open({.home = "."});
    REQUIRE(opened);
    inquest = std::move(*opened);
    if (source) {
      auto fake = std::make_unique<FakeConnector>();
      fake->answers["session.answer"] = [this](const Call& call) -> Outcome<FramePtr> {
        asked.push_back(call.ask);
        return series(call.ask, "a", 40);
      };
      if (prepare) prepare(*fake);
      SourceConfig config;
      config.name = "made";
      REQUIRE(inquest->add_source(config, std::move(fake)));
    }
    evaluator = std::make_unique<script::Evaluator>(*inquest, stop, clock);
    auto made = script::Console::open(*evaluator, stop, nullptr, [this](std::string_view line) { printed += std::string(line) + "\n"; });
    REQUIRE(made);
    console = std::move(*made);
  }
  // The texts of the values, frames as <shape rows>, an error as its print().
  std::string line(const std::string& text) {
    auto answer = console->line(text);
    if (!answer) return "error: " + answer.error().message + (answer.error().cure.empty() ? "" : "; " + answer.error().cure);
    if (answer->incomplete) return "incomplete";
    std::string out;
    for (const script::Shown& shown : answer->values)
      out += (out.empty() ? "" : " ") + (shown.frame ? std::string("<") + shape_name(shown.frame->shape) + " " + std::to_string(shown.frame->rows) + " " + shown.unit + ">" : shown.text);
    return out;
  }
};

}  // namespace

TEST_CASE("an expression gives its value, statements keep their globals, each with a fresh allowance") {
  Typed t(false);
  CHECK(t.line("1 + 1") == "2");
  CHECK(t.line("x = 20") == "");
  CHECK(t.line("x + 1, \"two\"") == "21 two");
  CHECK(t.line("{ a = 1, b = { 2, 3 } }") == "{ a = 1, b = { 2, 3 } }");
  CHECK(t.line("while true do end").find("error: ") == 0);
  CHECK(t.line("x") == "20");
}

TEST_CASE("a chunk that ends too early is told apart from one that is wrong") {
  Typed t(false);
  CHECK(t.line("metric.memory {") == "incomplete");
  CHECK(t.line("for i = 1, 3 do") == "incomplete");
  CHECK(t.line("x = ") == "incomplete");
  CHECK(t.line("for i = 1, 3 do\n y = i\nend") == "");
  CHECK(t.line("y") == "3");
  CHECK(t.line("x = = 2").find("error: ") == 0);
}

TEST_CASE("an ask reaches the source with its options, narrowed by scope names, and shows as a frame with its unit") {
  Typed t;
  CHECK(t.line("metric.memory { by = { \"pool\" }, service = \"a\" }") == "<series 40 By>");
  REQUIRE(t.asked.size() == 1);
  CHECK(t.asked[0].kind == "metric.memory");
  CHECK(t.asked[0].scope.names == std::map<std::string, std::string>{{"service", "a"}});
  CHECK(t.asked[0].scope.window == recorded_window());
  CHECK(print_map(t.asked[0].args) == "{ by = { \"pool\" } }");
  CHECK(t.line("metric.memory {}:first(3)") == "<series 3 >");
}

TEST_CASE("within limits every ask from there on, and within {} lifts it") {
  Typed t;
  t.line("within { service = \"a\", window = \"10m\" }");
  t.line("metric.cpu {}");
  t.line("within {}");
  t.line("metric.cpu {}");
  REQUIRE(t.asked.size() == 2);
  CHECK(t.asked[0].scope.names.at("service") == "a");
  CHECK(t.asked[0].scope.window == Window{{recorded_window().to.ns - 600 * ns_per_s}, recorded_window().to});
  CHECK(t.asked[1].scope.names.empty());
  CHECK(t.asked[1].scope.window == recorded_window());
}

TEST_CASE("a name bound by within stands for itself in `against`") {
  Typed t;
  t.line("within { onset = \"2023-11-14T22:43:20Z\" }");
  CHECK(t.line("within { onset = \"2023-11-14T22:43:20Z\", window = \"after $onset\" }").find("2023-11-14 22:43:20") == 0);
  CHECK(t.line("metric.cpu { window = \"after $offset\" }").find("`$offset` of `window` is not bound") != std::string::npos);
}

TEST_CASE("what is misspelt names the nearest: ask, option, review, slot, type of an option") {
  Typed t;
  CHECK(t.line("metric.memry {}") == "error: unknown ask `metric.memry`; did you mean `memory`?");
  CHECK(t.line("reviews.memory_grow {}") == "error: unknown review `reviews.memory_grow`; did you mean `memory_growth`?");
  CHECK(t.line("spans.slowest { limits = 3 }").find("error: unknown option `limits` of spans.slowest; did you mean `limit`?") == 0);
  CHECK(t.line("spans.slowest { limit = \"many\" }").find("takes a number") != std::string::npos);
  CHECK(t.line("reviews.memory_growth { memry = metric.memory {} }").find("did you mean `memory`?") != std::string::npos);
  CHECK(t.line("reviews.memory_growth { memory = 3 }").find("takes a frame, not 3; write memory = metric.memory {}") != std::string::npos);
  CHECK(t.asked.size() == 1);
}

TEST_CASE("an ask without a source says how to name one") {
  Typed t(false);
  CHECK(t.line("metric.memory {}") == "error: metric.memory: there is no source to ask; name one: --data DIR");
}

TEST_CASE("a failed ask is an error with its cause and cure that pcall can catch") {
  Typed t(true, [](FakeConnector& fake) { fake.answers["session.answer"] = fails(Failure::Class::refused, "token is out of date"); });
  auto answer = t.console->line("metric.memory {}");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::refused);
  CHECK(answer.error().message == "metric.memory: token is out of date");
  CHECK(t.line("ok = pcall(metric.memory, {})") == "");
  CHECK(t.line("ok") == "false");
}

TEST_CASE("a review runs over frames and what it found is known to the next ones, replaced when it runs again") {
  Typed t(true, [](FakeConnector& fake) {
    fake.answers["session.answer"] = [](const Call& call) -> Outcome<FramePtr> {  // flat, then a steady climb
      FrameBuilder frame(Shape::series);
      frame.head().add("time", ColumnType::time).add("value", ColumnType::float64);
      for (int i = 0; i < 60; ++i) {
        frame.text(0, "a");
        frame.integer(4, call.ask.scope.window.from.ns + i * 60 * ns_per_s);
        frame.number(5, 100e6 + i % 3 * 1e5 + (i < 30 ? 0 : (i - 29) * 10e6));
        frame.end_row();
      }
      return frame.finish();
    };
  });
  const std::string said = t.line("reviews.memory_growth { memory = metric.memory {} }");
  CHECK(said.find("found: memory of a grows since") == 0);
  CHECK(said.find("[E1]") != std::string::npos);
  REQUIRE(t.evaluator->findings().size() == 1);
  CHECK(t.evaluator->findings()[0].id == "F1");
  t.line("reviews.memory_growth { memory = metric.memory {} }");
  REQUIRE(t.evaluator->findings().size() == 1);
  CHECK(t.evaluator->findings()[0].id == "F2");
  CHECK(t.line("rows = reviews.memory_growth { memory = metric.memory {} }") == "");
  CHECK(t.line("rows.found[1].subject.service, #rows.examined") == "a 1");
}

TEST_CASE("a review without its frame says what is unknown") {
  Typed t;
  CHECK(t.line("reviews.memory_growth {}").find("unknown: memory_growth (all)") == 0);
}

TEST_CASE("what is defined for authors cannot be changed by a line") {
  Typed t;
  CHECK(t.line("metric.memory = 1").find("error: ") == 0);
  CHECK(t.line("reviews.mine = 1").find("error: ") == 0);
  CHECK(t.line("metric.memory {}") == "<series 40 By>");
}
