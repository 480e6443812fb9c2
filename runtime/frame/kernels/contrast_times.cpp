// Sampled rows in order of relative duration by buckets, and the median of those without a value.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/contrast_times.h"

#include <algorithm>
#include <array>
#include <bit>

namespace inquest::contrast {

double median_of_others(const std::vector<double>& sorted, const std::vector<uint32_t>& mine) {
  const size_t n = sorted.size() - mine.size();
  if (n == 0) return 0;
  const auto other = [&](size_t k) {                                 // the k-th place that is not in mine
    size_t low = 0, high = mine.size();
    while (low < high) {
      const size_t middle = (low + high) / 2;
      (mine[middle] - middle > k ? high : low) = mine[middle] - middle > k ? middle : middle + 1;
    }
    return sorted[k + low];
  };
  if (n % 2) return other(n / 2);
  const double a = other(n / 2 - 1), b = other(n / 2);
  return a + (b - a) / 2;
}

// Rows go to buckets of the bits of their double (exponent first); what is left is sorted in place.
void sort_timed(std::vector<Timed>& rows) {
  constexpr int bits = 11;
  constexpr uint32_t most_in_bucket = 48;
  const auto key = [](double value) {                                // ascending with the value
    const auto k = std::bit_cast<uint64_t>(value + 0.0);
    return k >> 63 ? ~k : k | uint64_t{1} << 63;
  };
  uint64_t low = UINT64_MAX, high = 0;
  for (const Timed& r : rows) {
    low = std::min(low, key(r.first));
    high = std::max(high, key(r.first));
  }
  const int shift = rows.empty() ? 0 : std::max(0, static_cast<int>(std::bit_width(high - low)) - bits);
  std::array<uint32_t, (size_t{1} << bits) + 1> to{};
  for (const Timed& r : rows) ++to[((key(r.first) - low) >> shift) + 1];
  if (rows.size() < 256 || *std::max_element(to.begin(), to.end()) > most_in_bucket) return std::sort(rows.begin(), rows.end());
  for (size_t i = 1; i < to.size(); ++i) to[i] += to[i - 1];
  std::vector<Timed> sorted(rows.size());
  for (const Timed& r : rows) sorted[to[(key(r.first) - low) >> shift]++] = r;
  for (size_t i = 1; i < sorted.size(); ++i) {
    const Timed row = sorted[i];
    size_t at = i;
    for (; at > 0 && row < sorted[at - 1]; --at) sorted[at] = sorted[at - 1];
    sorted[at] = row;
  }
  rows = std::move(sorted);
}

}  // namespace inquest::contrast
