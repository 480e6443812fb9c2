// Seeded binary segmentation by rank scans.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/change_points.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/frame/kernels/change_point.h"
#include "runtime/frame/kernels/math.h"

namespace inquest {

namespace {


using Values = std::vector<double>;

Values part(const Values& v, size_t from, size_t to) {
  return {v.begin() + static_cast<std::ptrdiff_t>(from), v.begin() + static_cast<std::ptrdiff_t>(to)};
}

// The best split of [from, to), or of an interval inside; 0 when there is none.
size_t split_of(const Values& v, size_t from, size_t to, double alpha) {
  const size_t n = to - from;
  if (n < least_samples) return 0;
  if (const RankSplit whole = rank_scan(part(v, from, to)); whole.at && scan_p(whole.z, n) <= alpha) return from + whole.at;
  double length = static_cast<double>(n), best = std::numeric_limits<double>::max();
  size_t at = 0, tried = 0;
  while ((length /= 1.4142135623730951) >= static_cast<double>(least_samples)) {
    const auto size = static_cast<size_t>(length), step = std::max<size_t>(1, size / 2);
    for (size_t a = from; a + least_samples <= to; a += step) {
      const size_t b = std::min(to, a + size);
      const RankSplit split = rank_scan(part(v, a, b));
      ++tried;
      if (split.at == 0) continue;
      const double p = scan_p(split.z, b - a);
      if (p < best) {
        best = p;
        at = a + split.at;
      }
    }
  }
  return at && best * static_cast<double>(tried) <= alpha ? at : 0;
}

LevelChange judged(const Values& v, size_t from, size_t at, size_t to, double floor) {
  const Values left = part(v, from, at), right = part(v, at, to);
  LevelChange c;
  c.at = at;
  c.before = median(left);
  c.after = median(right);
  c.p = mann_whitney(left, right).p;
  const double spread = std::max({mad(left, c.before) / 1.4826, mad(right, c.after) / 1.4826, 0.005 * std::fabs(c.before),
                                  0.005 * std::fabs(c.after), floor});
  c.score = spread > 0 ? (c.after - c.before) / spread : c.after == c.before ? 0 : std::numeric_limits<double>::max();
  return c;
}

}  // namespace

std::vector<LevelChange> level_changes(const Values& v, double floor, double alpha) {
  std::vector<size_t> points;
  std::vector<std::pair<size_t, size_t>> open = {{0, v.size()}};
  while (!open.empty()) {
    const auto [from, to] = open.back();
    open.pop_back();
    const size_t at = split_of(v, from, to, alpha);
    if (!at) continue;
    points.push_back(at);
    open.emplace_back(from, at);
    open.emplace_back(at, to);
  }
  std::sort(points.begin(), points.end());
  for (;;) {
    const auto left = [&](size_t i) { return i ? points[i - 1] : 0; };
    const auto right = [&](size_t i) { return i + 1 < points.size() ? points[i + 1] : v.size(); };
    for (size_t i = 0; i < points.size(); ++i)
      if (const RankSplit split = right(i) - left(i) >= 2 * least_side ? rank_scan(part(v, left(i), right(i))) : RankSplit(); split.at)
        points[i] = left(i) + split.at;
    std::vector<LevelChange> result;
    size_t weakest = points.size();
    double least = std::numeric_limits<double>::max();
    for (size_t i = 0; i < points.size(); ++i) {
      result.push_back(judged(v, left(i), points[i], right(i), floor));
      const LevelChange& c = result.back();
      if (c.p <= alpha && std::fabs(c.score) >= 3) continue;
      if (std::fabs(c.score) >= least) continue;
      least = std::fabs(c.score);
      weakest = i;
    }
    if (weakest == points.size()) return result;
    points.erase(points.begin() + static_cast<std::ptrdiff_t>(weakest));
  }
}

namespace {

Result<FramePtr> run_change_points(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(change_points_kernel, map);
  const double floor = options.number("floor", 0), alpha = options.number("alpha", 0.01);
  const int64_t most = options.integer("most", 20);
  if (!options.error() && !(alpha > 0 && alpha < 1)) options.wrong("alpha", "a number between 0 and 1");
  if (!options.error() && most < 1) options.wrong("most", "a whole number from 1");
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("change_points", frames);
  if (!frame) return frame.error();
  const Result<SeriesSet> set = series_of(**frame, options, stop);
  if (!set) return set.error();
  using enum ColumnType;
  ResultTable out(set->by, {{"n", int64}, {"examined", boolean}, {"changes", int64}, {"index", int64}, {"at", time}, {"until", time},
                            {"direction", text}, {"n_before", int64}, {"n_after", int64}, {"before", float64}, {"after", float64},
                            {"shift", float64}, {"times", float64}, {"score", float64}, {"p", float64}, {"why", text}});
  for (const Series& s : set->series) {
    if (stopped(stop)) return interrupted("change_points");
    const bool examined = s.points.size() >= least_samples;
    std::vector<LevelChange> changes;
    const Points bins = binned(s.points, most_bins);
    if (examined) changes = level_changes(values_of(bins), floor, alpha);
    if (changes.empty()) {
      out.row(s.key);
      out.set("n", s.points.size());
      out.set("examined", examined);
      out.set("changes", int64_t{0});
      if (!s.points.empty()) out.set("before", median(values_of(s.points)));
      out.set("why", examined ? "no lasting change of level" : "fewer than 8 samples");
      continue;
    }
    const auto first_at = [&](size_t bin) {              // of the samples at or after a bin
      const int64_t t = bins[bin].time;
      return static_cast<size_t>(std::lower_bound(s.points.begin(), s.points.end(), t, [](const Point& p, int64_t time_) {
               return p.time < time_;
             }) - s.points.begin());
    };
    for (size_t i = 0; i < changes.size() && static_cast<int64_t>(i) < most; ++i) {
      const LevelChange& c = changes[i];
      const size_t from = i ? first_at(changes[i - 1].at) : 0, at = first_at(c.at);
      const size_t to = i + 1 < changes.size() ? first_at(changes[i + 1].at) : s.points.size();
      out.row(s.key);
      out.set("n", s.points.size());
      out.set("examined", true);
      out.set("changes", changes.size());
      out.set("index", i + 1);
      out.set("at", Time{bins[c.at].time});
      out.set("until", Time{i + 1 < changes.size() ? bins[changes[i + 1].at].time : s.points.back().time});
      out.set("direction", c.after > c.before ? "up" : "down");
      out.set("n_before", at - from);
      out.set("n_after", to - at);
      out.set("before", c.before);
      out.set("after", c.after);
      out.set("shift", c.after - c.before);
      if (c.before > 0 && c.after > 0) out.set("times", c.after / c.before);
      if (std::fabs(c.score) < 1e300) out.set("score", c.score);
      out.set("p", c.p);
    }
  }
  return out.finish();
}

}  // namespace

const Kernel change_points_kernel = {"change_points", "the levels that a series had one after the other, with the time of each change",
                                     "by, value, from, to, window, floor, alpha, most", run_change_points};

}  // namespace inquest
