// Contrast frames from rows: stretches of time, slow and fast, counts by value, ranks of numbers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/contrast.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/math.h"
#include "runtime/frame/kernels/support.h"

namespace inquest {

namespace {

constexpr size_t least_stretch = 8, most_stretches = 240, few_values = 10, most_values = 100, most_relative = 20000;

struct Judged {               // a row with its side
  size_t row;
  uint32_t stretch;
  bool slow;
  double relative;            // duration / median of the stretch
};

// The rows of one population and window in order of time, each slow or fast within its stretch.
template <class Rows>
std::vector<Judged> judge(const Rows& rows, std::vector<size_t> order) {
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return rows[a].time < rows[b].time; });
  const size_t n = order.size();
  const size_t stretches = std::clamp<size_t>(n / least_stretch, 1, most_stretches);
  std::vector<Judged> result;
  result.reserve(n);
  std::vector<double> durations;
  for (size_t s = 0; s < stretches; ++s) {
    const size_t from = n * s / stretches, to = n * (s + 1) / stretches;
    durations.clear();
    for (size_t i = from; i < to; ++i) durations.push_back(static_cast<double>(rows[order[i]].duration));
    const double middle = durations.empty() ? 0 : quantile_of(durations, 0.5);
    for (size_t i = from; i < to; ++i) {
      const double d = static_cast<double>(rows[order[i]].duration);
      result.push_back({order[i], static_cast<uint32_t>(s), d > middle, middle > 0 ? d / middle : 1});
    }
  }
  return result;
}

struct Sample {               // one number of one row
  double number;
  uint32_t stretch;
  bool slow;
};

struct RankResult { double z = 0, effect = 0; };

// van Elteren: within every stretch the rank sum of the slow rows against its expectation, weighted 1 / (n + 1).
RankResult stratified(std::vector<Sample> samples) {
  std::stable_sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) { return a.stretch < b.stretch; });
  double sum = 0, variance = 0, pairs = 0, wins = 0;
  for (size_t i = 0; i < samples.size();) {
    size_t j = i;
    std::vector<double> values;
    double k = 0;
    for (; j < samples.size() && samples[j].stretch == samples[i].stretch; ++j) {
      values.push_back(samples[j].number);
      k += samples[j].slow;
    }
    const double n = static_cast<double>(values.size()), m = n - k;
    if (k > 0 && m > 0) {
      const std::vector<double> r = ranks(values);
      double slow_ranks = 0, squares = 0;
      for (size_t a = 0; a < r.size(); ++a) {
        if (samples[i + a].slow) slow_ranks += r[a];
        squares += (r[a] - (n + 1) / 2) * (r[a] - (n + 1) / 2);
      }
      const double weight = 1 / (n + 1);
      sum += weight * (slow_ranks - k * (n + 1) / 2);
      variance += weight * weight * k * m / (n * (n - 1)) * squares;
      pairs += k * m;
      wins += slow_ranks - k * (k + 1) / 2;
    }
    i = j;
  }
  if (!(variance > 0)) return {};
  return {sum / std::sqrt(variance), 2 * wins / pairs - 1};
}

std::string five_numbers(std::vector<double> values) {
  std::string text = "[";
  for (const double q : {0.0, 0.25, 0.5, 0.75, 1.0}) text += (q > 0 ? ", " : "") + shortest(quantile_of(values, q));
  return text + "]";
}

}  // namespace

uint32_t ContrastBuilder::population(const Population& p) {
  const auto [at, fresh] = population_ids_.try_emplace(p, static_cast<uint32_t>(populations_.size()));
  if (fresh) populations_.push_back(p);
  return at->second;
}

uint32_t ContrastBuilder::attribute(std::string_view name) {
  const auto [at, fresh] = attribute_ids_.try_emplace(std::string(name), static_cast<uint32_t>(attributes_.size()));
  if (fresh) attributes_.emplace_back(name);
  return at->second;
}

uint32_t ContrastBuilder::value(uint32_t attribute, std::string_view text) {
  std::string key(reinterpret_cast<const char*>(&attribute), sizeof attribute);
  key += text;
  const auto [at, fresh] = value_ids_.try_emplace(std::move(key), static_cast<uint32_t>(values_.size()));
  if (fresh) values_.emplace_back(attribute, std::string(text));
  return at->second;
}

