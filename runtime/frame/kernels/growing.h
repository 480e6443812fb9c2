// Growing attributes: numbers on spans (sizes, counts) that begin to rise with the onset.
// SPDX-License-Identifier: Apache-2.0
//
// NumbersBuilder makes the frame of spans.numbers, shape `series`: service, namespace, instance, version, operation,
// attribute, time (start of the bucket), value (median, double), n, distinct, fresh (int64: values of the bucket, and
// those of them that no earlier bucket of the same window had), and window ("now" | "then") when `against`.
//
// Kernel `growing` (options by = service, operation, attribute; from, to, at = the onset; without it the column window
// splits). Found when, on the medians (restart-corrected, restart.h):
//   the slope after the onset is positive, Mann & Kendall's p ≤ 0.05, and it is at least three times the slope before;
//   it is not a sequence number or a clock, which always grow: of the values after, or of those before, at most 0.9
//   are distinct over all buckets. (A number that stood still before the onset is no sequence, though every value after
//   it may be new; a sequence whose requests came more often grows faster as well.)
// Columns: labels…, state ("found" | "not_found" | "unknown"), n_before, n_after (rows), buckets_before,
// buckets_after, before, after
//   (medians of the buckets), first, last (median of the first and last up to 3 buckets after), max, times (last /
//   before; absent unless
//   both > 0), slope_before, slope_after (per second), r (rank correlation with time), p, distinct_share, why.
//   distinct_before: the same of the values before.
// A frame without `fresh` (a source that counts distinct values per bucket only) tells the distinct values of buckets
// with one row, whose median is the value; of other buckets the counts are added, so that a value that comes again in a
// later bucket is counted again: the share is then an upper bound.
// Unknown: no rows before, fewer than 3 buckets before or 4 after; fewer than 5 rows before while nearly every value
// after is new (a growing number cannot be told from a sequence), and without `fresh` when the upper bound decides.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/frame/kernels/kernel.h"

namespace inquest {

class NumbersBuilder final {
 public:
  struct Population {
    std::string service;
    std::optional<std::string> namespace_ = {}, instance = {}, version = {};
    std::string operation, attribute;
    auto operator<=>(const Population&) const = default;
  };
  // Buckets of `step` ns from `origin` (the start of the window, so that no bucket begins before it); of the earlier
  // window from `then_origin`.
  NumbersBuilder(int64_t origin, int64_t step, std::optional<int64_t> then_origin = {});
  uint32_t population(const Population& population);   // interned
  void add(uint32_t population, int64_t time, double value, bool then);   // not finite: left out
  FramePtr finish();                                   // ascending by population, window then before now, time

 private:
  int64_t origin_, step_;
  std::optional<int64_t> then_origin_;
  std::vector<Population> populations_;
  std::map<Population, uint32_t> ids_;
  struct Cell { uint32_t population; bool now; int64_t bucket; double value; };
  std::vector<Cell> cells_;
};

extern const Kernel growing_kernel;

}  // namespace inquest
