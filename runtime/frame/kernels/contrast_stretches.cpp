// Stretches by counting times, medians by selection, splits by quantiles: no sort of all rows.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/contrast_stretches.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/math.h"
#include "runtime/frame/kernels/select.h"

namespace inquest::contrast {

namespace {

constexpr size_t least_stretch = 8, most_stretches = 240, most_splits = 63, least_side = 5;

// The stretch of each row: rank in order of (time, row) × stretches / n. Bins of time tell it for most rows; rows of a
// bin that two stretches share are sorted.
void place_rows(const std::vector<int64_t>& time, size_t stretches, std::vector<uint16_t>& stretch) {
  const size_t n = time.size();
  const auto stretch_at = [&](size_t rank) {        // the s with n·s/S ≤ rank < n·(s+1)/S
    size_t s = (rank * stretches) / n;
    while (n * (s + 1) / stretches <= rank) ++s;
    while (n * s / stretches > rank) --s;
    return static_cast<uint16_t>(s);
  };
  stretch.resize(n);
  if (std::is_sorted(time.begin(), time.end())) {
    for (size_t s = 0; s < stretches; ++s)
      std::fill(stretch.begin() + static_cast<std::ptrdiff_t>(n * s / stretches),
                stretch.begin() + static_cast<std::ptrdiff_t>(n * (s + 1) / stretches), static_cast<uint16_t>(s));
    return;
  }
  const auto [low, high] = std::minmax_element(time.begin(), time.end());
  const int64_t first = *low;
  const size_t bins = std::clamp<size_t>(n / 4, 16, 16384);
  const double scale = static_cast<double>(bins - 1) / (static_cast<double>(*high) - static_cast<double>(first));
  const auto bin = [&](int64_t t) {
    return static_cast<uint32_t>((static_cast<double>(t) - static_cast<double>(first)) * scale);
  };
  std::vector<uint32_t> count(bins, 0);
  for (const int64_t t : time) ++count[bin(t)];
  constexpr uint16_t shared = UINT16_MAX;
  std::vector<uint16_t> whole(bins, 0);
  size_t below = 0;
  std::vector<size_t> ranks(bins);                  // of the first row of a bin
  for (size_t b = 0; b < bins; ++b) {
    ranks[b] = below;
    if (count[b] == 0) continue;
    const uint16_t from = stretch_at(below), to = stretch_at(below + count[b] - 1);
    whole[b] = from == to ? from : shared;
    below += count[b];
  }
  std::vector<std::pair<uint32_t, uint32_t>> unsure;   // bin, row
  for (size_t i = 0; i < n; ++i) {
    const uint32_t b = bin(time[i]);
    stretch[i] = whole[b];
    if (whole[b] == shared) unsure.emplace_back(b, static_cast<uint32_t>(i));
  }
  std::sort(unsure.begin(), unsure.end(), [&](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    return time[a.second] != time[b.second] ? time[a.second] < time[b.second] : a.second < b.second;
  });
  for (size_t i = 0; i < unsure.size();) {
    size_t rank = ranks[unsure[i].first];
    const uint32_t b = unsure[i].first;
    for (; i < unsure.size() && unsure[i].first == b; ++i) stretch[unsure[i].second] = stretch_at(rank++);
  }
}

}  // namespace

void judge(const std::vector<int64_t>& time, const std::vector<int64_t>& duration, Judged& result) {
  const size_t n = time.size();
  result.slow_rows = 0;
  result.slow.resize(n);
  result.middle.clear();
  if (n == 0) return;
  const size_t stretches = std::clamp<size_t>(n / least_stretch, 1, most_stretches);
  place_rows(time, stretches, result.stretch);
  std::vector<size_t> to(stretches);
  for (size_t s = 0; s < stretches; ++s) to[s] = n * s / stretches;
  std::vector<int64_t>& grouped = result.scratch;
  grouped.resize(n);
  for (size_t i = 0; i < n; ++i) grouped[to[result.stretch[i]]++] = duration[i];
  RankSelector<int64_t> selector;
  std::vector<int64_t> got;
  result.middle.resize(stretches);
  for (size_t s = 0, from = 0; s < stretches; from = to[s++]) {
    const size_t size = to[s] - from;
    if (size == 0) continue;
    selector.select(grouped.data() + from, size, {RankSelector<int64_t>::rank(0.5, size)}, got);
    result.middle[s] = got[0];
  }
  for (size_t i = 0; i < n; ++i) {
    result.slow[i] = duration[i] > result.middle[result.stretch[i]];
    result.slow_rows += result.slow[i];
  }
}

RankResult stratified(const std::vector<Sample>& samples) {
  size_t stretches = 0;
  for (const Sample& s : samples) stretches = std::max<size_t>(stretches, s.stretch + size_t{1});
  std::vector<size_t> to(stretches + 1, 0);
  for (const Sample& s : samples) ++to[s.stretch + size_t{1}];
  std::partial_sum(to.begin(), to.end(), to.begin());
  std::vector<std::pair<double, bool>> grouped(samples.size());
  std::vector<size_t> next(to.begin(), to.end());
  for (const Sample& s : samples) grouped[next[s.stretch]++] = {s.number, s.slow};
  double sum = 0, variance = 0, pairs = 0, wins = 0;
  for (size_t s = 0; s < stretches; ++s) {
    const auto first = grouped.begin() + static_cast<std::ptrdiff_t>(to[s]), last = grouped.begin() + static_cast<std::ptrdiff_t>(to[s + 1]);
    const double n = static_cast<double>(last - first);
    double k = 0;
    for (auto at = first; at != last; ++at) k += at->second;
    const double m = n - k;
    if (!(k > 0 && m > 0)) continue;
    std::sort(first, last);
    double slow_ranks = 0, squares = 0;
    for (auto at = first; at != last;) {
      auto end = at;
      double slow = 0;
      for (; end != last && end->first == at->first; ++end) slow += end->second;
      const double rank = (static_cast<double>(at - first + 1) + static_cast<double>(end - first)) / 2;  // ties share the mean
      slow_ranks += rank * slow;
      squares += static_cast<double>(end - at) * (rank - (n + 1) / 2) * (rank - (n + 1) / 2);
      at = end;
    }
    const double weight = 1 / (n + 1);
    sum += weight * (slow_ranks - k * (n + 1) / 2);
    variance += weight * weight * k * m / (n * (n - 1)) * squares;
    pairs += k * m;
    wins += slow_ranks - k * (k + 1) / 2;
  }
  if (!(variance > 0)) return {};
  return {sum / std::sqrt(variance), 2 * wins / pairs - 1};
}

double roundest(double low, double high) {
  if (low <= 0 && 0 < high) return 0;
  const double size = std::max(std::fabs(low), std::fabs(high));
  if (!(size < 1e15) || !(size > 1e-12)) return low;
  double power = 1;
  while (power <= size) power *= 10;
  for (; power >= 1; power /= 10)                        // whole numbers with trailing zeros
    if (const double c = std::ceil(low / power) * power; low <= c && c < high) return c;
  power = 10;
  for (int digits = 1; digits <= 15; ++digits, power *= 10)
    if (const double c = std::ceil(low * power) / power; low <= c && c < high) return c;
  return low;
}

Split best_split(const std::vector<Sample>& samples) {
  Split best;
  const size_t n = samples.size();
  if (n < 2 * least_side) return best;
  std::vector<double> values(n), cuts;
  for (size_t i = 0; i < n; ++i) values[i] = samples[i].number;
  if (n <= most_splits + 1) {
    cuts = values;
    std::sort(cuts.begin(), cuts.end());
  } else {
    std::vector<size_t> ranks;
    for (size_t k = 1; k <= most_splits; ++k) ranks.push_back(n * k / (most_splits + 1) - 1);
    RankSelector<double> selector;
    selector.select(values.data(), n, ranks, cuts);
  }
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  // Rows by the cut that they lie at or below; those above all cuts come last.
  std::vector<int64_t> slow(cuts.size() + 1, 0), fast(cuts.size() + 1, 0);
  for (const Sample& s : samples) {
    const auto at = static_cast<size_t>(std::lower_bound(cuts.begin(), cuts.end(), s.number) - cuts.begin());
    ++(s.slow ? slow : fast)[at];
  }
  const int64_t all_slow = std::accumulate(slow.begin(), slow.end(), int64_t{0}), all_fast = static_cast<int64_t>(n) - all_slow;
  if (all_slow == 0 || all_fast == 0) return best;
  double largest = -1;
  int64_t slow_below = 0, fast_below = 0;
  size_t chosen = 0;
  for (size_t c = 0; c < cuts.size(); ++c) {
    slow_below += slow[c];
    fast_below += fast[c];
    const int64_t below = slow_below + fast_below, above = static_cast<int64_t>(n) - below;
    if (below < static_cast<int64_t>(least_side) || above < static_cast<int64_t>(least_side)) continue;
    ++best.tried;
    const double cross = static_cast<double>(slow_below) * static_cast<double>(all_fast - fast_below) -
                         static_cast<double>(fast_below) * static_cast<double>(all_slow - slow_below);
    const double chi = cross * cross / (static_cast<double>(below) * static_cast<double>(above));  // × a constant
    if (chi <= largest) continue;
    largest = chi;
    chosen = c;
    best.slow_above = all_slow - slow_below;
    best.fast_above = all_fast - fast_below;
  }
  if (largest < 0) return best;
  best.found = true;
  double next = 0;
  bool any = false;
  for (const double v : values)
    if (v > cuts[chosen] && (!any || v < next)) {
      next = v;
      any = true;
    }
  best.at = any ? roundest(cuts[chosen], next) : cuts[chosen];
  return best;
}

std::string five_numbers(const std::vector<double>& values) {
  RankSelector<double> selector;
  std::vector<double> got;
  std::vector<size_t> ranks;
  for (const double q : {0.0, 0.25, 0.5, 0.75, 1.0}) ranks.push_back(RankSelector<double>::rank(q, values.size()));
  selector.select(values.data(), values.size(), ranks, got);
  std::string text = "[";
  for (size_t i = 0; i < got.size(); ++i) text += (i ? ", " : "") + shortest(got[i]);
  return text + "]";
}

}  // namespace inquest::contrast
