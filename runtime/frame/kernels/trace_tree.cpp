// Forests of spans: parents, cycles cut, self time, critical path.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/trace.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace inquest {

namespace {

void link(TraceTree& t, const Column& span_id, const Column* parent_id) {
  const size_t n = t.rows.size();
  std::unordered_map<std::string_view, int32_t> by_id;
  for (size_t i = 0; i < n; ++i)
    if (!span_id.absent(t.rows[i])) by_id.try_emplace(span_id.text(t.rows[i]), static_cast<int32_t>(i));
  t.parent.assign(n, -1);
  t.orphan.assign(n, 0);
  for (size_t i = 0; i < n; ++i) {
    if (!parent_id || parent_id->absent(t.rows[i]) || parent_id->text(t.rows[i]).empty()) continue;
    const auto at = by_id.find(parent_id->text(t.rows[i]));
    if (at == by_id.end() || at->second == static_cast<int32_t>(i)) t.orphan[i] = 1;
    else t.parent[i] = at->second;
  }
  // Walk up from every span; meeting the own walk again is a cycle, cut at the span where it was entered.
  std::vector<uint32_t> seen(n, 0);
  for (size_t i = 0; i < n; ++i) {
    const auto walk = static_cast<uint32_t>(i + 1);
    auto at = static_cast<int32_t>(i);
    while (at >= 0 && seen[static_cast<size_t>(at)] == 0) {
      seen[static_cast<size_t>(at)] = walk;
      at = t.parent[static_cast<size_t>(at)];
    }
    if (at >= 0 && seen[static_cast<size_t>(at)] == walk) {
      t.parent[static_cast<size_t>(at)] = -1;
      t.orphan[static_cast<size_t>(at)] = 1;
    }
  }
  t.children.assign(n, {});
  for (size_t i = 0; i < n; ++i)
    if (t.parent[i] >= 0) t.children[static_cast<size_t>(t.parent[i])].push_back(static_cast<uint32_t>(i));
  for (auto& list : t.children)
    std::stable_sort(list.begin(), list.end(), [&](uint32_t a, uint32_t b) { return t.start[a] < t.start[b]; });
  for (size_t i = 0; i < n; ++i) {
    if (t.parent[i] >= 0) continue;
    if (t.root < 0) { t.root = static_cast<int32_t>(i); continue; }
    const auto r = static_cast<size_t>(t.root);
    const bool better = t.orphan[i] != t.orphan[r] ? t.orphan[i] < t.orphan[r]
                        : t.orphan[i]              ? t.end[i] - t.start[i] > t.end[r] - t.start[r]
                                                   : t.start[i] < t.start[r];
    if (better) t.root = static_cast<int32_t>(i);
  }
}

void self_times(TraceTree& t) {
  t.self.assign(t.rows.size(), 0);
  for (size_t i = 0; i < t.rows.size(); ++i) {
    int64_t covered = 0, reach = t.start[i];
    for (const uint32_t c : t.children[i]) {  // ascending start
      const int64_t from = std::max(t.start[c], reach), to = std::min(t.end[c], t.end[i]);
      if (to > from) {
        covered += to - from;
        reach = to;
      }
    }
    t.self[i] = t.end[i] - t.start[i] - covered;
  }
}

void critical_path(TraceTree& t) {
  t.critical.assign(t.rows.size(), 0);
  if (t.root < 0) return;
  struct Visit { uint32_t span; int64_t from, to; };
  std::vector<Visit> open = {{static_cast<uint32_t>(t.root), t.start[static_cast<size_t>(t.root)], t.end[static_cast<size_t>(t.root)]}};
  while (!open.empty()) {
    const Visit v = open.back();
    open.pop_back();
    std::vector<uint32_t> order = t.children[v.span];
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return t.end[a] > t.end[b]; });
    int64_t cursor = v.to;
    for (const uint32_t c : order) {
      const int64_t from = std::max(t.start[c], v.from), to = std::min(t.end[c], v.to);
      if (to <= from || to > cursor) continue;
      t.critical[v.span] += cursor - to;
      open.push_back({c, from, to});
      cursor = from;
    }
    t.critical[v.span] += cursor - v.from;
  }
}

}  // namespace

Result<std::vector<TraceTree>> trace_trees(const std::string& kernel, const Frame& frame, const std::string& window, const Stop* stop) {
  const Column *trace = frame.column("trace_id"), *span_id = frame.column("span_id"), *parent_id = frame.column("parent_id");
  const Column *start = frame.column("start"), *duration = frame.column("duration"), *side = frame.column("window");
  if (side && side->type != ColumnType::text) side = nullptr;
  for (const auto& [column, name] : {std::pair{trace, "trace_id"}, {span_id, "span_id"}, {start, "start"}, {duration, "duration"}}) {
    if (!column) return missing_column(kernel, frame, name);
    const bool number = column == start || column == duration;
    if (number ? column->ints.size() != frame.rows : column->type != ColumnType::text) return missing_column(kernel, frame, name);
  }
  if (!window.empty() && !side) return missing_column(kernel, frame, "window");
  std::vector<TraceTree> trees;
  std::unordered_map<uint64_t, size_t> index;  // a trace may stand in both windows
  for (size_t row = 0; row < frame.rows; ++row) {
    if (trace->absent(row) || (!window.empty() && side->text(row) != window)) continue;
    const uint64_t half = side && !side->absent(row) ? side->codes[row] + uint64_t{1} : 0;
    const auto [at, fresh] = index.try_emplace((half << 32) | trace->codes[row], trees.size());
    if (fresh) trees.emplace_back();
    TraceTree& t = trees[at->second];
    t.rows.push_back(static_cast<uint32_t>(row));
    const int64_t from = start->absent(row) ? 0 : start->ints[row];
    const int64_t length = duration->absent(row) ? 0 : std::max<int64_t>(0, duration->ints[row]);
    t.start.push_back(from);
    t.end.push_back(from > INT64_MAX - length ? INT64_MAX : from + length);
  }
  size_t polled = 0;
  for (TraceTree& t : trees) {
    if (++polled % 256 == 0 && stopped(stop)) return interrupted(kernel);
    link(t, *span_id, parent_id);
    self_times(t);
    critical_path(t);
  }
  return trees;
}

}  // namespace inquest
