// Medians and spikes before and after a time.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/compare.h"

#include <algorithm>
#include <cmath>

#include "runtime/frame/kernels/math.h"

namespace inquest {

namespace {

// The values of every group on both sides; groups are the union of both.
struct Sides {
  Key key;
  std::vector<double> before, after;
};

Result<std::vector<Sides>> sides_of(const Frame& frame, KernelOptions& options, std::optional<Time> at,
                                    std::vector<std::string>& by, const Stop* stop) {
  const std::string name = options.text("value", "value");
  if (options.error()) return *options.error();
  const Result<const Column*> value = need_column(options.kernel(), frame, name);
  if (!value) return value.error();
  const Column* time = time_column(frame);
  const Column* window = frame.column("window");
  if (at && !time) return missing_column(options.kernel(), frame, "time");
  if (!at && !window)
    return Error{Code::usage, "kernel compare needs a time to split at", "kernel.compare",
                 "give `at`, or ask with `against` so that the frame has a window column"};
  Result<Groups> groups = group(frame, options, labels(frame), stop);
  if (!groups) return groups.error();
  by = groups->by;
  std::vector<Sides> result;
  for (Group& g : groups->groups) {
    Sides& s = result.emplace_back();
    s.key = std::move(g.key);
    for (const uint32_t row : g.rows) {
      const double v = (*value)->number(row);
      if (!std::isfinite(v) || (at && time->absent(row))) continue;
      const bool before = at ? time->ints[row] < at->ns : window->text(row) == "then";
      (before ? s.before : s.after).push_back(v);
    }
  }
  return result;
}

Result<FramePtr> run_compare(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(compare_kernel, map);
  const std::optional<Time> at = options.time("at");
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("compare", frames);
  if (!frame) return frame.error();
  std::vector<std::string> by;
  const Result<std::vector<Sides>> sides = sides_of(**frame, options, at, by, stop);
  if (!sides) return sides.error();
  using enum ColumnType;
  ResultTable out(by, {{"n_before", int64}, {"n_after", int64}, {"before", float64}, {"after", float64}, {"delta", float64},
                       {"times", float64}, {"mad_before", float64}, {"max_before", float64}, {"max_after", float64},
                       {"p", float64}, {"why", text}});
  for (const Sides& s : *sides) {
    if (stopped(stop)) return interrupted("compare");
    out.row(s.key);
    out.set("n_before", s.before.size());
    out.set("n_after", s.after.size());
    const double before = median(s.before), after = median(s.after);
    if (!s.before.empty()) {
      out.set("before", before);
      out.set("mad_before", mad(s.before, before) / 1.4826);
      out.set("max_before", *std::max_element(s.before.begin(), s.before.end()));
    }
    if (!s.after.empty()) {
      out.set("after", after);
      out.set("max_after", *std::max_element(s.after.begin(), s.after.end()));
    }
    if (s.before.empty() || s.after.empty()) {
      out.set("why", s.before.empty() ? "no samples before" : "no samples after");
      continue;
    }
    out.set("delta", after - before);
    if (before > 0 && after > 0) out.set("times", after / before);
    if (s.before.size() >= 3 && s.after.size() >= 3) out.set("p", mann_whitney(s.before, s.after).p);
    else out.set("why", "fewer than 3 samples on a side");
  }
  return out.finish();
}

Result<FramePtr> run_spikes(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(spikes_kernel, map);
  const std::optional<Time> at = options.time("at");
  const double k = options.number("k", 8);
  if (!options.error() && !(k > 0)) options.wrong("k", "a number above 0");
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("spikes", frames);
  if (!frame) return frame.error();
  const Result<SeriesSet> set = series_of(**frame, options, stop);
  if (!set) return set.error();
  using enum ColumnType;
  ResultTable out(set->by, {{"n", int64}, {"median", float64}, {"mad", float64}, {"limit", float64}, {"n_spikes", int64},
                            {"share", float64}, {"max", float64}, {"max_time", time}, {"n_before", int64},
                            {"n_after", int64}, {"spikes_before", int64}, {"spikes_after", int64},
                            {"share_before", float64}, {"share_after", float64}, {"why", text}});
  for (const Series& s : set->series) {
    if (stopped(stop)) return interrupted("spikes");
    out.row(s.key);
    out.set("n", s.points.size());
    size_t n_before = 0;
    for (const Point& p : s.points) n_before += at && p.time < at->ns;
    if (at) {
      out.set("n_before", n_before);
      out.set("n_after", s.points.size() - n_before);
    }
    if (s.points.size() < 8) {
      out.set("why", "fewer than 8 samples");
      continue;
    }
    std::vector<double> base = values_of(s.points);
    if (n_before >= 8) base.resize(n_before);
    const double centre = median(base);
    const double spread = mad(base, centre) / 1.4826;
    const double limit = centre + k * std::max(spread, 0.005 * std::fabs(centre));
    size_t before = 0, after = 0;
    const Point* top = &s.points.front();
    for (const Point& p : s.points) {
      if (p.value > top->value) top = &p;
      if (p.value > limit) ++(at && p.time < at->ns ? before : after);
    }
    out.set("median", centre);
    out.set("mad", spread);
    out.set("limit", limit);
    out.set("n_spikes", before + after);
    out.set("share", static_cast<double>(before + after) / static_cast<double>(s.points.size()));
    out.set("max", top->value);
    out.set("max_time", Time{top->time});
    if (!at) continue;
    const size_t n_after = s.points.size() - n_before;
    out.set("spikes_before", before);
    out.set("spikes_after", after);
    if (n_before) out.set("share_before", static_cast<double>(before) / static_cast<double>(n_before));
    if (n_after) out.set("share_after", static_cast<double>(after) / static_cast<double>(n_after));
  }
  return out.finish();
}

}  // namespace

const Kernel compare_kernel = {"compare", "medians before and after a time per series, with the p of Mann and Whitney",
                               "by, value, from, to, window, at", run_compare};
const Kernel spikes_kernel = {"spikes", "samples far above the median of a series: how many, when, before and after a time",
                              "by, value, from, to, window, at, k", run_spikes};

}  // namespace inquest
