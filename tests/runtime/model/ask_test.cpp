// Asks, failures and marks: exact JSON and printed forms.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/ask.h"

#include <catch2/catch.hpp>

#include <set>

#include "tests/runtime/model/generator.h"

using namespace inquest;
using inquest::testing::Generator;
using inquest::testing::reread;

TEST_CASE("every ask survives its JSON form") {
  Generator generator(15);
  for (int i = 0; i < 2000; ++i) {
    const Ask ask = generator.ask();
    INFO(canonical(ask_json(ask)));
    const auto read = json_ask(reread(ask_json(ask)));
    REQUIRE(read);
    REQUIRE(*read == ask);
  }
}

TEST_CASE("an ask prints what is wanted, where and when") {
  Ask ask{"metrics", "memory", "metric.memory", "metrics"};
  ask.scope = {{*parse_time("2026-11-21T10:28:39Z"), *parse_time("2026-11-21T11:06:29Z")}, {{"service", "x"}}};
  CHECK(print_ask(ask) == "metric.memory {} [service=x] 10:28:39–11:06:29");
  ask.args = {{"limit", 100}};
  ask.then = Window{*parse_time("2026-11-21T09:00:00Z"), *parse_time("2026-11-21T10:00:00Z")};
  CHECK(print_ask(ask) == "metric.memory { limit = 100 } [service=x] 10:28:39–11:06:29 against 09:00:00–10:00:00");
  ask = Ask{"q", "n", "promql", "metrics"};
  ask.native = "up{job=$service}";
  CHECK(print_ask(ask) == "promql [[up{job=$service}]] 00:00:00–00:00:00");
}

TEST_CASE("JSON that is no ask names the member at fault") {
  const Json good = ask_json(Ask{"s", "n", "metric.cpu", "metrics"});
  for (const char* key : {"state", "name", "kind", "signal", "scope"}) {
    Json json = good;
    json.erase(key);
    INFO(key);
    CHECK(json_ask(json).error().message == "ask: `" + std::string(key) + "` is missing");
  }
  Json json = good;
  json["outside"] = {"service", 3};
  CHECK(json_ask(json).error().message == "ask: `outside` wants a list of texts, got 3");
  json = good;
  json["args"] = {{"time", "noon"}};
  CHECK_FALSE(json_ask(json).ok());
  json = good;
  json["args"] = {{"time", "2026-11-21T00:00:00Z"}};
  CHECK(json_ask(json).error().message.find("`args` wants a map") != std::string::npos);
}

TEST_CASE("every class of failure has a name that leads back to it") {
  std::set<std::string> seen;
  for (int i = 0; i <= static_cast<int>(Failure::Class::internal); ++i) {
    const auto cls = static_cast<Failure::Class>(i);
    seen.insert(failure_name(cls));
    CHECK(failure_class(failure_name(cls)) == cls);
  }
  CHECK(seen.size() == static_cast<size_t>(Failure::Class::internal) + 1);
  CHECK(std::string(failure_name(Failure::Class::unknown_name)) == "unknown_name");
  CHECK_FALSE(failure_class("nothing"));
}

TEST_CASE("every set of marks survives its JSON form") {
  Generator generator(16);
  for (int i = 0; i < 500; ++i) {
    const Marks marks{generator.text(), generator.text(), generator.text(), generator.texts()};
    REQUIRE(json_marks(reread(marks_json(marks))) == marks);
  }
  CHECK(json_marks(Json(3)) == Marks{});
}
