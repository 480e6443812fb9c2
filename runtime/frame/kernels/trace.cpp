// Self time, slow against typical, critical path, waterfall.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/trace.h"

#include <algorithm>
#include <map>
#include <span>
#include <unordered_map>

#include "runtime/base/text.h"

namespace inquest {

namespace {

using enum ColumnType;

struct Sum {
  int64_t traces = 0, count = 0, total = 0, self = 0, errors = 0, orphans = 0, path = 0, path_traces = 0;
  size_t last_trace = SIZE_MAX, last_path = SIZE_MAX;
};
using Sums = std::map<Key, Sum>;
struct CodesHash {
  size_t operator()(const std::vector<uint32_t>& codes) const {
    uint64_t h = codes.size();
    for (const uint32_t code : codes) h = (h ^ code) * 0x9e3779b97f4a7c15u;
    return static_cast<size_t>(h ^ h >> 32);
  }
};
struct Summed {
  Sums sums;
  int64_t traces = 0;
};

Result<Summed> sum_up(const std::string& kernel, const Frame& f, const std::vector<std::string>& by, const std::string& window,
                      const Stop* stop) {
  std::vector<const Column*> columns;
  for (const std::string& name : by) {
    const Column* c = f.column(name);
    if (!c || c->type != text) return missing_column(kernel, f, name);
    columns.push_back(c);
  }
  const Column* status = f.column("status");
  Summed result;
  std::unordered_map<std::vector<uint32_t>, Sum*, CodesHash> known;  // by codes: keys are made once per group
  std::vector<uint32_t> codes;
  std::vector<uint8_t> error;                   // of the words of status
  if (status && status->type == text && status->dictionary)
    for (const std::string& word : *status->dictionary) error.push_back(lower(word) == "error");
  const Result<size_t> traces = each_tree(kernel, f, window, stop, [&](size_t n, const TraceTree& t) {
    for (size_t i = 0; i < t.rows.size(); ++i) {
      codes.clear();
      for (const Column* c : columns) codes.push_back(c->absent(t.rows[i]) ? 0 : c->codes[t.rows[i]] + 1);
      Sum*& sum = known[codes];
      if (!sum) {
        Key key;
        for (const Column* c : columns) key.push_back(c->absent(t.rows[i]) ? std::nullopt : std::optional(c->text(t.rows[i])));
        sum = &result.sums[key];
      }
      if (sum->last_trace != n) {
        sum->last_trace = n;
        ++sum->traces;
      }
      ++sum->count;
      sum->total += t.end[i] - t.start[i];
      sum->self += t.self[i];
      sum->orphans += t.orphan[i];
      if (!error.empty() && !status->absent(t.rows[i])) sum->errors += error[status->codes[t.rows[i]]];
      if (t.critical[i] > 0) {
        sum->path += t.critical[i];
        if (sum->last_path != n) {
          sum->last_path = n;
          ++sum->path_traces;
        }
      }
    }
  });
  if (!traces) return traces.error();
  result.traces = static_cast<int64_t>(*traces);
  return result;
}

double share(int64_t part, int64_t of) { return of > 0 ? static_cast<double>(part) / static_cast<double>(of) : 0; }

Result<FramePtr> run_self(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(self_time_kernel, map);
  const std::vector<std::string> by = options.texts("by").value_or(std::vector<std::string>{"service", "operation"});
  const std::string window = options.text("window", "");
  if (options.error()) return *options.error();
  const Result<FramePtr> f = need_frame("self_time", frames);
  if (!f) return f.error();
  const Result<Summed> s = sum_up("self_time", **f, by, window, stop);
  if (!s) return s.error();
  ResultTable out(by, {{"traces", int64}, {"count", int64}, {"total", duration}, {"self", duration}, {"self_per_trace", duration},
                       {"total_per_trace", duration}, {"share", float64}, {"errors", int64}, {"orphans", int64}});
  int64_t all = 0;
  for (const auto& [key, sum] : s->sums) all += sum.self;
  for (const auto& [key, sum] : s->sums) {
    out.row(key);
    out.set("traces", sum.traces);
    out.set("count", sum.count);
    out.set("total", sum.total);
    out.set("self", sum.self);
    out.set("self_per_trace", sum.self / s->traces);
    out.set("total_per_trace", sum.total / s->traces);
    out.set("share", share(sum.self, all));
    out.set("errors", sum.errors);
    out.set("orphans", sum.orphans);
  }
  return out.finish();
}

Result<FramePtr> run_path(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(critical_path_kernel, map);
  const std::vector<std::string> by = options.texts("by").value_or(std::vector<std::string>{"service", "operation"});
  const std::string window = options.text("window", "");
  if (options.error()) return *options.error();
  const Result<FramePtr> f = need_frame("critical_path", frames);
  if (!f) return f.error();
  const Result<Summed> s = sum_up("critical_path", **f, by, window, stop);
  if (!s) return s.error();
  ResultTable out(by, {{"traces", int64}, {"path", duration}, {"path_per_trace", duration}, {"share", float64}});
  int64_t all = 0;
  for (const auto& [key, sum] : s->sums) all += sum.path;
  for (const auto& [key, sum] : s->sums) {
    if (sum.path == 0) continue;
    out.row(key);
    out.set("traces", sum.path_traces);
    out.set("path", sum.path);
    out.set("path_per_trace", sum.path / s->traces);
    out.set("share", share(sum.path, all));
  }
  return out.finish();
}

Result<FramePtr> run_where(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(where_time_kernel, map);
  const std::vector<std::string> by = options.texts("by").value_or(std::vector<std::string>{"service", "operation"});
  if (options.error()) return *options.error();
  const Result<FramePtr> first = need_frame("where_time", frames);
  if (!first) return first.error();
  const bool one = frames.size() < 2;
  if (one && !(*first)->column("window"))
    return Error{Code::usage, "kernel where_time needs two frames, slow and typical", "kernel.where_time",
                 "pass both, or one frame that was asked with `against`"};
  const Result<Summed> slow = sum_up("where_time", **first, by, one ? "now" : "", stop);
  if (!slow) return slow.error();
  const Result<FramePtr> second = one ? first : need_frame("where_time", frames, 1);
  if (!second) return second.error();
  const Result<Summed> typical = sum_up("where_time", **second, by, one ? "then" : "", stop);
  if (!typical) return typical.error();
  struct Step { const Key* key; Sum slow, typical; int64_t self_slow, self_typical; };
  std::map<Key, std::pair<Sum, Sum>> both;
  for (const auto& [key, sum] : slow->sums) both[key].first = sum;
  for (const auto& [key, sum] : typical->sums) both[key].second = sum;
  std::vector<Step> steps;
  int64_t positive = 0, all = 0;
  const int64_t ns = std::max<int64_t>(1, slow->traces), nt = std::max<int64_t>(1, typical->traces);
  for (const auto& [key, pair] : both) {
    steps.push_back({&key, pair.first, pair.second, pair.first.self / ns, pair.second.self / nt});
    all += steps.back().self_slow;
    positive += std::max<int64_t>(0, steps.back().self_slow - steps.back().self_typical);
  }
  std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    return a.self_slow - a.self_typical > b.self_slow - b.self_typical;
  });
  ResultTable out(by, {{"slow_traces", int64}, {"typical_traces", int64}, {"slow_count", float64}, {"typical_count", float64},
                       {"self_slow", duration}, {"self_typical", duration}, {"delta", duration}, {"times", float64},
                       {"share", float64}, {"share_slow", float64}, {"total_slow", duration}, {"total_typical", duration},
                       {"rank", int64}, {"why", text}});
  for (size_t i = 0; i < steps.size(); ++i) {
    const Step& s = steps[i];
    out.row(*s.key);
    out.set("slow_traces", slow->traces);
    out.set("typical_traces", typical->traces);
    out.set("slow_count", static_cast<double>(s.slow.count) / static_cast<double>(ns));
    out.set("typical_count", static_cast<double>(s.typical.count) / static_cast<double>(nt));
    out.set("self_slow", s.self_slow);
    out.set("total_slow", s.slow.total / ns);
    out.set("share_slow", share(s.self_slow, all));
    if (slow->traces == 0 || typical->traces == 0) {
      out.set("why", slow->traces == 0 ? "no slow traces" : "no typical traces");
      continue;
    }
    out.set("self_typical", s.self_typical);
    out.set("total_typical", s.typical.total / nt);
    const int64_t delta = s.self_slow - s.self_typical;
    out.set("delta", delta);
    if (s.self_slow > 0 && s.self_typical > 0)
      out.set("times", static_cast<double>(s.self_slow) / static_cast<double>(s.self_typical));
    out.set("share", share(std::max<int64_t>(0, delta), positive));
    out.set("rank", i + 1);
  }
  return out.finish();
}

