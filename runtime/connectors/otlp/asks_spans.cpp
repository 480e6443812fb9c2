// Whole traces: slowest, typical, by id.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"

namespace inquest::otlp {

namespace {

constexpr uint32_t no_row = UINT32_MAX;

// Rows of a trace in the order of time; equal starts keep the order of the files.
std::vector<uint32_t> rows_of_trace(const SpanView& view, const Spans::Id& id) {
  const auto [from, to] = view.trace(id);
  std::vector<uint32_t> rows(view.by_trace.begin() + static_cast<std::ptrdiff_t>(from),
                             view.by_trace.begin() + static_cast<std::ptrdiff_t>(to));
  std::stable_sort(rows.begin(), rows.end(),
                   [&](uint32_t a, uint32_t b) { return view.spans->start[a] < view.spans->start[b]; });
  return rows;
}

FramePtr spans_frame(const SpanView& view, const std::vector<uint32_t>& rows, const char* window, Marks marks) {
  const Spans& spans = *view.spans;
  FrameBuilder frame(Shape::spans);
  frame.head().add("trace_id", ColumnType::text).add("span_id", ColumnType::text).add("parent_id", ColumnType::text);
  frame.add("operation", ColumnType::text).add("kind", ColumnType::text).add("start", ColumnType::time);
  frame.add("duration", ColumnType::duration).add("status", ColumnType::text).add("attributes", ColumnType::text);
  if (window) frame.add("window", ColumnType::text);
  for (const uint32_t row : rows) {
    put_head(frame, view.heads[spans.resource[row]]);
    frame.text(4, hex(spans.trace[row]));
    frame.text(5, hex(spans.span[row]));
    if (spans.parent[row] != 0) frame.text(6, hex(spans.parent[row]));
    frame.text(7, spans.texts[spans.name[row]]);
    frame.text(8, view.kind(row));
    frame.integer(9, spans.start[row]);
    frame.integer(10, spans.duration[row]);
    frame.text(11, status_name(spans.status[row]));
    frame.text(12, attributes_json(spans.texts, spans.attributes.data() + spans.attr_from[row],
                                   spans.attributes.data() + spans.attr_from[row + 1]));
    if (window) frame.text(13, window);
    frame.end_row();
  }
  frame.marks() = std::move(marks);
  FramePtr done = frame.finish();
  auto expanded = std::make_shared<Frame>(*done);        // columns are moved into place once; dictionaries are shared
  expanded->expanded = true;
  return expanded;
}

// Rows that select traces: the scope's entry spans in the ask's window; where an operation is in scope, its spans.
Outcome<std::vector<uint32_t>> selecting_rows(const Asking& asking, const SpanView& view) {
  const SpanFilter filter(view, asking.ask);
  const bool operation = asking.ask.scope.names.count("operation") != 0;
  const bool kinds = find(asking.ask.where, "kind") != nullptr;
  std::vector<uint32_t> rows;
  for (size_t row = 0; row < view.spans->rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    if (!asking.ask.scope.window.contains(Time{view.spans->start[row]})) continue;
    if (!operation && !kinds && !view.entry(row)) continue;
    if (filter.holds(row)) rows.push_back(static_cast<uint32_t>(row));
  }
  return rows;
}

// Whole traces, each at the first of its rows by `before`, of the first `limit` of them.
template <class Before>
Answer whole_traces(const Asking& asking, const SpanView& view, const std::vector<uint32_t>& rows, Before before, size_t limit,
                    const char* how) {
  std::vector<uint32_t> first(view.trace_from.size() - 1, no_row), order;
  for (const uint32_t row : rows) {
    uint32_t& best = first[view.trace_of[row]];
    if (best == no_row || before(row, best)) best = row;
  }
  for (const uint32_t row : first)
    if (row != no_row) order.push_back(row);
  const size_t all = order.size(), taken = std::min(limit, all);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(taken), order.end(), before);
  order.resize(taken);
  std::vector<uint32_t> told;
  for (const uint32_t row : order) {
    if (auto failure = asking.stopped()) return *failure;
    const std::vector<uint32_t> trace = rows_of_trace(view, view.spans->trace[row]);
    told.insert(told.end(), trace.begin(), trace.end());
  }
  Marks marks;
  if (all > limit)
    marks.limited = count(static_cast<int64_t>(limit)) + " of " + count(static_cast<int64_t>(all)) + " traces, " + how;
  return spans_frame(view, told, asking.ask.then ? "now" : nullptr, std::move(marks));
}

}  // namespace

