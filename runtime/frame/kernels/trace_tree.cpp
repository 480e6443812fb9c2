// Forests of spans: parents, cycles cut, self time, critical path.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/trace.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace inquest {

namespace {

// Ids of the rows of a trace: numbers where they are the sixteen hex digits that tracers write, else texts.
struct Ids {
  const uint64_t *own, *parents;          // of every row of the trace
  const uint8_t* kinds;                   // bits: has an id, has a parent, one of them is no number
};
enum : uint8_t { has_id = 1, has_parent = 2, no_number = 4 };

// Whether the text is sixteen lower-case hex digits; then its number, which no other text has.
bool number_of(const std::string& text, uint64_t& number) {
  if (text.size() != 16) return false;
  uint64_t value = 0;
  bool good = true;
  for (const char c : text) {
    const auto figure = static_cast<uint8_t>(c - '0'), letter = static_cast<uint8_t>(c - 'a');
    good &= figure < 10 || letter < 6;
    value = value << 4 | (figure < 10 ? figure : static_cast<uint8_t>(letter + 10));
  }
  number = value;
  return good;
}

// What a thread needs for one tree after the other.
struct Scratch {
  std::vector<std::pair<uint64_t, int32_t>> numbers;
  std::vector<std::pair<std::string_view, int32_t>> texts;
  std::vector<uint32_t> seen, order;
};

constexpr size_t few = 16;

template <class Less>
void sort_stable(uint32_t* const first, uint32_t* const last, const Less& less) {
  if (static_cast<size_t>(last - first) > few) return std::stable_sort(first, last, less);
  for (uint32_t* at = first + (first != last); at < last; ++at) {
    const uint32_t moved = *at;
    uint32_t* to = at;
    for (; to != first && less(moved, to[-1]); --to) *to = to[-1];
    *to = moved;
  }
}

// By number or text, ascending; of equal ones the first row comes first.
template <class Key>
int32_t first_of(const std::vector<std::pair<Key, int32_t>>& by_id, const Key& id) {
  if (by_id.size() <= few) {
    for (const auto& [key, row] : by_id)
      if (key == id) return row;
    return -1;
  }
  const auto at = std::lower_bound(by_id.begin(), by_id.end(), std::pair(id, int32_t{0}));
  return at != by_id.end() && at->first == id ? at->second : -1;
}

void find_parents(TraceTree& t, const Ids& ids, const Column& span_id, const Column* parent_id, Scratch& scratch) {
  const size_t n = t.rows.size();
  uint8_t kinds = 0;
  for (size_t i = 0; i < n; ++i) kinds |= ids.kinds[i];
  const bool numbers = !(kinds & no_number);
  scratch.numbers.clear();
  scratch.texts.clear();
  for (size_t i = 0; i < n; ++i) {
    if (!(ids.kinds[i] & has_id)) continue;
    if (numbers) scratch.numbers.emplace_back(ids.own[i], static_cast<int32_t>(i));
    else scratch.texts.emplace_back(span_id.text(t.rows[i]), static_cast<int32_t>(i));
  }
  if (scratch.numbers.size() > few) std::sort(scratch.numbers.begin(), scratch.numbers.end());
  if (scratch.texts.size() > few) std::sort(scratch.texts.begin(), scratch.texts.end());
  t.parent.assign(n, -1);
  t.orphan.assign(n, 0);
  for (size_t i = 0; i < n; ++i) {
    if (!(ids.kinds[i] & has_parent)) continue;
    const int32_t at = numbers ? first_of(scratch.numbers, ids.parents[i])
                               : first_of(scratch.texts, std::string_view(parent_id->text(t.rows[i])));
    if (at < 0 || at == static_cast<int32_t>(i)) t.orphan[i] = 1;
    else t.parent[i] = at;
  }
}

void link(TraceTree& t, Scratch& scratch) {
  const size_t n = t.rows.size();
  // Walk up from every span; meeting the own walk again is a cycle, cut at the span where it was entered.
  std::vector<uint32_t>& seen = scratch.seen;
  seen.assign(n, 0);
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
  std::vector<uint32_t>&from = t.children.from, &list = t.children.list;
  from.assign(n + 1, 0);
  for (size_t i = 0; i < n; ++i)
    if (t.parent[i] >= 0) ++from[static_cast<size_t>(t.parent[i]) + 1];
  for (size_t i = 0; i < n; ++i) from[i + 1] += from[i];
  list.resize(from[n]);
  std::vector<uint32_t>& next = seen;
  next.assign(from.begin(), from.end() - 1);
  for (size_t i = 0; i < n; ++i)
    if (t.parent[i] >= 0) list[next[static_cast<size_t>(t.parent[i])]++] = static_cast<uint32_t>(i);
  for (size_t i = 0; i < n; ++i)
    sort_stable(list.data() + from[i], list.data() + from[i + 1], [&](uint32_t a, uint32_t b) { return t.start[a] < t.start[b]; });
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

void critical_path(TraceTree& t, Scratch& scratch) {
  t.critical.assign(t.rows.size(), 0);
  if (t.root < 0) return;
  struct Visit { uint32_t span; int64_t from, to; };
  std::vector<Visit> open = {{static_cast<uint32_t>(t.root), t.start[static_cast<size_t>(t.root)], t.end[static_cast<size_t>(t.root)]}};
  while (!open.empty()) {
    const Visit v = open.back();
    open.pop_back();
    const std::span<const uint32_t> children = t.children[v.span];
    std::vector<uint32_t>& order = scratch.order;
    order.assign(children.begin(), children.end());
    sort_stable(order.data(), order.data() + order.size(), [&](uint32_t a, uint32_t b) { return t.end[a] > t.end[b]; });
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

namespace {

struct TraceColumns {
  const Column *trace, *span_id, *parent_id, *start, *duration, *side;
  bool root(size_t row) const { return !parent_id || parent_id->absent(row) || parent_id->text(row).empty(); }
  int64_t from(size_t row) const { return start->absent(row) ? 0 : start->ints[row]; }
  int64_t length(size_t row) const { return duration->absent(row) ? 0 : std::max<int64_t>(0, duration->ints[row]); }
  int64_t to(size_t row) const { return from(row) > INT64_MAX - length(row) ? INT64_MAX : from(row) + length(row); }
};

Result<TraceColumns> trace_columns(const std::string& kernel, const Frame& frame, const std::string& window) {
  TraceColumns c{frame.column("trace_id"), frame.column("span_id"), frame.column("parent_id"),
                 frame.column("start"),    frame.column("duration"), frame.column("window")};
  if (c.side && c.side->type != ColumnType::text) c.side = nullptr;
  if (c.parent_id && c.parent_id->type != ColumnType::text) c.parent_id = nullptr;
  for (const auto& [column, name] : {std::pair{c.trace, "trace_id"}, {c.span_id, "span_id"}, {c.start, "start"}, {c.duration, "duration"}}) {
    if (!column) return missing_column(kernel, frame, name);
    const bool number = column == c.start || column == c.duration;
    if (number ? column->ints.size() != frame.rows : column->type != ColumnType::text) return missing_column(kernel, frame, name);
  }
  if (!window.empty() && !c.side) return missing_column(kernel, frame, "window");
  return c;
}

// Numbers the traces in the order of their first row; a trace may stand in both windows. none: not of the window.
constexpr uint32_t none = UINT32_MAX;
uint32_t number_traces(const Frame& frame, const TraceColumns& c, const std::string& window, std::vector<uint32_t>& ids) {
  const size_t sides = c.side && c.side->dictionary ? c.side->dictionary->size() + 1 : 1;
  const size_t names = c.trace->dictionary ? c.trace->dictionary->size() : 0;
  std::vector<uint32_t> table(names * sides, none);
  ids.assign(frame.rows, none);
  uint32_t next = 0;
  for (size_t row = 0; row < frame.rows; ++row) {
    if (c.trace->absent(row) || (!window.empty() && c.side->text(row) != window)) continue;
    const size_t half = c.side && !c.side->absent(row) ? c.side->codes[row] + size_t{1} : 0;
    uint32_t& id = table[c.trace->codes[row] * sides + half];
    if (id == none) id = next++;
    ids[row] = id;
  }
  return next;
}

// The rows of the wanted traces, one trace after the other, with their ids read in the order of the frame.
struct Gathered {
  std::vector<size_t> from;               // per trace, and the end
  std::vector<uint32_t> rows;
  std::vector<uint64_t> own, parents;
  std::vector<uint8_t> kinds;
};

Result<Gathered> gather(const std::string& kernel, const Frame& frame, const TraceColumns& c, const std::vector<uint32_t>& ids,
                        const std::vector<uint32_t>& place, size_t wanted, const Stop* stop) {
  Gathered all;
  all.from.assign(wanted + 1, 0);
  for (size_t row = 0; row < frame.rows; ++row)
    if (ids[row] != none && place[ids[row]] != none) ++all.from[place[ids[row]] + size_t{1}];
  for (size_t t = 0; t < wanted; ++t) all.from[t + 1] += all.from[t];
  std::vector<size_t> next(all.from.begin(), all.from.end() - 1);
  const size_t n = all.from[wanted];
  all.rows.resize(n), all.own.resize(n), all.parents.resize(n), all.kinds.resize(n);
  for (size_t row = 0; row < frame.rows; ++row) {
    if (row % 65536 == 65535 && stopped(stop)) return interrupted(kernel);
    if (ids[row] == none || place[ids[row]] == none) continue;
    const size_t at = next[place[ids[row]]]++;
    all.rows[at] = static_cast<uint32_t>(row);
    uint8_t kinds = 0;
    if (!c.span_id->absent(row)) kinds |= number_of(c.span_id->text(row), all.own[at]) ? has_id : has_id | no_number;
    if (!c.root(row)) kinds |= number_of(c.parent_id->text(row), all.parents[at]) ? has_parent : has_parent | no_number;
    all.kinds[at] = kinds;
  }
  return all;
}

// Makes `t` the tree of a gathered trace; what it was before is forgotten.
void make_tree(TraceTree& t, const Gathered& all, size_t trace, const TraceColumns& c, Scratch& scratch) {
  const auto from = static_cast<std::ptrdiff_t>(all.from[trace]), to = static_cast<std::ptrdiff_t>(all.from[trace + 1]);
  t.rows.assign(all.rows.begin() + from, all.rows.begin() + to);
  t.root = -1;
  t.start.resize(t.rows.size());
  t.end.resize(t.rows.size());
  for (size_t i = 0; i < t.rows.size(); ++i) {
    t.start[i] = c.from(t.rows[i]);
    t.end[i] = c.to(t.rows[i]);
  }
  find_parents(t, {all.own.data() + from, all.parents.data() + from, all.kinds.data() + from}, *c.span_id, c.parent_id, scratch);
  link(t, scratch);
  self_times(t);
  critical_path(t, scratch);
}

// The trees of the wanted traces, in the order of their numbers.
Result<std::vector<TraceTree>> build(const std::string& kernel, const Frame& frame, const TraceColumns& c, const std::vector<uint32_t>& ids,
                                     const std::vector<uint32_t>& place, size_t wanted, const Stop* stop) {
  const Result<Gathered> all = gather(kernel, frame, c, ids, place, wanted, stop);
  if (!all) return all.error();
  std::vector<TraceTree> trees(wanted);
  Scratch scratch;
  for (size_t n = 0; n < wanted; ++n) {
    if (n % 256 == 255 && stopped(stop)) return interrupted(kernel);
    make_tree(trees[n], *all, n, c, scratch);
  }
  return trees;
}

int64_t root_length(const TraceTree& t) {
  return t.root < 0 ? 0 : t.end[static_cast<size_t>(t.root)] - t.start[static_cast<size_t>(t.root)];
}

}  // namespace

Result<size_t> each_tree(const std::string& kernel, const Frame& frame, const std::string& window, const Stop* stop,
                         const std::function<void(size_t, const TraceTree&)>& visit) {
  const Result<TraceColumns> c = trace_columns(kernel, frame, window);
  if (!c) return c.error();
  std::vector<uint32_t> ids;
  const uint32_t n = number_traces(frame, *c, window, ids);
  std::vector<uint32_t> place(n);
  for (uint32_t i = 0; i < n; ++i) place[i] = i;
  const Result<Gathered> all = gather(kernel, frame, *c, ids, place, n, stop);
  if (!all) return all.error();
  TraceTree tree;
  Scratch scratch;
  for (size_t i = 0; i < n; ++i) {
    if (i % 256 == 255 && stopped(stop)) return interrupted(kernel);
    make_tree(tree, *all, i, *c, scratch);
    visit(i, tree);
  }
  return size_t{n};
}

Result<std::vector<TraceTree>> trace_trees(const std::string& kernel, const Frame& frame, const std::string& window, const Stop* stop) {
  std::vector<TraceTree> trees;
  const Result<size_t> n = each_tree(kernel, frame, window, stop, [&](size_t, const TraceTree& tree) { trees.push_back(tree); });
  if (!n) return n.error();
  return trees;
}

Result<std::vector<TraceTree>> trace_trees_of(const std::string& kernel, const Frame& frame, const std::string& window,
                                              const std::string& trace, const Stop* stop) {
  const Result<TraceColumns> c = trace_columns(kernel, frame, window);
  if (!c) return c.error();
  std::vector<uint32_t> ids;
  const uint32_t n = number_traces(frame, *c, window, ids);
  std::vector<uint32_t> place(n, none);
  uint32_t wanted = 0;
  for (size_t row = 0; row < frame.rows; ++row)
    if (ids[row] != none && place[ids[row]] == none && c->trace->text(row) == trace) place[ids[row]] = wanted++;
  Result<std::vector<TraceTree>> trees = build(kernel, frame, *c, ids, place, wanted, stop);
  if (trees)
    std::stable_sort(trees->begin(), trees->end(), [](const TraceTree& a, const TraceTree& b) { return root_length(a) > root_length(b); });
  return trees;
}

Result<std::vector<TraceTree>> longest_trees(const std::string& kernel, const Frame& frame, const std::string& window, size_t most,
                                             const Stop* stop) {
  const Result<TraceColumns> c = trace_columns(kernel, frame, window);
  if (!c) return c.error();
  std::vector<uint32_t> ids;
  const uint32_t n = number_traces(frame, *c, window, ids);
  // The main root is the earliest span without a parent; a trace without one has to be built to know its root.
  struct Root { int64_t start = 0, length = -1; uint32_t row = 0; };
  std::vector<Root> roots(n);
  const auto consider = [&](Root& r, size_t row) {
    const int64_t start = c->from(row);
    if (r.length < 0 || start < r.start) r = {start, c->to(row) - start, static_cast<uint32_t>(row)};
  };
  const bool marked = c->parent_id && !c->parent_id->valid.empty();
  if (marked) {
    const uint8_t* const valid = c->parent_id->valid.data();
    for (size_t row = 0; row < frame.rows; ++row)
      if (!valid[row] && ids[row] != none) consider(roots[ids[row]], row);
  }
  std::vector<uint8_t> missing(n, 0);
  bool any = false;
  for (uint32_t i = 0; i < n; ++i) any |= missing[i] = roots[i].length < 0;
  if (any)                                              // roots by an empty parent, or none
    for (size_t row = 0; row < frame.rows; ++row)
      if (ids[row] != none && missing[ids[row]] && c->root(row)) consider(roots[ids[row]], row);
  std::vector<uint32_t> known, place(n, none);
  uint32_t wanted = 0;
  for (uint32_t i = 0; i < n; ++i) {
    if (roots[i].length < 0) place[i] = wanted++;
    else known.push_back(i);
  }
  const auto longer = [&](uint32_t a, uint32_t b) {
    if (roots[a].length != roots[b].length) return roots[a].length > roots[b].length;
    return c->trace->text(roots[a].row) < c->trace->text(roots[b].row);
  };
  if (known.size() > most) {
    std::nth_element(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(most), known.end(), longer);
    known.resize(most);
  }
  for (const uint32_t i : known) place[i] = wanted++;
  Result<std::vector<TraceTree>> trees = build(kernel, frame, *c, ids, place, wanted, stop);
  if (!trees) return trees.error();
  std::stable_sort(trees->begin(), trees->end(), [&](const TraceTree& a, const TraceTree& b) {
    if (root_length(a) != root_length(b)) return root_length(a) > root_length(b);
    return c->trace->text(a.rows.front()) < c->trace->text(b.rows.front());
  });
  if (trees->size() > most) trees->resize(most);
  return trees;
}

}  // namespace inquest
