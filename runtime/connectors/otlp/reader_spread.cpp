// Exponential histograms on common bounds, summaries on common quantiles.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/reader_spread.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace inquest::otlp {
namespace {

Exponential head_of(const Points& points, uint32_t row) {
  std::array<int64_t, Exponential::words> words;
  std::copy_n(points.buckets.begin() + static_cast<ptrdiff_t>(points.bucket_from[row]), words.size(), words.begin());
  return std::bit_cast<Exponential>(words);
}

// Indexes in use on one side, at a scale: [first, last], empty when last < first.
struct Range {
  int64_t first = INT64_MAX, last = INT64_MIN;
  bool empty() const { return last < first; }
  int64_t size() const { return empty() ? 0 : last - first + 1; }
  void add(int64_t from, int64_t to) { first = std::min(first, from), last = std::max(last, to); }
  void coarser(int64_t by) {
    if (!empty()) first >>= by, last >>= by;
  }
};

// base^index, infinity where a double ends.
double bound(int64_t scale, int64_t index) { return std::exp2(std::ldexp(static_cast<double>(index), static_cast<int>(-scale))); }

}  // namespace

void spread_exponential(Stream& stream, const Points& points, const uint32_t* rows, size_t count) {
  int64_t scale = Exponential::most_scale;
  double threshold = 0;
  for (size_t i = 0; i < count; ++i) {
    const Exponential head = head_of(points, rows[i]);
    if (head.positive + head.negative > 0) scale = std::min(scale, head.scale);
    threshold = std::max(threshold, std::bit_cast<double>(head.zero_threshold));
  }
  Range positive, negative;
  for (size_t i = 0; i < count; ++i) {
    const Exponential head = head_of(points, rows[i]);
    const int64_t by = head.scale - scale;
    if (head.positive > 0) positive.add(head.positive_offset >> by, (head.positive_offset + head.positive - 1) >> by);
    if (head.negative > 0) negative.add(head.negative_offset >> by, (head.negative_offset + head.negative - 1) >> by);
  }
  while (positive.size() + negative.size() > static_cast<int64_t>(most_exponential_buckets)) {
    positive.coarser(1), negative.coarser(1);
    --scale;
  }
  // Bounds rise through: far end of the negative side … its near end, the zero bucket, near end … far end of the positive.
  std::vector<double>& bounds = stream.bounds;
  bounds.clear();
  const auto rise = [&](double at) {
    if (std::isfinite(at) && (bounds.empty() || at > bounds.back())) bounds.push_back(at);
  };
  for (int64_t i = negative.last; !negative.empty() && i >= negative.first - 1; --i) rise(-bound(scale, i + 1));
  const double near = positive.empty() ? std::numeric_limits<double>::infinity() : bound(scale, positive.first);
  rise(std::min(threshold, near));
  for (int64_t i = positive.first - 1; !positive.empty() && i <= positive.last; ++i) rise(bound(scale, i + 1));
  const double base = bound(scale, 1);
  stream.relative_error = std::sqrt(base) - 1;

  // Where an index falls is found by the middle of its bucket, so that bounds that met (0, infinity) cost nothing.
  const auto place = [&](double value) { return static_cast<size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin()); };
  std::vector<size_t> positive_place, negative_place;
  const auto middle = [&](int64_t index) {
    const double low = bound(scale, index), high = bound(scale, index + 1);
    return std::isfinite(high) ? low + (high - low) / 2 : std::numeric_limits<double>::max();
  };
  for (int64_t i = positive.first; !positive.empty() && i <= positive.last; ++i) positive_place.push_back(place(middle(i)));
  for (int64_t i = negative.first; !negative.empty() && i <= negative.last; ++i) negative_place.push_back(place(-middle(i)));
  const size_t zero = place(0), width = bounds.size() + 1;
  stream.buckets.assign(count * width, 0);
  for (size_t i = 0; i < count; ++i) {
    const Exponential head = head_of(points, rows[i]);
    int64_t* out = stream.buckets.data() + i * width;
    const int64_t* in = points.buckets.data() + points.bucket_from[rows[i]] + Exponential::words;
    const int64_t by = head.scale - scale;
    out[zero] += head.zero_count;
    for (int64_t k = 0; k < head.positive; ++k)
      out[positive_place[static_cast<size_t>(((head.positive_offset + k) >> by) - positive.first)]] += in[k];
    for (int64_t k = 0; k < head.negative; ++k)
      out[negative_place[static_cast<size_t>(((head.negative_offset + k) >> by) - negative.first)]] += in[head.positive + k];
  }
}

void spread_quantiles(Stream& stream, const Points& points, const uint32_t* rows, size_t count) {
  const auto pairs = [&](uint32_t row) {
    const uint64_t to = row + 1 < points.size() ? points.bucket_from[row + 1] : points.buckets.size();
    return std::pair(points.buckets.data() + points.bucket_from[row], points.buckets.data() + to);
  };
  for (size_t i = 0; i < count; ++i) {
    for (auto [at, to] = pairs(rows[i]); at < to; at += 2) {
      const auto quantile = std::bit_cast<double>(*at);
      const auto found = std::lower_bound(stream.quantiles.begin(), stream.quantiles.end(), quantile);
      if ((found != stream.quantiles.end() && *found == quantile) || stream.quantiles.size() >= most_quantiles) continue;
      stream.quantiles.insert(found, quantile);
    }
  }
  const size_t width = stream.quantiles.size();
  stream.quantile_values.assign(count * width, std::numeric_limits<double>::quiet_NaN());
  for (size_t i = 0; i < count; ++i) {
    for (auto [at, to] = pairs(rows[i]); at < to; at += 2) {
      const auto quantile = std::bit_cast<double>(*at);
      const auto found = std::lower_bound(stream.quantiles.begin(), stream.quantiles.end(), quantile);
      if (found == stream.quantiles.end() || *found != quantile) continue;
      stream.quantile_values[i * width + static_cast<size_t>(found - stream.quantiles.begin())] = std::bit_cast<double>(at[1]);
    }
  }
}

}  // namespace inquest::otlp
