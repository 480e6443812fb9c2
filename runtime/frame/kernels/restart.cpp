// Restart detection and correction.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/restart.h"

namespace inquest {

std::vector<Reset> find_resets(const Points& points, double share) {
  std::vector<Reset> resets;
  for (size_t i = 1; i < points.size(); ++i) {
    const double before = points[i - 1].value, after = points[i].value;
    if (!(before > 0) || !(before - after > share * before)) continue;
    if (share > 0 && i + 1 < points.size() && points[i + 1].value >= 0.85 * before) continue;
    resets.push_back({i, points[i].time, before, after});
  }
  return resets;
}

Corrected restart_corrected(const Points& points, double share) {
  Corrected result{points, find_resets(points, share), false};
  const size_t n = result.resets.size();
  result.sawtooth = n >= 3 && n * 6 > points.size();
  if (result.sawtooth) return result;
  double added = 0;
  size_t next = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    if (next < n && result.resets[next].index == i) {
      added += result.resets[next].before - result.resets[next].after;
      ++next;
    }
    result.points[i].value += added;
  }
  return result;
}

namespace {

Result<FramePtr> run(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(resets_kernel, map);
  const double share = options.number("share", 0.3);
  if (!options.error() && (share < 0 || share >= 1)) options.wrong("share", "a number from 0 to below 1");
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("resets", frames);
  if (!frame) return frame.error();
  const Result<SeriesSet> set = series_of(**frame, options, stop);
  if (!set) return set.error();
  ResultTable out(set->by, {{"n", ColumnType::int64}, {"count", ColumnType::int64}, {"sawtooth", ColumnType::boolean},
                            {"first", ColumnType::time}, {"last", ColumnType::time}, {"times", ColumnType::text},
                            {"at", ColumnType::time}, {"before", ColumnType::float64}, {"after", ColumnType::float64},
                            {"drop", ColumnType::float64}, {"share", ColumnType::float64}, {"why", ColumnType::text}});
  for (const Series& s : set->series) {
    if (stopped(stop)) return interrupted("resets");
    const Corrected c = restart_corrected(s.points, share);
    out.row(s.key);
    out.set("n", s.points.size());
    if (s.points.size() < 2) {
      out.set("why", "fewer than 2 samples");
      continue;
    }
    out.set("count", c.resets.size());
    out.set("sawtooth", c.sawtooth);
    if (c.resets.empty()) continue;
    out.set("first", Time{c.resets.front().time});
    out.set("last", Time{c.resets.back().time});
    std::string times;
    const Reset* largest = &c.resets.front();
    for (const Reset& r : c.resets) {
      times += (times.empty() ? "" : ", ") + print_time(Time{r.time});
      if (r.before - r.after > largest->before - largest->after) largest = &r;
    }
    out.set("times", times);
    out.set("at", Time{largest->time});
    out.set("before", largest->before);
    out.set("after", largest->after);
    out.set("drop", largest->before - largest->after);
    out.set("share", (largest->before - largest->after) / largest->before);
  }
  return out.finish();
}

}  // namespace

const Kernel resets_kernel = {"resets", "falls of a series that look like restarts: count, times, the largest",
                              "by, value, from, to, window, share", run};

}  // namespace inquest
