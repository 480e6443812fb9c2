// A slow trace laid beside a typical one: which step is only in the slow one, which takes longer.
// SPDX-License-Identifier: Apache-2.0
//
// Steps are aligned by their path from the main root: service and operation of every span on the way. Spans of one path
// (repeated calls) are one step: counted and added up. Spans below other roots (orphans) are aligned by the path from
// theirs. (Structural alignment of two traces by path, as in TraceDiff of Jaeger: jaeger-ui, packages/jaeger-ui/src/
// model/trace-dag.)
//
// Kernel `trace_diff` of two `spans` frames, slow and typical, or of one with both windows (now and then). Options slow,
// typical = trace ids; unless given, the trace with the longest main root of the first frame, and of the second the
// trace whose main root's length is nearest the median of its traces that have the same main operation (of all, when
// none has it; ties by id). Columns: service, operation, path (text, " > " between, service: operation), depth,
// slow_trace, typical_trace (ids), only ("slow" | "typical", absent when in both), slow_count, typical_count, slow,
// typical (duration: sum of the step's spans), delta, self_slow, self_typical (self time), self_delta, slow_errors,
// typical_errors, share (of the sum of positive self_delta), rank (1 = largest self_delta), why. Rows in the order of
// the slow trace's tree, steps that only the typical one has after those of the same parent path. Without a slow or a
// typical trace the columns of that side are absent and why says so; without both the result is one row with why.
#pragma once

#include "runtime/frame/kernels/support.h"

namespace inquest {

extern const Kernel trace_diff_kernel;

}  // namespace inquest
