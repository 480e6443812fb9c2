// Relative durations of sampled rows: their order, and the median of the rows that do not have a value.
// SPDX-License-Identifier: Apache-2.0
//
// Used by the builder of contrast frames alone (contrast.h). Pure functions.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace inquest::contrast {

using Timed = std::pair<double, uint32_t>;   // relative duration (not NaN), sample
void sort_timed(std::vector<Timed>& rows);   // ascending, as std::sort leaves them

// Median of the rows that are not in `mine` (places in `sorted`, ascending): 0 when there is none.
double median_of_others(const std::vector<double>& sorted, const std::vector<uint32_t>& mine);

}  // namespace inquest::contrast
