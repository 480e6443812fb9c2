// Strict JSON: what is refused, what is kept exactly, and agreement with the other reader on random documents.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/strict_json.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>

using namespace inquest;

namespace {

std::string said(std::string_view text, const JsonLimits& limits = {}) {
  const auto json = strict_json(text, limits);
  return json.ok() ? "fine" : json.error().cause + ": " + json.error().message;
}
bool malformed(std::string_view text) { return said(text).starts_with("malformed: "); }

std::string random_json(std::mt19937& random, int depth) {
  const auto pick = [&](unsigned n) { return random() % n; };
  switch (pick(depth > 4 ? 6 : 8)) {
    case 0: return "null";
    case 1: return pick(2) ? "true" : "false";
    case 2: return std::to_string(static_cast<int64_t>(random() >> 1) * static_cast<int64_t>(random()) * (pick(2) ? -1 : 1));
    case 3: return std::to_string(random()) + "." + std::to_string(random()) + (pick(2) ? "e-" : "E+") + std::to_string(pick(250));
    case 4: return "\"\\u00e4\\n" + std::string(pick(40), 'x') + "\xC3\xA4\\ud83d\\ude00\"";
    case 5: return "\"" + std::to_string(random()) + "\"";
    case 6: {
      std::string out = "[";
      for (unsigned i = 0, n = pick(5); i < n; ++i) out += (i ? " , " : "") + random_json(random, depth + 1);
      return out + "]";
    }
    default: {
      std::string out = "{";
      for (unsigned i = 0, n = pick(14); i < n; ++i) out += (i ? ",\n" : "") + ("\"k" + std::to_string(i)) + "\" : " + random_json(random, depth + 1);
      return out + "}";
    }
  }
}

}  // namespace

TEST_CASE("what is ambiguous is refused") {
  for (const char* text :
       {"", " ", "{", "[1,", "[1", "[1,]", "{\"a\":1,}", "{\"a\"}", "{\"a\" 1}", "{a:1}", "{\"a\":1}}", "[] []", "{} x", "nul", "tru", "TRUE", "NaN", "[NaN]",
        "[Infinity]", "[-Infinity]", "[-]", "[+1]", "[01]", "[1.]", "[.5]", "[1e]", "[1e+]", "[0x10]", "\"", "\"a", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
        "\"\\", "\"a\nb\"", "[1 2]", "]", "{]", "[}", "// a\n1", "'a'", "\"\\u\"", "1e400", "-1e400", "[1e999999999999999999999]",
        "18446744073709551616", "-9223372036854775809", "1234567890123456789012345678901234567890"}) {
    INFO(text);
    CHECK(malformed(text));
  }
}

TEST_CASE("a mistake is named by its byte") {
  CHECK(said("[1,NaN]") == "malformed: not valid JSON at byte 4: no such value");
  CHECK(said("{} {}") == "malformed: not valid JSON at byte 4: more behind the end");
  CHECK(said("[1e400]") == "malformed: not valid JSON at byte 2: a number beyond a double");
}

TEST_CASE("a key that stands twice is refused, in small and large objects") {
  CHECK(said("{\"a\":1,\"b\":2,\"a\":3}") == "malformed: not valid JSON: the key \"a\" stands twice in one object");
  CHECK(said("{\"a\":1,\"\\u0061\":3}") == "malformed: not valid JSON: the key \"a\" stands twice in one object");
  std::string large = "{\"k7\":0";
  for (int i = 0; i < 1000; ++i) large += ",\"k" + std::to_string(i) + "\":1";
  CHECK(said(large + "}") == "malformed: not valid JSON: the key \"k7\" stands twice in one object");
  CHECK(said("{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}]}") == "fine");
}

TEST_CASE("numbers keep their type and their bits") {
  CHECK(strict_json("9007199254740993")->get<int64_t>() == 9007199254740993);
  CHECK(strict_json("-9223372036854775808")->get<int64_t>() == INT64_MIN);
  CHECK(strict_json("18446744073709551615")->get<uint64_t>() == UINT64_MAX);
  CHECK(strict_json("18446744073709551615")->is_number_unsigned());
  CHECK(strict_json("1.0")->is_number_float());
  CHECK(strict_json("1")->is_number_integer());
  for (const char* zero : {"-0", "-0.0", "-0e5"}) {
    INFO(zero);
    REQUIRE(strict_json(zero)->is_number_float());
    CHECK(std::signbit(strict_json(zero)->get<double>()));
  }
  CHECK(strict_json("0.1")->get<double>() == 0.1);
  CHECK(strict_json("5e-324")->get<double>() == 5e-324);
  CHECK(strict_json("1e-400")->get<double>() == 0);
  CHECK(strict_json("0." + std::string(400, '0') + "1")->get<double>() == 0);
  CHECK(strict_json("0e999999999999")->get<double>() == 0);
  CHECK(malformed(std::string(400, '9') + ".5"));
}

TEST_CASE("depth is capped, without recursion") {
  const auto nested = [](size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  CHECK(said(nested(128)) == "fine");
  CHECK(said(nested(129)).find("deeper than 128") != std::string::npos);
  CHECK(malformed(std::string(1'000'000, '[')));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  CHECK(malformed(objects));
}

TEST_CASE("texts: what is not UTF-8 is replaced and counted, U+0000 is kept") {
  size_t replaced = 0;
  const auto json = strict_json("[\"a\\u0000b\",\"\xC0\x80\",\"\xED\xA0\x80\",\"\\udc00\",\"\\ud83dx\",\"\\ud83d\\u0041\",\"\\ud83d\\ude00\",\"\xF4\x90\x80\x80\"]", {}, &replaced);
  REQUIRE(json.ok());
  CHECK((*json)[0] == std::string("a\0b", 3));
  CHECK((*json)[1] == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK((*json)[3] == "\xEF\xBF\xBD");
  CHECK((*json)[4] == "\xEF\xBF\xBDx");
  CHECK((*json)[5] == "\xEF\xBF\xBD" "A");
  CHECK((*json)[6] == "\xF0\x9F\x98\x80");
  CHECK(replaced == 6);
}

TEST_CASE("a tree beyond its memory is told as too large") {
  std::string many = "[";
  for (int i = 0; i < 100'000; ++i) many += i ? ",{}" : "{}";
  many += "]";
  CHECK(said(many, {128, size_t{1} << 20}).starts_with("too_large: "));
  CHECK(said(many, {128, size_t{64} << 20}) == "fine");
  CHECK(said("\"" + std::string(1 << 20, 'x') + "\"", {128, size_t{1} << 20}).starts_with("too_large: "));
}

TEST_CASE("both readers agree on random documents, and none of their beginnings is taken") {
  std::mt19937 random(7);
  for (int i = 0; i < 400; ++i) {
    const std::string text = "[" + random_json(random, 0) + "]";
    INFO(text);
    const auto strict = strict_json(text);
    const auto other = parse_json(text, "x");
    REQUIRE(strict.ok());
    REQUIRE(other.ok());
    CHECK(*strict == *other);
    CHECK(canonical(*strict) == canonical(*other));
    for (size_t n = 0; n < text.size() && n < 200; ++n) {
      if (!malformed(text.substr(0, n))) FAIL("the first " << n << " bytes were taken");
    }
  }
}
