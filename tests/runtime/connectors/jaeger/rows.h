// Rows: frames of spans from different sources of the same telemetry, made comparable span by span.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/connectors/otlp/answer.h"
#include "tests/runtime/connectors/otlp/made.h"

namespace rows {

using namespace inquest;

inline std::string reply(const std::string& name) {
  auto text = read_file("tests/runtime/connectors/jaeger/replies/" + name);
  if (!text) FAIL(text.error().print());
  return *text;
}
inline Json reply_json(const std::string& name) {
  auto json = parse_json(reply(name), name);
  if (!json) FAIL(json.error().print());
  return *json;
}

// What Jaeger's v1 form does not keep: lists and maps come out as their text, times as whole microseconds.
inline std::string flat_attributes(const std::string& attributes) {
  Json flat = *parse_json(attributes, "attributes");
  for (auto& [key, value] : flat.items())
    if (value.is_structured() && key != "links") value = canonical(value);
  return canonical(flat);
}

// Each span as one text, by trace and span id. `v1`: as its form can tell it.
inline std::map<std::string, std::string> by_span(const FramePtr& frame, bool v1) {
  std::map<std::string, std::string> out;
  for (size_t row = 0; row < frame->rows; ++row) {
    std::string text, id;
    for (const Column& column : frame->columns) {
      std::string cell = column.absent(row) ? "-" : print_value(column.value(row));
      if (!column.absent(row) && (column.type == ColumnType::time || column.type == ColumnType::duration))
        cell = std::to_string(v1 ? column.integer(row) / 1000 : column.integer(row));
      if (v1 && column.name == "attributes") cell = flat_attributes(column.text(row));
      if (column.name == "trace_id" || column.name == "span_id") id += cell;
      text += column.name + "=" + cell + "\n";
    }
    out[id] += text;                                       // a span given twice is seen
  }
  return out;
}

// Whole traces out of lines of OTLP-JSON.
inline FramePtr whole_traces(const std::string& lines, const Value& ids) {
  const otlp::Decoded decoded = otlp::decode_text(otlp::Signal::spans, lines);
  INFO((decoded.bad.empty() ? "" : decoded.bad.front()));
  REQUIRE(decoded.bad_lines == 0);
  const otlp::SpanView view(decoded.spans(), {});
  Ask ask = made::ask("spans.of_traces", -1e9, 1e9, {}, {{"traces", ids}});
  const Stop stop{false};
  const Deadline deadline;
  const otlp::Aliases aliases;
  const auto answer = otlp::answer_spans(otlp::Asking{ask, aliases, deadline, stop}, view);
  REQUIRE(std::holds_alternative<FramePtr>(answer));
  return std::get<FramePtr>(answer);
}

}  // namespace rows
