// Stretches of time of a population's rows, which rows are slow in theirs, and the statistics of numbers over stretches.
// SPDX-License-Identifier: Apache-2.0
//
// Used by the builder of contrast frames alone (contrast.h, where slow and stretch are defined). Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace inquest::contrast {

struct Judged {
  std::vector<uint16_t> stretch;   // of each row
  std::vector<uint8_t> slow;
  std::vector<int64_t> middle;     // median duration (nearest rank) of each stretch
  int64_t slow_rows = 0;
  std::vector<int64_t> grouped, room;   // durations by stretch, and room to select in: kept for the next population
  double relative(size_t row, int64_t duration) const {
    const int64_t m = middle[stretch[row]];
    return m > 0 ? static_cast<double>(duration) / static_cast<double>(m) : 1;
  }
};
// Rows in any order of time; of equal times the earlier row comes first.
void judge(const std::vector<int64_t>& time, const std::vector<int64_t>& duration, Judged& result);

struct Sample {                    // one number of one row
  double number;
  uint16_t stretch;
  bool slow;
};

// van Elteren: within every stretch the rank sum of the slow rows against its expectation, weighted 1 / (n + 1).
struct RankResult { double z = 0, effect = 0; };
RankResult stratified(const std::vector<Sample>& samples);

struct Split {
  bool found = false;
  double at = 0;                   // above is > at
  int64_t slow_above = 0, fast_above = 0, tried = 0;
};
Split best_split(const std::vector<Sample>& samples);

// The number of fewest digits in [low, high); low when there is none shorter.
double roundest(double low, double high);
// [min, p25, p50, p75, max] as JSON.
std::string five_numbers(const std::vector<double>& values);

}  // namespace inquest::contrast
