// Whole kernels against numpy and scipy: trend, splits, ranks over stretches, lags, buckets, spikes, waiting.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/change_point.h"
#include "runtime/frame/kernels/contrast_stretches.h"
#include "runtime/frame/kernels/trend.h"
#include "tests/runtime/frame/kernels/oracle.h"

using namespace inquest;
using namespace inquest::made;

TEST_CASE("the range of a slope, the rank scan and the test of a rise agree with scipy") {
  Random random(11);
  std::vector<Question> questions;
  for (int i = 0; i < 60; ++i) {
    const size_t n = 8 + static_cast<size_t>(random.below(60));
    std::vector<double> v = sample(random, n, i % 3), seconds;
    for (size_t k = 0; k < n; ++k) v[k] += 0.02 * static_cast<double>(k * static_cast<size_t>(i % 4));
    Points points;
    for (size_t k = 0; k < n; ++k) {
      seconds.push_back(60.0 * static_cast<double>(k));
      points.push_back({start + static_cast<int64_t>(k) * minute, v[k]});
    }
    const SlopeRange range = slope_range(points);
    questions.push_back(question("sen", v, seconds, {range.low, range.high}, 1e-9));
    const RankSplit split = rank_scan(v);
    questions.push_back(question("rank_scan", v, {}, {static_cast<double>(split.at), split.z}, 1e-9));
    if (const double p = rising_p(v); p > 0 && p < 1) questions.push_back(question("rising_p", v, {}, {p}, 1e-9));
  }
  ask(questions);
}

TEST_CASE("ranks over stretches and the best split of a number agree with scipy") {
  Random random(12);
  std::vector<Question> questions;
  for (int i = 0; i < 60; ++i) {
    const size_t n = 20 + static_cast<size_t>(random.below(i % 2 ? 40 : 400));
    std::vector<contrast::Sample> samples;
    std::vector<double> x = sample(random, n, i % 3), sides, slow;
    for (size_t k = 0; k < n; ++k) {
      const bool is_slow = random.below(2) == 0;
      if (is_slow && i % 4) x[k] += 1;
      samples.push_back({x[k], static_cast<uint16_t>(k / 10), is_slow});
      sides.push_back(static_cast<double>(2 * (k / 10) + is_slow));
      slow.push_back(is_slow);
    }
    const contrast::RankResult rank = contrast::stratified(samples);
    questions.push_back(question("elteren", x, sides, {rank.z, rank.effect}, 1e-9));
    const contrast::Split split = contrast::best_split(samples);
    double all_slow = 0;
    for (const double s : slow) all_slow += s;
    const double a = static_cast<double>(split.slow_above), b = static_cast<double>(split.fast_above), all = static_cast<double>(n);
    const double c = all_slow - a, d = all - all_slow - b, cross = a * d - b * c;
    const double chi = split.found ? all * cross * cross / ((a + b) * (c + d) * all_slow * (all - all_slow)) : 0;
    questions.push_back(question("split", x, slow, {chi, static_cast<double>(split.tried)}, 1e-9));
    int64_t above = 0;
    for (const auto& s : samples) above += s.number > split.at;
    if (split.found) CHECK(above == split.slow_above + split.fast_above);
  }
  ask(questions);
}

TEST_CASE("lags, buckets and spikes agree with numpy and scipy") {
  Random random(13);
  std::vector<Question> questions;
  for (int i = 0; i < 40; ++i) {
    const size_t n = 30 + static_cast<size_t>(random.below(60));
    const std::vector<double> x = sample(random, n, i % 2);
    std::vector<double> y = sample(random, n, 0);
    for (size_t k = 3; k < n; ++k) y[k] += i % 4 ? 2 * x[k - 3] : 0;
    const FramePtr f = run("overlay", {series(x), series(y)}, {{"max_lag", int64_t{5}}});
    questions.push_back(question("overlay", x, y, {number(f, "r0"), number(f, "r")}, 1e-9));
    if (i % 4 == 2) CHECK(number(f, "lag") == 3.0 * minute);
    std::vector<double> ours, times;
    for (size_t k = 0; k < n; ++k) times.push_back(static_cast<double>(k));
    std::vector<FramePtr> reduced;
    for (const char* how : {"mean", "median", "max", "sum"})
      reduced.push_back(run("bucket", {series(x)}, {{"step", Duration{5 * minute}}, {"reduce", how}}));
    for (size_t row = 0; row < reduced[0]->rows; ++row)
      for (const FramePtr& r : reduced) ours.push_back(number(r, "value", row));
    questions.push_back(question("bucket", x, times, ours, 1e-9));
    const FramePtr s = run("spikes", {series(x)}, {{"k", 3.0}});
    questions.push_back(question("spikes", x, {3}, {number(s, "median"), number(s, "mad"), number(s, "limit"), number(s, "n_spikes")}, 1e-9));
  }
  ask(questions);
}

TEST_CASE("self time and waiting agree with a count of ticks, on random traces of skewed clocks") {
  Random random(14);
  std::vector<Question> questions;
  for (int i = 0; i < 60; ++i) {
    const int64_t n = 1 + random.below(14);
    std::vector<double> rows;
    FrameBuilder b(Shape::spans);
    b.head().add("trace_id", ColumnType::text).add("span_id", ColumnType::text).add("parent_id", ColumnType::text);
    b.add("operation", ColumnType::text).add("start", ColumnType::time).add("duration", ColumnType::duration);
    for (int64_t k = 0; k < n; ++k) {
      const int64_t parent = k ? random.below(k) : -1, service = random.below(4), from = random.below(100), length = random.below(80);
      for (const int64_t v : {parent, service, from, from + length}) rows.push_back(static_cast<double>(v));
      b.text(0, std::string(1, static_cast<char>('a' + service)));
      b.text(4, "t");
      b.text(5, std::to_string(k));
      if (k) b.text(6, std::to_string(parent));
      b.text(7, "o" + std::string(1, static_cast<char>('a' + k)));
      b.integer(8, from);
      b.integer(9, length);
      b.end_row();
    }
    const FramePtr f = b.finish();
    std::vector<double> ours;
    const FramePtr self = run("self_time", {f}, {{"by", List{"operation"}}});
    for (size_t row = 0; row < self->rows; ++row) ours.push_back(number(self, "self", row));
    const FramePtr waits = run("waits", {f});
    std::vector<std::pair<std::string, std::pair<double, double>>> order;
    for (size_t row = 0; row < waits->rows; ++row)
      if (!absent(waits, "callee", row))
        order.emplace_back(text(waits, "caller", row) + text(waits, "callee", row), std::pair(number(waits, "wait", row), number(waits, "alone", row)));
    std::sort(order.begin(), order.end());
    for (const auto& [pair, times] : order) ours.insert(ours.end(), {times.first, times.second});
    questions.push_back(question("timeline", rows, {}, ours, 0));
  }
  ask(questions);
}
