// JSON at its limits: depth, large numbers, broken text, special numbers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/json.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace inquest;

TEST_CASE("a mistake in JSON is named with line and column") {
  const auto read = parse_json("{\n  \"a\": 1,\n  b\n}", "config");
  REQUIRE_FALSE(read);
  CHECK(read.error().where == "config:3");
  CHECK(read.error().message == "not valid JSON at column 3");
}

TEST_CASE("JSON nested deeper than 128 levels is refused, 128 are read") {
  CHECK(parse_json(std::string(128, '[') + std::string(128, ']'), "x").ok());
  CHECK_FALSE(parse_json(std::string(129, '[') + std::string(129, ']'), "x").ok());
  CHECK_FALSE(parse_json(std::string(1000000, '['), "x").ok());
}

TEST_CASE("brackets inside texts do not count as depth") {
  CHECK(parse_json("\"" + std::string(500, '[') + "\\\"" + std::string(500, '{') + "\"", "x").ok());
}

TEST_CASE("a number beyond a double is an error and no exception") {
  const auto read = parse_json("[1e999]", "x");
  REQUIRE_FALSE(read);
  CHECK(read.error().code == Code::parse);
}

TEST_CASE("bytes that are not UTF-8 are refused when read and replaced when printed") {
  CHECK_FALSE(parse_json("\"\xff\"", "x").ok());
  CHECK(canonical(Json("a\xff")) == "\"a\xef\xbf\xbd\"");
}

TEST_CASE("members keep the order in which they were written") {
  const auto read = parse_json("{\"z\":1,\"a\":{\"y\":2,\"b\":3}}", "x");
  REQUIRE(read);
  CHECK(canonical(*read) == "{\"z\":1,\"a\":{\"y\":2,\"b\":3}}");
}

TEST_CASE("NaN and infinities keep apart in JSON") {
  CHECK(number_json(NAN) == "NaN");
  CHECK(std::isnan(json_number(number_json(NAN))));
  CHECK(json_number(number_json(INFINITY)) == INFINITY);
  CHECK(json_number(number_json(-INFINITY)) == -INFINITY);
  CHECK(std::signbit(json_number(*parse_json(canonical(number_json(-0.0)), "x"))));
}

TEST_CASE("every double survives print and parse") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 5000; ++i) {
    const uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    INFO(value);
    const auto read = parse_json(canonical(number_json(value)), "x");
    REQUIRE(read);
    REQUIRE(json_number(*read) == value);
  }
}

TEST_CASE("every int64 survives print and parse, and those beyond 2^53 are texts") {
  constexpr int64_t least = std::numeric_limits<int64_t>::min(), most = std::numeric_limits<int64_t>::max();
  for (const int64_t value : {least, most, int64_t{0}, int64_t{-1}, int64_t{1} << 53, (int64_t{1} << 53) + 1}) {
    INFO(value);
    CHECK(json_int64(*parse_json(canonical(int64_json(value)), "x")) == value);
  }
  CHECK(int64_json((int64_t{1} << 53) + 1).is_string());
  CHECK(int64_json(int64_t{1} << 53).is_number());
}

TEST_CASE("what is no integer of 64 bits gives the other value") {
  for (const char* text : {"18446744073709551615", "\"9223372036854775808\"", "\" 1\"", "\"1x\"", "\"\"", "1.5", "null"}) {
    INFO(text);
    CHECK(json_int64(*parse_json(text, "x"), -7) == -7);
  }
}

TEST_CASE("a member of what is no object is absent") {
  CHECK(member(Json(3), "a") == nullptr);
  CHECK(member(Json{{"a", 1}}, "b") == nullptr);
  CHECK(member_text(Json{{"a", 1}}, "a", "none") == "none");
  CHECK(member_text(Json{{"a", "x"}}, "a") == "x");
}
