// Contrast frames from rows: slow and fast by stretch of time, counts by value, ranks and splits of numbers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/contrast.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <optional>
#include <thread>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/contrast_stretches.h"
#include "runtime/frame/kernels/contrast_times.h"
#include "runtime/frame/kernels/math.h"
#include "runtime/frame/kernels/support.h"

namespace inquest {

namespace {

using contrast::Judged;
using contrast::Sample;
using contrast::Timed;

constexpr size_t few_values = 10, most_values = 100, most_relative = 2000, least_relative = 64;
constexpr size_t shared_from = 500'000;
constexpr uint32_t no_place = UINT32_MAX;

// How often a value stands on either side: [now fast, now slow, then fast, then slow].
using Count = std::array<uint32_t, 4>;

bool differs(const Count& c, int64_t slow_rows, int64_t fast_rows) {   // by three standard errors
  if (slow_rows == 0 || fast_rows == 0) return false;
  const double ns = static_cast<double>(slow_rows), nf = static_cast<double>(fast_rows);
  const double a = c[1] / ns, b = c[0] / nf, both = (c[0] + c[1]) / (ns + nf);
  return (a - b) * (a - b) > 9 * both * (1 - both) * (1 / ns + 1 / nf);
}

}  // namespace

uint32_t ContrastBuilder::population(const Population& p) {
  const auto [at, fresh] = population_ids_.try_emplace(p, static_cast<uint32_t>(populations_.size()));
  if (fresh) {
    populations_.push_back(p);
    parts_.resize(populations_.size() * 2);
  }
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
  if (fresh) {
    values_.emplace_back(text);
    attribute_of_.push_back(attribute);
  }
  return at->second;
}

void ContrastBuilder::row(uint32_t population, int64_t time, int64_t duration, bool then) {
  at_ = population * size_t{2} + then;
  ++rows_;
  Part& p = parts_[at_];
  p.time.push_back(time);
  p.duration.push_back(duration);
  p.text_from.push_back(static_cast<uint32_t>(p.texts.size()));
}

void ContrastBuilder::number(uint32_t attribute, double number) {
  if (!std::isfinite(number)) return;
  Part& p = parts_[at_];
  p.numbers.push_back({attribute, static_cast<uint32_t>(p.time.size() - 1), number});
}

namespace {

// One row of the frame.
struct Told {
  const std::string* attribute;
  std::optional<std::string> value;
  Count count;
  double times = 0;
  std::string numbers_slow, numbers_fast;
  std::optional<contrast::RankResult> rank;
  contrast::Split split;
};
struct Rows {
  std::vector<Told> told;
  int64_t slow_rows[2] = {0, 0}, fast_rows[2] = {0, 0};
};

}  // namespace

// The work of finish(): one population after the other. One object belongs to one thread.
struct ContrastBuilder::Finish {
  const ContrastBuilder& b;
  const Stop* stop;
  Rows* out = nullptr;
  // Of every value, now and then: fast rows in the low half, slow ones in the high half. All 0 between populations.
  std::vector<uint64_t> counts[2] = {};
  std::vector<uint32_t> touched[2] = {};                             // values counted, each once, in the first n_touched
  size_t n_touched[2] = {0, 0};
  std::vector<std::vector<uint32_t>> by_attribute{};
  std::map<std::string, bool> identifiers{}, cut{};
  const Part* part[2] = {nullptr, nullptr};
  Judged judged[2] = {};
  int64_t fast_rows[2] = {0, 0};
  size_t cells_to(const Part& q, size_t row) const {
    return row + 1 < q.text_from.size() ? q.text_from[row + 1] : q.texts.size();
  }

  bool count_cells(int w) {
    const Part& q = *part[w];
    if (q.texts.empty()) return true;
    counts[w].resize(b.values_.size());
    touched[w].resize(b.values_.size());
    uint64_t* const count = counts[w].data();
    const uint32_t* const texts = q.texts.data();
    const uint8_t* const slow = judged[w].slow.data();
    uint32_t *const fresh = touched[w].data(), *next = fresh;
    const uint32_t *cell = texts, *const from = q.text_from.data();
    for (size_t row = 0, last = q.time.size() - 1; row <= last; ++row) {
      if (row % 65536 == 65535 && stopped(stop)) return false;
      const uint64_t one = uint64_t{1} << (slow[row] * 32);
      for (const uint32_t* const to = row < last ? texts + from[row + 1] : texts + q.texts.size(); cell != to; ++cell) {
        const uint64_t before = count[*cell];
        count[*cell] = before + one;
        if (before == 0) [[unlikely]] *next++ = *cell;        // unlikely: else twice the time
      }
    }
    n_touched[w] = static_cast<size_t>(next - fresh);
    return true;
  }

