// Latency as mergeable buckets, and whole traces: slowest, typical, by id.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"
#include "runtime/frame/kernels/loghist.h"

namespace inquest::otlp {

namespace {

constexpr size_t poll_every = 1 << 16;

struct Slot {
  uint32_t head, name, kind, stretch;
  int64_t time;
  int32_t bucket;
  bool operator==(const Slot&) const = default;
};
struct SlotHash {
  size_t operator()(const Slot& s) const {
    uint64_t h = (uint64_t{s.head} << 32 | s.name) * 0x9e3779b97f4a7c15u;
    h ^= (static_cast<uint64_t>(s.time) + s.kind * 7 + s.stretch) * 0xc2b2ae3d27d4eb4fu;
    h ^= static_cast<uint64_t>(static_cast<uint32_t>(s.bucket)) * 0x165667b19e3779f9u;
    return static_cast<size_t>(h ^ h >> 29);
  }
};
struct Counted { int64_t count = 0, errors = 0, sum = 0; };

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

// The first row of each trace in the order given, and whole traces of the first `limit`.
Answer whole_traces(const Asking& asking, const SpanView& view, const std::vector<uint32_t>& order, size_t limit,
                    const char* how) {
  const Spans& spans = *view.spans;
  std::set<std::pair<uint64_t, uint64_t>> seen;
  std::vector<uint32_t> rows;
  for (const uint32_t row : order) {
    const Spans::Id& id = spans.trace[row];
    if (!seen.emplace(id.high, id.low).second || seen.size() > limit) continue;
    if (auto failure = asking.stopped()) return *failure;
    const std::vector<uint32_t> trace = rows_of_trace(view, id);
    rows.insert(rows.end(), trace.begin(), trace.end());
  }
  Marks marks;
  if (seen.size() > limit)
    marks.limited = count(static_cast<int64_t>(limit)) + " of " + count(static_cast<int64_t>(seen.size())) + " traces, " + how;
  return spans_frame(view, rows, asking.ask.then ? "now" : nullptr, std::move(marks));
}

}  // namespace

Answer spans_latency(const Asking& asking, const SpanView& view) {
  const Spans& spans = *view.spans;
  const SpanFilter filter(view, asking.ask);
  const std::vector<Stretch> windows = stretches(asking.ask);
  const int64_t width = bucket_width(asking.ask);
  std::map<Head, uint32_t> ids;
  std::vector<uint32_t> head_id;
  for (const Head& head : view.heads) head_id.push_back(ids.emplace(head, ids.size()).first->second);
  std::vector<const Head*> heads(ids.size());
  for (const auto& [head, id] : ids) heads[id] = &head;

  std::unordered_map<Slot, Counted, SlotHash> slots;
  int64_t skewed = 0;
  for (size_t row = 0; row < spans.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    const int stretch = stretch_of(windows, spans.start[row]);
    if (stretch < 0 || !filter.holds(row)) continue;
    const bool root = spans.kind[row] <= 1 && view.entry(row);
    const int64_t duration = spans.duration[row];
    if (duration < 0) ++skewed;
    const Slot slot{head_id[spans.resource[row]], spans.name[row], root ? 6u : spans.kind[row], static_cast<uint32_t>(stretch),
                    bucket_start(windows[static_cast<size_t>(stretch)].window, width, spans.start[row]), log_bucket(duration)};
    Counted& counted = slots[slot];
    ++counted.count;
    counted.errors += spans.status[row] == 2;
    if (duration > 0) counted.sum += duration;
  }
  std::vector<std::pair<Slot, Counted>> rows(slots.begin(), slots.end());
  const auto kind = [](uint32_t code) { return code == 6 ? "root" : kind_name(static_cast<uint8_t>(code)); };
  std::sort(rows.begin(), rows.end(), [&](const auto& left, const auto& right) {
    const Slot &a = left.first, &b = right.first;
    if (a.head != b.head) return *heads[a.head] < *heads[b.head];
    if (a.name != b.name) return spans.texts[a.name] < spans.texts[b.name];
    if (a.kind != b.kind) return std::string_view(kind(a.kind)) < std::string_view(kind(b.kind));
    return std::tie(a.stretch, a.time, a.bucket) < std::tie(b.stretch, b.time, b.bucket);
  });
  FrameBuilder frame(Shape::latency);
  frame.head().add("operation", ColumnType::text).add("kind", ColumnType::text).add("time", ColumnType::time);
  frame.add("bucket", ColumnType::int64).add("count", ColumnType::int64).add("errors", ColumnType::int64);
  frame.add("sum", ColumnType::duration);
  if (asking.ask.then) frame.add("window", ColumnType::text);
  for (const auto& [slot, counted] : rows) {
    put_head(frame, *heads[slot.head]);
    frame.text(4, spans.texts[slot.name]);
    frame.text(5, kind(slot.kind));
    frame.integer(6, slot.time);
    frame.integer(7, slot.bucket);
    frame.integer(8, counted.count);
    frame.integer(9, counted.errors);
    frame.integer(10, counted.sum);
    if (asking.ask.then) frame.text(11, windows[slot.stretch].name);
    frame.end_row();
  }
  frame.marks().notes.push_back("buckets of " + print_duration(Duration{width}) + "; durations within " +
                                human(loghist_error, "share"));
  if (skewed > 0) frame.marks().notes.push_back(count(skewed) + " spans end before they start (skewed clocks)");
  return frame.finish();
}

Answer spans_slowest(const Asking& asking, const SpanView& view) {
  auto selected = selecting_rows(asking, view);
  if (auto* failure = std::get_if<Failure>(&selected)) return *failure;
  auto& rows = std::get<std::vector<uint32_t>>(selected);
  const Spans& spans = *view.spans;
  std::sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) {
    return std::tie(spans.duration[b], spans.start[a], a) < std::tie(spans.duration[a], spans.start[b], b);
  });
  return whole_traces(asking, view, rows, limit_of(asking.ask, 100), "slowest first");
}

Answer spans_typical(const Asking& asking, const SpanView& view) {
  auto selected = selecting_rows(asking, view);
  if (auto* failure = std::get_if<Failure>(&selected)) return *failure;
  auto& rows = std::get<std::vector<uint32_t>>(selected);
  const Spans& spans = *view.spans;
  std::map<std::pair<std::optional<std::string>, TextId>, std::vector<int64_t>> durations;
  const auto key = [&](uint32_t row) { return std::pair(view.heads[spans.resource[row]].service, spans.name[row]); };
  for (const uint32_t row : rows) durations[key(row)].push_back(spans.duration[row]);
  std::map<std::pair<std::optional<std::string>, TextId>, int64_t> medians;
  for (auto& [group, values] : durations) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
    std::nth_element(values.begin(), middle, values.end());
    medians[group] = *middle;
  }
  std::vector<double> distance(rows.size());
  std::vector<uint32_t> order(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    order[i] = static_cast<uint32_t>(i);
    const double median = static_cast<double>(std::max<int64_t>(1, medians[key(rows[i])]));
    const double own = static_cast<double>(std::max<int64_t>(1, spans.duration[rows[i]]));
    distance[i] = own > median ? own / median : median / own;
  }
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::tie(distance[a], spans.start[rows[a]], rows[a]) < std::tie(distance[b], spans.start[rows[b]], rows[b]);
  });
  std::vector<uint32_t> sorted;
  for (const uint32_t i : order) sorted.push_back(rows[i]);
  return whole_traces(asking, view, sorted, limit_of(asking.ask, 20), "nearest the median of their operation first");
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