Answer spans_slowest(const Asking& asking, const SpanView& view) {
  auto selected = selecting_rows(asking, view);
  if (auto* failure = std::get_if<Failure>(&selected)) return *failure;
  const Spans& spans = *view.spans;
  const auto slower = [&](uint32_t a, uint32_t b) {
    if (spans.duration[a] != spans.duration[b]) return spans.duration[a] > spans.duration[b];
    const Spans::Id &x = spans.trace[a], &y = spans.trace[b];
    return std::tie(x.high, x.low, spans.start[a], a) < std::tie(y.high, y.low, spans.start[b], b);
  };
  return whole_traces(asking, view, std::get<std::vector<uint32_t>>(selected), slower, limit_of(asking.ask, 100), "slowest first");
}

Answer spans_typical(const Asking& asking, const SpanView& view) {
  auto selected = selecting_rows(asking, view);
  if (auto* failure = std::get_if<Failure>(&selected)) return *failure;
  const auto& rows = std::get<std::vector<uint32_t>>(selected);
  const Spans& spans = *view.spans;
  std::unordered_map<uint64_t, std::vector<int64_t>> durations;
  const auto group = [&](uint32_t row) { return uint64_t{view.service_of[spans.resource[row]]} << 32 | spans.name[row]; };
  for (const uint32_t row : rows) durations[group(row)].push_back(spans.duration[row]);
  std::unordered_map<uint64_t, double> medians;
  for (auto& [key, values] : durations) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
    std::nth_element(values.begin(), middle, values.end());
    medians[key] = static_cast<double>(std::max<int64_t>(1, *middle));
  }
  std::vector<double> distance(spans.rows());
  for (const uint32_t row : rows) {
    const double median = medians[group(row)], own = static_cast<double>(std::max<int64_t>(1, spans.duration[row]));
    distance[row] = own > median ? own / median : median / own;
  }
  const auto nearer = [&](uint32_t a, uint32_t b) {
    return std::tie(distance[a], spans.start[a], a) < std::tie(distance[b], spans.start[b], b);
  };
  return whole_traces(asking, view, rows, nearer, limit_of(asking.ask, 20), "nearest the median of their operation first");
}

Answer spans_of_traces(const Asking& asking, const SpanView& view) {
  const Ask& ask = asking.ask;
  const size_t limit = limit_of(ask, 500);
  std::vector<uint32_t> rows;
  std::set<std::pair<uint64_t, uint64_t>> seen;
  std::vector<std::string> wrong;
  size_t found = 0, missing = 0, outside = 0;
  const SpanFilter filter(view, ask);
  for (const std::string& text : texts_of(ask, "traces")) {
    const std::optional<Spans::Id> id = trace_id(text);
    if (!id) {
      wrong.push_back(text);
      continue;
    }
    if (!seen.emplace(id->high, id->low).second) continue;
    if (auto failure = asking.stopped()) return *failure;
    const std::vector<uint32_t> trace = rows_of_trace(view, *id);
    // As everywhere in a scope: a trace counts when one of its spans is in it.
    const auto in_scope = [&](uint32_t row) {
      return stretch_of(stretches(ask), view.spans->start[row]) >= 0 && filter.holds(row);
    };
    if (trace.empty()) ++missing;
    else if (std::none_of(trace.begin(), trace.end(), in_scope)) ++outside;
    else if (++found <= limit) rows.insert(rows.end(), trace.begin(), trace.end());
  }
  if (!wrong.empty() && wrong.size() == texts_of(ask, "traces").size())
    return Failure{Failure::Class::rejected, "`" + printable(wrong.front(), 60) + "` is no trace id",
                   "trace ids are up to 32 hexadecimal digits"};
  Marks marks;
  if (found > limit)
    marks.limited = count(static_cast<int64_t>(limit)) + " of " + count(static_cast<int64_t>(found)) + " traces, as listed";
  if (missing > 0) marks.notes.push_back(count(static_cast<int64_t>(missing)) + " of the traces have no span here");
  if (outside > 0) marks.notes.push_back(count(static_cast<int64_t>(outside)) + " of the traces have no span in the scope");
  if (!wrong.empty()) marks.notes.push_back(count(static_cast<int64_t>(wrong.size())) + " of the texts are no trace ids");
  return spans_frame(view, rows, nullptr, std::move(marks));
}

}  // namespace inquest::otlp
