// Stretches by counting times, medians by selection, splits by quantiles: no sort of all rows.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/contrast_stretches.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/math.h"
#include "runtime/frame/kernels/select.h"

namespace inquest::contrast {

namespace {

constexpr size_t least_stretch = 8, most_stretches = 240, most_splits = 63, least_in_side = 5;

// The stretch of each row: rank in order of (time, row) × stretches / n. Bins of time tell it for most rows; rows of a
// bin that two stretches share are sorted. False: the rows are in order of time, `stretch` is so too.
bool place_rows(const std::vector<int64_t>& time, size_t stretches, std::vector<uint16_t>& stretch) {
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
    return false;
  }
  int64_t low = time[0], high = time[0];
  for (const int64_t t : time) {
    low = t < low ? t : low;
    high = high < t ? t : high;
  }
  // Bins are as wide as a power of two, so that a shift tells them. They stand in `stretch` until it is known.
  const uint64_t first = static_cast<uint64_t>(low), range = static_cast<uint64_t>(high) - first;
  const int wanted_bits = static_cast<int>(std::bit_width(std::clamp<size_t>(n / 4, 16, 16383)));
  const int shift = std::max(0, static_cast<int>(std::bit_width(range)) - wanted_bits);
  const size_t bins = (range >> shift) + 1;
  std::vector<uint32_t> count(bins, 0);
  for (size_t i = 0; i < n; ++i) {
    const auto b = static_cast<uint16_t>((static_cast<uint64_t>(time[i]) - first) >> shift);
    stretch[i] = b;
    ++count[b];
  }
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
    const uint16_t b = stretch[i];
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
  return true;
}

// What stands at `rank` of v[0 … n) when sorted; after that nothing before it is greater and nothing behind it is less.
// Quickselect whose partition does not branch on what it compares: of random numbers half the branches are guessed
// wrongly. Where pivots stay bad std::nth_element takes over.
int64_t pick(int64_t* v, size_t n, size_t rank) {
  int64_t* const wanted = v + rank;
  const auto part = [&v, &n](const auto& goes_first) {
    size_t first = 0;
    for (size_t i = 0; i < n; ++i) {
      const int64_t x = v[i];
      v[i] = v[first];
      v[first] = x;
      first += goes_first(x);
    }
    return first;
  };
  for (int rounds = 0; n > 8; ++rounds) {
    if (rounds == 40) {
      std::nth_element(v, wanted, v + n);
      return *wanted;
    }
    const int64_t a = v[n / 4], b = v[n / 2], c = v[n / 4 * 3], pivot = std::max(std::min(a, b), std::min(std::max(a, b), c));
    size_t first = part([&](int64_t x) { return x < pivot; });
    if (wanted < v + first) {
      n = first;
      continue;
    }
    if (first == 0) {                                 // the pivot is the least
      first = part([&](int64_t x) { return x <= pivot; });
      if (wanted < v + first) return pivot;
    }
    v += first;
    n -= first;
  }
  std::sort(v, v + n);
  return *wanted;
}

// Medians of one stretch after the other, and how many rows lie above. The median of a stretch lies close to that of
// the one before: only the numbers in a range around that are selected in, and all where the range did not hold it.
class Middles {
 public:
  struct Middle { int64_t value; size_t above; };
  explicit Middles(std::vector<int64_t>& room) : room_(room) {}
  Middle next(const int64_t* v, size_t n) {
    const size_t rank = RankSelector<int64_t>::rank(0.5, n), aside = n / 16 + 16;
    if (room_.size() < n) room_.resize(n);
    int64_t* const room = room_.data();
    if (known_ && n >= least_known) {
      // Unsigned numbers in the same order, so that the carry of a comparison is what is added.
      const uint64_t low = ordered(low_), width = ordered(high_) - low;
      size_t below = 0, inside = 0;
      for (size_t i = 0; i < n; ++i) {
        room[inside] = v[i];
        const uint64_t x = ordered(v[i]);
        below += x < low;
        inside += x - low <= width;
      }
      if (rank >= below && rank < below + inside) {
        const size_t before = rank - below, behind = inside - before - 1;
        const int64_t middle = pick(room, inside, before);
        const Middle found{middle, n - below - inside + above(middle, room + before + 1, behind)};
        low_ = before > aside ? pick(room, before, before - aside) : further(middle, low_);
        high_ = behind > aside ? pick(room + before + 1, behind, aside - 1) : further(middle, high_);
        return found;
      }
    }
    std::copy(v, v + n, room);
    const int64_t middle = pick(room, n, rank);
    const Middle found{middle, above(middle, room + rank + 1, n - rank - 1)};
    known_ = n >= least_known;
    if (known_) {
      low_ = pick(room, rank, rank - aside);
      high_ = pick(room + rank + 1, n - rank - 1, aside - 1);
    }
    return found;
  }

 private:
  static constexpr size_t least_known = 128;          // of fewer numbers the median moves too much
  static uint64_t ordered(int64_t v) { return static_cast<uint64_t>(v) ^ (uint64_t{1} << 63); }
  static size_t above(int64_t middle, const int64_t* v, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; ++i) count += v[i] > middle;
    return count;
  }
  // A quarter further from the middle than `edge` is.
  static int64_t further(int64_t middle, int64_t edge) {
    int64_t far = 0;
    return __builtin_add_overflow(edge, edge / 4 - middle / 4, &far) ? edge : far;
  }
  std::vector<int64_t>& room_;
  bool known_ = false;
  int64_t low_ = 0, high_ = 0;
};

}  // namespace

void judge(const std::vector<int64_t>& time, const std::vector<int64_t>& duration, Judged& result) {
  const size_t n = time.size();
  result.slow_rows = 0;
  result.slow.resize(n);
  result.middle.clear();
  if (n == 0) return;
  const size_t stretches = std::clamp<size_t>(n / least_stretch, 1, most_stretches);
  const bool apart = place_rows(time, stretches, result.stretch);
  result.middle.resize(stretches);
  const auto from = [&](size_t s) { return n * s / stretches; };
  const int64_t* by_stretch = duration.data();
  if (apart) {
    result.grouped.resize(n);
    std::vector<size_t> to(stretches);
    for (size_t s = 0; s < stretches; ++s) to[s] = from(s);
    for (size_t i = 0; i < n; ++i) result.grouped[to[result.stretch[i]]++] = duration[i];
    by_stretch = result.grouped.data();
  }
  Middles middles(result.room);
  size_t above = 0;
  for (size_t s = 0; s < stretches; ++s) {
    const auto [value, rows] = middles.next(by_stretch + from(s), from(s + 1) - from(s));
    result.middle[s] = value;
    above += rows;
  }
  result.slow_rows = static_cast<int64_t>(above);
  uint8_t* const slow = result.slow.data();
  if (apart) {
    const uint16_t* const stretch = result.stretch.data();
    const int64_t *const middle = result.middle.data(), *const length = duration.data();
    for (size_t i = 0; i < n; ++i) slow[i] = length[i] > middle[stretch[i]];
  } else {
    for (size_t s = 0; s < stretches; ++s) {
      const int64_t middle = result.middle[s];
      for (size_t i = from(s), to = from(s + 1); i < to; ++i) slow[i] = by_stretch[i] > middle;
    }
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
  if (n < 2 * least_in_side) return best;
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
    if (below < static_cast<int64_t>(least_in_side) || above < static_cast<int64_t>(least_in_side)) continue;
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
