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

namespace {

constexpr int number_shift = 46;                         // 64 − sign, exponent, six bits of the mantissa
constexpr size_t number_buckets = size_t{1} << 18;

size_t number_bucket(double value) {
  uint64_t bits = std::bit_cast<uint64_t>(value);
  if (((bits >> 52) & 2047) == 0) bits = 0;              // too small to be normal
  const uint64_t up = bits ^ (static_cast<uint64_t>(static_cast<int64_t>(bits) >> 63) | (uint64_t{1} << 63));
  return static_cast<size_t>(up >> number_shift);
}

double number_middle(size_t bucket) {
  const bool positive = bucket >= number_buckets / 2;
  const uint64_t size = positive ? bucket - number_buckets / 2 : number_buckets / 2 - 1 - bucket;
  if ((size >> 6) == 0) return 0;
  const double middle = std::bit_cast<double>((size << number_shift) | (uint64_t{1} << (number_shift - 1)));
  return positive ? middle : -middle;
}

}  // namespace

void NumberHistogram::add(double value, int64_t count) {
  if (!std::isfinite(value) || count <= 0) return;
  if (counts_.empty()) counts_.resize(number_buckets);
  counts_[number_bucket(value)] += count;
  count_ += count;
}

void NumberHistogram::merge(const NumberHistogram& other) {
  if (other.counts_.empty()) return;
  if (counts_.empty()) counts_.resize(number_buckets);
  for (size_t i = 0; i < number_buckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
}

void NumberHistogram::clear() {
  std::fill(counts_.begin(), counts_.end(), 0);
  count_ = 0;
}

double NumberHistogram::at(size_t rank) const {
  int64_t seen = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen > static_cast<int64_t>(rank)) return number_middle(i);
  }
  return 0;
}

}  // namespace inquest
