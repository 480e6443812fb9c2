// Change point of a series: one onset, the levels before and after it, and whether it still grows afterwards.
// SPDX-License-Identifier: Apache-2.0
//
// Works on at most 240 bins (medians of runs of samples). Two looks, the first that sees something counts:
// 1. rank scan: the split with the largest standardised Mann–Whitney statistic; p of that maximum over all splits by
//    Csörgő & Horváth (Limit Theorems in Change-Point Analysis, 1997, 1.3.26); at least 3 bins a side; found from p ≤
//    alpha and a shift of at least 3 MAD. The onset then walks back over samples that lie more than 3 MAD beyond all
//    before them.
// 2. excursion: the first sample from which three in a row (or all to the end), and the median of the rest, lie above
//    the maximum before + 5 MAD. It sees a rise of the last 1 to 5 samples, for which ranks are too few. With fewer
//    than four samples after the onset it is `weak`.
// MAD is the plain median absolute deviation of the samples before, at least 0.5 % of their median's size and `floor`.
// With fewer than 8 samples nothing can be said: `examined` false, `why` says so.
//
// Kernel `change_point` (options by, value, from, to, window, direction "up" | "down" | "any", floor, alpha 0.01),
// columns:
//   labels…, n, examined, found, weak (bool), direction ("up" | "down"), onset (time), n_before, n_after, before,
//   after (medians),
//   last, max, max_time, max_before, mad_before, shift (after − before), times (after / before; absent unless both >
//   0), peak_times
//   (max after the onset / before), score (shift in MADs), p, slope_after (per second, restart-corrected), growing
//   (bool: the
//   second half after the onset still rises, Mann–Kendall one-sided p ≤ 0.05; absent below 4 samples), resets_after,
//   smallest (rise or fall at the end of the series that would have been seen), smallest_times, why
// When not found, before, max, mad_before, smallest are of the whole series, and the columns about "after" are absent.
#pragma once

#include <optional>

#include "runtime/frame/kernels/support.h"

namespace inquest {

constexpr size_t most_bins = 240, least_samples = 8, least_side = 3;   // of both kernels of change points

struct ChangeOptions {
  int direction = 0;       // 1 up, −1 down, 0 either
  double floor = 0;        // in units of the value
  double alpha = 0.01;
};
struct ChangePoint {
  bool examined = false, found = false, weak = false;
  int direction = 0;
  size_t n = 0, n_before = 0, n_after = 0;
  int64_t onset = 0;
  double before = 0, after = 0, last = 0, max = 0, max_before = 0, mad_before = 0, max_after = 0;
  int64_t max_time = 0;
  double p = 1, smallest = 0, slope_after = 0;
  std::optional<bool> growing;
  size_t resets_after = 0;
};
ChangePoint change_point(const Points& points, const ChangeOptions& options = {});

// The split of n ≥ 6 values at which the standardised Mann–Whitney statistic is largest (at least 3 values a side), and
// p of that maximum over all splits of n values (Csörgő & Horváth). z > 0: the values after are larger; at 0: none.
struct RankSplit { size_t at = 0; double z = 0; };
RankSplit rank_scan(const std::vector<double>& values, int direction = 0);
double scan_p(double z, size_t n, int direction = 0);

// One-sided p of Mann and Kendall's S for a rising series (normal approximation, tie-corrected); 1 below 4 values.
double rising_p(const std::vector<double>& values);
// Median of pairwise slopes (Theil 1950, Sen 1968), per second, of at most 240 bins; 0 below 2 distinct times.
double median_slope(const Points& points);

extern const Kernel change_point_kernel;

}  // namespace inquest
