// Resampling and correlation with a lag.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/align.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/math.h"

namespace inquest {

namespace {

using enum ColumnType;
const std::vector<std::string> reductions = {"median", "mean", "sum", "max", "min", "last", "count"};

double reduce(const std::vector<double>& v, const std::string& how) {
  if (how == "median") return median(v);
  if (how == "max") return *std::max_element(v.begin(), v.end());
  if (how == "min") return *std::min_element(v.begin(), v.end());
  if (how == "last") return v.back();
  if (how == "count") return static_cast<double>(v.size());
  double sum = 0;
  for (const double x : v) sum += x;
  return how == "sum" ? sum : sum / static_cast<double>(v.size());
}

void check_reduction(KernelOptions& options, const std::string& name, const std::string& how) {
  if (!options.error() && std::find(reductions.begin(), reductions.end(), how) == reductions.end())
    options.wrong(name, "one of " + join(reductions, ", "));
}

int64_t spacing(const SeriesSet& set) {
  int64_t largest = 0;
  for (const Series& s : set.series) {
    std::vector<double> steps;
    for (size_t i = 1; i < s.points.size(); ++i)
      if (s.points[i].time > s.points[i - 1].time) steps.push_back(static_cast<double>(s.points[i].time - s.points[i - 1].time));
    if (!steps.empty()) largest = std::max(largest, static_cast<int64_t>(quantile_of(steps, 0.5)));
  }
  return largest;
}

int64_t earliest(const SeriesSet& set) {
  int64_t first = std::numeric_limits<int64_t>::max();
  for (const Series& s : set.series)
    if (!s.points.empty()) first = std::min(first, s.points.front().time);
  return first;
}

struct Bucket { double value = 0; size_t n = 0; };
using Buckets = std::map<int64_t, Bucket>;  // by number of the bucket

Buckets buckets_of(const Points& points, int64_t origin, int64_t step, const std::string& how) {
  std::map<int64_t, std::vector<double>> values;
  for (const Point& p : points) {
    int64_t number = (p.time - origin) / step;
    if ((p.time - origin) % step < 0) --number;
    values[number].push_back(p.value);
  }
  Buckets result;
  for (const auto& [number, v] : values) result[number] = {reduce(v, how), v.size()};
  return result;
}

Result<FramePtr> run_bucket(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(bucket_kernel, map);
  const std::optional<Duration> given = options.duration("step");
  const std::optional<Time> from = options.time("origin");
  const std::string how = options.text("reduce", "median");
  check_reduction(options, "reduce", how);
  if (given && given->ns <= 0) options.wrong("step", "a duration above 0");
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("bucket", frames);
  if (!frame) return frame.error();
  const Result<SeriesSet> set = series_of(**frame, options, stop);
  if (!set) return set.error();
  const int64_t step = std::max<int64_t>(1, given ? given->ns : spacing(*set));
  const int64_t origin = from ? from->ns : earliest(*set);
  ResultTable out(set->by, {{"time", time}, {"value", float64}, {"n", int64}});
  for (const Series& s : set->series) {
    if (stopped(stop)) return interrupted("bucket");
    for (const auto& [number, b] : buckets_of(s.points, origin, step, how)) {
      out.row(s.key);
      out.set("time", Time{origin + number * step});
      out.set("value", b.value);
      out.set("n", b.n);
    }
  }
  return out.finish();
}

// Both series where both have a bucket, the second `lag` buckets later.
void common(const Buckets& a, const Buckets& b, int64_t lag, bool changes, std::vector<double>& x, std::vector<double>& y) {
  x.clear();
  y.clear();
  const Bucket* last_a = nullptr;
  const Bucket* last_b = nullptr;
  for (const auto& [number, bucket] : a) {
    const auto other = b.find(number + lag);
    if (other == b.end()) continue;
    if (!changes || last_a) {
      x.push_back(changes ? bucket.value - last_a->value : bucket.value);
      y.push_back(changes ? other->second.value - last_b->value : other->second.value);
    }
    last_a = &bucket;
    last_b = &other->second;
  }
}

bool constant(const std::vector<double>& v) {
  return std::all_of(v.begin(), v.end(), [&](double x) { return x == v.front(); });
}

Result<FramePtr> run_overlay(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(overlay_kernel, map);
  const std::optional<Duration> given = options.duration("step");
  const std::optional<Time> from = options.time("origin");
  const std::string how = options.text("reduce", "median"), how2 = options.text("reduce2", how);
  const std::string level = options.text("level", "value");
  const int64_t most = options.integer("max_lag", -1);
  check_reduction(options, "reduce", how);
  check_reduction(options, "reduce2", how2);
  if (given && given->ns <= 0) options.wrong("step", "a duration above 0");
  if (level != "value" && level != "change") options.wrong("level", "\"value\" or \"change\"");
  if (options.has("max_lag") && most < 0) options.wrong("max_lag", "a whole number from 0");
  if (options.error()) return *options.error();
  SeriesSet sets[2];
  for (const size_t i : {size_t{0}, size_t{1}}) {
    const Result<FramePtr> frame = need_frame("overlay", frames, i);
    if (!frame) return frame.error();
    Map mine;  // the options of series_of, by = service unless told
    if (const Value* by = find(map, "by")) set(mine, "by", *by);
    else set(mine, "by", List{"service"});
    const Value* value = find(map, i && find(map, "value2") ? "value2" : "value");
    if (value) set(mine, "value", *value);
    for (const char* name : {"from", "to", "window"})
      if (const Value* v = find(map, name)) set(mine, name, *v);
    KernelOptions own(overlay_kernel, mine);
    Result<SeriesSet> got = series_of(**frame, own, stop);
    if (!got) return got.error();
    sets[i] = std::move(*got);
  }
  const int64_t step = std::max<int64_t>(1, given ? given->ns : std::max(spacing(sets[0]), spacing(sets[1])));
  const int64_t origin = from ? from->ns : std::min(earliest(sets[0]), earliest(sets[1]));
  std::map<Key, std::pair<const Series*, const Series*>> pairs;
  for (const Series& s : sets[0].series) pairs[s.key].first = &s;
  for (const Series& s : sets[1].series) pairs[s.key].second = &s;
  ResultTable out(sets[0].by, {{"n", int64}, {"r0", float64}, {"r", float64}, {"lag", duration}, {"p", float64},
                               {"same", boolean}, {"why", text}});
  for (const auto& [key, pair] : pairs) {
    if (stopped(stop)) return interrupted("overlay");
    out.row(key);
    if (!pair.first || !pair.second) {
      out.set("n", int64_t{0});
      out.set("why", pair.first ? "only in the first frame" : "only in the second frame");
      continue;
    }
    const Buckets a = buckets_of(pair.first->points, origin, step, how), b = buckets_of(pair.second->points, origin, step, how2);
    std::vector<double> x, y;
    common(a, b, 0, level == "change", x, y);
    const size_t n = x.size();
    out.set("n", n);
    if (n < 8) {
      out.set("why", std::to_string(n) + " common buckets, at least 8 are needed");
      continue;
    }
    if (constant(x) || constant(y)) {
      out.set("why", constant(x) ? "the first series is constant" : "the second series is constant");
      continue;
    }
    double best = spearman(x, y);
    out.set("r0", best);
    size_t best_n = n, tried = 1;
    int64_t lag = 0;
    const int64_t lags = most >= 0 ? most : std::min<int64_t>(10, static_cast<int64_t>(n / 4));
    for (int64_t k = 1; k <= lags; ++k)
      for (const int64_t at : {k, -k}) {
        common(a, b, at, level == "change", x, y);
        if (x.size() < 8 || x.size() * 2 < n) continue;
        ++tried;
        const double r = spearman(x, y);
        if (std::fabs(r) > std::fabs(best) + 1e-12) {
          best = r;
          best_n = x.size();
          lag = at;
        }
      }
    const double p = std::min(1.0, 2 * normal_tail(std::fabs(best) * std::sqrt(static_cast<double>(best_n - 1))) *
                                       static_cast<double>(tried));
    out.set("r", best);
    out.set("lag", lag * step);
    out.set("p", p);
    out.set("same", p <= 0.05 && best > 0);
  }
  return out.finish();
}

Result<FramePtr> run_calls(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(calls_kernel, map);
  const std::string service = options.text("service", "");
  const bool by_operation = options.flag("by_operation", false);
  if (options.error()) return *options.error();
  const Result<FramePtr> got = need_frame("calls", frames);
  if (!got) return got.error();
  const Frame& f = **got;
  const auto column = [&](const char* name) -> const Column* { return f.column(name); };
  for (const char* name : {"caller", "callee", "count"})
    if (!column(name)) return missing_column("calls", f, name);
  std::vector<std::string> by = {"caller", "callee"};
  if (by_operation) by.push_back("operation");
  const Map nothing;
  KernelOptions none(calls_kernel, nothing);
  const Result<Groups> groups = group(f, none, by, stop);
  if (!groups) return groups.error();
  struct Edge { const Group* group; int64_t count = 0, errors = 0, total = 0; int side = 0; size_t rank = 0; };
  std::vector<Edge> edges;
  const auto whole = [](const Column* c, uint32_t row) { return c && !c->absent(row) && !c->ints.empty() ? c->ints[row] : 0; };
  int64_t totals[3] = {0, 0, 0};
  for (const Group& g : groups->groups) {
    Edge e{&g};
    const bool called = g.key[1] == std::optional(service), calls = g.key[0] == std::optional(service);
    if (!service.empty() && !called && !calls) continue;
    if (!service.empty()) e.side = called ? 1 : 2;
    for (const uint32_t row : g.rows) {
      e.count += whole(column("count"), row);
      e.errors += whole(column("errors"), row);
      e.total += whole(column("sum"), row);
    }
    totals[e.side] += e.total;
    edges.push_back(e);
  }
  std::vector<Edge*> order;
  for (Edge& e : edges) order.push_back(&e);
  std::stable_sort(order.begin(), order.end(), [](const Edge* a, const Edge* b) {
    return a->side != b->side ? a->side < b->side : a->total > b->total;
  });
  for (size_t i = 0; i < order.size(); ++i)
    order[i]->rank = i && order[i - 1]->side == order[i]->side ? order[i - 1]->rank + 1 : 1;
  ResultTable out(by, {{"side", text}, {"count", int64}, {"errors", int64}, {"error_rate", float64}, {"total", duration},
                       {"mean", duration}, {"share", float64}, {"rank", int64}});
  for (const Edge& e : edges) {
    out.row(e.group->key);
    if (e.side) out.set("side", e.side == 1 ? "callee" : "caller");
    out.set("count", e.count);
    out.set("errors", e.errors);
    out.set("total", e.total);
    if (e.count > 0) {
      out.set("mean", e.total / e.count);
      out.set("error_rate", static_cast<double>(e.errors) / static_cast<double>(e.count));
    }
    if (totals[e.side] > 0) out.set("share", static_cast<double>(e.total) / static_cast<double>(totals[e.side]));
    out.set("rank", e.rank);
  }
  return out.finish();
}

}  // namespace

const Kernel bucket_kernel = {"bucket", "a series on buckets of equal length, by median, sum, max, …",
                              "by, value, from, to, window, step, origin, reduce", run_bucket};
const Kernel overlay_kernel = {"overlay", "rank correlation of two series on common buckets, with the lag at which it is largest",
                               "by, value, value2, from, to, window, step, origin, reduce, reduce2, max_lag, level", run_overlay};
const Kernel calls_kernel = {"calls", "who calls whom: requests, errors and time per pair of services", "service, by_operation", run_calls};

}  // namespace inquest
