// Restart-corrected trend.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/trend.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "runtime/frame/kernels/change_point.h"
#include "runtime/frame/kernels/math.h"

namespace inquest {

namespace {

double tied(std::vector<double> values) {                // Σ t(t − 1)(2t + 5) over ties
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (size_t i = 0; i < values.size();) {
    size_t j = i;
    while (j < values.size() && values[j] == values[i]) ++j;
    const double t = static_cast<double>(j - i);
    sum += t * (t - 1) * (2 * t + 5);
    i = j;
  }
  return sum;
}

}  // namespace

SlopeRange slope_range(const Points& points) {
  const Points b = binned(points, 240);
  std::vector<double> slopes, times;
  for (size_t i = 0; i < b.size(); ++i) {
    times.push_back(static_cast<double>(b[i].time - b.front().time));
    for (size_t j = i + 1; j < b.size(); ++j)
      if (b[j].time > b[i].time) slopes.push_back((b[j].value - b[i].value) / (static_cast<double>(b[j].time - b[i].time) / 1e9));
  }
  if (slopes.empty()) return {};
  const double n = static_cast<double>(b.size()), pairs = static_cast<double>(slopes.size());
  const double sigma = std::sqrt(std::max(0.0, (n * (n - 1) * (2 * n + 5) - tied(times) - tied(values_of(b))) / 18));
  constexpr double z = 1.959963984540054;
  const double low = std::max(std::floor((pairs - z * sigma) / 2 + 0.5) - 1, 0.0);
  const double high = std::min(std::floor((pairs + z * sigma) / 2 + 0.5), pairs - 1);
  const auto at = [&](double rank) {
    const auto place = slopes.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(slopes.begin(), place, slopes.end());
    return *place;
  };
  return {at(low), at(high)};
}

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
  const SlopeRange range = slope_range(c.points);
  t.slope_low = range.low;
  t.slope_high = range.high;
  const size_t since = t.resets.empty() || t.sawtooth ? 0 : t.resets.back().index;
  const size_t tail = std::min<size_t>(3, segment.size() - since);
  t.level = median(values_of({segment.end() - static_cast<std::ptrdiff_t>(tail), segment.end()}));
  return t;
}

namespace {

constexpr double hundred_years = 100 * 365.25 * 86400;

void tell_limit(ResultTable& out, const Trend& t, std::optional<double> limit, int64_t last) {
  if (!limit) return out.set("limit_why", "the series has no limit");
  out.set("limit", *limit);
  const auto after = [&](double slope) { return (*limit - t.level) / slope; };
  const auto told = [](double seconds) { return static_cast<int64_t>(seconds * 1e9); };
  if (t.level >= *limit) {
    out.set("time_to_limit", int64_t{0});
    out.set("limit_time", Time{last});
  } else if (t.sawtooth) {
    out.set("limit_why", "a sawtooth: its floor decides, not its slope");
  } else if (!(t.slope > 0) || t.p > 0.05) {
    out.set("limit_why", "it does not rise");
  } else if (after(t.slope) > hundred_years) {
    out.set("limit_why", "more than 100 years at this pace");
  } else {
    out.set("time_to_limit", told(after(t.slope)));
    out.set("limit_time", Time{last + std::min(told(after(t.slope)), INT64_MAX - std::max<int64_t>(last, 0))});
    if (t.slope_high > 0) out.set("soonest", told(after(t.slope_high)));
    if (t.slope_low > 0 && after(t.slope_low) <= hundred_years) out.set("latest", told(after(t.slope_low)));
  }
}

Result<FramePtr> run_trend(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  KernelOptions options(trend_kernel, map);
  const std::optional<Time> at = options.time("at");
  const bool whole = options.flag("whole", false);
  const double given = options.number("limit", 0);
  const std::string column = options.text("limit_column", "");
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("trend", frames);
  if (!frame) return frame.error();
  const Result<SeriesSet> set = series_of(**frame, options, stop);
  if (!set) return set.error();
  std::map<Key, double> limits;
  if (!column.empty()) {
    Map mine;
    inquest::set(mine, "value", column);
    for (const char* name : {"by", "from", "to", "window"})
      if (const Value* v = find(map, name)) inquest::set(mine, name, *v);
    KernelOptions own(trend_kernel, mine);
    const Result<SeriesSet> last = series_of(**frame, own, stop);
    if (!last) return last.error();
    for (const Series& s : last->series)
      if (!s.points.empty()) limits[s.key] = s.points.back().value;
  }
  using enum ColumnType;
  ResultTable out(set->by, {{"n", int64}, {"onset", time}, {"own_onset", boolean}, {"slope", float64}, {"per_hour", float64},
                            {"relative", float64}, {"first", float64}, {"last", float64}, {"growth", float64},
                            {"rise", float64}, {"peak", float64}, {"peak_time", time}, {"resets", int64},
                            {"reset_times", text}, {"first_reset", time}, {"sawtooth", boolean}, {"up", float64},
                            {"r", float64}, {"p", float64}, {"slope_low", float64}, {"slope_high", float64},
                            {"limit", float64}, {"time_to_limit", duration}, {"soonest", duration}, {"latest", duration},
                            {"limit_time", time}, {"limit_why", text}, {"why", text}});
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
    out.set("slope_low", t.slope_low);
    out.set("slope_high", t.slope_high);
    const auto known = limits.find(s.key);
    const bool limited = options.has("limit") || known != limits.end();
    if (!limited && column.empty()) continue;
    tell_limit(out, t, limited ? std::optional(known != limits.end() ? known->second : given) : std::nullopt, s.points.back().time);
  }
  return out.finish();
}

}  // namespace

const Kernel trend_kernel = {"trend", "restart-corrected slope (median of pairwise slopes) and growth after the onset",
                             "by, value, from, to, window, at, whole, limit, limit_column", run_trend};

}  // namespace inquest
