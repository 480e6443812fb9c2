// Frames made for the tests of kernels.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>

#include <cmath>
#include <string>
#include <vector>

#include "runtime/frame/kernels/kernel.h"

namespace inquest::made {

constexpr int64_t minute = 60 * ns_per_s;
constexpr int64_t start = 1'700'000'000 * ns_per_s;

// One sample a minute from `start`, of one service.
inline FramePtr series(const std::vector<std::pair<std::string, std::vector<double>>>& all) {
  FrameBuilder b(Shape::series);
  b.head().add("time", ColumnType::time).add("value", ColumnType::float64);
  for (const auto& [service, values] : all)
    for (size_t i = 0; i < values.size(); ++i) {
      b.text(0, service);
      b.integer(4, start + static_cast<int64_t>(i) * minute);
      b.number(5, values[i]);
      b.end_row();
    }
  return b.finish();
}
inline FramePtr series(const std::vector<double>& values) { return series({{"a", values}}); }
inline Time at(size_t sample) { return Time{start + static_cast<int64_t>(sample) * minute}; }

inline FramePtr run(const char* name, const std::vector<FramePtr>& frames, const Map& options = {}) {
  const Kernel* k = kernel(name);
  REQUIRE(k);
  const Result<FramePtr> result = k->run(frames, options, nullptr);
  if (!result) FAIL(result.error().print());
  return *result;
}
inline Error fails(const char* name, const std::vector<FramePtr>& frames, const Map& options) {
  const Result<FramePtr> result = kernel(name)->run(frames, options, nullptr);
  REQUIRE_FALSE(result);
  return result.error();
}
// A cell as a double; NaN when absent, so that a comparison with an absent cell fails.
inline double number(const FramePtr& f, const char* column, size_t row = 0) {
  const Column* c = f->column(column);
  REQUIRE(c);
  REQUIRE(row < f->rows);
  return c->number(row);
}
inline std::string text(const FramePtr& f, const char* column, size_t row = 0) {
  REQUIRE(f->column(column));
  REQUIRE(row < f->rows);
  return f->column(column)->text(row);
}
inline bool absent(const FramePtr& f, const char* column, size_t row = 0) {
  REQUIRE(f->column(column));
  REQUIRE(row < f->rows);
  return f->column(column)->absent(row);
}

// The same numbers on every machine: splitmix64.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  int64_t below(int64_t n) { return static_cast<int64_t>(next() % static_cast<uint64_t>(n)); }
  double normal() {  // sum of twelve uniforms
    double s = -6;
    for (int i = 0; i < 12; ++i) s += unit();
    return s;
  }

 private:
  uint64_t state_;
};

}  // namespace inquest::made
