// Cycles between falls, and what ended them.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/cycles.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>

#include "runtime/frame/kernels/line.h"
#include "runtime/frame/kernels/math.h"

namespace inquest {

namespace {

constexpr size_t least_in_cycle = 4, most_medians = 60, floors_needed = 4;
constexpr double pairs_rising = 0.8, late_share = 0.2, slope_low = 0.4, slope_high = 2.5, level_spread = 0.25;
constexpr double deep = 0.5;

// Falls of neighbouring samples are one: a sample in between that still holds a part of the old level.
std::vector<Reset> merged(const std::vector<Reset>& resets) {
  std::vector<Reset> out;
  for (const Reset& r : resets) {
    if (!out.empty() && r.index == out.back().index + 1) {
      out.back().index = r.index;
      out.back().after = r.after;
    } else {
      out.push_back(r);
    }
  }
  return out;
}

Points part_of(const Points& points, size_t from, size_t to) {
  return {points.begin() + static_cast<std::ptrdiff_t>(from), points.begin() + static_cast<std::ptrdiff_t>(to)};
}

bool climbing(const Points& cycle, double slope) {
  const Points seen = binned(cycle, most_medians);
  size_t rising = 0, pairs = 0;
  for (size_t i = 0; i < seen.size(); ++i)
    for (size_t k = i + 1; k < seen.size(); ++k, ++pairs) rising += seen[k].value > seen[i].value;
  if (!(slope > 0) || static_cast<double>(rising) < pairs_rising * static_cast<double>(pairs)) return false;
  return line_slope(part_of(seen, seen.size() / 2, seen.size())) >= late_share * slope;
}

double step_of(const Points& points) {
  std::vector<double> gaps;
  for (size_t i = 1; i < points.size(); ++i)
    gaps.push_back(static_cast<double>(points[i].time - points[i - 1].time) / ns_per_s);
  return gaps.empty() ? 0 : quantile_of(gaps, 0.5);
}

bool consistent(const std::vector<double>& slopes, double usual) {
  size_t near = 0;
  for (const double one : slopes) near += one >= slope_low * usual && one <= slope_high * usual;
  return near * 3 >= slopes.size() * 2;
}

}  // namespace

Cycles cycles_of(const Points& points, double share) {
  Cycles c;
  c.falls = merged(find_resets(points, share));
  if (c.falls.empty()) return c;
  const double step = step_of(points);
  struct Part { size_t from, to; double slope; bool seen, climbs; };
  std::vector<Part> parts;
  std::vector<double> slopes, sizes;
  for (size_t i = 0; i <= c.falls.size(); ++i) {
    Part part{i ? c.falls[i - 1].index : 0, i == c.falls.size() ? points.size() : c.falls[i].index, 0, false, false};
    const auto half_way = [&](size_t last) { return points[last].value < points[last - 1].value * (1 - share); };
    // A fall spread over two samples leaves one of neither level before its index.
    while (part.to - part.from > least_in_cycle && i < c.falls.size() && half_way(part.to - 1)) --part.to;
    const Points cycle = part_of(points, part.from, part.to);
    part.seen = cycle.size() >= least_in_cycle;
    if (part.seen) {
      part.slope = line_slope(cycle);
      part.climbs = climbing(cycle, part.slope);
      ++c.cycles;
      if (i > 0 && i < c.falls.size()) sizes.push_back(static_cast<double>(cycle.size()));
      if (part.climbs) slopes.push_back(part.slope);
    }
    parts.push_back(part);
  }
  c.climbing = slopes.size();
  std::vector<double> sorted = slopes;
  c.slope = sorted.empty() ? 0 : quantile_of(sorted, 0.5);
  c.samples = sizes.empty() ? 0 : quantile_of(sizes, 0.5);
  std::vector<double> depths, peaks;
  for (size_t i = 0; i < c.falls.size(); ++i) {
    const auto half = [&](const Part& part) { return 0.5 * step * (part.climbs ? part.slope : c.slope); };
    const double peak = points[parts[i].to - 1].value + half(parts[i]);
    const double level = std::max(0.0, c.falls[i].after - half(parts[i + 1]));
    c.levels.push_back(level);
    peaks.push_back(peak);
    depths.push_back(peak > 0 ? 1 - level / peak : 0);
  }
  c.depth = quantile_of(depths, 0.5);
  c.peak = quantile_of(peaks, 0.5);
  std::vector<double> levels = c.levels;
  c.level = quantile_of(levels, 0.5);
  size_t back = 0;
  for (const double one : c.levels) back += std::fabs(one - c.level) < level_spread * (c.peak - c.level);
  c.climbs = c.climbing >= 2 && c.climbing * 3 >= c.cycles * 2 && consistent(slopes, c.slope) &&
             back * 4 >= c.levels.size() * 3;
  return c;
}

namespace {

struct Breaks { size_t anew = 0, went_on = 0, breaks = 0; bool breaks_elsewhere = false; };

Breaks told_of(const Points& points, const Cycles& c, const Points& restarts) {
  Breaks told;
  std::map<int64_t, bool> at;
  for (const Point& p : restarts) at[p.time] = p.value != 0;
  const double usual = step_of(points) * ns_per_s;
  const auto breaks = [&](size_t i) {
    return std::fabs(static_cast<double>(points[i].time - points[i - 1].time) - usual) > 0.05 * usual;
  };
  size_t all = 0;
  for (size_t i = 1; i < points.size(); ++i) all += breaks(i);
  for (const Reset& fall : c.falls) {
    bool anew = false, known = false;
    for (size_t i = fall.index - 1; i <= std::min(fall.index + 1, points.size() - 1); ++i) {
      const auto one = at.find(points[i].time);
      if (one == at.end()) continue;
      known = known || i == fall.index;
      anew = anew || one->second;
    }
    told.anew += anew;
    told.went_on += known && !anew;
    told.breaks += breaks(fall.index);
  }
  const size_t others = points.size() - 1 - c.falls.size();
  told.breaks_elsewhere = (all - told.breaks) * 5 >= others;
  return told;
}

const char* ended_by(const Cycles& c, const Breaks& told, std::optional<bool> heap, const char*& by) {
  const size_t n = c.falls.size();
  by = "";
  if (told.anew * 2 > n) return by = "counter", "restart";
  if (told.went_on * 2 > n) return by = "counter", "collection";
  if (told.breaks * 2 > n && !told.breaks_elsewhere) return by = "rhythm", "restart";
  if (!heap) return "unknown";
  if (*heap) return by = "name", "collection";
  if (n < 2 || !c.climbs) return "unknown";
  return by = "name", c.depth >= deep ? "restart" : "collection";
}

// Per series the values of another column, in the order of the set; empty when the frame does not have it.
Result<std::vector<Points>> besides(const Frame& frame, const char* column, const Map& map, const SeriesSet& set,
                                    const Stop* stop) {
  std::vector<Points> out(set.series.size());
  if (!frame.column(column) || frame.column(column)->type != ColumnType::boolean) return out;
  Map mine = map;
  std::erase_if(mine, [](const auto& one) { return one.first == "value"; });
  mine.emplace_back("value", Value(std::string(column)));
  KernelOptions options(cycles_kernel, mine);
  Result<SeriesSet> other = series_of(frame, options, stop);
  if (!other) return other.error();
  std::map<Key, size_t> at;
  for (size_t i = 0; i < set.series.size(); ++i) at[set.series[i].key] = i;
  for (Series& s : other->series)
    if (const auto mine_at = at.find(s.key); mine_at != at.end()) out[mine_at->second] = std::move(s.points);
  return out;
}

Result<FramePtr> run_cycles(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(cycles_kernel, map);
  const double share = options.number("share", 0.3);
  if (!options.error() && (share < 0 || share >= 1)) options.wrong("share", "a number from 0 to below 1");
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("cycles", frames);
  if (!frame) return frame.error();
  const Result<SeriesSet> set = series_of(**frame, options, stop);
  if (!set) return set.error();
  const Result<std::vector<Points>> restarts = besides(**frame, "restart", map, *set, stop);
  if (!restarts) return restarts.error();
  const Result<std::vector<Points>> heaps = besides(**frame, "heap", map, *set, stop);
  if (!heaps) return heaps.error();
  using enum ColumnType;
  ResultTable out(set->by, {{"n", int64}, {"falls", int64}, {"cycles", int64}, {"climbing", int64}, {"climbs", boolean},
                            {"heap", boolean}, {"ended", text}, {"told", text}, {"times", text}, {"level", float64},
                            {"peak", float64}, {"times_level", float64}, {"depth", float64}, {"slope", float64},
                            {"samples", float64}, {"rising_floor", boolean}, {"first_level", float64},
                            {"last_level", float64}, {"onset", time}, {"last", time}, {"why", text}});
  for (size_t i = 0; i < set->series.size(); ++i) {
    if (stopped(stop)) return interrupted("cycles");
    const Points& points = set->series[i].points;
    out.row(set->series[i].key);
    out.set("n", points.size());
    if (points.size() < 2) {
      out.set("why", "fewer than 2 samples");
      continue;
    }
    const Cycles c = cycles_of(points, share);
    out.set("falls", c.falls.size());
    out.set("cycles", c.cycles);
    out.set("climbing", c.climbing);
    out.set("climbs", c.climbs);
    out.set("onset", Time{points.front().time});
    out.set("last", Time{points.back().time});
    if (c.falls.empty()) {
      out.set("ended", "unknown");
      continue;
    }
    const char* by = "";
    const Points& told_heap = (*heaps)[i];
    const std::optional<bool> heap = told_heap.empty() ? std::optional<bool>() : told_heap.front().value != 0;
    out.set("ended", ended_by(c, told_of(points, c, (*restarts)[i]), heap, by));
    if (*by) out.set("told", by);
    if (heap) out.set("heap", *heap);
    std::string times;
    for (const Reset& r : c.falls) times += (times.empty() ? "" : ", ") + print_time(Time{r.time});
    out.set("times", times);
    out.set("level", c.level);
    out.set("peak", c.peak);
    if (c.level > 0) out.set("times_level", c.peak / c.level);
    out.set("depth", c.depth);
    if (c.climbing) out.set("slope", c.slope);
    if (c.samples > 0) out.set("samples", c.samples);
    const bool rising = std::adjacent_find(c.levels.begin(), c.levels.end(), std::greater_equal<>()) == c.levels.end();
    out.set("rising_floor", c.levels.size() >= floors_needed && rising);
    out.set("first_level", c.levels.front());
    out.set("last_level", c.levels.back());
  }
  return out.finish();
}

}  // namespace

const Kernel cycles_kernel = {"cycles", "climbs between falls, and whether restarts or collections ended them",
                              "by, value, from, to, window, share", run_cycles};

}  // namespace inquest
