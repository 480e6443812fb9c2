// Points of exponential histograms, summaries and exemplars as columns; counts and temporalities.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/reader_spread.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <numeric>

#include "tests/runtime/connectors/otlp/written.h"

using namespace written;

namespace {

struct ReadMetrics {
  std::shared_ptr<const Metrics> table;
  Reading reading;
};
ReadMetrics read(const std::string& content) {
  const Folder folder;
  folder.write("x.jsonl", content);
  auto reader = value_of(Reader::open(folder.path()));
  ReadMetrics out{value_of(reader->metrics(go)), {}};
  out.reading = reader->reading(Signal::metrics);
  return out;
}
std::string exponential(const std::string& points, int temporality = 1) {
  return metric_line(R"({"name":"e","unit":"s","exponentialHistogram":{"aggregationTemporality":)" + std::to_string(temporality) +
                     R"(,"dataPoints":[)" + points + "]}}");
}
std::string summary(const std::string& points) { return metric_line(R"({"name":"q","unit":"s","summary":{"dataPoints":[)" + points + "]}}"); }
int64_t counted(const Stream& stream, size_t point) {
  const auto width = static_cast<std::ptrdiff_t>(stream.bounds.size() + 1), from = static_cast<std::ptrdiff_t>(point) * width;
  return std::accumulate(stream.buckets.begin() + from, stream.buckets.begin() + from + width, int64_t{0});
}
// The bucket of a value: (bounds[i - 1], bounds[i]].
int64_t at(const Stream& stream, size_t point, double value) {
  const auto found = std::lower_bound(stream.bounds.begin(), stream.bounds.end(), value) - stream.bounds.begin();
  return stream.buckets[point * (stream.bounds.size() + 1) + static_cast<size_t>(found)];
}
// What an SDK makes of values at a scale: indexes by the definition, base^i < value ≤ base^(i+1).
std::string sdk_point(const std::vector<double>& values, int scale, const std::string& time) {
  std::map<int64_t, int64_t> sides[2];
  int64_t zero = 0;
  double sum = 0;
  for (const double value : values) {
    sum += value;
    if (value == 0) { ++zero; continue; }
    ++sides[value < 0][static_cast<int64_t>(std::ceil(std::ldexp(std::log2(std::abs(value)), scale))) - 1];
  }
  const auto side = [](const std::map<int64_t, int64_t>& counts) {
    std::string out = R"({"offset":)" + std::to_string(counts.empty() ? 0 : counts.begin()->first) + R"(,"bucketCounts":[)";
    for (auto i = counts.begin(); i != counts.end(); ++i) {
      if (i != counts.begin())
        for (int64_t k = std::prev(i)->first + 1; k < i->first; ++k) out += ",0";
      out += (i == counts.begin() ? "\"" : ",\"") + std::to_string(i->second) + "\"";
    }
    return out + "]}";
  };
  return R"({"timeUnixNano":")" + time + R"(","count":")" + std::to_string(values.size()) + R"(","sum":)" + std::to_string(sum) +
         R"(,"scale":)" + std::to_string(scale) + R"(,"zeroCount":")" + std::to_string(zero) + R"(","positive":)" + side(sides[0]) +
         R"(,"negative":)" + side(sides[1]) + "}";
}

}  // namespace

TEST_CASE("exponential: the example of the protocol falls into the buckets of its scale") {
  const auto [metrics, reading] = read(exponential(
      R"({"timeUnixNano":"1","count":"7","sum":9,"scale":0,"zeroCount":"1","positive":{"offset":1,"bucketCounts":["1","0","3"]},"negative":{"bucketCounts":["2"]}})"));
  REQUIRE(metrics->streams.size() == 1);
  const Stream& e = metrics->streams[0];
  CHECK(e.kind == Stream::Kind::exponential);
  CHECK(e.bounds == std::vector<double>{-2, -1, 0, 2, 4, 8, 16});
  CHECK(e.buckets == std::vector<int64_t>{0, 2, 1, 0, 1, 0, 3, 0});
  CHECK(e.count == std::vector<int64_t>{7});
  CHECK(reading.notes.empty());
}

