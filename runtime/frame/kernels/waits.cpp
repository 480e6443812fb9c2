// Waiting time per caller and callee, from the trees of traces.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/waits.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/trace.h"

namespace inquest {

namespace {

using Name = std::optional<std::string>;
using Callee = std::pair<Name, Name>;                    // service, operation
struct Interval { int64_t from, to; };

struct Wait {
  int64_t traces = 0, calls = 0, errors = 0, wait = 0, alone = 0;
  size_t last_trace = SIZE_MAX;
};
struct Caller {
  int64_t entries = 0, total = 0, own = 0;
  std::map<Callee, Wait> callees;
};

int64_t united(std::vector<Interval>& list) {            // sorts it and joins what overlaps
  std::sort(list.begin(), list.end(), [](const Interval& a, const Interval& b) { return std::tie(a.from, a.to) < std::tie(b.from, b.to); });
  std::vector<Interval> joined;
  int64_t sum = 0;
  for (const Interval& i : list) {
    if (joined.empty() || i.from > joined.back().to) joined.push_back(i);
    else joined.back().to = std::max(joined.back().to, i.to);
  }
  for (const Interval& i : joined) sum += i.to - i.from;
  list = std::move(joined);
  return sum;
}

struct Columns {
  const Column *service, *operation, *kind, *status;
  Name name(const Column* c, uint32_t row) const { return c && c->type == ColumnType::text && !c->absent(row) ? Name(c->text(row)) : Name(); }
};

bool calls_out(const Name& kind) {
  const std::string k = lower(kind.value_or(""));
  return k.ends_with("client") || k.ends_with("producer");
}

// One entry span: whom its service waits on below it.
void follow(const TraceTree& t, uint32_t entry, size_t trace, const Columns& c, bool by_operation, Caller& caller) {
  const Name own = c.name(c.service, t.rows[entry]);
  std::map<Callee, std::vector<Interval>> waits;
  std::vector<uint32_t> open = {entry};
  const auto add = [&](const Callee& callee, uint32_t timed, uint32_t judged) {
    const int64_t from = std::max(t.start[timed], t.start[entry]), to = std::min(t.end[timed], t.end[entry]);
    Wait& w = caller.callees[callee];
    ++w.calls;
    w.errors += lower(c.name(c.status, t.rows[judged]).value_or("")) == "error";
    if (w.last_trace != trace) {
      w.last_trace = trace;
      ++w.traces;
    }
    auto& list = waits[callee];
    if (to > from) list.push_back({from, to});
  };
  while (!open.empty()) {
    const uint32_t at = open.back();
    open.pop_back();
    const bool out = calls_out(c.name(c.kind, t.rows[at]));
    if (out && t.children[at].empty()) add({std::nullopt, c.name(c.operation, t.rows[at])}, at, at);
    for (const uint32_t child : t.children[at]) {
      const Name service = c.name(c.service, t.rows[child]);
      if (service == own) open.push_back(child);
      else add({service, by_operation || !service ? c.name(c.operation, t.rows[child]) : Name()}, out ? at : child, child);
    }
  }
  std::vector<Interval> all;
  for (auto& [callee, list] : waits) {
    caller.callees[callee].wait += united(list);
    all.insert(all.end(), list.begin(), list.end());
  }
  // Stretches between all starts and ends: who is waited on in each.
  std::vector<std::pair<int64_t, std::pair<int, Wait*>>> edges;
  for (auto& [callee, list] : waits)
    for (const Interval& i : list) {
      edges.push_back({i.from, {1, &caller.callees[callee]}});
      edges.push_back({i.to, {-1, &caller.callees[callee]}});
    }
  std::stable_sort(edges.begin(), edges.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Wait*> now;
  for (size_t i = 0; i < edges.size(); ++i) {
    if (i && now.size() == 1) now.front()->alone += edges[i].first - edges[i - 1].first;
    if (edges[i].second.first > 0) now.push_back(edges[i].second.second);
    else now.erase(std::find(now.begin(), now.end(), edges[i].second.second));
  }
  ++caller.entries;
  caller.total += t.end[entry] - t.start[entry];
  caller.own += t.end[entry] - t.start[entry] - united(all);
}

double share_of(int64_t part, int64_t of) { return static_cast<double>(part) / static_cast<double>(of); }

Result<FramePtr> run_waits(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(waits_kernel, map);
  const std::string window = options.text("window", ""), only = options.text("service", "");
  const bool by_operation = options.flag("by_operation", false);
  if (options.error()) return *options.error();
  const Result<FramePtr> got = need_frame("waits", frames);
  if (!got) return got.error();
  const Frame& f = **got;
  const Columns c{f.column("service"), f.column("operation"), f.column("kind"), f.column("status")};
  if (!c.service) return missing_column("waits", f, "service");
  std::map<Name, Caller> callers;
  const Result<size_t> traces = each_tree("waits", f, window, stop, [&](size_t n, const TraceTree& t) {
    for (uint32_t i = 0; i < t.rows.size(); ++i) {
      const Name service = c.name(c.service, t.rows[i]);
      if (t.parent[i] >= 0 && c.name(c.service, t.rows[static_cast<size_t>(t.parent[i])]) == service) continue;
      follow(t, i, n, c, by_operation, callers[service]);
    }
  });
  if (!traces) return traces.error();
  using enum ColumnType;
  ResultTable out({"caller", "callee", "operation"},
                  {{"traces", int64}, {"entries", int64}, {"calls", int64}, {"errors", int64}, {"total", duration}, {"wait", duration},
                   {"wait_per_call", duration}, {"share", float64}, {"alone", duration}, {"share_alone", float64}, {"own", float64},
                   {"rank", int64}, {"why", text}});
  for (const auto& [name, caller] : callers) {
    std::vector<std::pair<const Callee*, const Wait*>> order;
    for (const auto& [callee, wait] : caller.callees) order.emplace_back(&callee, &wait);
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second->wait > b.second->wait; });
    const bool mine = only.empty() || name == Name(only);
    for (size_t i = 0; i < order.size(); ++i) {
      const auto& [callee, w] = order[i];
      if (!mine && callee->first != Name(only)) continue;
      out.row({name, callee->first, callee->second});
      out.set("traces", w->traces);
      out.set("entries", caller.entries);
      out.set("calls", w->calls);
      out.set("errors", w->errors);
      out.set("total", caller.total);
      out.set("wait", w->wait);
      out.set("wait_per_call", w->wait / w->calls);
      out.set("alone", w->alone);
      out.set("rank", i + 1);
      if (caller.total > 0) {
        out.set("share", share_of(w->wait, caller.total));
        out.set("share_alone", share_of(w->alone, caller.total));
        out.set("own", share_of(caller.own, caller.total));
      } else {
        out.set("why", "the caller's spans have no length");
      }
    }
    if (!order.empty() || !mine) continue;
    out.row({name, std::nullopt, std::nullopt});
    out.set("traces", int64_t{0});
    out.set("entries", caller.entries);
    out.set("calls", int64_t{0});
    out.set("total", caller.total);
    out.set("wait", int64_t{0});
    if (caller.total > 0) out.set("own", share_of(caller.own, caller.total));
    out.set("why", "calls nobody, or whom it calls sends no spans");
  }
  return out.finish();
}

}  // namespace

const Kernel waits_kernel = {"waits", "who waits for whom: the share of a service's time spent waiting on each callee, in whole traces",
                             "window, service, by_operation", run_waits};

}  // namespace inquest
