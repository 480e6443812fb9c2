// Contrast: which attribute tells the slow requests of an operation from its fast ones at the same time.
// SPDX-License-Identifier: Apache-2.0
//
// Slow means above the median duration of the same population (service, operation) in the same stretch of time.
// Stretches are runs
// of rows in order of time: at least 8 rows each and at most 240 of them, so that a drift of everything cannot hide a
// difference. Rows equal to the median are fast.
//
// ContrastBuilder makes `contrast` frames from spans; a connector that counts elsewhere fills the same columns:
//   service, namespace, instance, version, operation, attribute
//   value               text; numbers of at most 10 values stand as text too; absent: a numeric attribute as a whole
//   slow, fast          rows with this value (numeric: with the attribute) now; slow_then, fast_then: in the earlier
//   window
//   slow_rows, fast_rows, slow_rows_then, fast_rows_then: all rows of the population
//   times               median of duration / median of the stretch, of the rows with the value over that of the others.
//                       Above 2 000 rows of every second, third, … row; a value with fewer than 64 of these rows that
//                       differs between slow and fast by three standard errors is told from all its rows
//   numbers_slow, numbers_fast   numeric: JSON list [min, p25, p50, p75, max] on either side, now
//   z, effect           numeric: stratified rank statistic (van Elteren 1960; strata are the stretches) and 2·P(slow
//   > fast) − 1
//   split, slow_above, fast_above, splits   numeric: the number that parts slow from fast rows best, how many rows of
//                       either side lie above it, and how many splits were tried: up to 63, between equal parts of the
//                       rows (fewer than 64 numbers: between any two), with at least 5 rows above and below. The best
//                       has the largest chi-square of its 2 × 2 table (Miller & Siegmund, Biometrics 38, 1982: maximally
//                       selected chi-square); of the numbers that part the rows alike `split` is the roundest. Absent
//                       when no split has 5 rows on both sides.
// A text attribute with more than 10 values of which more than half occur once in two rows (distinct > rows / 2) is
// an identifier and left out, named
// in a note. Numbers are numeric when they have more than 10 values or more than one in two rows. Of each attribute
// the 100
// commonest values are kept (a note says so).
//
// Kernel `contrast` (options: alpha 0.05), columns: service, namespace, instance, version, operation, attribute,
// value, kind
//   ("value" | "number"), state, share (share among slow − share among fast; numeric: effect), score (share − one
//   standard error:
//   few rows count less), rank (1 = first within service and operation, by state, then score), slow, fast, slow_rows,
//   fast_rows,
//   slow_then, fast_then, new (bool: the population had rows then, none of them with it; absent without an earlier
//   window), times,
//   p_one (Fisher two-sided; numeric: normal tail of z), tried (values and numbers tried in the population), p (p_one
//   × tried, at most 1),
//   numbers_slow, numbers_fast, and of numbers split, slow_above, fast_above, splits (so that a sentence can say
//   "slow_above of slow above split, fast_above of fast"), split_share (share above among slow − among fast), p_split
//   (Fisher two-sided × splits × tried, at most 1: Bonferroni for having chosen the best), why.
//   state "found": ≥ 5 slow and ≥ 5 fast rows in the population, p ≤ alpha, share > 0 (numeric: either sign);
//   else "unknown" below 20 rows on a side (why tells), else "not_found". Rows ascending by head, operation, rank.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/frame/kernels/kernel.h"

namespace inquest {

class ContrastBuilder final {
 public:
  struct Population {
    std::string service;
    std::optional<std::string> namespace_ = {}, instance = {}, version = {};
    std::string operation;
    auto operator<=>(const Population&) const = default;
  };
  uint32_t population(const Population& population);   // interned
  uint32_t attribute(std::string_view name);           // interned
  uint32_t value(uint32_t attribute, std::string_view text);

  // One row, then its cells. `then`: the row is of the earlier window. Of one population and window fewer than 2^32 cells.
  void row(uint32_t population, int64_t time, int64_t duration, bool then);
  void cell(uint32_t value) { parts_[at_].texts.push_back(value); }
  void cell(uint32_t attribute, std::string_view text) { cell(value(attribute, text)); }
  void number(uint32_t attribute, double number);      // not finite: left out
  size_t rows() const { return rows_; }

  // `against`: there is an earlier window, even if no row of it came. The builder is spent.
  Result<FramePtr> finish(bool against, const Stop* stop = nullptr);

 private:
  struct Number { uint32_t attribute, row; double number; };
  // The rows of one population and window, as columns. Cells of row i: text_from[i] up to that of the next row.
  struct Part {
    std::vector<int64_t> time, duration;
    std::vector<uint32_t> text_from, texts;
    std::vector<Number> numbers;
  };
  struct Finish;                                           // contrast_builder.cpp
  std::vector<Population> populations_;
  std::map<Population, uint32_t> population_ids_;
  std::vector<std::string> attributes_;
  std::unordered_map<std::string, uint32_t> attribute_ids_;
  std::vector<std::string> values_;
  std::vector<uint32_t> attribute_of_;                     // of each value
  std::unordered_map<std::string, uint32_t> value_ids_;
  std::vector<Part> parts_;                                // population × 2 + then
  size_t at_ = 0, rows_ = 0;                               // the part of the row that is open
};

extern const Kernel contrast_kernel;

}  // namespace inquest
