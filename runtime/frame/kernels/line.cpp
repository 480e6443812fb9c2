// Least squares around the means.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/line.h"

namespace inquest {

double line_slope(const Points& points) {
  const double n = static_cast<double>(points.size());
  const auto x_of = [&](const Point& p) { return static_cast<double>(p.time - points.front().time) / ns_per_s; };
  double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
  for (const Point& p : points) {
    mean_x += x_of(p) / n;
    mean_y += p.value / n;
  }
  for (const Point& p : points) {
    const double x = x_of(p) - mean_x;
    xx += x * x;
    xy += x * (p.value - mean_y);
  }
  return xx > 0 ? xy / xx : 0;
}

namespace {

Result<FramePtr> run_line(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(line_kernel, map);
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("line", frames);
  if (!frame) return frame.error();
  const Result<SeriesSet> set = series_of(**frame, options, stop);
  if (!set) return set.error();
  using enum ColumnType;
  ResultTable out(set->by, {{"n", int64}, {"slope", float64}, {"resets", int64}, {"why", text}});
  for (const Series& s : set->series) {
    if (stopped(stop)) return interrupted("line");
    out.row(s.key);
    out.set("n", s.points.size());
    if (s.points.empty() || s.points.front().time == s.points.back().time) {
      out.set("why", "no two samples at different times");
      continue;
    }
    const Corrected corrected = restart_corrected(s.points);
    out.set("slope", line_slope(corrected.points));
    out.set("resets", corrected.sawtooth ? size_t{0} : corrected.resets.size());
  }
  return out.finish();
}

}  // namespace

const Kernel line_kernel = {"line", "least-squares slope per second, falls at restarts added back", "by, value, from, to, window", run_line};

}  // namespace inquest
