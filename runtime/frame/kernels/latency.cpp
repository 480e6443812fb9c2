// Quantiles from log buckets and from exact values.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/latency.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/loghist.h"
#include "runtime/frame/kernels/math.h"
#include "runtime/frame/kernels/select.h"

namespace inquest {

namespace {

using enum ColumnType;
const std::vector<std::string> entry = {"service", "operation", "kind"};

struct Side {
  LogHistogram histogram;
  int64_t errors = 0, total = 0;
  void add(const Side& o) {
    histogram.merge(o.histogram);
    errors += o.errors;
    total += o.total;
  }
  double error_rate() const { return static_cast<double>(errors) / static_cast<double>(histogram.count()); }
};

// A frame whose buckets were made coarser says so itself.
std::string known_to(const Frame& frame) {
  const bool own = frame.shape == Shape::latency && !frame.marks.approximate.empty();
  return own ? frame.marks.approximate : "log histogram, relative error 0.8 %";
}

struct Latency {  // the columns of a latency frame
  const Column *time, *bucket, *count, *errors, *sum, *window;
};

Result<Latency> latency_columns(const std::string& kernel, const Frame& frame) {
  Latency l{time_column(frame), frame.column("bucket"), frame.column("count"), frame.column("errors"), frame.column("sum"),
            frame.column("window")};
  for (const auto& [column, name] : {std::pair{l.time, "time"}, {l.bucket, "bucket"}, {l.count, "count"}})
    if (!column || column->type == text || column->type == float64 || column->type == null)
      return missing_column(kernel, frame, name);
  return l;
}

void add(Side& side, const Latency& l, uint32_t row) {
  if (l.bucket->absent(row) || l.count->absent(row)) return;
  const int64_t bucket = std::clamp<int64_t>(l.bucket->ints[row], -1, 1 << 20);
  side.histogram.add(static_cast<int32_t>(bucket), l.count->ints[row]);
  const auto whole = [row](const Column* c) { return c && c->type != float64 && c->type != text && !c->absent(row) ? c->ints[row] : 0; };
  side.errors += whole(l.errors);
  side.total += whole(l.sum);
}

void set_quantiles(ResultTable& out, const Side& side, const std::string& tail) {
  for (const auto& [name, q] : {std::pair{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}})
    out.set(name + tail, side.histogram.quantile(q));
  out.set("max" + tail, side.histogram.max());
}

Result<FramePtr> run_summary(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(latency_summary_kernel, map);
  const std::optional<Time> at = options.time("at");
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("latency_summary", frames);
  if (!frame) return frame.error();
  const Result<Latency> l = latency_columns("latency_summary", **frame);
  if (!l) return l.error();
  Result<Groups> groups = group(**frame, options, entry, stop);
  if (!groups) return groups.error();
  ResultTable out(groups->by,
                  {{"n", int64}, {"errors", int64}, {"error_rate", float64}, {"p50", duration}, {"p95", duration},
                   {"p99", duration}, {"max", duration}, {"mean", duration}, {"total", duration}, {"n_before", int64},
                   {"n_after", int64}, {"errors_before", int64}, {"errors_after", int64}, {"p50_before", duration},
                   {"p50_after", duration}, {"p95_before", duration}, {"p95_after", duration}, {"p99_before", duration},
                   {"p99_after", duration}, {"max_before", duration}, {"max_after", duration}, {"p50_times", float64},
                   {"p95_times", float64}, {"p99_times", float64}, {"tail_before", float64}, {"tail_after", float64},
                   {"error_rate_before", float64}, {"error_rate_after", float64}, {"error_p", float64}, {"why", text}});
  const bool split = at || l->window;
  for (const Group& g : groups->groups) {
    if (stopped(stop)) return interrupted("latency_summary");
    Side before, after;
    for (const uint32_t row : g.rows) {
      const bool earlier = at ? !l->time->absent(row) && l->time->ints[row] < at->ns : l->window && l->window->text(row) == "then";
      add(earlier ? before : after, *l, row);
    }
    Side whole = before;
    whole.add(after);
    out.row(g.key);
    out.set("n", whole.histogram.count());
    out.set("errors", whole.errors);
    if (whole.histogram.count() == 0) {
      out.set("why", "no requests");
      continue;
    }
    out.set("error_rate", whole.error_rate());
    set_quantiles(out, whole, "");
    if (l->sum) {
      out.set("mean", whole.total / whole.histogram.count());
      out.set("total", whole.total);
    }
    if (!split) continue;
    for (const auto& [side, tail] : {std::pair{&before, "_before"}, {&after, "_after"}}) {
      const int64_t n = side->histogram.count();
      out.set(std::string("n") + tail, n);
      out.set(std::string("errors") + tail, side->errors);
      if (n == 0) continue;
      set_quantiles(out, *side, tail);
      out.set(std::string("error_rate") + tail, side->error_rate());
      const int64_t middle = side->histogram.quantile(0.5);
      if (middle > 0) out.set(std::string("tail") + tail,
                              static_cast<double>(side->histogram.quantile(0.95)) / static_cast<double>(middle));
    }
    if (before.histogram.count() == 0 || after.histogram.count() == 0) {
      out.set("why", before.histogram.count() == 0 ? "no requests before" : "no requests after");
      continue;
    }
    for (const auto& [name, q] : {std::pair{"p50_times", 0.5}, {"p95_times", 0.95}, {"p99_times", 0.99}}) {
      const int64_t low = before.histogram.quantile(q);
      if (low > 0) out.set(name, static_cast<double>(after.histogram.quantile(q)) / static_cast<double>(low));
    }
    const auto good = [](const Side& s) { return std::max<int64_t>(0, s.histogram.count() - s.errors); };
    out.set("error_p", fisher(after.errors, good(after), before.errors, good(before)).two_sided);
  }
  out.marks().approximate = known_to(**frame);
  return out.finish();
}

Result<FramePtr> run_series(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(latency_series_kernel, map);
  const std::optional<Duration> step = options.duration("step");
  if (step && step->ns <= 0) options.wrong("step", "a duration above 0");
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("latency_series", frames);
  if (!frame) return frame.error();
  const Result<Latency> l = latency_columns("latency_series", **frame);
  if (!l) return l.error();
  Result<Groups> groups = group(**frame, options, entry, stop);
  if (!groups) return groups.error();
  std::vector<ResultTable::Field> fields = {{"time", time},    {"n", int64},      {"p50", duration}, {"p95", duration},
                                            {"p99", duration}, {"max", duration}, {"errors", int64}, {"error_rate", float64}};
  if (l->window) fields.push_back({"window", text});
  ResultTable out(groups->by, fields);
  int64_t first = std::numeric_limits<int64_t>::max();  // buckets are joined counting from the first of the frame
  for (size_t row = 0; row < (*frame)->rows; ++row)
    if (!l->time->absent(row)) first = std::min(first, l->time->ints[row]);
  for (const Group& g : groups->groups) {
    if (stopped(stop)) return interrupted("latency_series");
    std::map<std::pair<bool, int64_t>, Side> buckets;
    for (const uint32_t row : g.rows) {
      if (l->time->absent(row)) continue;
      int64_t start = l->time->ints[row];
      if (step) start = first + (start - first) / step->ns * step->ns;
      add(buckets[{l->window && l->window->text(row) != "then", start}], *l, row);
    }
    for (const auto& [at, side] : buckets) {
      if (side.histogram.count() == 0) continue;
      out.row(g.key);
      out.set("time", Time{at.second});
      out.set("n", side.histogram.count());
      set_quantiles(out, side, "");
      out.set("errors", side.errors);
      out.set("error_rate", side.error_rate());
      if (l->window) out.set("window", at.first ? "now" : "then");
    }
  }
  return out.finish();
}

using Wanted = std::vector<std::pair<std::string, double>>;

// Quantiles of the values of one group after the other: exact, or from a log histogram when there are many.
template <class T>
struct Ranked {
  explicit Ranked(const Wanted& names) : wanted(names) {
    for (size_t i = 0; i < wanted.size(); ++i) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return wanted[a].second < wanted[b].second; });
  }
  // Sets the columns of the row that is open; true when they are rough.
  bool tell(ResultTable& out, int64_t exact_below) {
    if (values.empty()) return false;
    const bool rough = static_cast<int64_t>(values.size()) >= exact_below;
    ranks.clear();
    for (const size_t i : order) ranks.push_back(RankSelector<T>::rank(wanted[i].second, values.size()));
    if (rough) {
      histogram.clear();
      for (const T v : values) histogram.add(static_cast<double>(v));
      got.clear();
      for (const size_t rank : ranks) got.push_back(static_cast<T>(histogram.at(rank)));
    } else {
      selector.select(values.data(), values.size(), ranks, got);
    }
    for (size_t i = 0; i < order.size(); ++i) out.set(wanted[order[i]].first, got[i]);
    return rough;
  }
  const Wanted& wanted;
  std::vector<T> values, got;
  std::vector<size_t> order, ranks;
  RankSelector<T> selector;
  NumberHistogram histogram;
};

