// Writers under one identity, and counters as increases, on tracks with known answers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/tracks.h"

#include <catch2/catch.hpp>

using namespace inquest::otlp;

namespace {

constexpr int64_t s = 1'000'000'000;

Track track(std::vector<int64_t> seconds, std::vector<double> values) {
  for (int64_t& one : seconds) one *= s;
  return {std::move(seconds), std::move(values)};
}

Stream counter(std::vector<int64_t> seconds, std::vector<double> values, std::vector<int64_t> starts, uint8_t temporality = 2) {
  Stream stream{};
  stream.kind = Stream::Kind::sum;
  stream.monotonic = true;
  stream.temporality = temporality;
  for (const int64_t one : seconds) stream.time.push_back(one * s);
  for (const int64_t one : starts) stream.start.push_back(one * s);
  stream.value = std::move(values);
  return stream;
}

double total_of(const std::vector<Export>& exports, size_t stream) {
  double sum = 0;
  for (const Export& one : exports) sum += one.sum[stream];
  return sum;
}

}  // namespace

TEST_CASE("One track is left as it is, however uneven") {
  const Track one = track({0, 1, 60, 300}, {1, 2, 3, 4});
  CHECK(combine({one}, Reduce::sum).time == one.time);
  CHECK(combine({one}, Reduce::sum).value == one.value);
}

TEST_CASE("Each reduction takes what every writer last said") {
  const Track a = track({0, 60, 120}, {1, 2, 3}), b = track({10, 70, 130}, {10, 20, 30});
  CHECK(combine({a, b}, Reduce::sum).value == std::vector<double>{11, 22, 33});
  CHECK(combine({a, b}, Reduce::max).value == std::vector<double>{10, 20, 30});
  CHECK(combine({a, b}, Reduce::mean).value == std::vector<double>{5.5, 11, 16.5});
  CHECK(combine({a, b}, Reduce::last).value == std::vector<double>{10, 20, 30});
}

TEST_CASE("A writer that misses an export is carried, not dropped") {
  const Track a = track({60, 120, 180, 240}, {1, 1, 1, 1}), b = track({60, 120, 240}, {5, 6, 8});
  CHECK(combine({a, b}, Reduce::sum).value == std::vector<double>{6, 7, 7, 9});
}

TEST_CASE("A writer that ended is not carried on") {
  const Track a = track({60, 120, 180, 240}, {1, 1, 1, 1}), b = track({60, 120}, {5, 6});
  CHECK(combine({a, b}, Reduce::sum).value == std::vector<double>{6, 7, 1, 1});
}

TEST_CASE("Jitter of the exporter does not shift writers against each other") {
  const Track a = track({60, 121, 179, 240}, {1, 2, 3, 4}), b = track({61, 119, 181, 239}, {10, 20, 30, 40});
  CHECK(combine({a, b}, Reduce::sum).value == std::vector<double>{11, 22, 33, 44});
}

TEST_CASE("A counter of a process older than the recording counts from its second export") {
  const Stream one = counter({60, 120, 180}, {1000, 1030, 1090}, {-90000, -90000, -90000});
  const auto exports = exports_of({&one});
  REQUIRE(exports.size() == 2);
  CHECK(exports[0].sum[0] == 30);
  CHECK(exports[1].sum[0] == 60);
}

TEST_CASE("A counter that started just before its first export counts from its start") {
  const Stream one = counter({60, 120}, {30, 60}, {10, 10});
  const auto exports = exports_of({&one});
  REQUIRE(exports.size() == 2);
  CHECK(exports[0].from == 10 * s);
  CHECK(exports[0].sum[0] == 30);
}

TEST_CASE("A reset loses nothing but what was counted after the last sample") {
  const Stream one = counter({60, 120, 180, 240}, {100, 150, 20, 40}, {-90000, -90000, 130, 130});
  CHECK(total_of(exports_of({&one}), 0) == 50 + 20 + 20);
}

TEST_CASE("A reset without start times is seen by the fall") {
  const Stream one = counter({60, 120, 180, 240}, {100, 150, 20, 40}, {0, 0, 0, 0});
  CHECK(total_of(exports_of({&one}), 0) == 50 + 20 + 20);
}

TEST_CASE("What was counted over missed exports is spread over them, and its sum kept") {
  const Stream steady = counter({60, 120, 180, 240}, {0, 60, 120, 180}, {-90000, -90000, -90000, -90000});
  const Stream gappy = counter({60, 240}, {0, 90}, {-90000, -90000});
  const auto exports = exports_of({&steady, &gappy});
  REQUIRE(exports.size() == 3);
  CHECK(exports[0].sum[1] == Approx(30));
  CHECK(total_of(exports, 1) == Approx(90));
}

TEST_CASE("Delta points are counted in the export that brings them") {
  const Stream one = counter({60, 120, 240}, {5, 6, 7}, {1, 60, 180}, 1);
  const auto exports = exports_of({&one});
  CHECK(total_of(exports, 0) == 18);
  CHECK(exports.back().sum[0] == 7);
}

TEST_CASE("Two writers that take turns in one counter are no resets") {
  const Stream one = counter({60, 61, 120, 121, 180, 181}, {100, 10, 130, 16, 160, 22}, {5, 6, 5, 6, 5, 6});
  const auto exports = exports_of({&one});
  REQUIRE(exports.size() == 3);
  CHECK(exports[1].sum[0] == 36);
  CHECK(exports[2].sum[0] == 36);
}
