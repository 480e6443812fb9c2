// Numbers per bucket of time, and which of them grow.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/growing.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_set>

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
  out.add("fresh", ColumnType::int64);
  if (then_origin_) out.add("window", ColumnType::text);
  std::unordered_set<double> seen;                     // of this population and window
  for (size_t i = 0; i < cells_.size();) {
    const Cell& c = cells_[i];
    if (i && (cells_[i - 1].population != c.population || cells_[i - 1].now != c.now)) seen.clear();
    std::vector<double> values;
    int64_t distinct = 0, fresh = 0;
    size_t j = i;
    for (; j < cells_.size() && cells_[j].population == c.population && cells_[j].now == c.now && cells_[j].bucket == c.bucket; ++j) {
      if (values.empty() || values.back() != cells_[j].value) {
        ++distinct;
        fresh += seen.insert(cells_[j].value).second;
      }
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
    out.integer(10, fresh);
    if (then_origin_) out.text(11, c.now ? "now" : "then");
    out.end_row();
    i = j;
  }
  cells_.clear();
  return out.finish();
}

namespace {

using enum ColumnType;

constexpr double sequence_share = 0.9;
constexpr int64_t least_rows_before = 5;

// How many of the values of one side are distinct.
struct Distinct {
  bool exact = true;
  int64_t rows = 0, distinct = 0;
  std::unordered_set<double> single;   // of buckets with one row
  void add(const Column& n, const Column& distinct_in, const Column* fresh, double value, uint32_t row) {
    const int64_t in = n.absent(row) ? 0 : n.integer(row);
    rows += in;
    if (fresh && !fresh->absent(row)) distinct += fresh->integer(row);
    else if (in == 1) distinct += single.insert(value).second;
    else if (!distinct_in.absent(row)) {
      distinct += distinct_in.integer(row);
      exact = false;
    }
  }
  double share() const { return rows > 0 ? static_cast<double>(distinct) / static_cast<double>(rows) : 0; }
};

Result<FramePtr> run_growing(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(growing_kernel, map);
  const std::optional<Time> at = options.time("at");
  if (options.error()) return *options.error();
  const Result<FramePtr> got = need_frame("growing", frames);
  if (!got) return got.error();
  const Frame& f = **got;
  for (const char* name : {"time", "value", "n", "distinct"})
    if (!f.column(name)) return missing_column("growing", f, name);
  const Column *at_time = f.column("time"), *value = f.column("value"), *window = f.column("window");
  const Column *n = f.column("n"), *distinct = f.column("distinct"), *fresh = f.column("fresh");
  if (!at && !window)
    return Error{Code::usage, "kernel growing needs a time to split at", "kernel.growing",
                 "give `at`, or ask with `against` so that the frame has a window column"};
  const Result<Groups> groups = group(f, options, {"service", "operation", "attribute"}, stop);
  if (!groups) return groups.error();
  ResultTable out(groups->by,
                  {{"state", text}, {"n_before", int64}, {"n_after", int64}, {"buckets_before", int64}, {"buckets_after", int64},
                   {"before", float64}, {"after", float64}, {"first", float64}, {"last", float64}, {"max", float64},
                   {"times", float64}, {"slope_before", float64}, {"slope_after", float64}, {"r", float64}, {"p", float64},
                   {"distinct_share", float64}, {"distinct_before", float64}, {"why", text}});
  for (const Group& g : groups->groups) {
    if (stopped(stop)) return interrupted("growing");
    Points before, after;
    Distinct values_before, values_after;
    for (const uint32_t row : g.rows) {
      if (at_time->absent(row) || !std::isfinite(value->number(row))) continue;
      const bool earlier = at ? at_time->ints[row] < at->ns : window->text(row) == "then";
      (earlier ? before : after).push_back({at_time->ints[row], value->number(row)});
      (earlier ? values_before : values_after).add(*n, *distinct, fresh, value->number(row), row);
    }
    const auto by_time = [](const Point& a, const Point& b) { return a.time < b.time; };
    const int64_t n_before = values_before.rows, n_after = values_after.rows;
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
    const double share = values_after.share(), share_before = values_before.share();
    out.set("first", median({v.begin(), v.begin() + k}));
    out.set("last", last);
    out.set("max", *std::max_element(v.begin(), v.end()));
    if (level > 0 && last > 0) out.set("times", last / level);
    out.set("slope_before", slope_before);
    out.set("slope_after", slope_after);
    out.set("r", spearman(times, values_of(bins)));
    out.set("p", p);
    out.set("distinct_share", share);
    out.set("distinct_before", share_before);
    bool unclear = false;
    if (!(slope_after > 0) || p > 0.05) why = "does not rise after the onset";
    else if (slope_after < 3 * slope_before) why = "rose before the onset too";
    else if (share > sequence_share && (share_before > sequence_share || n_before < least_rows_before)) {
      unclear = n_before < least_rows_before || !values_after.exact || !values_before.exact;
      why = !unclear ? "nearly every value is new, as of a sequence"
            : n_before < least_rows_before
                ? std::to_string(n_before) + " values before the onset, too few to tell a growing number from a sequence"
                : "the source counts distinct values within a bucket only: a growing number cannot be told from a sequence";
    }
    out.set("state", why.empty() ? "found" : unclear ? "unknown" : "not_found");
    if (!why.empty()) out.set("why", why);
  }
  return out.finish();
}

}  // namespace

const Kernel growing_kernel = {"growing", "numeric span attributes that begin to rise with the onset", "by, from, to, window, at", run_growing};

}  // namespace inquest
