// Who calls whom, and which services sent spans.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"
#include "runtime/connectors/otlp/calls_frame.h"

namespace inquest::otlp {

namespace {

// An edge while it is counted: resources, and of the callee its resource or the cell that names it.
constexpr uint32_t no_peer = UINT32_MAX;
struct Link {
  uint32_t caller, callee, operation, peer;              // peer: index into peers, else no_peer
  int stretch;
  bool operator==(const Link&) const = default;
};
struct LinkHash {
  size_t operator()(const Link& l) const {
    uint64_t h = (uint64_t{l.caller} << 32 | l.callee) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 29 ^ (uint64_t{l.operation} << 32 | l.peer) ^ static_cast<uint64_t>(l.stretch) << 20) * 0xc2b2ae3d27d4eb4fu;
    return static_cast<size_t>(h ^ h >> 32);
  }
};
// Places of span ids within one trace; of an id given twice the first.
class Places final {
 public:
  Places(const Spans& spans, const uint32_t* rows, size_t size) : spans_(spans), rows_(rows), size_(size) {
    if (size_ <= few) return;
    for (size_t i = 0; i < size_; ++i) by_id_.emplace(spans_.span[rows_[i]], i);
  }
  size_t find(uint64_t id) const {                       // the size of the trace when it is not there
    if (size_ > few) {
      const auto at = by_id_.find(id);
      return at == by_id_.end() ? size_ : at->second;
    }
    size_t i = 0;
    while (i < size_ && spans_.span[rows_[i]] != id) ++i;
    return i;
  }

 private:
  static constexpr size_t few = 24;
  const Spans& spans_;
  const uint32_t* rows_;
  const size_t size_;
  std::unordered_map<uint64_t, size_t> by_id_;
};

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
  const auto service = [&](uint32_t row) { return view.service_of[spans.resource[row]]; };
  const TextId operation_id = operation == ask.scope.names.end() ? no_text : spans.texts.find(operation->second);
  std::array<TextId, std::size(peers)> peer_keys;
  for (size_t i = 0; i < peer_keys.size(); ++i) peer_keys[i] = spans.texts.find(peers[i].attribute);

  std::unordered_map<Link, CallSums, LinkHash> links;
  std::map<CallEdge, CallSums> edges;
  const auto counted = [&](uint32_t row) { return CallSums{1, spans.status[row] == 2, std::max<int64_t>(0, spans.duration[row])}; };
  const auto called = [&](std::string name) {
    const auto alias = asking.aliases.find(name);
    return alias == asking.aliases.end() ? name : alias->second;
  };
  // What a client span says that it called.
  const auto named = [&](uint32_t row, int stretch) {
    const Cell* const from = spans.attributes.data() + spans.attr_from[row];
    const Cell* const to = spans.attributes.data() + spans.attr_from[row + 1];
    for (uint32_t i = 0; i < peer_keys.size(); ++i) {
      if (peer_keys[i] == no_text) continue;
      const Cell* cell = std::find_if(from, to, [&](const Cell& c) { return c.key == peer_keys[i]; });
      if (cell == to) continue;
      if (cell->kind == Cell::Kind::text) links[{spans.resource[row], cell->text, spans.name[row], i, stretch}] += counted(row);
      else edges[{static_cast<size_t>(stretch), view.heads[spans.resource[row]].service, called(cell_text(spans.texts, *cell)),
                  std::string(spans.texts[spans.name[row]]), peers[i].kind}] += counted(row);
      return;
    }
  };
  std::vector<uint8_t> answered;                         // by place in the trace: a span of another service stands below
  int64_t orphans = 0;
  for (size_t trace = 0; trace + 1 < view.trace_from.size(); ++trace) {
    const size_t from = view.trace_from[trace], size = view.trace_from[trace + 1] - from;
    if (from / poll_every != (from + size) / poll_every || from == 0)
      if (auto failure = asking.stopped()) return *failure;
    const uint32_t* const rows = view.by_trace.data() + from;
    const Places places(spans, rows, size);
    answered.assign(size, 0);
    for (size_t i = 0; i < size; ++i) {
      const uint32_t row = rows[i];
      if (spans.parent[row] == 0) continue;
      const size_t above = places.find(spans.parent[row]);
      if (above == size) {
        ++orphans;
        continue;
      }
      const uint32_t parent = rows[above];
      if (service(parent) == service(row)) continue;
      answered[above] = 1;
      const int stretch = stretch_of(windows, spans.start[row]);
      if (stretch < 0 || !where.holds(row)) continue;
      const bool inside = in_scope[spans.resource[row]];
      if (!inside && !in_scope[spans.resource[parent]]) continue;
      if (inside && operation != ask.scope.names.end() && spans.name[row] != operation_id) continue;
      links[{spans.resource[parent], spans.resource[row], spans.name[row], no_peer, stretch}] += counted(row);
    }
    for (size_t i = 0; i < size; ++i) {
      const uint32_t row = rows[i];
      if ((spans.kind[row] != 3 && spans.kind[row] != 4) || answered[i] || !in_scope[spans.resource[row]]) continue;
      if (const int stretch = stretch_of(windows, spans.start[row]); stretch >= 0 && where.holds(row)) named(row, stretch);
    }
  }
  for (const auto& [link, sum] : links) {
    CallEdge edge{static_cast<size_t>(link.stretch), view.heads[link.caller].service, {}, std::string(spans.texts[link.operation]), "service"};
    if (link.peer == no_peer) {
      edge.callee = view.heads[link.callee].service;
    } else {
      edge.callee = called(std::string(spans.texts[link.callee]));
      edge.kind = peers[link.peer].kind;
    }
    edges[std::move(edge)] += sum;
  }
  return calls_frame(ask, windows, edges, orphans).finish();
}

Answer spans_services(const Asking& asking, const SpanView& view) {
  const Spans& spans = *view.spans;
  const std::vector<Stretch> windows = stretches(asking.ask);
  const SpanFilter filter(view, asking.ask);
  struct Row { int64_t spans = 0, entry = 0, errors = 0, first = INT64_MAX, last = INT64_MIN; std::set<TextId> operations; };
  std::map<std::pair<Head, int>, Row> services;
  std::vector<Row*> rows(view.heads.size() * windows.size(), nullptr);  // by resource and window
  for (size_t row = 0; row < spans.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    const int stretch = stretch_of(windows, spans.start[row]);
    if (stretch < 0 || !filter.holds(row)) continue;
    Row*& known = rows[spans.resource[row] * windows.size() + static_cast<size_t>(stretch)];
    if (!known) known = &services[{view.heads[spans.resource[row]], stretch}];
    Row& service = *known;
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
