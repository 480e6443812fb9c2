// Log histogram of durations: mergeable by addition, relative error at most 0.8 %, no logarithm computed.
// SPDX-License-Identifier: Apache-2.0
//
// The bucket of a duration in ns is its exponent and the upper six bits of its mantissa as a double: 64 buckets an
// octave. Bucket 0
// begins at 1 ns, 64 at 2 ns, …; −1 holds 0 and what is below it (skewed clocks). A bucket is told as the middle of
// the whole
// nanoseconds in it, so durations up to 127 ns are exact. This is the column `bucket` of `latency` frames.
// Quantiles are nearest-rank over buckets (numpy "inverted_cdf" within 0.8 %). Values, not shared.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace inquest {

constexpr double loghist_error = 0.008;

inline int32_t log_bucket(int64_t ns) {
  if (ns <= 0) return -1;
  return static_cast<int32_t>((std::bit_cast<uint64_t>(static_cast<double>(ns)) >> 46) - (uint64_t{1023} << 6));
}
int64_t log_bucket_value(int32_t bucket);        // ns; 0 for −1
int64_t log_bucket_from(int32_t bucket);         // smallest whole ns in it

class LogHistogram final {
 public:
  void add(int32_t bucket, int64_t count = 1);
  void merge(const LogHistogram& other);
  int64_t count() const { return count_; }
  // ns; 0 when empty. q in [0, 1].
  int64_t quantile(double q) const;
  int64_t max() const;                           // middle of the highest bucket in use
  bool operator==(const LogHistogram& other) const;

 private:
  int32_t first_ = 0;                            // bucket of counts_[0]
  std::vector<int64_t> counts_;
  int64_t count_ = 0;
};

// The same of any finite numbers: sign, exponent and six bits of the mantissa, so values of either sign and any size
// keep the relative error (numbers below 2e-308 in size count as 0). Mergeable by addition.
class NumberHistogram final {
 public:
  void add(double value, int64_t count = 1);
  void merge(const NumberHistogram& other);
  void clear();
  int64_t count() const { return count_; }
  double at(size_t rank) const;                  // the middle of the bucket of the value at `rank` (from 0); 0 when empty

 private:
  std::vector<int64_t> counts_;                  // 2^18 buckets once used, ascending
  int64_t count_ = 0;
};

}  // namespace inquest
