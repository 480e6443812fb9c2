// Latency: quantiles of `latency` frames (log buckets) as a whole, before and after a time, and over time; exact
// quantiles.
// SPDX-License-Identifier: Apache-2.0
//
// Durations are of type duration (ns). Quantiles are nearest-rank; of `latency` frames within 0.8 % (loghist.h), or what
// the mark `approximate` of the frame says: a source may join neighbouring buckets (`bucket`: the middle one of those
// joined). A bucket of time
// is before `at` when it begins before it. Without `at`, a column `window` splits: "then" is before, "now" after.
//
// Kernel `latency_summary` (by = service, operation, kind; from, to, window, at), columns: labels…, n, errors
// (int64), p50, p95,
//   p99, max, mean, total (duration), error_rate, and — when there is a split — n_before, n_after, errors_before,
//   errors_after,
//   p50_before, p50_after, p95_before, p95_after, p99_before, p99_after, max_before, max_after (absent without rows
//   on that side),
//   p50_times, p95_times, p99_times (after / before), tail_before, tail_after (p95 / p50), error_rate_before,
//   error_rate_after,
//   error_p (Fisher, two-sided, of errors against requests before and after), and why.
// Kernel `latency_series` (by as above, from, to, window, step: a duration that joins buckets of time), columns:
// labels…, time, n, p50,
//   p95, p99, max (duration), errors, error_rate, window when the frame has it. Ascending by labels, window, time. A
//   table for charts, and for
//   change_point with value = "p95" and the like. Buckets without requests have no row.
// Kernel `quantile` (by, value, from, to, window, q = list, exact_below = 10 000 000): quantiles of any numeric column
//   per group, exact below that many values of a group, else from a log histogram (within 0.8 %, loghist.h; the result
//   is then marked approximate; its max and min are rough too). Default columns (default
// of spans: by
//   service, operation, value `duration`); of a `latency` frame from its buckets. Columns: labels…, n, p50, p95, p99,
//   p999, max,
//   min, mean, and for each q of the option a column "q" followed by the number (q0.9). Of the type of the value,
//   mean of a double
//   column double. Groups without values: n = 0 and why.
#pragma once

#include "runtime/frame/kernels/support.h"

namespace inquest {

extern const Kernel latency_summary_kernel;
extern const Kernel latency_series_kernel;
extern const Kernel quantile_kernel;

}  // namespace inquest
