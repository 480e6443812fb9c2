// Restart detection and correction.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/restart.h"

#include <algorithm>
#include <cmath>

#include "runtime/frame/kernels/math.h"

namespace inquest {

namespace {

constexpr double level_kept = 0.85;
constexpr size_t looked_ahead = 3, teeth = 3, samples_a_tooth = 15;

bool falls(const Points& points, size_t i, double share) {
  const double before = points[i - 1].value;
  return before > 0 && before - points[i].value > share * before;
}

bool dips(const Points& points, size_t i) {
  const double back = level_kept * points[i - 1].value;
  if (i + 1 >= points.size() || points[i + 1].value < back) return false;
  const size_t to = std::min(points.size(), i + 1 + looked_ahead);
  size_t kept = 0;
  for (size_t k = i + 1; k < to; ++k) kept += points[k].value >= back;
  return kept * 2 > to - (i + 1);
}

bool ends_spike(const Points& points, size_t i) {
  return i >= 2 && level_kept * points[i - 2].value <= points[i].value && points[i - 2].value < points[i - 1].value;
}

}  // namespace

std::vector<Reset> find_resets(const Points& points, double share) {
  std::vector<Reset> resets, lasting;
  for (size_t i = 1; i < points.size(); ++i) {
    if (!falls(points, i, share) || (share > 0 && dips(points, i))) continue;
    resets.push_back({i, points[i].time, points[i - 1].value, points[i].value});
    if (share == 0 || !ends_spike(points, i)) lasting.push_back(resets.back());
  }
  const bool close = resets.size() >= teeth && points.size() < samples_a_tooth * (resets.size() + 1);
  return close ? resets : lasting;
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

Rhythm rhythm_of(const Points& points, const Corrected& corrected) {
  Rhythm rhythm;
  const std::vector<Reset>& resets = corrected.resets;
  rhythm.rhythmic = corrected.sawtooth;
  if (resets.empty()) return rhythm;
  std::vector<double> gaps;
  for (size_t i = 1; i < points.size(); ++i) gaps.push_back(static_cast<double>(points[i].time - points[i - 1].time));
  const double usual = quantile_of(gaps, 0.5);
  std::vector<double> between;
  for (size_t i = 0; i < resets.size(); ++i) {
    const size_t at = resets[i].index;
    const double gap = static_cast<double>(points[at].time - points[at - 1].time);
    rhythm.breaks += std::fabs(gap - usual) > 0.05 * usual;
    if (i) between.push_back(static_cast<double>(resets[i].time - resets[i - 1].time));
  }
  if (resets.size() < teeth) return rhythm;
  rhythm.period = static_cast<int64_t>(quantile_of(between, 0.5));
  const bool close = points.size() < samples_a_tooth * (resets.size() + 1);
  rhythm.rhythmic = rhythm.rhythmic || (close && rhythm.breaks * 2 <= resets.size());
  return rhythm;
}

namespace {

Result<FramePtr> run_restarts(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(resets_kernel, map);
  const double share = options.number("share", 0.3);
  if (!options.error() && (share < 0 || share >= 1)) options.wrong("share", "a number from 0 to below 1");
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("resets", frames);
  if (!frame) return frame.error();
  const Result<SeriesSet> set = series_of(**frame, options, stop);
  if (!set) return set.error();
  ResultTable out(set->by, {{"n", ColumnType::int64}, {"count", ColumnType::int64}, {"falls", ColumnType::int64},
                            {"sawtooth", ColumnType::boolean}, {"rhythmic", ColumnType::boolean},
                            {"breaks", ColumnType::int64}, {"period", ColumnType::duration},
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
    size_t fallen = 0;
    for (size_t i = 1; i < s.points.size(); ++i) fallen += falls(s.points, i, share);
    const Rhythm rhythm = rhythm_of(s.points, c);
    out.set("falls", fallen);
    out.set("sawtooth", c.sawtooth);
    out.set("rhythmic", rhythm.rhythmic);
    out.set("breaks", rhythm.breaks);
    if (rhythm.period > 0) out.set("period", rhythm.period);
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
                              "by, value, from, to, window, share", run_restarts};

}  // namespace inquest
