// The frame of spans.calls.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/calls_frame.h"

#include "runtime/base/text.h"

namespace inquest::otlp {

FrameBuilder calls_frame(const Ask& ask, const std::vector<Stretch>& stretches, const std::map<CallEdge, CallSums>& edges, int64_t orphans) {
  FrameBuilder frame(Shape::table);
  frame.add("caller", ColumnType::text).add("callee", ColumnType::text).add("operation", ColumnType::text);
  frame.add("count", ColumnType::int64).add("errors", ColumnType::int64).add("sum", ColumnType::duration);
  frame.add("callee_kind", ColumnType::text);
  if (ask.then) frame.add("window", ColumnType::text);
  for (const auto& [edge, sums] : edges) {
    if (edge.caller) frame.text(0, *edge.caller);
    if (edge.callee) frame.text(1, *edge.callee);
    frame.text(2, edge.operation);
    frame.integer(3, sums.count);
    frame.integer(4, sums.errors);
    frame.integer(5, sums.sum);
    frame.text(6, edge.kind);
    if (ask.then) frame.text(7, stretches[edge.stretch].name);
    frame.end_row();
  }
  if (orphans > 0) frame.marks().notes.push_back(count(orphans) + " spans have a parent that is not recorded");
  return frame;
}

}  // namespace inquest::otlp