Result<FramePtr> run_quantile(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(quantile_kernel, map);
  const Result<FramePtr> frame = need_frame("quantile", frames);
  if (!frame) return frame.error();
  const Frame& f = **frame;
  const bool buckets = f.shape == Shape::latency && !options.has("value");
  const std::string name = options.text("value", f.shape == Shape::spans || buckets ? "duration" : "value");
  const std::vector<double> more = options.numbers("q", {});
  const int64_t exact_below = options.integer("exact_below", 10'000'000);
  for (const double q : more)
    if (!(q >= 0 && q <= 1)) options.wrong("q", "numbers from 0 to 1");
  if (options.error()) return *options.error();
  const Column* value = f.column(name);
  if (!buckets && (!value || value->type == text || value->type == null)) return missing_column("quantile", f, name);
  Latency l{};
  if (buckets) {
    const Result<Latency> columns = latency_columns("quantile", f);
    if (!columns) return columns.error();
    l = *columns;
  }
  std::vector<std::string> by = labels(f);
  if (f.shape == Shape::latency) by = entry;
  if (f.shape == Shape::spans) by = {"service", "operation"};
  Result<Groups> groups = group(f, options, by, stop);
  if (!groups) return groups.error();

  const ColumnType type = buckets ? duration : value->type;
  std::vector<std::string> names;
  for (const double q : more) names.push_back("q" + shortest(q));
  std::vector<ResultTable::Field> fields = {{"n", int64}, {"p50", type}, {"p95", type}, {"p99", type}, {"p999", type},
                                            {"max", type}, {"min", type}, {"mean", type == duration ? duration : float64}};
  Wanted wanted = {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999},
                   {"max", 1}, {"min", 0}};
  for (size_t i = 0; i < more.size(); ++i) {
    fields.push_back({names[i].c_str(), type});
    wanted.emplace_back(names[i], more[i]);
  }
  fields.push_back({"why", text});
  ResultTable out(groups->by, fields);
  bool rough = buckets;
  Ranked<int64_t> whole_numbers(wanted);
  Ranked<double> numbers(wanted);
  for (const Group& g : groups->groups) {
    if (stopped(stop)) return interrupted("quantile");
    out.row(g.key);
    if (buckets) {
      Side side;
      for (const uint32_t row : g.rows) add(side, l, row);
      out.set("n", side.histogram.count());
      if (side.histogram.count() == 0) { out.set("why", "no requests"); continue; }
      for (const auto& [column, q] : wanted) out.set(column, side.histogram.quantile(q));
      if (l.sum) out.set("mean", side.total / side.histogram.count());
      continue;
    }
    size_t n = 0;
    double mean = 0;
    if (type == float64) {
      double sum = 0;
      std::vector<double>& values = numbers.values;
      values.clear();
      values.reserve(g.rows.size());
      for (const uint32_t row : g.rows)
        if (const double v = value->number(row); std::isfinite(v)) { values.push_back(v); sum += v; }
      n = values.size();
      mean = sum / static_cast<double>(n);
      rough |= numbers.tell(out, exact_below);
    } else {
      __int128 sum = 0;
      std::vector<int64_t>& values = whole_numbers.values;
      values.clear();
      values.reserve(g.rows.size());
      for (const uint32_t row : g.rows)
        if (!value->absent(row)) { values.push_back(value->ints[row]); sum += value->ints[row]; }
      n = values.size();
      mean = static_cast<double>(sum) / static_cast<double>(n);
      if (n && type == duration) out.set("mean", static_cast<int64_t>(sum / static_cast<__int128>(n)));
      rough |= whole_numbers.tell(out, exact_below);
    }
    out.set("n", n);
    if (n == 0) out.set("why", "no values");
    else if (type != duration) out.set("mean", mean);
  }
  if (rough) out.marks().approximate = known_to(f);
  return out.finish();
}

}  // namespace

const Kernel latency_summary_kernel = {"latency_summary", "quantiles and errors of a latency frame, whole, before and after a time",
                                       "by, from, to, window, at", run_summary};
const Kernel latency_series_kernel = {"latency_series", "quantiles and errors of a latency frame per bucket of time",
                                      "by, from, to, window, step", run_series};
const Kernel quantile_kernel = {"quantile", "nearest-rank quantiles of a numeric column per group, exact below ten million values",
                                "by, value, from, to, window, q, exact_below", run_quantile};

}  // namespace inquest
