// Series on common buckets of time: resampling, and how two series move together.
// SPDX-License-Identifier: Apache-2.0
//
// Buckets have length `step` and begin at `origin` (default: the earliest time of the frames). Reduce: median, mean,
// sum, max, min, last, count.
//
// Kernel `bucket` (options by, value, from, to, window, step, origin, reduce = median), columns: labels…, time,
// value, n. Buckets without a
//   sample have no row. Without step: the largest median distance of two samples among the series.
// Kernel `overlay` of two frames (options by = service, value (of both), value2 (of the second), step, origin, reduce
// = median, reduce2 = that, max_lag =
//   buckets, default a quarter of the common ones, at most 10; level = "value" | "change" for differences from bucket
//   to bucket):
//   columns: labels…, n (common buckets), r0 (rank correlation, Spearman, at lag 0), r (the largest in size), lag
//   (duration; > 0: the
//   second follows the first), p (two-sided normal approximation r·√(n − 1), times the lags tried, at most 1; smooth
//   series
//   move together by chance: judge by r), same (bool: p ≤ 0.05 and r > 0), why (fewer than 8 common buckets; one side
//   constant or missing).
// Kernel `calls` on spans.calls (options service, by_operation = false), columns: caller, callee, (operation,) side
// ("callee": the service asked is
//   called, so the row is one of its callers; "caller": the row is one it waits for; absent without `service`),
//   count, errors,
//   error_rate, total (duration), mean (duration), share (of total among the rows of that side), rank (1 = largest
//   total of its side).
#pragma once

#include "runtime/frame/kernels/support.h"

namespace inquest {

extern const Kernel bucket_kernel;
extern const Kernel overlay_kernel;
extern const Kernel calls_kernel;

}  // namespace inquest
