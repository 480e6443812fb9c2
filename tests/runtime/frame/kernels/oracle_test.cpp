// The kernels' arithmetic against numpy and scipy, on random and adversarial input, through a pipe.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/change_point.h"
#include "tests/runtime/frame/kernels/oracle.h"

using namespace inquest;
using namespace inquest::made;

TEST_CASE("logarithm, power and normal tail agree with numpy and scipy") {
  Random random(1);
  std::vector<double> x, y, z;
  for (int i = 0; i < 2000; ++i) {
    x.push_back(exp_(200 * (random.unit() - 0.5)));
    y.push_back(2000 * (random.unit() - 0.5));
    z.push_back(50 * (random.unit() - 0.3));
  }
  for (const double v : {1.0, 2.0, 0.5, 1.4142135623730951, 5e-324, 2.2e-308, 1.7976931348623157e308, 1 + 2.2e-16}) x.push_back(v);
  for (const double v : {0.0, 0.5, -0.5, 1023.0, -1022.0, -1020.3}) y.push_back(v);
  std::erase_if(y, [](double v) { return v < -1020 || v > 1023; });
  for (const double v : {0.0, 1.96, 2.0, 3.0, -3.0, 8.0, 30.0}) z.push_back(v);
  std::erase_if(z, [](double v) { return v > 37; });
  ask({question("log2", x, {}, each(x, log2_), 4e-15), question("exp2", y, {}, each(y, exp2_), 4e-15),
       question("tail", z, {}, each(z, normal_tail), 1e-11)});
}

TEST_CASE("Fisher's test agrees with scipy from empty to large tables") {
  Random random(2);
  std::vector<Question> questions;
  const auto add = [&](int64_t a, int64_t b, int64_t c, int64_t d) {
    const Fisher f = fisher(a, b, c, d);
    questions.push_back(question("fisher", {double(a), double(b), double(c), double(d)}, {}, {f.two_sided, f.greater}, 2e-6));
    questions.back().json["x"] = Json::array({a, b, c, d});
  };
  for (int i = 0; i < 400; ++i) {
    const int64_t size = i < 200 ? 12 : i < 300 ? 100 : 3000;
    add(random.below(size), random.below(size), random.below(size), random.below(size));
  }
  add(24, 2, 5, 24);
  add(10, 10, 10, 10);
  add(0, 5, 5, 0);
  add(1, 0, 0, 1);
  add(0, 50, 3, 47);
  ask(questions);
}

TEST_CASE("binomial, rank and order statistics agree with scipy and numpy") {
  Random random(3);
  std::vector<Question> questions;
  for (int i = 0; i < 150; ++i) {
    const int64_t n = 1 + random.below(i < 100 ? 40 : 4000), k = random.below(n + 1);
    const double q = 0.02 + 0.96 * random.unit();
    questions.push_back(question("binomial", {double(k), double(n), q}, {}, {binomial_p(k, n, q)}, 2e-6));
    const std::vector<double> a = sample(random, 3 + static_cast<size_t>(random.below(60)), i % 3);
    std::vector<double> b = sample(random, 3 + static_cast<size_t>(random.below(60)), i % 3);
    for (double& v : b) v += i % 5 * 0.5;
    questions.push_back(question("mann_whitney", a, b, {mann_whitney(a, b).p}, 1e-9));
    const double middle = median(a);
    questions.push_back(question("median", a, {}, {middle, mad(a, middle)}, 1e-12));
    std::vector<double> c = sample(random, a.size(), 0);
    questions.push_back(question("spearman", a, c, {spearman(a, c)}, 1e-9));
    const std::vector<double> levels = {0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1};
    std::vector<double> copy = a;
    questions.push_back(question("quantile", a, levels, each(levels, [&](double level) { return quantile_of(copy, level); }), 0));
  }
  ask(questions);
}

TEST_CASE("the median slope agrees with scipy's Theil and Sen") {
  Random random(4);
  std::vector<Question> questions;
  for (int i = 0; i < 60; ++i) {
    Points points;
    std::vector<double> x, seconds;
    int64_t time = start;
    for (int64_t n = 4 + random.below(120), j = 0; j < n; ++j) {
      time += 1 + random.below(2 * minute);
      points.push_back({time, 0.01 * static_cast<double>(j) + sample(random, 1, i % 2)[0]});
      x.push_back(points.back().value);
      seconds.push_back(static_cast<double>(time - points.front().time) / 1e9);
    }
    questions.push_back(question("slope", x, seconds, {median_slope(points)}, 1e-6));
  }
  ask(questions);
}
