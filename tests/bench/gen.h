// Made telemetry for benchmarks: OTLP-JSON lines of a shop with a leak in its second half-hour; the same bytes for a seed.
// SPDX-License-Identifier: Apache-2.0
//
// Eleven services, nine spans a trace, one hour. From the middle on one service leaks memory: its misses grow slow, its
// instances climb and restart, new log lines appear. Shape and size of lines follow the Collector's file exporter.
#pragma once

#include <cstdint>
#include <string>

namespace bench {

struct Amounts {
  long spans = 0, points = 0, logs = 0;
  uint64_t seed = 42;
  long per_line = 8192;  // spans or records of one export request
};

// Writes traces.jsonl, metrics.jsonl and logs.jsonl into `folder` (those with an amount above 0); false on failure.
bool generate(const Amounts& amounts, const std::string& folder);

}  // namespace bench
