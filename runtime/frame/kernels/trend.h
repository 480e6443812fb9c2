// Trend of a series after its onset: restart-corrected, robust slope and growth.
// SPDX-License-Identifier: Apache-2.0
//
// The segment begins at option `at`, else at the series' own change point upwards (change_point.h), else (none found,
// or
// whole = true) at the first sample. Falls that are restarts are added back first (restart.h; a sawtooth is left
// alone).
// Slope: median of pairwise slopes (Theil 1950, Sen 1968) of at most 240 bins. First and last level: medians of the
// first and last
// up to 3 samples of the corrected segment.
// Range of the slope: 95 % by Sen 1968, from Kendall's variance with ties in time and value, as scipy's theilslopes.
// Time to a limit: option limit (a number), or limit_column (a column of the frame; the last value of each series), told
// when the slope is a rise (p ≤ 0.05): (limit − level) / slope, where level is the median of the last up to 3 samples as
// they are, since the last restart. soonest and latest by the range of the slope (latest absent when the range reaches
// 0). 0 when the level is there already. A straight line is continued: it says when at this pace, not what will happen.
//
// Kernel `trend` (options by, value, from, to, window, at, whole, limit, limit_column), columns:
//   labels…, n, onset (time: where the segment begins), own_onset (bool: it is the series' own change point), slope
//   (per second),
//   per_hour, relative (slope per hour / first level; absent unless the level is > 0), first, last, growth (last −
//   first, with
//   the falls at restarts added back), rise (highest before the first restart − first), peak, peak_time (of the raw
//   segment), resets,
//   reset_times (text), first_reset (time), sawtooth, up (share of steps that rise), r (rank correlation with time),
//   p (Mann–Kendall,
//   one-sided for a rise), slope_low, slope_high (per second), limit, time_to_limit, soonest, latest (durations from the
//   last sample), limit_time (time), limit_why (why there is no time to the limit: no limit, it does not rise, a sawtooth,
//   too far: beyond 100 years), why (absent, or what is missing: fewer than 4 samples)
#pragma once

#include <optional>

#include "runtime/frame/kernels/restart.h"

namespace inquest {

struct Trend {
  bool examined = false, own_onset = false;
  size_t n = 0;
  int64_t onset = 0, peak_time = 0;
  double slope = 0, first = 0, last = 0, growth = 0, rise = 0, peak = 0, up = 0, r = 0, p = 1;
  std::vector<Reset> resets;
  bool sawtooth = false;
  double slope_low = 0, slope_high = 0, level = 0;   // level: as it is at the end
};
Trend trend(const Points& points, std::optional<Time> at = {}, bool whole = false);

// 95 % range of the median slope (per second) of at most 240 bins; {0, 0} below 2 distinct times.
struct SlopeRange { double low = 0, high = 0; };
SlopeRange slope_range(const Points& points);

extern const Kernel trend_kernel;

}  // namespace inquest