TEST_CASE("exponential: values of every scale from -10 to 20 stand in the bucket whose bounds hold them") {
  const std::vector<double> values = {0, 1e-9, 0.003, 0.5, 0.75, 1.5, 1.5000001, 3, 1e4, 1.7e7, 4e15, -0.02, -7, -1e8};
  for (int scale = -10; scale <= 20; ++scale) {
    CAPTURE(scale);
    const auto [metrics, reading] = read(exponential(sdk_point({0, 3, 3.1}, scale, "1")));
    REQUIRE(reading.bad_records == 0);
    const Stream& e = metrics->streams.at(0);
    CHECK(counted(e, 0) == 3);
    CHECK(at(e, 0, 0) == 1);
    CHECK(at(e, 0, 3) + (at(e, 0, 3) == 2 ? 0 : at(e, 0, 3.1)) == 2);
    CHECK(std::is_sorted(e.bounds.begin(), e.bounds.end(), std::less_equal<>()));
    if (scale > 4) continue;                             // more would be megabytes of empty buckets in the line
    const auto [wide, wide_reading] = read(exponential(sdk_point(values, scale, "1")));
    REQUIRE(wide_reading.bad_records == 0);
    CHECK(counted(wide->streams.at(0), 0) == static_cast<int64_t>(values.size()));
    CHECK(wide->streams[0].bounds.size() <= most_exponential_buckets + 4);
  }
}

TEST_CASE("exponential: points of several scales are merged to the coarsest, exactly") {
  const std::vector<double> values = {1.1, 1.3, 2.5, 6, 6.1, 11, 40};
  const auto [metrics, reading] = read(exponential(sdk_point(values, 3, "1") + "," + sdk_point(values, 1, "2") + "," + sdk_point(values, 5, "3")));
  REQUIRE(metrics->streams.size() == 1);
  const Stream& e = metrics->streams[0];
  const size_t width = e.bounds.size() + 1;
  const std::vector<int64_t> first(e.buckets.begin(), e.buckets.begin() + static_cast<std::ptrdiff_t>(width));
  for (size_t point = 1; point < 3; ++point) {
    CAPTURE(point);
    CHECK(std::equal(first.begin(), first.end(), e.buckets.begin() + static_cast<std::ptrdiff_t>(point * width)));
  }
  CHECK(e.relative_error == Approx(std::pow(2, 0.25) - 1));
}

