// Restarts in a series: where a level falls at once and stays down, and the series with these falls added back.
// SPDX-License-Identifier: Apache-2.0
//
// A fall is a step down by more than `share` (0.3) of the sample before it. A fall is a restart but for two cases:
// - a dip: the next sample is back at 85 % of the level before, and so are most of the (up to) three next ones. One
//   sample back up among three is a late sample of the old process, not its return: the restart stands where the level
//   first fell, and the fall at the end of that spike is not counted a second time.
// - a spike: the sample before the fall stands alone above the level that the series falls back to (the sample before
//   the spike is at most 1 / 0.85 of the sample after it). One sample is no level that a process could have lost. A
//   rise of two samples or more that ends in a fall is a restart. Where three or more falls come with fewer than
//   fifteen samples a segment, spikes count too: they are the teeth of a collector that is sampled too seldom.
// At the edges what is not there decides nothing: a first sample is the level before, a fall at the last one stays down.
// With share = 0 (a counter, which never falls but by a reset) every fall is a restart.
//
// Three or more restarts with fewer than six samples a segment are a sawtooth (garbage collection, sums over changing
// sets), not restarts: nothing is added back then. `rhythmic` says the same of a slower sawtooth: three or more restarts
// with fewer than fifteen samples a segment, unless at more than half of them the distance to the sample before differs
// by more than 5 % from the usual one (the median): a process that begins anew misses a sample or begins a new rhythm
// of samples, a collector does neither.
//
// Kernel `resets` (columns: labels…, n, count (restarts), falls (all falls), sawtooth, rhythmic (bool; true for every
// sawtooth), breaks (restarts at which the rhythm of the samples breaks), period (duration: median distance between
// restarts; absent below 3), first, last (times), times (text, RFC 3339, ", " between), and of the largest fall at
// (time), before, after, drop, share; why). A falling counter is a reset too: option share = 0.
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

// Whether restarts are the teeth of a collector rather than processes that began anew.
struct Rhythm {
  bool rhythmic = false;
  size_t breaks = 0;
  int64_t period = 0;      // ns; 0 below 3 restarts
};
Rhythm rhythm_of(const Points& points, const Corrected& corrected);

extern const Kernel resets_kernel;

}  // namespace inquest
