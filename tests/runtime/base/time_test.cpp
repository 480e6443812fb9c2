// Times and durations: text forms both ways, the ends of int64, and what is refused.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time.h"

#include <catch2/catch.hpp>

#include <limits>
#include <random>

using namespace inquest;

namespace {
constexpr int64_t least = std::numeric_limits<int64_t>::min(), most = std::numeric_limits<int64_t>::max();
constexpr int64_t moment = 1795256919;  // date -u -d 2026-11-21T10:28:39Z +%s
}

TEST_CASE("a time prints as RFC 3339 with decimals only when needed") {
  CHECK(print_time({moment * ns_per_s}) == "2026-11-21T10:28:39Z");
  CHECK(print_time({moment * ns_per_s + 120'000'000}) == "2026-11-21T10:28:39.12Z");
  CHECK(print_time({-1}) == "1969-12-31T23:59:59.999999999Z");
  CHECK(print_clock({moment * ns_per_s}) == "10:28:39");
}

TEST_CASE("a time is read in all its forms") {
  for (const char* text : {"2026-11-21T10:28:39Z", "2026-11-21 10:28:39", "2026-11-21T11:28:39+01:00",
                           "2026-11-21T10:28:39.000Z", "1795256919", "1795256919000", "1795256919000000000"}) {
    INFO(text);
    const auto read = parse_time(text);
    REQUIRE(read);
    CHECK(read->ns == moment * ns_per_s);
  }
  CHECK(parse_time("1970-01-02")->ns == 86400 * ns_per_s);
}

TEST_CASE("what is no time is refused with the value and the cure") {
  for (const char* text : {"", "yesterday", "2026-02-30", "2026-13-01", "2026-00-10", "2026-11-21T25:00:00Z", "2026-11-21T10",
                           "2026-11-21T10:28:39.Z", "2026-11-21T10:28:39Zz", "2026-11-21T10:28:39+1", "9999999999999999999",
                           "1677-01-01", "2262-12-31", "2026-11-21T10:28:39+01:0"}) {
    INFO(text);
    const auto read = parse_time(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().message == "`" + std::string(text) + "` is not a time");
    CHECK_FALSE(read.error().cure.empty());
  }
}

TEST_CASE("February 29 exists in leap years only") {
  CHECK(parse_time("2024-02-29").ok());
  CHECK(parse_time("2000-02-29").ok());
  CHECK_FALSE(parse_time("2023-02-29").ok());
  CHECK_FALSE(parse_time("2100-02-29").ok());
}

TEST_CASE("every time survives print and parse") {
  std::mt19937_64 random(2);
  std::vector<int64_t> values = {least, most, 0, -1, 1};
  for (int i = 0; i < 5000; ++i) values.push_back(static_cast<int64_t>(random()));
  for (const int64_t ns : values) {
    INFO(print_time({ns}));
    const auto read = parse_time(print_time({ns}));
    REQUIRE(read);
    REQUIRE(read->ns == ns);
  }
}

TEST_CASE("a duration prints with the largest exact units") {
  CHECK(print_duration({5400 * ns_per_s}) == "1h30m");
  CHECK(print_duration({0}) == "0s");
  CHECK(print_duration({250'000'000}) == "250ms");
  CHECK(print_duration({-90 * ns_per_s}) == "-1m30s");
}

TEST_CASE("durations are read with units and decimals") {
  CHECK(parse_duration("90s")->ns == 90 * ns_per_s);
  CHECK(parse_duration("1.5h")->ns == 5400 * ns_per_s);
  CHECK(parse_duration("2w")->ns == 14 * 86400 * ns_per_s);
  CHECK(parse_duration("0.123456789d")->ns == 10666666569600);
}

TEST_CASE("what is no duration is refused") {
  for (const char* text : {"", "-", "5", "h", "1y", "1.h", "1..5h", "1h 30m", "+1h", "1h-30m", "99999999999w", "200000000000000000ns1"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text).ok());
  }
}

TEST_CASE("every duration survives print and parse") {
  std::mt19937_64 random(3);
  std::vector<int64_t> values = {least, most, 0, -1, 1};
  for (int i = 0; i < 5000; ++i) values.push_back(static_cast<int64_t>(random()) >> (random() % 64));
  for (const int64_t ns : values) {
    INFO(print_duration({ns}));
    const auto read = parse_duration(print_duration({ns}));
    REQUIRE(read);
    REQUIRE(read->ns == ns);
  }
}