  Count count_of(uint32_t v) const {
    const uint64_t now = counts[0][v], then = counts[1].empty() ? 0 : counts[1][v];
    return {static_cast<uint32_t>(now), static_cast<uint32_t>(now >> 32), static_cast<uint32_t>(then), static_cast<uint32_t>(then >> 32)};
  }
  int64_t rows_now(uint32_t v) const { return static_cast<int64_t>((counts[0][v] & UINT32_MAX) + (counts[0][v] >> 32)); }

  // The values worth telling by attribute, commonest first; what was counted of others is forgotten.
  std::vector<std::pair<std::string, uint32_t>> choose_values() {
    std::vector<uint32_t> seen;
    for (size_t i = 0; i < n_touched[0]; ++i) {
      const uint32_t v = touched[0][i];
      std::vector<uint32_t>& list = by_attribute[b.attribute_of_[v]];
      if (list.empty()) seen.push_back(b.attribute_of_[v]);
      list.push_back(v);
    }
    std::vector<std::pair<std::string, uint32_t>> names;
    for (const uint32_t a : seen) {
      std::vector<uint32_t>& list = by_attribute[a];
      const std::string& name = b.attributes_[a];
      int64_t total = 0;
      for (const uint32_t v : list) total += rows_now(v);
      if (list.size() > few_values && static_cast<int64_t>(list.size()) * 2 > total) {
        identifiers[name] = true;
        list.clear();
        continue;
      }
      const auto commoner = [&](uint32_t x, uint32_t y) {
        const int64_t nx = rows_now(x), ny = rows_now(y);
        return nx != ny ? nx > ny : b.values_[x] < b.values_[y];
      };
      if (list.size() > most_values) {
        cut[name] = true;
        std::nth_element(list.begin(), list.begin() + most_values, list.end(), commoner);
        list.resize(most_values);
      }
      std::sort(list.begin(), list.end(), commoner);
      names.emplace_back(name, a);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // Of each chosen value (its place in `chosen` is its slot; counts[0] holds that + 1, of other values 0): median
  // relative duration over that of the other rows; 0: not known.
  std::vector<double> times_of(const std::vector<uint32_t>& chosen, const std::vector<Count>& chosen_counts) {
    const Part& q = *part[0];
    const Judged& j = judged[0];
    const uint64_t* const slot = counts[0].data();                     // + 1
    const size_t n = q.time.size(), stride = n / (most_relative + 1) + 1;
    std::vector<Timed> order;                    // every stride-th row
    std::vector<uint32_t> slots_to, slots;                             // of these rows
    for (size_t row = 0; row < n; row += stride) {
      if (const size_t ahead = row + 8 * stride; ahead < n) __builtin_prefetch(q.texts.data() + q.text_from[ahead]);
      order.emplace_back(j.relative(row, q.duration[row]), static_cast<uint32_t>(order.size()));
      for (size_t c = q.text_from[row], to = cells_to(q, row); c < to; ++c)
        if (const uint64_t s = slot[q.texts[c]]) slots.push_back(static_cast<uint32_t>(s - 1));
      slots_to.push_back(static_cast<uint32_t>(slots.size()));
    }
    contrast::sort_timed(order);
    std::vector<double> sorted;
    std::vector<std::vector<uint32_t>> with(chosen.size());           // places in `sorted`, ascending
    for (const auto& [relative, sample] : order) {
      for (size_t c = sample ? slots_to[sample - 1] : 0; c < slots_to[sample]; ++c)
        if (auto& places = with[slots[c]]; places.empty() || places.back() != sorted.size())
          places.push_back(static_cast<uint32_t>(sorted.size()));
      sorted.push_back(relative);
    }
    std::vector<double> times(chosen.size(), 0);
    std::vector<std::vector<double>> all_rows(chosen.size());
    bool more = false;
    for (size_t s = 0; s < chosen.size(); ++s)
      if (stride > 1 && with[s].size() < least_relative && differs(chosen_counts[s], j.slow_rows, fast_rows[0])) more = true;
      else counts[0][chosen[s]] = 0;                                   // no longer looked for
    if (more)
      for (size_t row = 0, c = 0; row < n; ++row)
        for (const size_t to = cells_to(q, row); c < to; ++c)
          if (const uint64_t s = slot[q.texts[c]]) all_rows[s - 1].push_back(j.relative(row, q.duration[row]));
    for (size_t s = 0; s < chosen.size(); ++s) {
      const size_t mine = with[s].size();
      const double base = contrast::median_of_others(sorted, with[s]);
      if (!(base > 0) || (mine == 0 && all_rows[s].empty())) continue;
      if (!all_rows[s].empty()) times[s] = median(std::move(all_rows[s])) / base;
      else if (mine % 2) times[s] = sorted[with[s][mine / 2]] / base;
      else times[s] = (sorted[with[s][mine / 2 - 1]] + (sorted[with[s][mine / 2]] - sorted[with[s][mine / 2 - 1]]) / 2) / base;
    }
    return times;
  }

  void texts() {
    const auto names = choose_values();
    std::vector<uint32_t> chosen;
    std::vector<Count> chosen_counts;
    for (const auto& [name, a] : names)
      for (const uint32_t v : by_attribute[a]) chosen.push_back(v), chosen_counts.push_back(count_of(v));
    for (const int w : {0, 1}) {                                       // what was counted is known: room for the slots
      for (size_t i = 0; i < n_touched[w]; ++i) counts[w][touched[w][i]] = 0;
      n_touched[w] = 0;
    }
    for (size_t s = 0; s < chosen.size(); ++s) counts[0][chosen[s]] = s + 1;
    const std::vector<double> times = times_of(chosen, chosen_counts);
    for (size_t s = 0; s < chosen.size(); ++s) {
      const uint32_t v = chosen[s];
      out->told.push_back({&b.attributes_[b.attribute_of_[v]], b.values_[v], chosen_counts[s], times[s], {}, {}, {}, {}});
      counts[0][v] = 0;
    }
    for (const auto& [name, a] : names) by_attribute[a].clear();
  }

  void numbers() {
    std::vector<uint32_t> place(b.attributes_.size(), no_place);
    std::vector<std::pair<uint32_t, uint32_t>> names;                // attribute, place
    std::vector<std::vector<Sample>> samples[2];
    for (const int w : {0, 1})
      for (const Number& number : part[w]->numbers) {
        uint32_t& at = place[number.attribute];
        if (at == no_place) {
          if (w == 1) continue;                                      // not there now
          at = static_cast<uint32_t>(names.size());
          names.emplace_back(number.attribute, at);
          for (auto& list : samples) list.emplace_back();
        }
        samples[w][at].push_back({number.number, judged[w].stretch[number.row], judged[w].slow[number.row] != 0});
      }
    std::sort(names.begin(), names.end(), [&](const auto& x, const auto& y) { return b.attributes_[x.first] < b.attributes_[y.first]; });
    for (const auto& [a, at] : names) number(b.attributes_[a], samples[0][at], samples[1][at]);
  }

  void number(const std::string& name, const std::vector<Sample>& now, const std::vector<Sample>& then) {
    std::vector<std::pair<double, Count>> distinct;                  // in the order of their coming
    bool few = true;
    for (const Sample& s : now) {
      auto at = std::find_if(distinct.begin(), distinct.end(), [&](const auto& d) { return d.first == s.number; });
      if (at == distinct.end()) {
        few = distinct.size() < few_values;
        if (!few) break;
        at = distinct.insert(distinct.end(), {s.number, Count{}});
      }
      ++at->second[s.slow];
    }
    if (few && distinct.size() * 2 <= now.size()) {
      for (const Sample& s : then)
        for (auto& [value, count] : distinct)
          if (value == s.number) ++count[2 + s.slow];
      std::sort(distinct.begin(), distinct.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
      for (const auto& [value, count] : distinct) {
        out->told.push_back({&name, shortest(value), count, 0, {}, {}, {}, {}});
      }
      return;
    }
    Count count{};
    std::vector<double> slow, fast;
    for (const Sample& s : now) {
      (s.slow ? slow : fast).push_back(s.number);
      ++count[s.slow];
    }
    for (const Sample& s : then) ++count[2 + s.slow];
    Told row{&name, std::nullopt, count, 0, {}, {}, contrast::stratified(now), contrast::best_split(now)};
    if (!slow.empty()) row.numbers_slow = contrast::five_numbers(slow);
    if (!fast.empty()) row.numbers_fast = contrast::five_numbers(fast);
    out->told.push_back(std::move(row));
  }

  bool run(size_t population, Rows& rows) {
    out = &rows;
    for (const size_t w : {size_t{0}, size_t{1}}) {
      part[w] = &b.parts_[population * 2 + w];
      contrast::judge(part[w]->time, part[w]->duration, judged[w]);
      rows.slow_rows[w] = judged[w].slow_rows;
      rows.fast_rows[w] = fast_rows[w] = static_cast<int64_t>(part[w]->time.size()) - judged[w].slow_rows;
    }
    if (part[0]->time.empty()) return true;                          // nothing now: nothing to tell apart
    by_attribute.resize(b.attributes_.size());
    if (!count_cells(0) || !count_cells(1)) return false;
    texts();
    numbers();
    return true;
  }
};

Result<FramePtr> ContrastBuilder::finish(bool against, const Stop* stop) {
  // Populations do not depend on each other: many cells are shared between two threads, and told in order after that.
  std::vector<Rows> results(populations_.size());
  size_t cells = 0;
  for (const Part& part : parts_) cells += part.texts.size() + part.numbers.size();
  std::atomic<size_t> next = 0;
  std::atomic<bool> stopped_ = false;
  Finish first{*this, stop}, second{*this, stop};
  const auto work = [&](Finish& finish) {
    for (size_t i; (i = next++) < populations_.size() && !stopped_;)
      if (stopped(stop) || !finish.run(i, results[i])) stopped_ = true;
  };
  std::thread helper;
  if (cells >= shared_from && populations_.size() > 1 && std::thread::hardware_concurrency() > 1)
    helper = std::thread([&] { work(second); });
  work(first);
  if (helper.joinable()) helper.join();
  if (stopped_) return interrupted("contrast");

  FrameBuilder out(Shape::contrast);
  out.head();
  using enum ColumnType;
  for (const char* name : {"operation", "attribute", "value"}) out.add(name, text);
  for (const char* name : {"slow", "fast", "slow_then", "fast_then", "slow_rows", "fast_rows", "slow_rows_then", "fast_rows_then"})
    out.add(name, int64);
  out.add("times", float64).add("numbers_slow", text).add("numbers_fast", text).add("z", float64).add("effect", float64);
  out.add("split", float64).add("slow_above", int64).add("fast_above", int64).add("splits", int64);
  for (const auto& [p, id] : population_ids_) {                      // ascending: the order of the frame
    const Rows& rows = results[id];
    for (const Told& t : rows.told) {
      out.text(0, p.service);
      if (p.namespace_) out.text(1, *p.namespace_);
      if (p.instance) out.text(2, *p.instance);
      if (p.version) out.text(3, *p.version);
      out.text(4, p.operation);
      out.text(5, *t.attribute);
      if (t.value) out.text(6, *t.value);
      out.integer(7, t.count[1]);
      out.integer(8, t.count[0]);
      out.integer(11, rows.slow_rows[0]);
      out.integer(12, rows.fast_rows[0]);
      if (against) {
        out.integer(9, t.count[3]);
        out.integer(10, t.count[2]);
        out.integer(13, rows.slow_rows[1]);
        out.integer(14, rows.fast_rows[1]);
      }
      if (t.times > 0) out.number(15, t.times);
      if (!t.numbers_slow.empty()) out.text(16, t.numbers_slow);
      if (!t.numbers_fast.empty()) out.text(17, t.numbers_fast);
      if (t.rank) {
        out.number(18, t.rank->z);
        out.number(19, t.rank->effect);
      }
      if (t.split.found) {
        out.number(20, t.split.at);
        out.integer(21, t.split.slow_above);
        out.integer(22, t.split.fast_above);
        out.integer(23, t.split.tried);
      }
      out.end_row();
    }
  }
  const auto note = [&](std::map<std::string, bool> names, const std::map<std::string, bool>& more, const std::string& what) {
    names.insert(more.begin(), more.end());
    if (names.empty()) return;
    std::vector<std::string> list;
    for (const auto& [name, yes] : names) list.push_back(name);
    out.marks().notes.push_back(what + join(list, ", "));
  };
  note(first.identifiers, second.identifiers, "identifiers left out: ");
  note(first.cut, second.cut, "only the 100 commonest values of: ");
  return out.finish();
}

}  // namespace inquest