Result<FramePtr> run_waterfall(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(waterfall_kernel, map);
  const std::string wanted = options.text("trace", ""), window = options.text("window", "");
  const int64_t limit = options.integer("limit", 1000), most = options.integer("most", 1);
  if (!options.error() && most < 1) options.wrong("most", "a whole number from 1");
  if (!options.error() && limit < 1) options.wrong("limit", "a whole number from 1");
  if (options.error()) return *options.error();
  const Result<FramePtr> got = need_frame("waterfall", frames);
  if (!got) return got.error();
  const Frame& f = **got;
  const Result<std::vector<TraceTree>> trees = wanted.empty()
      ? longest_trees("waterfall", f, window, static_cast<size_t>(most), stop)
      : trace_trees_of("waterfall", f, window, wanted, stop);
  if (!trees) return trees.error();
  ResultTable out({"trace_id", "span_id", "service", "operation", "kind", "status"},
                  {{"depth", int64}, {"start", time}, {"offset", duration}, {"duration", duration}, {"self", duration},
                   {"critical", duration}, {"orphan", boolean}});
  if (trees->empty() && !wanted.empty())
    return Error{Code::usage, "no trace " + wanted + " in this frame", "kernel.waterfall", "take a trace_id of the frame"};
  const Column* labels_of[6];
  size_t label = 0;
  for (const char* name : {"trace_id", "span_id", "service", "operation", "kind", "status"}) {
    const Column* c = f.column(name);
    labels_of[label++] = c && c->type == text ? c : nullptr;
  }
  size_t told = 0;
  for (const TraceTree& tree : *trees) {
    if (!wanted.empty() && told++) break;   // of both windows the longest
    std::vector<std::pair<uint32_t, int64_t>> open;  // span, depth
    for (size_t i = tree.rows.size(); i-- > 0;)
      if (tree.parent[i] < 0 && static_cast<int32_t>(i) != tree.root) open.emplace_back(static_cast<uint32_t>(i), 0);
    open.emplace_back(static_cast<uint32_t>(tree.root), 0);
    const int64_t zero = tree.start[static_cast<size_t>(tree.root)];
    int64_t shown = 0;
    Key key(6);
    while (!open.empty()) {
      const auto [i, depth] = open.back();
      open.pop_back();
      if (++shown > limit) {
        out.marks().limited = std::to_string(limit) + " of " + std::to_string(tree.rows.size()) + " spans, in the order of the tree";
        break;
      }
      for (size_t k = 0; k < 6; ++k)
        key[k] = labels_of[k] && !labels_of[k]->absent(tree.rows[i]) ? std::optional(labels_of[k]->text(tree.rows[i])) : std::nullopt;
      out.row(key);
      out.set("depth", depth);
      out.set("start", Time{tree.start[i]});
      out.set("offset", tree.start[i] - zero);
      out.set("duration", tree.end[i] - tree.start[i]);
      out.set("self", tree.self[i]);
      out.set("critical", tree.critical[i]);
      out.set("orphan", tree.orphan[i] != 0);
      const std::span<const uint32_t> children = tree.children[i];
      for (size_t c = children.size(); c-- > 0;) open.emplace_back(children[c], depth + 1);
    }
  }
  return out.finish();
}

}  // namespace

const Kernel self_time_kernel = {"self_time", "duration minus the children's, per service and operation of whole traces",
                                 "by, window", run_self};
const Kernel where_time_kernel = {"where_time", "self time per trace of slow against typical traces: where the difference lies",
                                  "by", run_where};
const Kernel critical_path_kernel = {"critical_path", "time on the critical path of traces, per service and operation",
                                     "by, window", run_path};
const Kernel waterfall_kernel = {"waterfall", "the spans of one trace, or of the longest, in the order of the tree, with offset and self time",
                                 "trace, most, window, limit", run_waterfall};

}  // namespace inquest
