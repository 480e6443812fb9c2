// Restart-corrected trend.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/trend.h"

#include <algorithm>

#include "runtime/frame/kernels/change_point.h"
#include "runtime/frame/kernels/math.h"

namespace inquest {

Trend trend(const Points& points, std::optional<Time> at, bool whole) {
  Trend t;
  if (!at && !whole)
    if (const ChangePoint c = change_point(points, {1, 0, 0.01}); c.found) {
      at = Time{c.onset};
      t.own_onset = true;
    }
  Points segment;
  for (const Point& p : points)
    if (!at || p.time >= at->ns) segment.push_back(p);
  t.n = segment.size();
  if (segment.empty()) return t;
  t.onset = segment.front().time;
  const auto peak = std::max_element(segment.begin(), segment.end(), [](const Point& a, const Point& b) { return a.value < b.value; });
  t.peak = peak->value;
  t.peak_time = peak->time;
  if (segment.size() < 4) return t;
  t.examined = true;
  Corrected c = restart_corrected(segment);
  t.resets = std::move(c.resets);
  t.sawtooth = c.sawtooth;
  const std::vector<double> v = values_of(c.points);
  const auto k = static_cast<std::ptrdiff_t>(std::clamp<size_t>(v.size() / 4, 1, 3));
  t.first = median({v.begin(), v.begin() + k});
  t.last = median({v.end() - k, v.end()});
  t.growth = t.last - t.first;
  const size_t alive = t.resets.empty() || t.sawtooth ? segment.size() : t.resets.front().index;
  double highest = segment.front().value;
  for (size_t i = 0; i < alive; ++i) highest = std::max(highest, segment[i].value);
  t.rise = highest - t.first;
  t.slope = median_slope(c.points);
  size_t up = 0;
  std::vector<double> times;
  const Points bins = binned(c.points, 240);
  for (size_t i = 1; i < v.size(); ++i) up += v[i] > v[i - 1];
  for (const Point& p : bins) times.push_back(static_cast<double>(p.time - segment.front().time));
  t.up = static_cast<double>(up) / static_cast<double>(v.size() - 1);
  const std::vector<double> levels = values_of(bins);
  t.r = spearman(times, levels);
  t.p = rising_p(levels);
  return t;
}

namespace {

Result<FramePtr> run(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(trend_kernel, map);
  const std::optional<Time> at = options.time("at");
  const bool whole = options.flag("whole", false);
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("trend", frames);
  if (!frame) return frame.error();
  const Result<SeriesSet> set = series_of(**frame, options, stop);
  if (!set) return set.error();
  using enum ColumnType;
  ResultTable out(set->by, {{"n", int64}, {"onset", time}, {"own_onset", boolean}, {"slope", float64}, {"per_hour", float64},
                            {"relative", float64}, {"first", float64}, {"last", float64}, {"growth", float64},
                            {"rise", float64}, {"peak", float64}, {"peak_time", time}, {"resets", int64},
                            {"reset_times", text}, {"first_reset", time}, {"sawtooth", boolean}, {"up", float64},
                            {"r", float64}, {"p", float64}, {"why", text}});
  for (const Series& s : set->series) {
    if (stopped(stop)) return interrupted("trend");
    const Trend t = trend(s.points, at, whole);
    out.row(s.key);
    out.set("n", t.n);
    if (t.n) {
      out.set("onset", Time{t.onset});
      out.set("own_onset", t.own_onset);
      out.set("peak", t.peak);
      out.set("peak_time", Time{t.peak_time});
    }
    if (!t.examined) {
      out.set("why", std::to_string(t.n) + " samples after the onset, at least 4 are needed");
      continue;
    }
    out.set("slope", t.slope);
    out.set("per_hour", t.slope * 3600);
    if (t.first > 0) out.set("relative", t.slope * 3600 / t.first);
    out.set("first", t.first);
    out.set("last", t.last);
    out.set("growth", t.growth);
    out.set("rise", t.rise);
    out.set("resets", t.resets.size());
    std::string times;
    for (const Reset& r : t.resets) times += (times.empty() ? "" : ", ") + print_time(Time{r.time});
    if (!times.empty()) {
      out.set("reset_times", times);
      out.set("first_reset", Time{t.resets.front().time});
    }
    out.set("sawtooth", t.sawtooth);
    out.set("up", t.up);
    out.set("r", t.r);
    out.set("p", t.p);
  }
  return out.finish();
}

}  // namespace

const Kernel trend_kernel = {"trend", "restart-corrected slope (median of pairwise slopes) and growth after the onset",
                             "by, value, from, to, window, at, whole", run};

}  // namespace inquest
