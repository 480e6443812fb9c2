// Change point by rank scan and by excursion above what was ever seen.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/change_point.h"

#include <algorithm>
#include <cmath>

#include "runtime/frame/kernels/math.h"
#include "runtime/frame/kernels/restart.h"

namespace inquest {

namespace {


struct Level {
  double median = 0, mad = 0, max = 0;  // mad plain, with its floor
};

Level level(const double* first, size_t n, double floor) {
  Level l;
  std::vector<double> values(first, first + n);
  l.max = *std::max_element(values.begin(), values.end());
  l.median = median(values);
  const double raw = mad(std::move(values), l.median) / 1.4826;
  l.mad = std::max({raw, 0.005 * std::fabs(l.median), floor});
  return l;
}

// Samples right before the split that already lie beyond everything before them belong to the change.
size_t walk_back(const std::vector<double>& v, size_t at, double floor) {
  while (at > least_side + 1) {
    const Level l = level(v.data(), at - 1, floor);
    if (!(v[at - 1] > l.max && v[at - 1] > l.median + 3 * l.mad)) break;
    --at;
  }
  return at;
}

// Values with the direction turned so that the change is a rise. 0: none.
size_t excursion(const std::vector<double>& v, double floor) {
  const size_t n = v.size();
  for (size_t k = 5; k < n; ++k) {
    const double so_far = *std::max_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(k));
    if (!(v[k] > so_far)) continue;
    const Level l = level(v.data(), k, floor);
    const double limit = l.max + 5 * l.mad;
    bool above = true;
    for (size_t i = k; i < std::min(n, k + 3); ++i) above = above && v[i] > limit;
    if (!above) continue;
    if (median({v.begin() + static_cast<std::ptrdiff_t>(k), v.end()}) > limit) return k;
  }
  return 0;
}

std::vector<double> turned(const std::vector<double>& values, int direction) {
  std::vector<double> v = values;
  if (direction < 0)
    for (double& x : v) x = -x;
  return v;
}

}  // namespace

RankSplit rank_scan(const std::vector<double>& values, int direction) {
  const size_t n = values.size();
  const std::vector<double> r = ranks(values);
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  double ties = 0;
  for (size_t i = 0; i < n;) {
    size_t j = i;
    while (j < n && sorted[j] == sorted[i]) ++j;
    const double t = static_cast<double>(j - i);
    ties += t * t * t - t;
    i = j;
  }
  const double size = static_cast<double>(n);
  const double unit = (size + 1 - ties / (size * (size - 1))) / 12;
  RankSplit best;
  double sum = 0;
  for (size_t k = 1; k + least_side <= n; ++k) {
    sum += r[k - 1];
    if (k < least_side) continue;
    const double m = static_cast<double>(k), rest = size - m;
    const double u = sum - m * (m + 1) / 2;
    const double variance = m * rest * unit;
    if (!(variance > 0)) continue;
    const double z = (m * rest / 2 - u) / std::sqrt(variance);  // > 0: the samples after are larger
    if (direction != 0 && z * direction <= 0) continue;
    if (std::fabs(z) > std::fabs(best.z)) best = {k, z};
  }
  return best;
}

double scan_p(double z, size_t n, int direction) {
  const double x = std::fabs(z);
  if (x < 1.5) return 1;
  const double size = static_cast<double>(n), edge = static_cast<double>(least_side);
  const double span = 2 * log2_((size - edge) / edge) * 0.693147180559945309;
  const double p = x * exp_(-x * x / 2) / 2.506628274631 * (span * (1 - 1 / (x * x)) + 4 / (x * x));
  return std::clamp(direction ? p / 2 : p, 0.0, 1.0);
}

double rising_p(const std::vector<double>& values) {
  const size_t n = values.size();
  if (n < 4) return 1;
  int64_t s = 0;
  for (size_t i = 0; i < n; ++i)
    for (size_t j = i + 1; j < n; ++j) s += (values[j] > values[i]) - (values[j] < values[i]);
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const double size = static_cast<double>(n);
  double variance = size * (size - 1) * (2 * size + 5);
  for (size_t i = 0; i < n;) {
    size_t j = i;
    while (j < n && sorted[j] == sorted[i]) ++j;
    const double t = static_cast<double>(j - i);
    variance -= t * (t - 1) * (2 * t + 5);
    i = j;
  }
  variance /= 18;
  if (!(variance > 0) || s == 0) return s > 0 ? 0 : 1;
  return normal_tail((static_cast<double>(s) - (s > 0 ? 1 : -1)) / std::sqrt(variance));
}

double median_slope(const Points& points) {
  const Points b = binned(points, most_bins);
  std::vector<double> slopes;
  slopes.reserve(b.size() * b.size() / 2);
  for (size_t i = 0; i < b.size(); ++i)
    for (size_t j = i + 1; j < b.size(); ++j) {
      const double seconds = static_cast<double>(b[j].time - b[i].time) / 1e9;
      if (seconds > 0) slopes.push_back((b[j].value - b[i].value) / seconds);
    }
  return median(std::move(slopes));
}

