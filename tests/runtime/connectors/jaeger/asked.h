// Asked: every ask of spans in several forms, and frames as text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/runtime/connectors/jaeger/made_jaeger.h"

namespace made {


// Frames as text, rows sorted: sources may tell rows of equal rank in another order.
inline std::string told(const FramePtr& frame, bool sorted = true) {
  std::vector<std::string> lines;
  for (size_t row = 0; row < frame->rows; ++row) {
    std::string line;
    for (const Column& column : frame->columns)
      line += column.name + "=" + (column.absent(row) ? "-" : column.type == ColumnType::text ? column.text(row) : print_value(column.value(row))) + " ";
    lines.push_back(line);
  }
  if (sorted) std::sort(lines.begin(), lines.end());
  return join(lines, "\n");
}

struct Case { const char* kind; std::map<std::string, std::string> names; Map args; bool then; };
inline const std::vector<Case> cases = {
    {"spans.latency", {}, {}, false},
    {"spans.latency", {{"service", "shop"}}, {}, true},
    {"spans.percentiles", {}, {}, false},
    {"spans.percentiles", {{"service", "shop"}, {"operation", "buy"}}, {}, false},
    {"spans.slowest", {{"service", "shop"}}, {{"limit", Value(5)}}, false},
    {"spans.slowest", {}, {{"limit", Value(5)}}, false},
    {"spans.typical", {{"service", "shop"}}, {{"limit", Value(5)}}, false},
    {"spans.contrast", {{"service", "shop"}}, {}, true},
    {"spans.numbers", {{"service", "shop"}}, {}, true},
    {"spans.calls", {}, {}, false},
    {"spans.calls", {{"service", "shop"}}, {}, true},
    {"spans.services", {}, {}, false},
    {"spans.of_traces", {}, {{"traces", Value(List{Value("3"), Value("00000000000000000000000000000005")})}}, false},
};

inline Ask asked(const Case& one) {
  Ask out = ask(one.kind, 0, 120, one.names, one.args);
  if (one.then) {
    out.then = out.scope.window;
    out.then->to = out.scope.window.from = Time{at(70)};
  }
  return out;
}

}  // namespace made
