// Limits from medians, and the rows of a contrast frame from counts.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/agg_contrast.h"

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/contrast_stretches.h"
#include "runtime/frame/kernels/loghist.h"

namespace inquest::opensearch::contrasted {

namespace {

constexpr int64_t least_stretch = 8, most_samples = 200'000;
constexpr size_t most_values = 100;

}  // namespace

void set_limits(const std::vector<std::pair<int64_t, int64_t>>& cells, Counts& rows) {
  std::map<int64_t, std::vector<std::pair<int32_t, int64_t>>> by_time;
  int64_t all = 0;
  for (const auto& [packed, n] : cells) {
    const int64_t time = std::clamp<int64_t>(packed / cell_buckets, 0, buckets_of_time);
    by_time[time].emplace_back(static_cast<int32_t>(packed % cell_buckets - 1), n);
    all += n;
  }
  rows.limits.assign(buckets_of_time + 1, 0);
  rows.strata.assign(buckets_of_time + 1, 0);
  if (all == 0) return;
  // Neighbouring buckets of time are joined until each stretch has its share of the rows, at least eight, and of different
  // durations at least as many: a median tells nothing where one duration comes again and again.
  const int64_t share = std::max<int64_t>(least_stretch, all / static_cast<int64_t>(buckets_of_time));
  int64_t seen = 0;
  int64_t first = 0;                                   // bucket of time that begins the stretch
  for (auto at = by_time.begin(); at != by_time.end();) {
    const int64_t before = seen;
    const auto from = at;
    int64_t n = 0, different = 0;
    while (at != by_time.end() && (n < share || different < least_stretch || all - seen < share)) {
      for (const auto& [bucket, c] : at->second) {
        n += c;
        seen += c;
        ++different;
      }
      ++at;
    }
    const int64_t rank = (n + 1) / 2;
    int32_t middle = -1;
    std::map<int32_t, int64_t> counts;
    for (auto one = from; one != at; ++one)
      for (const auto& [bucket, c] : one->second) counts[bucket] += c;
    int64_t below = 0;
    for (const auto& [bucket, c] : counts) {
      below += c;
      middle = bucket;
      if (below >= rank) break;
    }
    const int64_t limit = middle < 0 ? 0 : log_bucket_from(middle + 1) - 1;
    const int64_t last = at == by_time.end() ? static_cast<int64_t>(buckets_of_time) : at->first - 1;
    const int stratum = static_cast<int>(before * static_cast<int64_t>(most_strata) / all);
    for (int64_t i = first; i <= last; ++i) {
      rows.limits[static_cast<size_t>(i)] = limit;
      rows.strata[static_cast<size_t>(i)] = stratum;
    }
    first = last + 1;
  }
}

void add_columns(FrameBuilder& frame, bool ranked) {
  using enum ColumnType;
  frame.head();
  for (const char* name : {"operation", "attribute", "value"}) frame.add(name, text);
  for (const char* name : {"slow", "fast", "slow_then", "fast_then", "slow_rows", "fast_rows", "slow_rows_then", "fast_rows_then"})
    frame.add(name, int64);
  if (!ranked) return;
  frame.add("times", float64).add("numbers_slow", text).add("numbers_fast", text).add("z", float64).add("effect", float64);
  frame.add("split", float64).add("slow_above", int64).add("fast_above", int64).add("splits", int64);
}

namespace {

void put(FrameBuilder& frame, const Population& of, const std::string& attribute, const Side& now, const Side& then, bool against) {
  if (of.service) frame.text(0, *of.service);
  if (of.namespace_) frame.text(1, *of.namespace_);
  frame.text(4, of.operation);
  frame.text(5, attribute);
  frame.integer(7, now[1]);
  frame.integer(8, now[0]);
  frame.integer(11, of.parts[0].rows[1]);
  frame.integer(12, of.parts[0].rows[0]);
  if (!against) return;
  frame.integer(9, then[1]);
  frame.integer(10, then[0]);
  frame.integer(13, of.parts[1].rows[1]);
  frame.integer(14, of.parts[1].rows[0]);
}

// The statistics of files over the numbers as counted; of very many a fair share.
void put_numbers(FrameBuilder& frame, const std::vector<Counts::Number>& numbers) {
  int64_t all = 0;
  for (const Counts::Number& one : numbers) all += one.count;
  const int64_t of = all / most_samples + 1;
  std::vector<inquest::contrast::Sample> samples;
  std::vector<double> sides[2];
  int64_t rest = 0;
  for (const Counts::Number& one : numbers)
    for (rest += one.count; rest >= of; rest -= of) {
      samples.push_back({one.number, static_cast<uint16_t>(one.stratum), one.slow});
      sides[one.slow].push_back(one.number);
    }
  if (!sides[1].empty()) frame.text(16, inquest::contrast::five_numbers(sides[1]));
  if (!sides[0].empty()) frame.text(17, inquest::contrast::five_numbers(sides[0]));
  const auto rank = inquest::contrast::stratified(samples);
  frame.number(18, rank.z);
  frame.number(19, rank.effect);
  const auto split = inquest::contrast::best_split(samples);
  if (!split.found) return;
  Side above{0, 0};
  for (const Counts::Number& one : numbers)
    if (one.number > split.at) above[one.slow] += one.count;
  frame.number(20, split.at);
  frame.integer(21, above[1]);
  frame.integer(22, above[0]);
  frame.integer(23, split.tried);
}

}  // namespace

void put_rows(FrameBuilder& frame, const Population& of, bool ranked, bool against, double least, int64_t& left_out) {
  const Counts &now = of.parts[0], &then = of.parts[1];
  if (now.spans == 0) return;
  for (const auto& [attribute, values] : now.values) {
    std::vector<std::pair<const std::string*, Side>> list;
    for (const auto& [value, counts] : values) {
      const int64_t n = counts[0] + counts[1];
      if (n == 0) continue;
      if (!ranked && static_cast<double>(n) < least) ++left_out;
      else list.emplace_back(&value, counts);
    }
    if (ranked) {                                      // commonest first, as files tell them
      std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.second[0] + a.second[1] > b.second[0] + b.second[1]; });
      if (list.size() > most_values) list.resize(most_values);
    }
    const auto earlier = then.values.find(attribute);
    for (const auto& [value, counts] : list) {
      Side before{0, 0};
      if (earlier != then.values.end())
        if (const auto at = earlier->second.find(*value); at != earlier->second.end()) before = at->second;
      put(frame, of, attribute, counts, before, against);
      frame.text(6, *value);
      if (const auto times = of.times.find({attribute, *value}); ranked && times != of.times.end()) frame.number(15, times->second);
      frame.end_row();
    }
  }
  if (!ranked) return;
  for (const auto& [attribute, numbers] : now.numbers) {
    Side counts{0, 0};
    for (const Counts::Number& one : numbers) counts[one.slow] += one.count;
    if (counts[0] + counts[1] == 0) continue;
    const auto earlier = then.with.find(attribute);
    put(frame, of, attribute, counts, earlier == then.with.end() ? Side{0, 0} : earlier->second, against);
    put_numbers(frame, numbers);
    frame.end_row();
  }
}

}  // namespace inquest::opensearch::contrasted
