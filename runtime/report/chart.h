// Chart: lines over time as inline SVG that needs neither script nor style sheet, with its values as text beside.
// SPDX-License-Identifier: Apache-2.0
//
// Pure. Lines are told apart by a label at their end, by width and by dash, never by colour alone. Axes: UTC clock
// times, values with units. A line of more than 240 points is drawn by least and greatest of equal parts, so that no
// spike is lost.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/report/tables.h"

namespace inquest {

struct ChartLine {
  std::string name;
  Points points;            // ns UTC, value; in the order of time
  bool strong = false;      // what the verdict is about
};
struct Chart {
  std::string title, unit;  // unit as `human` takes it
  std::string evidence;     // id
  Window window;
  std::vector<ChartLine> lines;
  std::optional<Time> onset;
  bool log = false;         // logarithmic values
  std::string note;         // "5 of 12 other lines are drawn"
};

// The charts of a report: metrics that the verdict rests on (memory when there is none), then latency (p95). At most
// three.
std::vector<Chart> charts_of(const Report& report);
std::string chart_svg(const Chart& chart);
Table chart_values(const Chart& chart);   // per line: first, at onset, last, greatest

// Round values for an axis from `least` to `greatest`, ascending, at most about six: 1, 2 or 5 times a power of ten.
std::vector<double> ticks(double least, double greatest, bool log);

}  // namespace inquest
