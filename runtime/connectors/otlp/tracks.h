// Tracks: samples over time of one writer, and how several writers of one series become one.
// SPDX-License-Identifier: Apache-2.0
//
// A writer is one stream of one resource. Several may stand under one identity: parts to be summed (memory pools),
// isolates of one process, workers without an instance id, the process before and after a restart. What is exported
// together belongs together: `combine` takes the reduction of what each writer last said at each export, so that writers
// that take turns do not make a sawtooth; a writer counts from its first sample to its last, so that a restart is a
// gap or a fall and never a sum of old and new.
// Counters are read as increases on the exports of their writer: a value below the one before, or a new start time, is a
// restart and counts from zero; what a stream counted before it was first exported counts only where it is known to be
// new since the export before (or started within 2.5 intervals of the first).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/connectors/otlp/store.h"

namespace inquest::otlp {

struct Track {
  std::vector<int64_t> time;                 // ns, ascending
  std::vector<double> value;
};

enum class Reduce { last, sum, max, mean };
std::optional<Reduce> reduce_of(std::string_view name);   // last sum max mean

// Median distance of neighbours; 0 with fewer than two samples.
int64_t interval(const std::vector<int64_t>& times);

// The samples of a gauge (running total of a delta sum), as one track a writer: usually one; more when two writers
// interleave in one stream, told apart by start time, or by place within an export when most exports hold as many.
std::vector<Track> gauge_tracks(const Stream& stream);

// One track is returned as it is. Ties and order: by time, then by the order of `tracks`.
Track combine(const std::vector<Track>& tracks, Reduce reduce);

// What counters of one writer counted at each of its exports.
struct Export {
  int64_t from = 0, to = 0;                  // the stretch in which it was counted: (from, to]
  std::vector<double> sum;                   // per stream
  std::vector<int64_t> count;                // histograms, per stream
  std::vector<std::vector<int64_t>> buckets; // histograms, per stream; empty where nothing was counted
};
// Streams of one writer and metric: sums (`sum`) or histograms (`count`, `buckets`, `sum` of the values).
std::vector<Export> exports_of(const std::vector<const Stream*>& streams);

}  // namespace inquest::otlp
