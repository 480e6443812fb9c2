// Buckets of one time put together, and native buckets on common bounds.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/histograms.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace inquest::prometheus {
namespace {

using otlp::Stream;

constexpr size_t most_buckets = 320;

int64_t whole(double value) { return std::isfinite(value) && value > 0 ? static_cast<int64_t>(std::llround(std::min(value, 9e15))) : 0; }

// A walk along one series, by ascending times.
struct Walk {
  const Samples* samples = nullptr;
  size_t at = 0;
  std::optional<double> value(int64_t ms) {
    if (!samples) return std::nullopt;
    while (at < samples->time_ms.size() && samples->time_ms[at] < ms) ++at;
    if (at >= samples->time_ms.size() || samples->time_ms[at] != ms) return std::nullopt;
    return samples->value[at];
  }
};

}  // namespace

std::vector<Stream> classic_streams(const Classic& classic, size_t& incomplete, size_t& falling) {
  std::vector<int64_t> times;
  struct Lane { double bound; Walk walk; };
  std::vector<Lane> lanes;
  for (const auto& [bound, samples] : classic.buckets) {
    lanes.push_back({bound, {samples, 0}});
    times.insert(times.end(), samples->time_ms.begin(), samples->time_ms.end());
  }
  if (classic.count) times.insert(times.end(), classic.count->time_ms.begin(), classic.count->time_ms.end());
  std::stable_sort(lanes.begin(), lanes.end(), [](const Lane& a, const Lane& b) { return a.bound < b.bound; });
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  Walk sum{classic.sum, 0}, count{classic.count, 0};
  std::vector<Stream> out;
  std::map<std::vector<double>, size_t> by_bounds;
  std::vector<double> bounds, upto;
  for (const int64_t ms : times) {
    bounds.clear();
    upto.clear();
    std::optional<double> all;
    for (Lane& lane : lanes) {
      const std::optional<double> value = lane.walk.value(ms);
      if (!value || std::isnan(*value)) continue;
      if (std::isinf(lane.bound)) {
        if (lane.bound > 0) all = *value;
      } else if (!bounds.empty() && bounds.back() == lane.bound) {
        upto.back() = std::max(upto.back(), *value);     // 1 and 1.0: two spellings of one bound
      } else {
        bounds.push_back(lane.bound);
        upto.push_back(*value);
      }
    }
    const std::optional<double> counted = count.value(ms);
    if (!all && counted && !std::isnan(*counted)) all = counted;
    const std::optional<double> total = sum.value(ms);
    if (!all) {
      ++incomplete;
      continue;
    }
    const auto [at, fresh] = by_bounds.emplace(bounds, out.size());
    if (fresh) {
      out.emplace_back();
      out.back().kind = Stream::Kind::histogram;
      out.back().bounds = bounds;
    }
    Stream& stream = out[at->second];
    stream.time.push_back(ms * ns_per_ms);
    stream.value.push_back(total.value_or(0));
    stream.is_int.push_back(0);
    int64_t below = 0;
    for (const double one : upto) {
      const int64_t n = whole(one);
      if (n < below) ++falling;
      stream.buckets.push_back(std::max<int64_t>(0, n - below));
      below = std::max(below, n);
    }
    const int64_t n = std::max(whole(*all), below);
    stream.buckets.push_back(n - below);
    stream.count.push_back(n);
  }
  return out;
}

void put_native(const std::vector<Histogram>& points, Stream& stream) {
  stream.kind = Stream::Kind::exponential;
  std::vector<double> bounds;
  std::vector<std::pair<double, double>> populated;
  for (const Histogram& point : points)
    for (const Histogram::Bucket& one : point.buckets) {
      if (!(one.low < one.high)) continue;
      for (const double bound : {one.low, one.high})
        if (std::isfinite(bound)) bounds.push_back(bound);
      populated.emplace_back(one.low, one.high);
    }
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  std::sort(populated.begin(), populated.end());
  populated.erase(std::unique(populated.begin(), populated.end()), populated.end());
  // A bound inside a populated bucket would split it.
  std::vector<double> kept;
  double reach = -std::numeric_limits<double>::infinity();
  size_t p = 0;
  for (const double bound : bounds) {
    for (; p < populated.size() && populated[p].first < bound; ++p) reach = std::max(reach, populated[p].second);
    if (!(reach > bound)) kept.push_back(bound);
  }
  while (kept.size() > most_buckets) {
    std::vector<double> fewer;
    for (size_t i = 0; i < kept.size(); i += 2) fewer.push_back(kept[i]);
    if (fewer.back() != kept.back()) fewer.push_back(kept.back());
    kept = std::move(fewer);
  }
  stream.bounds = std::move(kept);
  const size_t width = stream.bounds.size() + 1;
  for (const Histogram& point : points) {
    if (std::isnan(point.count)) continue;
    stream.time.push_back(point.time_ms * ns_per_ms);
    stream.value.push_back(point.sum);
    stream.is_int.push_back(0);
    stream.count.push_back(whole(point.count));
    const size_t row = stream.buckets.size();
    stream.buckets.resize(row + width, 0);
    for (const Histogram::Bucket& one : point.buckets) {
      const auto at = std::lower_bound(stream.bounds.begin(), stream.bounds.end(), one.high) - stream.bounds.begin();
      stream.buckets[row + static_cast<size_t>(at)] += whole(one.count);
      if (const auto i = static_cast<size_t>(at); i > 0 && i < stream.bounds.size() && stream.bounds[i - 1] > 0)
        stream.relative_error = std::max(stream.relative_error, std::sqrt(stream.bounds[i] / stream.bounds[i - 1]) - 1);
    }
  }
}

void put_summary(const Classic& classic, std::vector<std::pair<double, const Samples*>> quantiles, Stream& stream) {
  std::stable_sort(quantiles.begin(), quantiles.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Walk> walks;
  for (const auto& [quantile, samples] : quantiles) {
    if (!stream.quantiles.empty() && stream.quantiles.back() == quantile) continue;
    stream.quantiles.push_back(quantile);
    walks.push_back({samples, 0});
  }
  if (!classic.count) return;
  Walk sum{classic.sum, 0};
  for (size_t i = 0; i < classic.count->time_ms.size(); ++i) {
    const int64_t ms = classic.count->time_ms[i];
    if (std::isnan(classic.count->value[i])) continue;
    stream.time.push_back(ms * ns_per_ms);
    stream.count.push_back(whole(classic.count->value[i]));
    stream.value.push_back(sum.value(ms).value_or(0));
    stream.is_int.push_back(0);
    for (Walk& walk : walks) stream.quantile_values.push_back(walk.value(ms).value_or(std::numeric_limits<double>::quiet_NaN()));
  }
}

}  // namespace inquest::prometheus
