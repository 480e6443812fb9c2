// Values: printed forms, binding of names, exact JSON.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/value.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "tests/runtime/model/generator.h"

using namespace inquest;
using inquest::testing::Generator;
using inquest::testing::reread;

namespace {

const Names names = [](const std::string& name) -> std::optional<Value> {
  if (name == "service") return Value("cart");
  if (name == "window") return Value(Duration{3600 * ns_per_s});
  if (name == "traces") return Value(List{"t1", "t2"});
  if (name == "cohort.says") return Value("they differ.");
  if (name == "evil") return Value("$service");
  return std::nullopt;
};

}  // namespace

TEST_CASE("a text that is only a name becomes the bound value with its type") {
  CHECK(inquest::bind("$window", names) == Value(Duration{3600 * ns_per_s}));
  CHECK(inquest::bind("$traces", names) == Value(List{"t1", "t2"}));
  CHECK(inquest::bind("$cohort.says", names) == Value("they differ."));
}

TEST_CASE("a name inside a text is printed into it") {
  CHECK(inquest::bind("last $window of $service", names) == Value("last 1h of cart"));
  CHECK(inquest::bind("$traces.", names) == Value("t1, t2."));
}

TEST_CASE("a dot counts only before a letter, and once") {
  CHECK(bind_text("of $service. Then", names) == "of cart. Then");
  CHECK(bind_text("$service.5", names) == "cart.5");
  CHECK(bind_text("$cohort.says Its logs", names) == "they differ. Its logs");
  CHECK(bind_text("$cohort.says.more", names) == "they differ..more");
  CHECK(bind_text("$service...", names) == "cart...");
}

TEST_CASE("an unbound name is null alone and unknown inside a text, and is recorded once") {
  std::vector<std::string> unbound;
  CHECK(inquest::bind("$none", names, &unbound).null());
  CHECK(inquest::bind("about $none and $other.x", names, &unbound) == Value("about unknown and unknown"));
  CHECK(unbound == std::vector<std::string>{"none", "other.x"});
}

TEST_CASE("a dollar that begins no name stays") {
  for (const char* text : {"$", "$$", "5$", "$5", "$ service", "a$", "$.x"}) CHECK(bind_text(text, names) == text);
  CHECK(bind_text("$$service", names) == "$cart");
}

TEST_CASE("what was bound is never bound again") {
  CHECK(inquest::bind("$evil", names) == Value("$service"));
  CHECK(inquest::bind("x $evil", names) == Value("x $service"));
}

TEST_CASE("binding reaches into lists, maps and terms and leaves keys alone") {
  const Value value = Map{{"$service", List{"$service", 3, Term{"like", {"a $service"}, {{"of", "$window"}}}}}};
  const Value bound = Map{{"$service", List{"cart", 3, Term{"like", {"a cart"}, {{"of", Duration{3600 * ns_per_s}}}}}}};
  CHECK(inquest::bind(value, names) == bound);
}

TEST_CASE("names_in lists each name once, in the order of the text") {
  const Value value = Map{{"a", List{"$b and $a.x", "$b"}}, {"c", Term{"like", {"$z"}, {{"d", "$a"}}}}};
  CHECK(names_in(value) == std::vector<std::string>{"b", "a.x", "z", "a"});
}

TEST_CASE("values print for people") {
  CHECK(print_value({}) == "unknown");
  CHECK(print_value(Time{0}) == "1970-01-01T00:00:00Z");
  CHECK(print_value(0.5) == "0.5");
  CHECK(print_value(int64_t{27953}) == "27953");
  CHECK(print_value(Term{"above", {14.4}, {}}) == "above(14.4)");
  CHECK(print_value(Map{{"a", true}, {"b", List{1, "x"}}}) == "a = true, b = 1, x");
}

TEST_CASE("values print as they would stand in a SOP") {
  CHECK(print_literal("a \"b\"\\\n") == "\"a \\\"b\\\"\\\\\\n\"");
  CHECK(print_literal(Term{"like", {"x"}, {}}) == "like \"x\"");
  CHECK(print_literal(Term{"number", {}, {{"default", 1.5}}}) == "number { default = 1.5 }");
  CHECK(print_literal(Map{{"limit", 100}, {"two words", List{"a"}}}) == "{ limit = 100, [\"two words\"] = { \"a\" } }");
}

TEST_CASE("find, set and the accessors of another type") {
  Map map = {{"a", 1}};
  set(map, "b", 2);
  set(map, "a", 3);
  CHECK(map == Map{{"a", 3}, {"b", 2}});
  CHECK(find(map, "c") == nullptr);
  CHECK(Value(3).text().empty());
  CHECK(Value("x").number(7) == 7);
  CHECK(Value(3).number() == 3);
}

TEST_CASE("every type has its name") {
  const std::vector<std::pair<Value, std::string>> all = {
      {{}, "null"},         {true, "bool"},        {1, "number"},    {1.5, "number"}, {Time{1}, "time"},
      {Duration{1}, "duration"}, {"x", "text"}, {List{}, "list"}, {Map{}, "map"},  {Term{}, "term"}};
  for (const auto& [value, name] : all) CHECK(type_name(value) == name);
}

TEST_CASE("every value survives its JSON form, with its type") {
  Generator generator(11);
  for (int i = 0; i < 5000; ++i) {
    const Value value = generator.value();
    INFO(canonical(value_json(value)));
    const auto read = json_value(reread(value_json(value)));
    REQUIRE(read);
    REQUIRE(*read == value);
  }
}

TEST_CASE("an integer and a double of the same size stay apart") {
  CHECK(*json_value(reread(value_json(1))) == Value(1));
  CHECK(*json_value(reread(value_json(1.0))) == Value(1.0));
  CHECK_FALSE(Value(1) == Value(1.0));
  CHECK(std::isnan(json_value(reread(value_json(NAN)))->number()));
  CHECK(std::signbit(json_value(reread(value_json(-0.0)))->number()));
}

TEST_CASE("a map that looks like a tagged value stays a map") {
  CHECK(canonical(value_json(Map{{"time", "noon"}})) == "{\"map\":[[\"time\",\"noon\"]]}");
  CHECK(canonical(value_json(Map{{"time", "noon"}, {"x", 1}})) == "{\"time\":\"noon\",\"x\":1}");
}

TEST_CASE("JSON that is no value is refused with what is wrong") {
  for (const char* text : {R"({"time":"noon"})", R"({"time":3})", R"({"duration":"1y"})", R"({"int":"1.5"})", R"({"number":"1"})",
                           R"({"map":[["a"]]})", R"({"map":{}})", R"({"term":"x","args":3})", R"({"term":"x","fields":[1]})",
                           "18446744073709551615"}) {
    INFO(text);
    const auto read = json_value(*parse_json(text, "x"));
    REQUIRE_FALSE(read);
    CHECK_FALSE(read.error().message.empty());
  }
}
