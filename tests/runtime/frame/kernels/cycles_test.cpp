// Cycles between falls: what ended them, by counters, rhythm and name.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/cycles.h"

#include "tests/runtime/frame/kernels/made.h"

using namespace inquest;
using namespace inquest::made;

namespace {

std::vector<double> teeth(size_t cycles, size_t samples, double level, double rise, double floor_step = 0) {
  std::vector<double> v;
  for (size_t c = 0; c < cycles; ++c)
    for (size_t i = 0; i < samples; ++i)
      v.push_back(level + floor_step * static_cast<double>(c) + rise * static_cast<double>(i) / static_cast<double>(samples));
  return v;
}

// With what a source tells besides; `restart`: nullopt where it tells nothing. `late` seconds are missing at each fall.
FramePtr told(const std::vector<double>& values, std::optional<bool> heap, std::optional<bool> restart = {}, int late = 0) {
  FrameBuilder b(Shape::series);
  b.head().add("time", ColumnType::time).add("value", ColumnType::float64);
  b.add("heap", ColumnType::boolean).add("restart", ColumnType::boolean);
  int64_t at = start;
  for (size_t i = 0; i < values.size(); ++i) {
    const bool falls = i > 0 && values[i] < 0.7 * values[i - 1];
    at += minute + (falls ? late * ns_per_s : 0);
    b.text(0, "a");
    b.integer(4, at);
    b.number(5, values[i]);
    if (heap) b.integer(6, *heap);
    if (restart) b.integer(7, *restart && falls);
    b.end_row();
  }
  return b.finish();
}

}  // namespace

TEST_CASE("resident memory that climbs and falls back to its beginning was ended by restarts, told by its name") {
  for (const size_t samples : {5, 8, 12, 20}) {
    const FramePtr f = run("cycles", {told(teeth(5, samples, 100, 200), false)});
    INFO(samples);
    CHECK(text(f, "ended") == "restart");
    CHECK(text(f, "told") == "name");
    CHECK(number(f, "falls") == 4);
    CHECK(number(f, "climbs") == 1);
    CHECK(number(f, "climbing") == 5);
    CHECK(number(f, "peak") == Approx(300).epsilon(0.1));
    CHECK(number(f, "level") == Approx(100).epsilon(0.25));
    CHECK(number(f, "slope") == Approx(200.0 / 60 / static_cast<double>(samples)).epsilon(0.01));
  }
}

TEST_CASE("a heap that does the same was collected") {
  const FramePtr f = run("cycles", {told(teeth(5, 12, 100, 200), true)});
  CHECK(text(f, "ended") == "collection");
  CHECK(text(f, "told") == "name");
}

TEST_CASE("resident memory that falls by less than half was given back, not restarted") {
  CHECK(text(run("cycles", {told(teeth(5, 12, 100, 66), false)}), "ended") == "collection");
}

TEST_CASE("counters that begin anew at the falls say restart, even of a heap") {
  const FramePtr f = run("cycles", {told(teeth(5, 12, 100, 200), true, true)});
  CHECK(text(f, "ended") == "restart");
  CHECK(text(f, "told") == "counter");
}

TEST_CASE("counters that go on say collection, even of resident memory") {
  const FramePtr f = run("cycles", {told(teeth(5, 12, 100, 200), false, false)});
  CHECK(text(f, "ended") == "collection");
  CHECK(text(f, "told") == "counter");
}

TEST_CASE("samples that are missing at the falls say restart, of a heap too") {
  const FramePtr f = run("cycles", {told(teeth(5, 12, 100, 200), true, {}, 25)});
  CHECK(text(f, "ended") == "restart");
  CHECK(text(f, "told") == "rhythm");
}

TEST_CASE("where nothing tells besides the shape, what ended the cycles is unknown") {
  const FramePtr f = run("cycles", {series(teeth(5, 12, 100, 200))});
  CHECK(text(f, "ended") == "unknown");
  CHECK(absent(f, "told"));
  CHECK(absent(f, "heap"));
}

TEST_CASE("a plateau after each fall is no climb, and its name tells nothing then") {
  std::vector<double> v;
  for (int c = 0; c < 4; ++c)
    for (int i = 0; i < 15; ++i) v.push_back(i < 3 ? 100 + 80.0 * i : 300);
  const FramePtr f = run("cycles", {told(v, false)});
  CHECK(number(f, "falls") == 3);
  CHECK(number(f, "climbs") == 0);
  CHECK(text(f, "ended") == "unknown");
}

TEST_CASE("a fall that takes two samples is one fall") {
  std::vector<double> v;
  for (int c = 0; c < 4; ++c)
    for (int i = 0; i < 12; ++i) v.push_back(c > 0 && i == 0 ? 190 : 100 + 20.0 * i);
  CHECK(number(run("cycles", {told(v, false)}), "falls") == 3);
}

TEST_CASE("the floor of a heap that rises with each collection is told") {
  const FramePtr rising = run("cycles", {told(teeth(5, 12, 100, 200, 30), true)});
  CHECK(number(rising, "rising_floor") == 1);
  CHECK(number(rising, "last_level") / number(rising, "first_level") > 1.3);
  CHECK(number(run("cycles", {told(teeth(5, 12, 100, 200), true)}), "rising_floor") == 0);
}

TEST_CASE("a series that never falls has no cycles, and one sample cannot tell") {
  const FramePtr f = run("cycles", {told({1, 2, 3, 4, 5, 6}, false)});
  CHECK(number(f, "falls") == 0);
  CHECK(text(f, "ended") == "unknown");
  CHECK(text(run("cycles", {told({1}, false)}), "why") == "fewer than 2 samples");
}
