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
#include "runtime/report/words.h"

namespace inquest {

struct ChartLine {
  std::string name;
  Points points;        // ns UTC, value; in the order of time
  bool strong = false;  // what the chart is about
};
struct Chart {
  std::string title, unit;  // unit as `human` takes it
  std::string evidence;     // id
  Window window;
  std::vector<ChartLine> lines;
  std::optional<Time> onset;
  bool log = false;  // logarithmic values
  std::string note;  // "5 of 12 other lines are drawn"
};

// The chart of one piece of evidence for one subject: a series, or a latency frame as p95 per service — of the
// operations of its service where the subject names one. Lines of the subject are strong; of the others the highest are
// drawn. nullopt: nothing to draw.
std::optional<Chart> chart_of(const Report& report, const ReportEvidence& evidence, const Subject& subject,
                              std::optional<Time> onset);
std::string chart_svg(const Chart& chart, const Words& words);
Table chart_values(const Chart& chart, const Words& words);  // per line: first, at onset, last, greatest
// A chart the size of a word: one line, its last value beside it, the onset as a tick. Scales of two are not the same.
std::string small_svg(const Points& points, const Window& window, std::optional<Time> onset, bool strong);
// Name of what an ask measures, for titles: "Memory" of metric.memory, the ask's own name of metric.named.
std::string measured(const ReportEvidence& evidence, const Words& words);

// Round values for an axis from `least` to `greatest`, ascending, at most about six: 1, 2 or 5 times a power of ten.
std::vector<double> ticks(double least, double greatest, bool log);

}  // namespace inquest
