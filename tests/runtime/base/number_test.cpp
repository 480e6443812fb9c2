// Numbers as people read them, and the rounding before comparison.
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>

#include "runtime/base/text.h"

using namespace inquest;

TEST_CASE("bytes are shown in powers of 1000") {
  CHECK(human(568e6, "By") == "568 MB");
  CHECK(human(12, "By") == "12 B");
  CHECK(human(1500, "By") == "1.5 kB");
  CHECK(human(999.7e3, "By") == "1 MB");
  CHECK(human(1.234e9, "By/s") == "1.23 GB/s");
  CHECK(human(-2e6, "By") == "-2 MB");
}

TEST_CASE("times are shown in the unit that fits, whatever unit they came in") {
  CHECK(human(1.84, "s") == "1.84 s");
  CHECK(human(1840, "ms") == "1.84 s");
  CHECK(human(0.0015, "s") == "1.5 ms");
  CHECK(human(250, "us") == "250 µs");
  CHECK(human(12, "ns") == "12 ns");
  CHECK(human(0.9999, "ms") == "1 ms");
  CHECK(human(0, "s") == "0 s");
  CHECK(human(59.97, "s") == "1 min");
  CHECK(human(123, "s") == "2 min 3 s");
  CHECK(human(3599.8, "s") == "1 h");
  CHECK(human(90000, "s") == "1 d 1 h");
}

TEST_CASE("nanoseconds are shown as people say them") {
  CHECK(human_ns(1'500'000) == "1.5 ms");
  CHECK(human_ns(123'000'000'000) == "2 min 3 s");
  CHECK(human_ns(0) == "0 s");
  CHECK(human_ns(-1'500'000) == "-1.5 ms");
  CHECK(human_ns(std::numeric_limits<int64_t>::max()) == "106 752 d");
}

TEST_CASE("ratios and shares have their signs") {
  CHECK(human(16, "ratio") == "x16");
  CHECK(human(1.8, "ratio") == "x1.8");
  CHECK(human(0.12, "share") == "12 %");
  CHECK(human(0.1234, "1") == "12.3 %");
  CHECK(human(1, "share") == "100 %");
}

TEST_CASE("other units are appended to three significant digits with the whole part complete") {
  CHECK(human(1234.5, "{request}") == "1 234 request");
  CHECK(human(12.345, "{request}/s") == "12.3 request/s");
  CHECK(human(0.00123456, "x") == "0.00123 x");
  CHECK(human(9.999, "") == "10");
  CHECK(human(5, "1/s") == "5 /s");
  CHECK(human(1e20, "") == "1e+20");
}

TEST_CASE("what is no finite number says so") {
  CHECK(human(NAN, "By") == "NaN");
  CHECK(human(INFINITY, "s") == "+Inf");
  CHECK(human(-INFINITY, "x") == "-Inf");
}

TEST_CASE("counts are grouped in threes") {
  CHECK(count(0) == "0");
  CHECK(count(999) == "999");
  CHECK(count(1234) == "1 234");
  CHECK(count(27953) == "27 953");
  CHECK(count(-1234567) == "-1 234 567");
  CHECK(count(std::numeric_limits<int64_t>::min()) == "-9 223 372 036 854 775 808");
}

TEST_CASE("round12 keeps twelve significant digits") {
  CHECK(round12(0.1 + 0.2) == 0.3);
  CHECK(round12(123456789012.4) == 123456789012.0);
  CHECK(round12(1234567890125555) == 1234567890130000);
  CHECK(std::signbit(round12(-0.0)));
  CHECK(std::isnan(round12(NAN)));
  CHECK(round12(INFINITY) == INFINITY);
}

TEST_CASE("round12 twice is round12 once") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 5000; ++i) {
    const double value = std::ldexp(static_cast<double>(static_cast<int64_t>(random())), static_cast<int>(random() % 1800) - 900);
    INFO(value);
    const double once = round12(value);
    REQUIRE(round12(once) == once);
    REQUIRE(std::fabs(once - value) <= std::fabs(value) * 1e-11);
  }
}

TEST_CASE("shortest reads back to the same double") {
  std::mt19937_64 random(6);
  for (int i = 0; i < 5000; ++i) {
    const double value = std::ldexp(static_cast<double>(static_cast<int64_t>(random())), static_cast<int>(random() % 1800) - 900);
    REQUIRE(std::stod(shortest(value)) == value);
  }
  CHECK(shortest(0.1) == "0.1");
  CHECK(shortest(3) == "3");
  CHECK(shortest(NAN) == "NaN");
}
