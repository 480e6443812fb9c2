// Restarts in a series: where a level falls at once and stays down, and the series with these falls added back.
// SPDX-License-Identifier: Apache-2.0
//
// A restart is a fall by more than `share` (0.3) of the level before it, after which the next sample, if there is one,
// stays under 85 % of that level: a dip of one sample is none. Three or more restarts with fewer than six samples a
// segment are a sawtooth (garbage collection, sums over changing sets), not restarts: nothing is added back then.
// Kernel `resets` (columns: labels…, n, count, sawtooth, first, last (times), times (text, RFC 3339, ", " between),
// and of the largest
// fall at (time), before, after, drop, share; why). A falling counter is a reset too: option share = 0.
#pragma once

#include <vector>

#include "runtime/frame/kernels/support.h"

namespace inquest {

struct Reset {
  size_t index = 0;        // of the first point after the fall
  int64_t time = 0;
  double before = 0, after = 0;
};
std::vector<Reset> find_resets(const Points& points, double share = 0.3);

struct Corrected {
  Points points;           // as given, plus the sum of the falls so far
  std::vector<Reset> resets;
  bool sawtooth = false;
};
Corrected restart_corrected(const Points& points, double share = 0.3);

extern const Kernel resets_kernel;

}  // namespace inquest
