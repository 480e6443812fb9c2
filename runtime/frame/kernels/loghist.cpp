// Buckets of exponent and six bits of mantissa.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/loghist.h"

#include <algorithm>
#include <cmath>

namespace inquest {

namespace {

constexpr int32_t top_bucket = 63 * 64 - 1;

double edge(int32_t bucket) {
  return std::bit_cast<double>((static_cast<uint64_t>(bucket) + (uint64_t{1023} << 6)) << 46);
}

}  // namespace

int64_t log_bucket_from(int32_t bucket) {
  if (bucket < 0) return 0;
  return static_cast<int64_t>(std::ceil(edge(std::min(bucket, top_bucket))));
}

int64_t log_bucket_value(int32_t bucket) {
  if (bucket < 0) return 0;
  if (bucket >= top_bucket) return log_bucket_from(top_bucket);
  const int64_t low = log_bucket_from(bucket), high = std::max(low, log_bucket_from(bucket + 1) - 1);
  return low + (high - low) / 2;
}

void LogHistogram::add(int32_t bucket, int64_t count) {
  if (count <= 0) return;
  bucket = std::clamp(bucket, -1, top_bucket + 1);
  if (counts_.empty()) first_ = bucket;
  if (bucket < first_) {
    counts_.insert(counts_.begin(), static_cast<size_t>(first_ - bucket), 0);
    first_ = bucket;
  }
  const auto at = static_cast<size_t>(bucket - first_);
  if (at >= counts_.size()) counts_.resize(at + 1);
  counts_[at] += count;
  count_ += count;
}

void LogHistogram::merge(const LogHistogram& other) {
  for (size_t i = 0; i < other.counts_.size(); ++i) add(other.first_ + static_cast<int32_t>(i), other.counts_[i]);
}

int64_t LogHistogram::quantile(double q) const {
  if (count_ == 0) return 0;
  const double n = static_cast<double>(count_);
  const int64_t rank = static_cast<int64_t>(std::clamp(std::ceil(q * n - n * 1e-12), 1.0, n));
  int64_t seen = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return log_bucket_value(first_ + static_cast<int32_t>(i));
  }
  return max();
}

int64_t LogHistogram::max() const {
  for (size_t i = counts_.size(); i-- > 0;)
    if (counts_[i]) return log_bucket_value(first_ + static_cast<int32_t>(i));
  return 0;
}

bool LogHistogram::operator==(const LogHistogram& other) const {
  if (count_ != other.count_) return false;
  const auto used = [](const LogHistogram& h) {
    std::vector<std::pair<int32_t, int64_t>> result;
    for (size_t i = 0; i < h.counts_.size(); ++i)
      if (h.counts_[i]) result.emplace_back(h.first_ + static_cast<int32_t>(i), h.counts_[i]);
    return result;
  };
  return used(*this) == used(other);
}

}  // namespace inquest
