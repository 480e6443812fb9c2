// Several change points of a series: the levels that it had one after the other, and when it left each.
// SPDX-License-Identifier: Apache-2.0
//
// Works on at most 240 bins (medians of runs of samples). A stretch is split where the rank scan of change_point.h finds
// p ≤ alpha; where it finds none, it is searched in seeded intervals inside the stretch (lengths falling by √2 from the
// whole to 8 bins, each shifted by half its length; Kovács, Bühlmann, Li & Munk, Seeded binary segmentation, Biometrika
// 110, 2023), with p times the number of intervals: so a hump is seen whose two sides hide each other in a scan of the
// whole. Both parts are searched again (Vostrikova 1981). At the end each point is moved to the best split between its
// neighbours and must hold there: Mann & Whitney p ≤ alpha and a shift of at least 3 MAD of either side's level (plain
// MAD, at least 0.5 % of the level and `floor`); the weakest that does not hold is dropped until all do.
// A slope is told as steps where it is steep beside its noise: use trend for what keeps rising. A change within 3 bins of
// either end is not seen here: use change_point for the last samples.
//
// Kernel `change_points` (options by, value, from, to, window, floor, alpha 0.01, most 20), columns: labels…, n, examined,
//   changes (number of change points of the series), index (from 1), at, until (times: of the change and of the next one,
//   or of the last sample), direction ("up" | "down"), n_before, n_after (samples of the stretch before and after),
//   before, after (medians of these), shift, times (after / before; absent unless both > 0), score (shift in MADs), p
//   (two-sided, of the stretches beside the point), why. One row a change point; a series without one has one row with
//   changes 0, before = its median and why.
#pragma once

#include "runtime/frame/kernels/support.h"

namespace inquest {

struct LevelChange {
  size_t at = 0;           // index of the first bin after
  double p = 1, before = 0, after = 0, score = 0;
};
// Ascending by place. Values are finite.
std::vector<LevelChange> level_changes(const std::vector<double>& values, double floor = 0, double alpha = 0.01);

extern const Kernel change_points_kernel;

}  // namespace inquest
