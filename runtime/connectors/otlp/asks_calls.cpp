// Who calls whom, and which services sent spans.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"

namespace inquest::otlp {

namespace {

constexpr size_t poll_every = 1 << 16;

// What a client span without a server span behind it says that it called.
struct Peer { const char* attribute; const char* kind; };
constexpr Peer peers[] = {{"peer.service", "service"},     {"db.system.name", "database"},    {"db.system", "database"},
                          {"messaging.system", "messaging"}};

struct Edge {
  int stretch = 0;
  std::optional<std::string> caller, callee;
  std::string operation, kind;
  auto operator<=>(const Edge&) const = default;
};
struct Counted { int64_t count = 0, errors = 0, sum = 0; };

}  // namespace

Answer spans_calls(const Asking& asking, const SpanView& view) {
  const Spans& spans = *view.spans;
  const Ask& ask = asking.ask;
  const std::vector<Stretch> windows = stretches(ask);
  std::vector<uint8_t> in_scope(view.heads.size());
  for (size_t i = 0; i < in_scope.size(); ++i) in_scope[i] = fits(view.heads[i], ask.scope);
  Ask unscoped = ask;
  unscoped.scope.names.clear();
  const SpanFilter where(view, unscoped);
  const auto operation = ask.scope.names.find("operation");
  const auto service = [&](uint32_t row) { return view.heads[spans.resource[row]].service; };

  std::map<Edge, Counted> edges;
  std::unordered_map<uint64_t, uint32_t> by_id;          // of one trace; of an id given twice the first
  std::vector<uint8_t> answered;                         // by place in the trace: a span of another service stands below
  int64_t orphans = 0;
  for (size_t from = 0; from < view.by_trace.size();) {
    size_t to = from + 1;
    while (to < view.by_trace.size() && spans.trace[view.by_trace[to]] == spans.trace[view.by_trace[from]]) ++to;
    if (from / poll_every != to / poll_every || from == 0)
      if (auto failure = asking.stopped()) return *failure;
    by_id.clear();
    answered.assign(to - from, 0);
    for (size_t i = from; i < to; ++i) by_id.emplace(spans.span[view.by_trace[i]], static_cast<uint32_t>(i - from));
    const auto add = [&](Edge edge, uint32_t row) {
      Counted& counted = edges[std::move(edge)];
      ++counted.count;
      counted.errors += spans.status[row] == 2;
      counted.sum += std::max<int64_t>(0, spans.duration[row]);
    };
    for (size_t i = from; i < to; ++i) {
      const uint32_t row = view.by_trace[i];
      if (spans.parent[row] == 0) continue;
      const auto above = by_id.find(spans.parent[row]);
      if (above == by_id.end()) {
        ++orphans;
        continue;
      }
      const uint32_t parent = view.by_trace[from + above->second];
      if (service(parent) == service(row)) continue;
      answered[above->second] = 1;
      const int stretch = stretch_of(windows, spans.start[row]);
      if (stretch < 0 || !where.holds(row)) continue;
      const bool called = in_scope[spans.resource[row]];
      if (!called && !in_scope[spans.resource[parent]]) continue;
      if (called && operation != ask.scope.names.end() && spans.texts[spans.name[row]] != operation->second) continue;
      add({stretch, service(parent), service(row), std::string(spans.texts[spans.name[row]]), "service"}, row);
    }
    for (size_t i = from; i < to; ++i) {
      const uint32_t row = view.by_trace[i];
      if ((spans.kind[row] != 3 && spans.kind[row] != 4) || answered[i - from] || !in_scope[spans.resource[row]]) continue;
      const int stretch = stretch_of(windows, spans.start[row]);
      if (stretch < 0 || !where.holds(row)) continue;
      for (const Peer& peer : peers) {
        const Cell* cell = find_cell(spans.texts, spans.attributes.data() + spans.attr_from[row],
                                     spans.attributes.data() + spans.attr_from[row + 1], peer.attribute);
        if (!cell) continue;
        std::string callee = cell_text(spans.texts, *cell);
        if (const auto alias = asking.aliases.find(callee); alias != asking.aliases.end()) callee = alias->second;
        add({stretch, service(row), std::move(callee), std::string(spans.texts[spans.name[row]]), peer.kind}, row);
        break;
      }
    }
    from = to;
  }
  FrameBuilder frame(Shape::table);
  frame.add("caller", ColumnType::text).add("callee", ColumnType::text).add("operation", ColumnType::text);
  frame.add("count", ColumnType::int64).add("errors", ColumnType::int64).add("sum", ColumnType::duration);
  frame.add("callee_kind", ColumnType::text);
  if (ask.then) frame.add("window", ColumnType::text);
  for (const auto& [edge, counted] : edges) {
    if (edge.caller) frame.text(0, *edge.caller);
    if (edge.callee) frame.text(1, *edge.callee);
    frame.text(2, edge.operation);
    frame.integer(3, counted.count);
    frame.integer(4, counted.errors);
    frame.integer(5, counted.sum);
    frame.text(6, edge.kind);
    if (ask.then) frame.text(7, windows[static_cast<size_t>(edge.stretch)].name);
    frame.end_row();
  }
  if (orphans > 0) frame.marks().notes.push_back(count(orphans) + " spans have a parent that is not recorded");
  return frame.finish();
}

Answer spans_services(const Asking& asking, const SpanView& view) {
  const Spans& spans = *view.spans;
  const std::vector<Stretch> windows = stretches(asking.ask);
  const SpanFilter filter(view, asking.ask);
  struct Row { int64_t spans = 0, entry = 0, errors = 0, first = INT64_MAX, last = INT64_MIN; std::set<TextId> operations; };
  std::map<std::pair<Head, int>, Row> services;
  for (size_t row = 0; row < spans.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    const int stretch = stretch_of(windows, spans.start[row]);
    if (stretch < 0 || !filter.holds(row)) continue;
    Row& service = services[{view.heads[spans.resource[row]], stretch}];
    ++service.spans;
    const bool entry = view.entry(row);
    service.entry += entry;
    service.errors += entry && spans.status[row] == 2;
    service.first = std::min(service.first, spans.start[row]);
    service.last = std::max(service.last, spans.start[row]);
    service.operations.insert(spans.name[row]);
  }
  FrameBuilder frame(Shape::table);
  for (const char* name : {"service", "namespace", "instance", "version"}) frame.add(name, ColumnType::text);
  for (const char* name : {"operations", "spans", "entry", "errors"}) frame.add(name, ColumnType::int64);
  frame.add("first", ColumnType::time).add("last", ColumnType::time);
  if (asking.ask.then) frame.add("window", ColumnType::text);
  for (const auto& [key, service] : services) {
    put_head(frame, key.first);
    frame.integer(4, static_cast<int64_t>(service.operations.size()));
    frame.integer(5, service.spans);
    frame.integer(6, service.entry);
    frame.integer(7, service.errors);
    frame.integer(8, service.first);
    frame.integer(9, service.last);
    if (asking.ask.then) frame.text(10, windows[static_cast<size_t>(key.second)].name);
    frame.end_row();
  }
  return frame.finish();
}

}  // namespace inquest::otlp
