// Groups: which combinations of labels a frame has, and how many rows each.
// SPDX-License-Identifier: Apache-2.0
//
// Kernel `groups` (options by, from, to, window), columns: labels…, n (rows), first, last (times, when the frame has one).
#pragma once

#include "runtime/frame/kernels/support.h"

namespace inquest {

extern const Kernel groups_kernel;

}  // namespace inquest
