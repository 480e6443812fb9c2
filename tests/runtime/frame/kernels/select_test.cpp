// Selection by buckets against sorting, on random and adversarial lists; the histogram of any numbers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/select.h"

#include "runtime/frame/kernels/loghist.h"
#include "tests/runtime/frame/kernels/made.h"

using namespace inquest;
using namespace inquest::made;

namespace {

template <class T>
void same_as_sorted(std::vector<T> v, Random& random) {
  std::vector<size_t> ranks = {0, v.size() - 1};
  for (int i = 0; i < 6; ++i) ranks.push_back(static_cast<size_t>(random.below(static_cast<int64_t>(v.size()))));
  std::sort(ranks.begin(), ranks.end());
  RankSelector<T> selector;
  std::vector<T> got;
  selector.select(v.data(), v.size(), ranks, got);
  std::sort(v.begin(), v.end());
  for (size_t i = 0; i < ranks.size(); ++i) CHECK(got[i] == v[ranks[i]]);
}

}  // namespace

TEST_CASE("the values at any ranks are those of the sorted list") {
  Random random(1);
  for (const size_t n : {1u, 2u, 63u, 64u, 65u, 1000u, 20000u}) {
    std::vector<double> wide, tied, same(n, 3.5), edge, growing;
    std::vector<int64_t> whole, huge;
    for (size_t i = 0; i < n; ++i) {
      wide.push_back((random.unit() - 0.5) * std::pow(10.0, static_cast<double>(random.below(600) - 300)));
      tied.push_back(static_cast<double>(random.below(3)));
      edge.push_back(i % 7 == 0 ? INFINITY : i % 7 == 1 ? -INFINITY : i % 7 == 2 ? 5e-324 : i % 7 == 3 ? -0.0 : random.normal());
      growing.push_back(static_cast<double>(i));
      whole.push_back(random.below(1'000'000));
      huge.push_back(i % 3 ? INT64_MAX - random.below(100) : INT64_MIN + random.below(100));
    }
    for (const auto& v : {wide, tied, same, edge, growing}) same_as_sorted(v, random);
    for (const auto& v : {whole, huge}) same_as_sorted(v, random);
  }
}

TEST_CASE("a histogram of numbers of either sign keeps every quantile within 0.8 %, and merges by addition") {
  Random random(2);
  NumberHistogram all, left, right;
  std::vector<double> v;
  for (int i = 0; i < 5000; ++i) v.push_back(random.normal() * std::pow(10.0, static_cast<double>(random.below(40) - 20)));
  v.push_back(0);
  for (size_t i = 0; i < v.size(); ++i) {
    all.add(v[i]);
    (i % 2 ? left : right).add(v[i]);
  }
  left.merge(right);
  all.add(NAN);
  all.add(INFINITY);
  std::sort(v.begin(), v.end());
  REQUIRE(all.count() == static_cast<int64_t>(v.size()));
  size_t off = 0, apart = 0;
  for (size_t rank = 0; rank < v.size(); rank += 7) {
    off += std::fabs(all.at(rank) - v[rank]) > loghist_error * std::fabs(v[rank]);
    apart += all.at(rank) != left.at(rank);
  }
  CHECK(off == 0);
  CHECK(apart == 0);
}

TEST_CASE("from `exact_below` values on quantiles are rough, and the frame says so") {
  Random random(3);
  std::vector<double> v;
  for (int i = 0; i < 400; ++i) v.push_back(1000 + 50 * random.normal());
  const FramePtr exact = run("quantile", {series(v)}), rough = run("quantile", {series(v)}, {{"exact_below", int64_t{400}}});
  CHECK(exact->marks.approximate.empty());
  CHECK(rough->marks.approximate == "log histogram, relative error 0.8 %");
  for (const char* q : {"min", "p50", "p95", "p99", "p999", "max"}) {
    CHECK(number(rough, q) != number(exact, q));
    CHECK(number(rough, q) == Approx(number(exact, q)).epsilon(loghist_error));
  }
}

TEST_CASE("groups of many columns are those of a map of their texts") {
  Random random(4);
  FrameBuilder b(Shape::table);
  for (const char* name : {"a", "b", "c"}) b.add(name, ColumnType::text);
  b.add("d", ColumnType::int64);
  std::map<std::vector<std::string>, int64_t> expected;
  for (int i = 0; i < 3000; ++i) {
    std::vector<std::string> key;
    for (size_t c = 0; c < 3; ++c) {
      const int64_t v = random.below(c == 2 ? 2000 : 12);
      key.push_back(v ? "v" + std::to_string(v) : "");
      if (v) b.text(c, key.back());
    }
    const int64_t d = random.below(50);
    b.integer(3, d);
    key.push_back(std::to_string(d));
    b.end_row();
    ++expected[key];
  }
  const FramePtr f = run("groups", {b.finish()}, {{"by", List{"a", "b", "c", "d"}}});
  REQUIRE(f->rows == expected.size());
  size_t row = 0;
  std::vector<std::string> last;
  for (; row < f->rows; ++row) {
    const std::vector<std::string> key = {text(f, "a", row), text(f, "b", row), text(f, "c", row), text(f, "d", row)};
    if (expected[key] != static_cast<int64_t>(number(f, "n", row))) FAIL_CHECK("counts differ");
    if (!(last < key)) FAIL_CHECK("not in order");
    last = key;
  }
}
