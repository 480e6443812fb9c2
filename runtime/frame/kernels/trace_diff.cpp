// Two traces aligned by path.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/trace_diff.h"

#include <algorithm>
#include <map>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/math.h"
#include "runtime/frame/kernels/trace.h"

namespace inquest {

namespace {

constexpr size_t most_path = 2000;                       // bytes; a deeper one begins with …

using Step = std::pair<std::optional<std::string>, std::optional<std::string>>;   // service, operation
struct DiffSide { int64_t count = 0, total = 0, self = 0, errors = 0; };

// Steps as a tree that both traces share; children in the order of their coming.
struct Node {
  Step step;
  size_t parent = 0, depth = 0;
  std::vector<size_t> children;
  DiffSide side[2];
};

struct DiffColumns {
  const Column *trace, *service, *operation, *status;
  Step step(uint32_t row) const { return {name(service, row), name(operation, row)}; }
  static std::optional<std::string> name(const Column* c, uint32_t row) {
    if (!c || c->type != ColumnType::text || c->absent(row)) return std::nullopt;
    return c->text(row);
  }
};
DiffColumns columns_of(const Frame& f) { return {f.column("trace_id"), f.column("service"), f.column("operation"), f.column("status")}; }

int64_t length(const TraceTree& t) { return t.end[static_cast<size_t>(t.root)] - t.start[static_cast<size_t>(t.root)]; }

using Steps = std::map<std::pair<size_t, Step>, size_t>;   // under, step → node

void lay(std::vector<Node>& nodes, Steps& steps, const TraceTree& t, const DiffColumns& c, size_t side) {
  struct Visit { uint32_t span; size_t under; };
  std::vector<Visit> open;
  for (size_t i = t.rows.size(); i-- > 0;)
    if (t.parent[i] < 0 && static_cast<int32_t>(i) != t.root) open.push_back({static_cast<uint32_t>(i), 0});
  open.push_back({static_cast<uint32_t>(t.root), 0});
  while (!open.empty()) {
    const Visit v = open.back();
    open.pop_back();
    const Step step = c.step(t.rows[v.span]);
    const auto [known, fresh] = steps.try_emplace({v.under, step}, nodes.size());
    const size_t at = known->second;
    if (fresh) {
      nodes.push_back({step, v.under, nodes[v.under].depth + 1, {}, {}});
      nodes[v.under].children.push_back(at);
    }
    DiffSide& s = nodes[at].side[side];
    ++s.count;
    s.total += t.end[v.span] - t.start[v.span];
    s.self += t.self[v.span];
    s.errors += lower(DiffColumns::name(c.status, t.rows[v.span]).value_or("")) == "error";
    const std::span<const uint32_t> children = t.children[v.span];
    for (size_t k = children.size(); k-- > 0;) open.push_back({children[k], at});
  }
}

// The trace whose length is nearest the median of those with the wanted main operation.
const TraceTree* typical_of(const std::vector<TraceTree>& trees, const DiffColumns& c, const std::optional<Step>& like) {
  std::vector<const TraceTree*> fit;
  for (const TraceTree& t : trees)
    if (like && c.step(t.rows[static_cast<size_t>(t.root)]) == *like) fit.push_back(&t);
  if (fit.empty())
    for (const TraceTree& t : trees) fit.push_back(&t);
  std::vector<double> lengths;
  for (const TraceTree* t : fit) lengths.push_back(static_cast<double>(length(*t)));
  const auto middle = static_cast<int64_t>(quantile_of(lengths, 0.5));
  const TraceTree* best = nullptr;
  const auto off = [&](const TraceTree& t) { return length(t) > middle ? length(t) - middle : middle - length(t); };
  for (const TraceTree* t : fit)
    if (!best || off(*t) < off(*best) || (off(*t) == off(*best) && c.trace->text(t->rows.front()) < c.trace->text(best->rows.front())))
      best = t;
  return best;
}

Result<FramePtr> run_trace_diff(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(trace_diff_kernel, map);
  const std::string wanted[2] = {options.text("slow", ""), options.text("typical", "")};
  if (options.error()) return *options.error();
  const Result<FramePtr> first = need_frame("trace_diff", frames);
  if (!first) return first.error();
  const bool one = frames.size() < 2;
  if (one && !(*first)->column("window") && (wanted[0].empty() || wanted[1].empty()))
    return Error{Code::usage, "kernel trace_diff needs two frames, slow and typical", "kernel.trace_diff",
                 "pass both, or one frame with the ids of two traces, or one that was asked with `against`"};
  const Result<FramePtr> second = one ? first : need_frame("trace_diff", frames, 1);
  if (!second) return second.error();
  const Frame* f[2] = {first->get(), second->get()};
  std::vector<TraceTree> trees[2];
  const TraceTree* chosen[2] = {nullptr, nullptr};
  for (const size_t side : {size_t{0}, size_t{1}}) {
    const bool split = one && f[side]->column("window") && wanted[side].empty();
    const std::string window = !split ? "" : side ? "then" : "now";
    Result<std::vector<TraceTree>> got = !wanted[side].empty() ? trace_trees_of("trace_diff", *f[side], window, wanted[side], stop)
                                         : side                ? trace_trees("trace_diff", *f[side], window, stop)
                                                               : longest_trees("trace_diff", *f[side], window, 1, stop);
    if (!got) return got.error();
    if (got->empty() && !wanted[side].empty())
      return Error{Code::usage, "no trace " + wanted[side] + " in this frame", "kernel.trace_diff", "take a trace_id of the frame"};
    trees[side] = std::move(*got);
  }
  const DiffColumns c[2] = {columns_of(*f[0]), columns_of(*f[1])};
  if (!trees[0].empty()) chosen[0] = &trees[0].front();
  std::optional<Step> like;
  if (chosen[0]) like = c[0].step(chosen[0]->rows[static_cast<size_t>(chosen[0]->root)]);
  if (!trees[1].empty()) chosen[1] = wanted[1].empty() ? typical_of(trees[1], c[1], like) : &trees[1].front();

  std::vector<Node> nodes(1);                            // 0: above all roots
  Steps steps;
  for (const size_t side : {size_t{0}, size_t{1}})
    if (chosen[side]) lay(nodes, steps, *chosen[side], c[side], side);
  using enum ColumnType;
  ResultTable out({"service", "operation", "path"},
                  {{"depth", int64}, {"slow_trace", text}, {"typical_trace", text}, {"only", text}, {"slow_count", int64},
                   {"typical_count", int64}, {"slow", duration}, {"typical", duration}, {"delta", duration}, {"self_slow", duration},
                   {"self_typical", duration}, {"self_delta", duration}, {"slow_errors", int64}, {"typical_errors", int64},
                   {"share", float64}, {"rank", int64}, {"why", text}});
  const std::string why = !chosen[0] && !chosen[1] ? "no slow and no typical trace" : !chosen[0] ? "no slow trace" : !chosen[1] ? "no typical trace" : "";
  if (nodes.size() == 1) {
    out.row({std::nullopt, std::nullopt, std::nullopt});
    out.set("why", why);
    return out.finish();
  }
  std::vector<size_t> order, open = {0};
  while (!open.empty()) {
    const size_t at = open.back();
    open.pop_back();
    if (at) order.push_back(at);
    for (size_t k = nodes[at].children.size(); k-- > 0;) open.push_back(nodes[at].children[k]);
  }
  const auto delta = [&](size_t at) { return nodes[at].side[0].self - nodes[at].side[1].self; };
  std::vector<size_t> ranked = order, rank(nodes.size());
  std::stable_sort(ranked.begin(), ranked.end(), [&](size_t a, size_t b) { return delta(a) > delta(b); });
  int64_t positive = 0;
  for (size_t i = 0; i < ranked.size(); ++i) {
    rank[ranked[i]] = i + 1;
    positive += std::max<int64_t>(0, delta(ranked[i]));
  }
  std::vector<std::string> paths(nodes.size());
  for (const size_t at : order) {
    const Node& n = nodes[at];
    const std::string own = n.step.first.value_or("?") + ": " + n.step.second.value_or("?");
    paths[at] = !n.parent ? own : (paths[n.parent].size() > most_path ? "…" : paths[n.parent]) + " > " + own;
    out.row({n.step.first, n.step.second, paths[at]});
    out.set("depth", n.depth - 1);
    const char* const names[2][5] = {{"slow_trace", "slow_count", "slow", "self_slow", "slow_errors"},
                                     {"typical_trace", "typical_count", "typical", "self_typical", "typical_errors"}};
    for (const size_t side : {size_t{0}, size_t{1}}) {
      if (!chosen[side]) continue;
      out.set(names[side][0], c[side].trace->text(chosen[side]->rows.front()));
      out.set(names[side][1], n.side[side].count);
      out.set(names[side][2], n.side[side].total);
      out.set(names[side][3], n.side[side].self);
      out.set(names[side][4], n.side[side].errors);
    }
    if (!why.empty()) {
      out.set("why", why);
      continue;
    }
    if (!n.side[0].count || !n.side[1].count) out.set("only", n.side[0].count ? "slow" : "typical");
    out.set("delta", n.side[0].total - n.side[1].total);
    out.set("self_delta", delta(at));
    if (positive > 0) out.set("share", static_cast<double>(std::max<int64_t>(0, delta(at))) / static_cast<double>(positive));
    out.set("rank", rank[at]);
  }
  return out.finish();
}

}  // namespace

const Kernel trace_diff_kernel = {"trace_diff", "a slow trace beside a typical one, aligned by path: what is only in one, what takes longer",
                                  "slow, typical", run_trace_diff};

}  // namespace inquest