ChangePoint change_point(const Points& points, const ChangeOptions& options) {
  ChangePoint c;
  c.n = points.size();
  if (points.empty()) return c;
  const std::vector<double> all = values_of(points);
  const auto top = std::max_element(all.begin(), all.end());
  c.last = all.back();
  c.max = *top;
  c.max_time = points[static_cast<size_t>(top - all.begin())].time;
  Level l = level(all.data(), all.size(), options.floor);
  c.before = l.median;
  c.max_before = l.max;
  c.mad_before = l.mad;
  c.smallest = l.max + 5 * l.mad - l.median;
  c.n_before = c.n;
  if (points.size() < least_samples) return c;
  c.examined = true;

  const Points bins = binned(points, most_bins);
  const std::vector<double> v = values_of(bins);
  size_t at = 0;
  const RankSplit split = rank_scan(v, options.direction);
  if (split.at) {
    c.p = scan_p(split.z, v.size(), options.direction);
    const int way = split.z > 0 ? 1 : -1;
    const std::vector<double> t = turned(v, way);
    size_t k = walk_back(t, split.at, options.floor);
    const Level b = level(t.data(), k, options.floor);
    while (k + least_side < t.size() && k < split.at + t.size() / 4 && t[k] <= b.median) ++k;
    const double after = median({t.begin() + static_cast<std::ptrdiff_t>(k), t.end()});
    if (c.p <= options.alpha && after - b.median >= 3 * b.mad) {
      at = k;
      c.direction = way;
    }
  }
  for (const int way : {1, -1}) {
    if (at || (options.direction && options.direction != way)) continue;
    if (const size_t k = excursion(turned(v, way), options.floor)) {
      at = k;
      c.direction = way;
    }
  }
  if (!at) return c;

  c.found = true;
  c.onset = bins[at].time;
  const auto first = std::lower_bound(points.begin(), points.end(), c.onset,
                                      [](const Point& p, int64_t time) { return p.time < time; });
  const Points rest(first, points.end());
  c.n_after = rest.size();
  c.n_before = c.n - c.n_after;
  if (c.n_before == 0) {  // every sample has one time
    c.found = false;
    return c;
  }
  c.weak = c.n_after < 4;
  l = level(all.data(), c.n_before, options.floor);
  c.before = l.median;
  c.max_before = l.max;
  c.mad_before = l.mad;
  c.smallest = l.max + 5 * l.mad - l.median;
  c.after = median(values_of(rest));
  c.max_after = *std::max_element(all.begin() + static_cast<std::ptrdiff_t>(c.n_before), all.end());
  const Corrected corrected = restart_corrected(rest);
  c.resets_after = corrected.resets.size();
  c.slope_after = median_slope(corrected.points);
  if (rest.size() >= 4) {
    const size_t half = rest.size() >= 8 ? rest.size() / 2 : 0;
    const Points tail(corrected.points.begin() + static_cast<std::ptrdiff_t>(half), corrected.points.end());
    c.growing = rising_p(values_of(binned(tail, most_bins))) <= 0.05;
  }
  return c;
}

namespace {

Result<FramePtr> run_change_point(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(change_point_kernel, map);
  ChangeOptions how;
  const std::string direction = options.text("direction", "any");
  how.floor = options.number("floor", 0);
  how.alpha = options.number("alpha", 0.01);
  if (direction == "up") how.direction = 1;
  else if (direction == "down") how.direction = -1;
  else if (direction != "any") options.wrong("direction", "\"up\", \"down\" or \"any\"");
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("change_point", frames);
  if (!frame) return frame.error();
  const Result<SeriesSet> set = series_of(**frame, options, stop);
  if (!set) return set.error();
  using enum ColumnType;
  ResultTable out(set->by,
                  {{"n", int64}, {"examined", boolean}, {"found", boolean}, {"weak", boolean}, {"direction", text},
                   {"onset", time}, {"n_before", int64}, {"n_after", int64}, {"before", float64}, {"after", float64},
                   {"last", float64}, {"max", float64}, {"max_time", time}, {"max_before", float64},
                   {"mad_before", float64}, {"shift", float64}, {"times", float64}, {"peak_times", float64},
                   {"score", float64}, {"p", float64}, {"slope_after", float64}, {"growing", boolean},
                   {"resets_after", int64}, {"smallest", float64}, {"smallest_times", float64}, {"why", text}});
  for (const Series& s : set->series) {
    if (stopped(stop)) return interrupted("change_point");
    const ChangePoint c = change_point(s.points, how);
    out.row(s.key);
    out.set("n", c.n);
    out.set("examined", c.examined);
    out.set("found", c.found);
    if (c.n) {
      out.set("n_before", c.n_before);
      out.set("before", c.before);
      out.set("last", c.last);
      out.set("max", c.max);
      out.set("max_time", Time{c.max_time});
      out.set("max_before", c.max_before);
      out.set("mad_before", c.mad_before);
    }
    if (!c.examined) {
      out.set("why", "fewer than 8 samples");
      continue;
    }
    out.set("p", c.p);
    out.set("smallest", c.smallest);
    if (c.before > 0) out.set("smallest_times", (c.before + c.smallest) / c.before);
    if (!c.found) continue;
    out.set("weak", c.weak);
    out.set("direction", c.direction > 0 ? "up" : "down");
    out.set("onset", Time{c.onset});
    out.set("n_after", c.n_after);
    out.set("after", c.after);
    out.set("shift", c.after - c.before);
    if (c.before > 0 && c.after > 0) out.set("times", c.after / c.before);
    if (c.before > 0 && c.max_after > 0) out.set("peak_times", c.max_after / c.before);
    if (c.mad_before > 0) out.set("score", (c.after - c.before) / c.mad_before);
    out.set("slope_after", c.slope_after);
    if (c.growing) out.set("growing", *c.growing);
    out.set("resets_after", c.resets_after);
  }
  return out.finish();
}

}  // namespace

const Kernel change_point_kernel = {"change_point", "onset of a lasting rise or fall per series, levels before and after it",
                                    "by, value, from, to, window, direction, floor, alpha", run_change_point};

}  // namespace inquest