void ContrastBuilder::row(uint32_t population, int64_t time, int64_t duration, bool then) {
  rows_.push_back({time, duration, population, then, texts_.size(), numbers_.size()});
}

void ContrastBuilder::number(uint32_t attribute, double number) {
  if (std::isfinite(number)) numbers_.push_back({attribute, number});
}

// What is counted of one population, now [0] and then [1].
struct ContrastBuilder::Side {
  std::vector<Judged> judged[2];
  int64_t slow_rows[2] = {0, 0}, fast_rows[2] = {0, 0};
};

Result<FramePtr> ContrastBuilder::finish(bool against, const Stop* stop) {
  rows_.push_back({0, 0, 0, false, texts_.size(), numbers_.size()});  // ends the cells of the last row
  const size_t n_rows = rows_.size() - 1;
  FrameBuilder out(Shape::contrast);
  out.head();
  using enum ColumnType;
  for (const char* name : {"operation", "attribute", "value"}) out.add(name, text);
  for (const char* name : {"slow", "fast", "slow_then", "fast_then", "slow_rows", "fast_rows", "slow_rows_then", "fast_rows_then"})
    out.add(name, int64);
  out.add("times", float64).add("numbers_slow", text).add("numbers_fast", text).add("z", float64).add("effect", float64);

  std::vector<std::vector<size_t>> members(populations_.size() * 2);
  for (size_t i = 0; i < n_rows; ++i) members[rows_[i].population * 2 + rows_[i].then].push_back(i);
  struct Count { int64_t slow[2] = {0, 0}, fast[2] = {0, 0}; };
  std::vector<Count> counts(values_.size());
  std::vector<uint32_t> touched;
  std::map<std::string, bool> identifiers, cut;

  for (const auto& [p, id] : population_ids_) {                      // ascending: the order of the frame
    Side side;
    std::map<uint32_t, std::vector<Sample>> samples[2];              // of numbers, per attribute
    for (const int w : {0, 1}) {
      side.judged[w] = judge(rows_, members[id * 2 + static_cast<size_t>(w)]);
      size_t polled = 0;
      for (const Judged& j : side.judged[w]) {
        if (++polled % 16384 == 0 && stopped(stop)) return interrupted("contrast");
        (j.slow ? side.slow_rows : side.fast_rows)[w] += 1;
        for (size_t c = rows_[j.row].text_from; c < rows_[j.row + 1].text_from; ++c) {
          Count& count = counts[texts_[c]];
          if (!(count.slow[0] | count.fast[0] | count.slow[1] | count.fast[1])) touched.push_back(texts_[c]);
          ++(j.slow ? count.slow : count.fast)[w];
        }
        for (size_t c = rows_[j.row].number_from; c < rows_[j.row + 1].number_from; ++c)
          samples[w][numbers_[c].attribute].push_back({numbers_[c].number, j.stretch, j.slow});
      }
    }
    if (side.judged[0].empty()) {                                    // nothing now: nothing to tell apart
      for (const uint32_t v : touched) counts[v] = {};
      touched.clear();
      continue;
    }
    const auto begin = [&](const std::string& attribute) {
      out.text(0, p.service);
      if (p.namespace_) out.text(1, *p.namespace_);
      if (p.instance) out.text(2, *p.instance);
      if (p.version) out.text(3, *p.version);
      out.text(4, p.operation);
      out.text(5, attribute);
      out.integer(11, side.slow_rows[0]);
      out.integer(12, side.fast_rows[0]);
      if (!against) return;
      out.integer(13, side.slow_rows[1]);
      out.integer(14, side.fast_rows[1]);
    };
    const auto tell = [&](const Count& count) {
      out.integer(7, count.slow[0]);
      out.integer(8, count.fast[0]);
      if (!against) return;
      out.integer(9, count.slow[1]);
      out.integer(10, count.fast[1]);
    };

    // Text values by attribute, commonest first.
    std::map<std::string, std::vector<uint32_t>> by_attribute;
    for (const uint32_t v : touched)
      if (counts[v].slow[0] + counts[v].fast[0] > 0) by_attribute[attributes_[values_[v].first]].push_back(v);
    std::unordered_map<uint32_t, size_t> wanted;                     // values whose relative durations are collected
    for (auto& [name, list] : by_attribute) {
      int64_t total = 0;
      const auto size = [&](uint32_t v) { return counts[v].slow[0] + counts[v].fast[0]; };
      for (const uint32_t v : list) total += size(v);
      if (list.size() > few_values && static_cast<int64_t>(list.size()) * 2 > total) {
        identifiers[name] = true;
        list.clear();
        continue;
      }
      std::sort(list.begin(), list.end(), [&](uint32_t a, uint32_t b) {
        return size(a) != size(b) ? size(a) > size(b) : values_[a].second < values_[b].second;
      });
      if (list.size() > most_values) {
        cut[name] = true;
        list.resize(most_values);
      }
      for (const uint32_t v : list) wanted.try_emplace(v, wanted.size());
    }
    std::vector<std::vector<double>> with(wanted.size());
    std::vector<double> all;
    const size_t stride = side.judged[0].size() / most_relative + 1;
    for (size_t i = 0; i < side.judged[0].size(); i += stride) {
      const Judged& j = side.judged[0][i];
      all.push_back(j.relative);
      for (size_t c = rows_[j.row].text_from; c < rows_[j.row + 1].text_from; ++c)
        if (const auto at = wanted.find(texts_[c]); at != wanted.end()) with[at->second].push_back(j.relative);
    }
    std::sort(all.begin(), all.end());
    for (const auto& [name, list] : by_attribute)
      for (const uint32_t v : list) {
        begin(name);
        out.text(6, values_[v].second);
        tell(counts[v]);
        std::vector<double>& mine = with[wanted[v]];
        std::sort(mine.begin(), mine.end());
        std::vector<double> others;
        std::set_difference(all.begin(), all.end(), mine.begin(), mine.end(), std::back_inserter(others));
        if (const double base = median(others); !mine.empty() && base > 0) out.number(15, median(mine) / base);
        out.end_row();
      }
    for (const uint32_t v : touched) counts[v] = {};
    touched.clear();

    std::vector<std::pair<std::string, uint32_t>> numeric;
    for (const auto& [attribute, list] : samples[0]) numeric.emplace_back(attributes_[attribute], attribute);
    std::sort(numeric.begin(), numeric.end());
    for (const auto& [name, attribute] : numeric) {
      const std::vector<Sample>& now = samples[0][attribute];
      const std::vector<Sample>& then = samples[1][attribute];
      std::map<double, Count> distinct;
      for (const Sample& s : now) {
        ++(s.slow ? distinct[s.number].slow : distinct[s.number].fast)[0];
        if (distinct.size() > few_values) break;
      }
      if (distinct.size() <= few_values && distinct.size() * 2 <= now.size()) {
        for (const Sample& s : then)
          if (const auto at = distinct.find(s.number); at != distinct.end()) ++(s.slow ? at->second.slow : at->second.fast)[1];
        for (const auto& [number, count] : distinct) {
          begin(name);
          out.text(6, shortest(number));
          tell(count);
          out.end_row();
        }
        continue;
      }
      Count count;
      std::vector<double> slow, fast;
      for (const Sample& s : now) {
        (s.slow ? slow : fast).push_back(s.number);
        ++(s.slow ? count.slow : count.fast)[0];
      }
      for (const Sample& s : then) ++(s.slow ? count.slow : count.fast)[1];
      begin(name);
      tell(count);
      if (!slow.empty()) out.text(16, five_numbers(std::move(slow)));
      if (!fast.empty()) out.text(17, five_numbers(std::move(fast)));
      const RankResult rank = stratified(now);
      out.number(18, rank.z);
      out.number(19, rank.effect);
      out.end_row();
    }
  }
  const auto note = [&](const std::map<std::string, bool>& names, const std::string& what) {
    if (names.empty()) return;
    std::vector<std::string> list;
    for (const auto& [name, yes] : names) list.push_back(name);
    out.marks().notes.push_back(what + join(list, ", "));
  };
  note(identifiers, "identifiers left out: ");
  note(cut, "only the 100 commonest values of: ");
  return out.finish();
}

}  // namespace inquest
