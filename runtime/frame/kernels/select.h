// Order statistics: the values at several ranks of one list, without sorting it.
// SPDX-License-Identifier: Apache-2.0
//
// One pass counts values in up to 4 096 buckets of the bits of their double form (exponent first, so the buckets are
// narrow where values are small), a second one takes out the buckets that hold a wanted rank, and only these are
// selected in by std::nth_element: O(n + buckets), the answers are exact. (Bucket selection: Aho, Hopcroft, Ullman, The
// Design and Analysis of Computer Algorithms, 1974, 3.6; the buckets are those of loghist.h, laid out over the range
// that is there.) Below 64 values it selects in the list itself.
// T is int64_t or double. NaN is not allowed; infinities are. One object belongs to one thread; it keeps its buffers.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace inquest {

template <class T>
class RankSelector final {
 public:
  // out[i] = the value that stands at ranks[i] (from 0, ascending, below n) when sorted. n ≥ 1.
  void select(const T* values, size_t n, const std::vector<size_t>& ranks, std::vector<T>& out) {
    out.resize(ranks.size());
    if (n < 64) {
      part_.assign(values, values + n);
      pick(0, n, ranks, 0, ranks.size(), 0, out);
      return;
    }
    T low = values[0], high = values[0];
    for (size_t i = 1; i < n; ++i) {
      low = values[i] < low ? values[i] : low;
      high = high < values[i] ? values[i] : high;
    }
    const uint64_t base = key(low), range = key(high) - base;
    const int wanted_bits = std::clamp(static_cast<int>(std::bit_width(n / 4)) - 1, 6, 12);
    const int shift = std::max(0, static_cast<int>(std::bit_width(range)) - wanted_bits);
    counts_.assign((range >> shift) + 1, 0);
    for (size_t i = 0; i < n; ++i) ++counts_[(key(values[i]) - base) >> shift];
    // counts_ becomes, of the wanted buckets, where their values go + 1; of the others 0.
    wanted_.clear();
    size_t below = 0, taken = 0, next = 0;
    for (size_t b = 0; b < counts_.size() && next < ranks.size(); ++b) {
      const size_t here = counts_[b];
      if (ranks[next] >= below + here) {
        below += here;
        continue;
      }
      const size_t first = next;
      while (next < ranks.size() && ranks[next] < below + here) ++next;
      wanted_.push_back({b, below, taken, here, first, next});
      below += here;
      taken += here;
    }
    std::fill(counts_.begin(), counts_.end(), 0);
    for (const Wanted& w : wanted_) counts_[w.bucket] = static_cast<uint32_t>(w.at) + 1;
    part_.resize(taken);
    for (size_t i = 0; i < n; ++i) {
      uint32_t& at = counts_[(key(values[i]) - base) >> shift];
      if (at) part_[at++ - 1] = values[i];
    }
    for (const Wanted& w : wanted_) pick(w.at, w.at + w.size, ranks, w.first, w.last, w.below, out);
  }

  // Nearest-rank quantile (math.h, quantile_of) of n ≥ 1 values.
  static size_t rank(double q, size_t n) {
    const double size = static_cast<double>(n), at = q * size - size * 1e-12;
    const double up = static_cast<double>(static_cast<int64_t>(at)) < at ? static_cast<double>(static_cast<int64_t>(at)) + 1
                                                                         : static_cast<double>(static_cast<int64_t>(at));
    return static_cast<size_t>(std::clamp(up, 1.0, size)) - 1;
  }

 private:
  struct Wanted { size_t bucket, below, at, size, first, last; };

  static uint64_t key(T value) {  // ascending with the value
    const uint64_t bits = std::bit_cast<uint64_t>(static_cast<double>(value) + 0.0);
    return bits ^ (static_cast<uint64_t>(static_cast<int64_t>(bits) >> 63) | (uint64_t{1} << 63));
  }
  void pick(size_t from, size_t to, const std::vector<size_t>& ranks, size_t first, size_t last, size_t below, std::vector<T>& out) {
    const auto place = [&](size_t at) { return part_.begin() + static_cast<std::ptrdiff_t>(at); };
    size_t done = from;
    for (size_t i = first; i < last; ++i) {
      const size_t at = from + ranks[i] - below;
      if (at >= done) std::nth_element(place(done), place(at), place(to));
      done = at;  // what lies before is not above it
      out[i] = part_[at];
    }
  }

  std::vector<uint32_t> counts_;
  std::vector<T> part_;
  std::vector<Wanted> wanted_;
};

}  // namespace inquest
