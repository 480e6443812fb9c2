// Traces: the tree of spans, self time, the critical path, and which steps the slow requests spend longer in.
// SPDX-License-Identifier: Apache-2.0
//
// Trees: a span hangs on the span of its trace whose span_id is its parent_id. Orphans (parent not there) and spans
// in a cycle become
// roots; of two spans with one id the first is the parent. The main root of a trace is the earliest-starting root
// without a parent_id,
// else the longest root. Ends on any input: every walk is over a list, never recursion.
// Self time: duration minus the union of the children's intervals clipped to the span (skewed clocks and asynchronous
// children count only inside their parent). Negative durations count as 0.
// Critical path (as Jaeger's and CRISP's, Zhang et al., USENIX ATC 2022): from the end of the main root backwards,
// the child that
// ended last and not after the cursor takes over; what no child covers is the span's own. Its parts sum to the root's
// duration.
//
// Kernels, all on `spans` frames, options by = service, operation; window:
//   self_time      columns: labels…, traces (in which it occurs), count, total, self, self_per_trace, total_per_trace
//   (per trace of the frame; duration), share (of
//                  the sum of self time of the frame), errors (status "error"), orphans. Largest self last is not
//                  promised: rows by labels.
//   where_time     two frames, slow and typical (or one with both windows: now and then): labels…, slow_traces,
//   typical_traces,
//                  slow_count, typical_count (per trace, double), self_slow, self_typical (per trace), delta
//                  (duration), times
//                  (self_slow / self_typical; absent unless both > 0), share (of the sum of positive deltas),
//                  share_slow (of all self time of the
//                  slow), total_slow, total_typical (per trace), rank (1 = largest delta), why
//   critical_path  columns: labels…, traces (in which it is on the path), path (duration), path_per_trace, share (of
//   all paths)
//   waterfall      one trace (option trace = id), else the `most` (1) traces with the longest main roots, longest first,
//                  ties by id; one row a span in the order of the
//                  tree: trace_id, span_id, service, operation, kind, status, depth, start (time), offset (from the
//                  main root), duration, self, critical (duration
//                  on the critical path), orphan (bool). Option limit (1000 spans a trace).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "runtime/frame/kernels/support.h"

namespace inquest {

// The children of each span of a trace, one list after the other.
struct Children {
  std::vector<uint32_t> from, list;       // those of i: list[from[i]] up to list[from[i + 1]]
  std::span<const uint32_t> operator[](size_t i) const { return {list.data() + from[i], list.data() + from[i + 1]}; }
};

// One trace as a forest, indices into `rows`.
struct TraceTree {
  std::vector<uint32_t> rows;             // of the frame
  std::vector<int32_t> parent;            // −1: root
  Children children;                      // of each: ascending start, ties by row
  std::vector<uint8_t> orphan;            // parent_id given, but not there, or a cycle was cut here
  std::vector<int64_t> start, end, self, critical;
  int32_t root = -1;                      // main root
};
// Visits the traces of a frame in the order of their first row, with their numbers from 0; a tree lasts as long as its
// visit. Gives how many there are. Rows without a trace id are left out.
Result<size_t> each_tree(const std::string& kernel, const Frame& frame, const std::string& window, const Stop* stop,
                         const std::function<void(size_t, const TraceTree&)>& visit);
// All of them together: for frames of a few traces.
Result<std::vector<TraceTree>> trace_trees(const std::string& kernel, const Frame& frame, const std::string& window,
                                           const Stop* stop);
// The trees of one trace (empty when it is not there), and of the `most` traces with the longest main roots, longest
// first, ties by id: without building the trees of the others. (A source tells roots by an absent parent_id or by an
// empty one: a trace that has the former is ranked by these.)
Result<std::vector<TraceTree>> trace_trees_of(const std::string& kernel, const Frame& frame, const std::string& window,
                                              const std::string& trace, const Stop* stop);
Result<std::vector<TraceTree>> longest_trees(const std::string& kernel, const Frame& frame, const std::string& window,
                                             size_t most, const Stop* stop);

extern const Kernel self_time_kernel;
extern const Kernel where_time_kernel;
extern const Kernel critical_path_kernel;
extern const Kernel waterfall_kernel;

}  // namespace inquest
