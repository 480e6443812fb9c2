// Classic and native histograms and summaries as the points of streams.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/histograms.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <algorithm>
#include <random>

#include "runtime/base/text.h"

using namespace inquest;
using namespace inquest::prometheus;
using otlp::Stream;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

Samples samples_at(std::vector<int64_t> ms, std::vector<double> value) { return {{}, std::move(ms), std::move(value), {}}; }

}  // namespace

TEST_CASE("buckets that add up from below become buckets of their own", "[prometheus]") {
  const Samples a = samples_at({1, 2}, {1, 2}), b = samples_at({1, 2}, {3, 7}), all = samples_at({1, 2}, {4, 9}), sum = samples_at({1, 2}, {10, 30});
  size_t incomplete = 0, falling = 0;
  const auto streams = classic_streams({{{inf, &all}, {200, &b}, {100, &a}}, &sum, nullptr}, incomplete, falling);
  REQUIRE(streams.size() == 1);
  CHECK(streams[0].bounds == std::vector<double>{100, 200});
  CHECK(streams[0].buckets == std::vector<int64_t>{1, 2, 1, 2, 5, 2});
  CHECK(streams[0].count == std::vector<int64_t>{4, 9});
  CHECK(streams[0].value == std::vector<double>{10, 30});
  CHECK(incomplete + falling == 0);
}

TEST_CASE("a bound that changes its spelling stays one bound", "[prometheus]") {
  const Samples old = samples_at({1}, {1}), fresh = samples_at({2}, {2}), all = samples_at({1, 2}, {4, 9});
  size_t incomplete = 0, falling = 0;
  const auto streams = classic_streams({{{1.0, &old}, {1.0, &fresh}, {inf, &all}}, nullptr, nullptr}, incomplete, falling);
  REQUIRE(streams.size() == 1);
  CHECK(streams[0].buckets == std::vector<int64_t>{1, 3, 2, 7});
}

TEST_CASE("other bounds begin another stream", "[prometheus]") {
  const Samples a = samples_at({1}, {1}), b = samples_at({2}, {2}), all = samples_at({1, 2}, {4, 9});
  size_t incomplete = 0, falling = 0;
  const auto streams = classic_streams({{{1, &a}, {2, &b}, {inf, &all}}, nullptr, nullptr}, incomplete, falling);
  REQUIRE(streams.size() == 2);
  CHECK(streams[0].bounds == std::vector<double>{1});
  CHECK(streams[1].bounds == std::vector<double>{2});
}

TEST_CASE("a time without a count is left out, a falling bucket is read as empty, both are told", "[prometheus]") {
  const Samples a = samples_at({1, 2}, {3, 3}), b = samples_at({2}, {1}), all = samples_at({2}, {4});
  size_t incomplete = 0, falling = 0;
  const auto streams = classic_streams({{{1, &a}, {2, &b}, {inf, &all}}, nullptr, nullptr}, incomplete, falling);
  REQUIRE(streams.size() == 1);
  CHECK(streams[0].buckets == std::vector<int64_t>{3, 0, 1});
  CHECK(incomplete == 1);
  CHECK(falling == 1);
}

TEST_CASE("without the last bucket the count takes its place", "[prometheus]") {
  const Samples a = samples_at({1}, {3}), count = samples_at({1}, {5});
  size_t incomplete = 0, falling = 0;
  const auto streams = classic_streams({{{1, &a}}, nullptr, &count}, incomplete, falling);
  REQUIRE(streams.size() == 1);
  CHECK(streams[0].buckets == std::vector<int64_t>{3, 2});
}

TEST_CASE("native buckets of two resolutions meet on bounds that split none of them", "[prometheus]") {
  const std::vector<Histogram> points = {{1, 4, 6, {{0.5, 1, 1}, {1, 1.5, 2}, {1.5, 2, 1}}}, {2, 9, 12, {{0.25, 1, 2}, {1, 2, 7}}}};
  Stream stream{};
  put_native(points, stream);
  CHECK(stream.bounds == std::vector<double>{0.25, 1, 2});
  CHECK(stream.count == std::vector<int64_t>{4, 9});
  CHECK(stream.buckets == std::vector<int64_t>{0, 1, 3, 0, 0, 2, 7, 0});
  CHECK(stream.relative_error == Approx(std::sqrt(4.0) - 1));
}

TEST_CASE("a native histogram as a Prometheus 3.5 tells it keeps every count and its scale", "[prometheus]") {
  const Reply reply = read_reply(read_file(std::string(INQUEST_SOURCE_DIR) + "/tests/runtime/connectors/prometheus/recorded/native-histogram.json").value()).value();
  REQUIRE(reply.series.size() == 1);
  Stream stream{};
  put_native(reply.series[0].histograms, stream);
  CHECK(stream.kind == Stream::Kind::exponential);
  CHECK(stream.count == std::vector<int64_t>{1500, 1550});
  CHECK(stream.value == std::vector<double>{307.731180752515, 330.618426189429});
  const size_t width = stream.bounds.size() + 1;
  int64_t all = 0;
  for (size_t b = 0; b < width; ++b) all += stream.buckets[b];
  CHECK(all == 1500);
  CHECK(stream.bounds.front() == -1e-128);               // the zero bucket lies between the first two bounds
  CHECK(stream.bounds.back() == 2);
  CHECK(stream.buckets[1] == 34);
  CHECK(stream.relative_error == Approx(std::sqrt(std::exp2(1.0 / 8)) - 1));   // scale 3
}

TEST_CASE("no count of a native histogram is lost, whatever its buckets", "[prometheus]") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<Histogram> points;
    for (int64_t p = 0; p < 5; ++p) {
      const double base = std::exp2(std::exp2(-static_cast<double>(random() % 5)));
      Histogram one{p, 0, 1, {}};
      double low = std::pow(base, -static_cast<double>(random() % 40));
      for (int b = 0; b < 200; ++b, low *= base)
        if (const double n = static_cast<double>(random() % 4); n > 0) one.buckets.push_back({low, low * base, n}), one.count += n;
      points.push_back(one);
    }
    Stream stream{};
    put_native(points, stream);
    REQUIRE(stream.bounds.size() <= 322);
    REQUIRE(std::is_sorted(stream.bounds.begin(), stream.bounds.end()));
    const size_t width = stream.bounds.size() + 1;
    for (size_t p = 0; p < points.size(); ++p) {
      int64_t all = 0;
      for (size_t b = 0; b < width; ++b) all += stream.buckets[p * width + b];
      REQUIRE(all == stream.count[p]);
    }
  }
}

TEST_CASE("a summary keeps its quantiles at the times of its count", "[prometheus]") {
  const Samples count = samples_at({1, 2}, {5, 8}), sum = samples_at({1, 2}, {10, 20}), half = samples_at({1, 2}, {1.5, 1.6}), high = samples_at({2}, {9});
  Stream stream{};
  put_summary({{}, &sum, &count}, {{0.9, &high}, {0.5, &half}}, stream);
  CHECK(stream.quantiles == std::vector<double>{0.5, 0.9});
  CHECK(stream.count == std::vector<int64_t>{5, 8});
  CHECK(stream.quantile_values[0] == 1.5);
  CHECK(std::isnan(stream.quantile_values[1]));
  CHECK(stream.quantile_values[3] == 9);
}
