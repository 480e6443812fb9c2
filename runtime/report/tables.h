// Tables: what a frame looks like to a person, by its shape; shared by every writer.
// SPDX-License-Identifier: Apache-2.0
//
// Pure. Cells are texts as they came: a writer escapes them for its own format. A table never hides that it is cut:
// `note` says how many of how many rows stand in it and how they were chosen.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/report/report.h"

namespace inquest {

struct Table {
  struct Head {
    std::string title;
    bool right = false;      // numbers
    bool spark = false;      // a sparkline: the first to go where space is short
  };
  std::string caption;
  std::vector<Head> columns;
  std::vector<std::vector<std::string>> rows;
  std::string note;          // "12 of 60 series, largest change first"; empty when whole
};

// The frame of an evidence as at most `most` rows; no columns when there is nothing to show.
//   series     per series: first → last, least, greatest, sparkline; the largest change first where it is cut
//   latency    per service (of one service: per operation), entry spans: n, p50, p95, p99, errors, sparkline of p95
//   spans      per trace: when, longest span, spans, services, errors
//   contrast   per attribute and value: counts on both sides
//   logs, templates, table: the rows themselves
Table evidence_table(const ReportEvidence& evidence, size_t most);
// Latency before and after a time, per service: `p95 112 ms → 1.84 s (x16, n 412 / 388)`.
Table latency_split(const Frame& latency, Time at, size_t most);
// Findings as rows: id, kind, subject, strength, onset, numbers.
Table findings_table(const std::vector<const Finding*>& findings);

// Values over time in equal stretches of [from, to): ▁▂▃▄▅▆▇█ from the least to the greatest mean, · without a value.
using Points = std::vector<std::pair<int64_t, double>>;       // ns, value
std::string sparkline(const Points& points, const Window& window, size_t columns = 16);

// The lines of a series frame, by those labels that tell them apart; NaN and absent values left out.
struct SeriesLine { std::string service, label; Points points; };
std::vector<SeriesLine> series_lines(const Frame& frame);
// p95 of entry spans over time per service, ns. Entry spans: server, consumer, root; all kinds where there are none.
std::vector<SeriesLine> latency_lines(const Frame& frame);

}  // namespace inquest
