// Numbers per bucket of time, and which of them grow.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/growing.h"

#include <algorithm>
#include <cmath>

#include "runtime/frame/kernels/change_point.h"
#include "runtime/frame/kernels/math.h"
#include "runtime/frame/kernels/restart.h"

namespace inquest {

NumbersBuilder::NumbersBuilder(int64_t origin, int64_t step, std::optional<int64_t> then_origin)
    : origin_(origin), step_(std::max<int64_t>(step, 1)), then_origin_(then_origin) {}

uint32_t NumbersBuilder::population(const Population& p) {
  const auto [at, fresh] = ids_.try_emplace(p, static_cast<uint32_t>(populations_.size()));
  if (fresh) populations_.push_back(p);
  return at->second;
}

void NumbersBuilder::add(uint32_t population, int64_t time, double value, bool then) {
  if (!std::isfinite(value)) return;
  const int64_t from = then && then_origin_ ? *then_origin_ : origin_;
  int64_t bucket = (time - from) / step_;
  if ((time - from) % step_ < 0) --bucket;
  cells_.push_back({population, !then, from + bucket * step_, value});
}

FramePtr NumbersBuilder::finish() {
  std::vector<uint32_t> place(populations_.size());    // of each population in the order of the frame
  uint32_t next = 0;
  for (const auto& [p, id] : ids_) place[id] = next++;
  std::sort(cells_.begin(), cells_.end(), [&](const Cell& a, const Cell& b) {
    return std::tuple(place[a.population], a.now, a.bucket, a.value) < std::tuple(place[b.population], b.now, b.bucket, b.value);
  });
  FrameBuilder out(Shape::series);
  out.head().add("operation", ColumnType::text).add("attribute", ColumnType::text).add("time", ColumnType::time);
  out.add("value", ColumnType::float64).add("n", ColumnType::int64).add("distinct", ColumnType::int64);
  if (then_origin_) out.add("window", ColumnType::text);
  for (size_t i = 0; i < cells_.size();) {
    const Cell& c = cells_[i];
    std::vector<double> values;
    int64_t distinct = 0;
    size_t j = i;
    for (; j < cells_.size() && cells_[j].population == c.population && cells_[j].now == c.now && cells_[j].bucket == c.bucket; ++j) {
      if (values.empty() || values.back() != cells_[j].value) ++distinct;
      values.push_back(cells_[j].value);
    }
    const Population& p = populations_[c.population];
    out.text(0, p.service);
    if (p.namespace_) out.text(1, *p.namespace_);
    if (p.instance) out.text(2, *p.instance);
    if (p.version) out.text(3, *p.version);
    out.text(4, p.operation);
    out.text(5, p.attribute);
    out.integer(6, c.bucket);
    out.number(7, median(values));
    out.integer(8, static_cast<int64_t>(values.size()));
    out.integer(9, distinct);
    if (then_origin_) out.text(10, c.now ? "now" : "then");
    out.end_row();
    i = j;
  }
  cells_.clear();
  return out.finish();
}

namespace {

using enum ColumnType;

Result<FramePtr> run(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(growing_kernel, map);
  const std::optional<Time> at = options.time("at");
  if (options.error()) return *options.error();
  const Result<FramePtr> got = need_frame("growing", frames);
  if (!got) return got.error();
  const Frame& f = **got;
  for (const char* name : {"time", "value", "n", "distinct"})
    if (!f.column(name)) return missing_column("growing", f, name);
  const Column *at_time = f.column("time"), *value = f.column("value"), *window = f.column("window");
  const Column *n = f.column("n"), *distinct = f.column("distinct");
  if (!at && !window)
    return Error{Code::usage, "kernel growing needs a time to split at", "kernel.growing",
                 "give `at`, or ask with `against` so that the frame has a window column"};
  const Result<Groups> groups = group(f, options, {"service", "operation", "attribute"}, stop);
  if (!groups) return groups.error();
  ResultTable out(groups->by,
                  {{"state", text}, {"n_before", int64}, {"n_after", int64}, {"buckets_before", int64}, {"buckets_after", int64},
                   {"before", float64}, {"after", float64}, {"first", float64}, {"last", float64}, {"max", float64},
                   {"times", float64}, {"slope_before", float64}, {"slope_after", float64}, {"r", float64}, {"p", float64},
                   {"distinct_share", float64}, {"why", text}});
  for (const Group& g : groups->groups) {
    if (stopped(stop)) return interrupted("growing");
    Points before, after;
    int64_t n_before = 0, n_after = 0, distinct_after = 0;
    for (const uint32_t row : g.rows) {
      if (at_time->absent(row) || !std::isfinite(value->number(row))) continue;
      const bool earlier = at ? at_time->ints[row] < at->ns : window->text(row) == "then";
      (earlier ? before : after).push_back({at_time->ints[row], value->number(row)});
      const int64_t rows = n->absent(row) ? 0 : n->integer(row);
      (earlier ? n_before : n_after) += rows;
      if (!earlier && !distinct->absent(row)) distinct_after += distinct->integer(row);
    }
    const auto by_time = [](const Point& a, const Point& b) { return a.time < b.time; };
    std::stable_sort(before.begin(), before.end(), by_time);
    std::stable_sort(after.begin(), after.end(), by_time);
    out.row(g.key);
    out.set("n_before", n_before);
    out.set("n_after", n_after);
    out.set("buckets_before", before.size());
    out.set("buckets_after", after.size());
    if (!before.empty()) out.set("before", median(values_of(before)));
    if (!after.empty()) out.set("after", median(values_of(after)));
    std::string why;
    if (before.empty()) why = "no rows before the onset";
    else if (before.size() < 3) why = "fewer than 3 buckets of time before the onset";
    else if (after.size() < 4) why = "fewer than 4 buckets of time after the onset";
    else if (n_after <= 0) why = "no row counts after the onset";
    if (!why.empty()) {
      out.set("state", "unknown");
      out.set("why", why);
      continue;
    }
    const Points corrected = restart_corrected(after).points;
    const std::vector<double> v = values_of(after);
    const auto k = static_cast<std::ptrdiff_t>(std::clamp<size_t>(v.size() / 4, 1, 3));
    const double level = median(values_of(before)), last = median({v.end() - k, v.end()});
    std::vector<double> times;
    const Points bins = binned(corrected, 240);
    for (const Point& p : bins) times.push_back(static_cast<double>(p.time - after.front().time));
    const double slope_before = median_slope(before), slope_after = median_slope(corrected);
    const double p = rising_p(values_of(bins));
    const double share = static_cast<double>(distinct_after) / static_cast<double>(n_after);
    out.set("first", median({v.begin(), v.begin() + k}));
    out.set("last", last);
    out.set("max", *std::max_element(v.begin(), v.end()));
    if (level > 0 && last > 0) out.set("times", last / level);
    out.set("slope_before", slope_before);
    out.set("slope_after", slope_after);
    out.set("r", spearman(times, values_of(bins)));
    out.set("p", p);
    out.set("distinct_share", share);
    if (!(slope_after > 0) || p > 0.05) why = "does not rise after the onset";
    else if (slope_after < 3 * slope_before) why = "rose before the onset too";
    else if (share > 0.9) why = "nearly every value is new, as of a sequence";
    out.set("state", why.empty() ? "found" : "not_found");
    if (!why.empty()) out.set("why", why);
  }
  return out.finish();
}

}  // namespace

const Kernel growing_kernel = {"growing", "numeric span attributes that begin to rise with the onset", "by, from, to, window, at", run};

}  // namespace inquest
