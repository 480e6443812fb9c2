// Cycles of a series between its falls: whether it climbs in each, and what ended them — a restart or a collection.
// SPDX-License-Identifier: Apache-2.0
//
// A fall is a reset of restart.h (`share`, 0.3); falls of neighbouring samples are one. A cycle is what lies between two
// falls, before the first or after the last, with four samples or more. It climbs when four in five pairs of its samples
// (at most 60 medians of runs) rise, and the least-squares slope of its second half is a fifth or more of that of the
// whole. Level and peak of a cycle are its first and last sample moved by half a step of its slope, so that few samples
// a cycle do not make the falls look small; `depth` is the median of 1 - level after / peak before over all falls.
// The cycles are one climb begun anew (`climbs`) when two or more and two thirds of them climb, two thirds of the
// slopes of those lie between 0.4 and 2.5 of their median, and the levels after falls differ from their median by less
// than a quarter of the way up (three in four of them).
//
// Column `ended` says what ended the cycles, the first that holds:
//   restart     at more than half of the falls the column `restart` of the frame is true (a sample earlier or later counts)
//   collection  it is false at more than half (the process went on)
//   restart     the rhythm of the samples breaks at more than half of the falls (by more than 5 % of the usual distance)
//               and at less than a fifth of the other samples
//   collection  the column `heap` is true
//   restart     `heap` is false, the cycles are one climb, and it falls by half or more: memory that the kernel counts
//               comes back to the level of a beginning only when it begins
//   collection  `heap` is false, the cycles are one climb, and the falls are smaller
//   unknown     none of these; of a single fall only a counter, a broken rhythm or a heap's name tells
// `told` is "counter", "rhythm" or "name": what said so; absent for unknown.
//
// Kernel `cycles` (columns: labels…, n, falls, cycles, climbing (of them), climbs (bool), heap
// (bool, where told), ended, told, times (text, RFC 3339, ", " between: of the falls), level, peak (medians), times_level
// (peak / level), depth, slope (per second, median of those that climb), samples (median of a whole cycle), rising_floor
// (bool: four levels or more, each above the one before), first_level, last_level, onset, last (times of the first and the
// last sample), why).
#pragma once

#include "runtime/frame/kernels/restart.h"

namespace inquest {

struct Cycles {
  std::vector<Reset> falls;
  size_t cycles = 0, climbing = 0;
  double level = 0, peak = 0, depth = 0, slope = 0, samples = 0;
  bool climbs = false;
  std::vector<double> levels;              // after each fall
};
Cycles cycles_of(const Points& points, double share = 0.3);

extern const Kernel cycles_kernel;

}  // namespace inquest
