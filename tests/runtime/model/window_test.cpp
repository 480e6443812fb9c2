// Windows, phrases and scopes: meaning, printed forms, exact JSON.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/window.h"

#include <catch2/catch.hpp>

#include "tests/runtime/model/generator.h"

using namespace inquest;
using inquest::testing::Generator;
using inquest::testing::reread;

namespace {

Time at(const char* text) { return *parse_time(text); }
const Window outer{at("2026-11-21T10:00:00Z"), at("2026-11-21T12:00:00Z")};
const Names window_names = [](const std::string& name) -> std::optional<Value> {
  if (name == "onset") return Value(at("2026-11-21T11:00:00Z"));
  if (name == "early") return Value(at("2026-11-21T09:00:00Z"));
  if (name == "window") return Value(Duration{1800 * ns_per_s});
  if (name == "never") return Value(Duration{0});
  if (name == "word") return Value("soon");
  return std::nullopt;
};
std::optional<Window> meaning(const char* phrase, bool against = false) {
  const auto read = parse_phrase(phrase, against);
  REQUIRE(read);
  return resolve(*read, outer, window_names);
}

}  // namespace

TEST_CASE("a duration counts back from the end of the window around it") {
  CHECK(meaning("1h") == Window{at("2026-11-21T11:00:00Z"), outer.to});
  CHECK(meaning("$window") == Window{at("2026-11-21T11:30:00Z"), outer.to});
  CHECK(meaning("7d") == outer);
}

TEST_CASE("before, after and around are cut to the window around them") {
  CHECK(meaning("before $onset") == Window{outer.from, at("2026-11-21T11:00:00Z")});
  CHECK(meaning("after $onset") == Window{at("2026-11-21T11:00:00Z"), outer.to});
  CHECK(meaning("10m around $onset") == Window{at("2026-11-21T10:50:00Z"), at("2026-11-21T11:10:00Z")});
  CHECK(meaning("3h around $onset") == outer);
  CHECK(meaning("before $early")->empty());
  CHECK(meaning("after $early") == outer);
}

TEST_CASE("earlier is the window shifted back, not cut") {
  CHECK(meaning("7d earlier", true) == Window{at("2026-11-14T10:00:00Z"), at("2026-11-14T12:00:00Z")});
  CHECK(meaning("before $onset", true) == Window{outer.from, at("2026-11-21T11:00:00Z")});
}

TEST_CASE("a phrase with an unbound name or one of the wrong type means no window") {
  for (const char* phrase : {"before $none", "before $window", "before $word", "$none", "$onset", "$never", "1h around $word"}) {
    INFO(phrase);
    CHECK_FALSE(meaning(phrase));
  }
}

TEST_CASE("phrases outside the closed list are refused with the forms that exist") {
  for (const char* text : {"", "yesterday", "before onset", "before", "1h before $t", "7d earlier", "$t around 1h", "-1h", "0s",
                           "$window around $t", "around $t", "before $t.5"}) {
    INFO(text);
    const auto read = parse_phrase(text, false);
    REQUIRE_FALSE(read);
    CHECK(read.error().message == "`" + std::string(text) + "` is not a window");
    CHECK(read.error().cure.find("around $t") != std::string::npos);
  }
  for (const char* text : {"1h", "after $t", "10m around $t", "$window", "-7d earlier", "earlier"}) {
    INFO(text);
    const auto read = parse_phrase(text, true);
    REQUIRE_FALSE(read);
    CHECK(read.error().cure.find("7d earlier") != std::string::npos);
  }
}

TEST_CASE("every phrase survives print and parse") {
  Generator generator(12);
  const std::array all = {"onset", "window", "cohort.onset", "_x1"};
  for (int i = 0; i < 2000; ++i) {
    Phrase phrase;
    phrase.kind = static_cast<Phrase::Kind>(generator.below(5));
    const Duration length{static_cast<int64_t>(generator.below(1'000'000'000'000'000)) + 1};
    using Kind = Phrase::Kind;
    if (phrase.kind == Kind::around || phrase.kind == Kind::earlier) phrase.duration = length;
    if (phrase.kind == Kind::before || phrase.kind == Kind::after || phrase.kind == Kind::around) phrase.name = all[generator.below(4)];
    if (phrase.kind == Kind::last) {
      if (generator.coin()) phrase.duration = length;
      else phrase.name = all[generator.below(4)];
    }
    INFO(print_phrase(phrase));
    const auto read = parse_phrase(print_phrase(phrase), phrase.kind == Kind::earlier);
    REQUIRE(read);
    REQUIRE(*read == phrase);
  }
}

TEST_CASE("a resolved context window never leaves the window around it") {
  Generator generator(13);
  for (int i = 0; i < 3000; ++i) {
    const Time t{generator.integer()};
    const Names one = [&](const std::string&) { return std::optional<Value>(t); };
    Window around = generator.window();
    if (around.to < around.from) std::swap(around.from, around.to);
    for (const auto kind : {Phrase::Kind::before, Phrase::Kind::after, Phrase::Kind::around}) {
      const auto window = resolve({kind, Duration{generator.integer()}, "t"}, around, one);
      REQUIRE(window);
      REQUIRE(window->from >= around.from);
      REQUIRE((window->empty() || window->to <= around.to));
    }
  }
}

TEST_CASE("cut gives what both have, and an empty window where they do not meet") {
  CHECK(cut({{0}, {10}}, {{5}, {20}}) == Window{{5}, {10}});
  CHECK(cut({{0}, {5}}, {{7}, {9}}).empty());
}

TEST_CASE("a window is half open") {
  const Window window{{5}, {10}};
  CHECK(window.contains({5}));
  CHECK_FALSE(window.contains({10}));
  CHECK(Window{{INT64_MIN}, {INT64_MAX}}.length().ns == INT64_MAX);
}

TEST_CASE("a window prints its day once and its length") {
  CHECK(print_window({at("2026-11-21T10:28:39Z"), at("2026-11-21T11:06:29Z")}) == "2026-11-21 10:28:39 – 11:06:29 UTC (37m50s)");
  CHECK(print_window({at("2026-11-21T23:00:00Z"), at("2026-11-22T01:00:00Z")}) ==
        "2026-11-21 23:00:00 – 2026-11-22 01:00:00 UTC (2h)");
}

TEST_CASE("every window and every scope survives its JSON form") {
  Generator generator(14);
  for (int i = 0; i < 2000; ++i) {
    const Scope scope = generator.scope();
    INFO(canonical(scope_json(scope)));
    REQUIRE(*json_window(reread(window_json(scope.window))) == scope.window);
    const auto read = json_scope(reread(scope_json(scope)));
    REQUIRE(read);
    REQUIRE(*read == scope);
  }
}

TEST_CASE("a scope with a name outside the closed list is refused with the nearest") {
  Json json = scope_json({outer, {}});
  json["names"]["servise"] = "x";
  const auto read = json_scope(json);
  REQUIRE_FALSE(read);
  CHECK(read.error().cure == "did you mean `service`?");
}

TEST_CASE("JSON that is no window names the member at fault") {
  CHECK(json_window(Json(3)).error().message == "window: an object is wanted, got 3");
  CHECK(json_window(Json{{"from", "2026-11-21"}}).error().message == "window: `to` is missing");
  CHECK(json_window(Json{{"from", "noon"}, {"to", "2026-11-21"}}).error().message == "window: `noon` is not a time");
}
