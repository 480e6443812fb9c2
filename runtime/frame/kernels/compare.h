// Before and after: medians of a series on both sides of a time, and its spikes.
// SPDX-License-Identifier: Apache-2.0
//
// The split: option `at` (a sample at `at` is after), else the column `window` ("then" is before, "now" after).
// Without either: error.
// Kernel `compare` (by, value, from, to, at), columns: labels…, n_before, n_after, before, after (medians; absent
// without samples),
//   delta, times (after / before, absent unless both > 0), mad_before (plain median absolute deviation), max_before,
//   max_after, p (Mann &
//   Whitney, two-sided; absent below 3 samples on a side), why.
// Kernel `spikes` (by, value, from, to, window, at, k = 8), columns: labels…, n, median, mad (plain), limit (median +
// k·MAD; MAD
//   at least 0.5 % of the median), n_spikes (samples above limit), share, max, max_time, and with `at` n_before,
//   n_after,
//   spikes_before, spikes_after, share_before, share_after, why. The median and MAD are of the samples before `at`
//   when there are
//   eight, else of all. Fewer than 8 samples: counts only.
#pragma once

#include "runtime/frame/kernels/support.h"

namespace inquest {

extern const Kernel compare_kernel;
extern const Kernel spikes_kernel;

}  // namespace inquest
