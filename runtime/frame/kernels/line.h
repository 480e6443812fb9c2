// Line: the least-squares slope of a series whose falls at restarts are added back.
// SPDX-License-Identifier: Apache-2.0
//
// What other tools fit too (regr_slope in SQL, numpy's polyfit of degree 1); one far sample moves it, so reviews judge by
// the median slope of trend.h. Restarts as in restart.h.
// Kernel `line` (options by, value, from, to, window), columns: labels…, n, slope (per second; absent below two samples at
// different times), resets, why.
#pragma once

#include "runtime/frame/kernels/restart.h"

namespace inquest {

double line_slope(const Points& points);                         // per second; 0 when all have one time

extern const Kernel line_kernel;

}  // namespace inquest