TEST_CASE("exponential: the middle of every bucket is within the stated error of every value in it") {
  std::mt19937 random(5);
  std::vector<double> values;
  for (int i = 0; i < 500; ++i) values.push_back(std::exp2(static_cast<double>(random() % 14'000) / 1000));
  const auto [metrics, reading] = read(exponential(sdk_point(values, 4, "1")));
  const Stream& e = metrics->streams.at(0);
  for (const double value : values) {
    const auto found = std::lower_bound(e.bounds.begin(), e.bounds.end(), value);
    REQUIRE(found != e.bounds.begin());
    const double middle = std::sqrt(*found * *(found - 1));
    CHECK(std::abs(middle / value - 1) <= e.relative_error * (1 + 1e-9));
  }
}

TEST_CASE("exponential: many scales and ranges in one stream stay within the limit of buckets") {
  const auto [metrics, reading] = read(exponential(sdk_point({1e-6, 1.1e-6}, 20, "1") + "," + sdk_point({2e9, 2.1e9}, 15, "2")));
  const Stream& e = metrics->streams.at(0);
  CHECK(e.bounds.size() <= most_exponential_buckets + 4);
  CHECK(counted(e, 0) == 2);
  CHECK(counted(e, 1) == 2);
  CHECK(e.relative_error == Approx(std::exp2(0.125) - 1));  // 51 powers of two, six buckets each
}

TEST_CASE("exponential: the zero threshold bounds the zero bucket") {
  const auto [metrics, reading] = read(exponential(
      R"({"timeUnixNano":"1","count":"5","scale":0,"zeroCount":"4","zeroThreshold":0.25,"positive":{"offset":0,"bucketCounts":["1"]}})"));
  CHECK(metrics->streams.at(0).bounds == std::vector<double>{0.25, 1, 2});
  CHECK(metrics->streams[0].buckets == std::vector<int64_t>{4, 0, 1, 0});
}

TEST_CASE("exponential: points without buckets and with all counts left out are points of nothing") {
  const auto [metrics, reading] = read(exponential(R"({"timeUnixNano":"1"},{"timeUnixNano":"2","count":"1","scale":0,"zeroCount":1})"));
  const Stream& e = metrics->streams.at(0);
  CHECK(e.count == std::vector<int64_t>{0, 1});
  CHECK(counted(e, 0) == 0);
  CHECK(counted(e, 1) == 1);
}

TEST_CASE("exponential: impossible scales, offsets and counts skip the point alone") {
  const char* wrong[] = {R"("scale":-11)", R"("scale":21)", R"("scale":1.5)", R"("positive":{"offset":"9999999999","bucketCounts":[1]})",
                         R"("positive":{"offset":2147483647,"bucketCounts":[1,1]})", R"("positive":{"bucketCounts":[-1]})",
                         R"("positive":{"bucketCounts":["9007199254740992","9007199254740992"]})", R"("zeroCount":-1)", R"("zeroThreshold":"NaN")"};
  for (const char* field : wrong) {
    CAPTURE(field);
    const auto [metrics, reading] = read(exponential(std::string(R"({"timeUnixNano":"1","count":"1",)") + field + R"(},{"timeUnixNano":"2","count":"2"})"));
    CHECK(reading.bad_records == 1);
    REQUIRE(metrics->streams.size() == 1);
    CHECK(metrics->streams[0].time == std::vector<int64_t>{2});
  }
}

TEST_CASE("summary: quantiles are columns of the stream; one that a point does not tell is NaN") {
  const auto [metrics, reading] = read(summary(
      R"({"timeUnixNano":"2","count":"2","sum":5,"quantileValues":[{"quantile":0.99,"value":"NaN"},{"quantile":0.5,"value":2}]},)"
      R"({"timeUnixNano":"1","count":"1","sum":1,"quantileValues":[{"quantile":0.5,"value":1},{"value":0.5}]})"));
  REQUIRE(metrics->streams.size() == 1);
  const Stream& q = metrics->streams[0];
  CHECK(q.time == std::vector<int64_t>{1, 2});
  CHECK(q.count == std::vector<int64_t>{1, 2});
  CHECK(q.value == std::vector<double>{1, 5});
  CHECK(q.quantiles == std::vector<double>{0, 0.5, 0.99});
  REQUIRE(q.quantile_values.size() == 6);
  CHECK(q.quantile_values[0] == 0.5);
  CHECK(q.quantile_values[1] == 1);
  CHECK(std::isnan(q.quantile_values[2]));
  CHECK(std::isnan(q.quantile_values[3]));
  CHECK(q.quantile_values[4] == 2);
  CHECK(reading.notes.empty());
}

TEST_CASE("summary: a quantile outside of 0 to 1 skips the point") {
  const auto [metrics, reading] = read(summary(R"({"timeUnixNano":"1","quantileValues":[{"quantile":1.5,"value":2}]},{"timeUnixNano":"2"})"));
  CHECK(reading.bad_records == 1);
  CHECK(metrics->streams.at(0).time == std::vector<int64_t>{2});
}

TEST_CASE("exemplars: those that name a trace belong to the stream of their point, of every kind of metric") {
  const std::string exemplars = R"("exemplars":[{"timeUnixNano":"7","asDouble":1.5,"traceId":"0102030405060708090A0B0C0D0E0F10","spanId":"1112131415161718"},)"
                                R"({"timeUnixNano":"8","asInt":"3"},{"traceId":5},{"traceId":"0102030405060708090a0b0c0d0e0f11","asInt":"4"}])";
  const auto [metrics, reading] = read(metric_line(
      R"({"name":"g","gauge":{"dataPoints":[{"timeUnixNano":"1","asInt":1},{"timeUnixNano":"2","asInt":1,)" + exemplars + R"(}]}},)"
      R"({"name":"bad","gauge":{"dataPoints":[{"asInt":1,)" + exemplars + R"(}]}},)"
      R"({"name":"h","histogram":{"dataPoints":[{"timeUnixNano":"1","count":"1",)" + exemplars + R"(}]}},)"
      R"({"name":"e","exponentialHistogram":{"dataPoints":[{"timeUnixNano":"1","count":"1",)" + exemplars + "}]}}"));
  REQUIRE(metrics->streams.size() == 3);
  for (const Stream& stream : metrics->streams) {
    REQUIRE(stream.exemplars.size() == 2);
    CHECK(stream.exemplars[0].trace == Spans::Id{0x0102030405060708, 0x090a0b0c0d0e0f10});
    CHECK(stream.exemplars[0].span == 0x1112131415161718);
    CHECK(stream.exemplars[0].time == 7);
    CHECK(stream.exemplars[0].value == 1.5);
    CHECK(stream.exemplars[1].value == 4);
  }
  CHECK(reading.bad_records == 1);
}

TEST_CASE("otlp metrics: a histogram whose count of 0 is left out is a point") {
  const auto [metrics, reading] = read(metric_line(R"({"name":"h","histogram":{"dataPoints":[{"timeUnixNano":"1","explicitBounds":[1],"bucketCounts":["0","0"]}]}})"));
  CHECK(reading.bad_records == 0);
  CHECK(metrics->streams.at(0).count == std::vector<int64_t>{0});
}

TEST_CASE("otlp metrics: negative counts skip the point") {
  const auto [metrics, reading] = read(metric_line(
      R"({"name":"h","histogram":{"dataPoints":[{"timeUnixNano":"1","count":"-1"},{"timeUnixNano":"1","count":"1","explicitBounds":[1],"bucketCounts":["2","-1"]}]}})"));
  CHECK(reading.bad_records == 2);
  CHECK(metrics->streams.empty());
}
