// Several change points, the time to a limit, and what all kernels of series do on hostile input.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/change_points.h"

#include "tests/runtime/frame/kernels/made.h"

using namespace inquest;
using namespace inquest::made;

namespace {

std::vector<double> levels(const std::vector<std::pair<size_t, double>>& parts, double spread, uint64_t seed) {
  Random random(seed);
  std::vector<double> v;
  for (const auto& [n, level] : parts)
    for (size_t i = 0; i < n; ++i) v.push_back(level + spread * random.normal());
  return v;
}

}  // namespace

TEST_CASE("every level of a series is told with the time of its change") {
  const FramePtr f = run("change_points", {series(levels({{40, 10}, {30, 20}, {50, 15}, {25, 40}}, 0.5, 1))});
  REQUIRE(f->rows == 3);
  const size_t expected[] = {40, 70, 120};
  for (size_t i = 0; i < 3; ++i) {
    CHECK(std::fabs(number(f, "at", i) - static_cast<double>(at(expected[i]).ns)) <= 1.0 * minute);
    CHECK(number(f, "index", i) == static_cast<double>(i + 1));
    CHECK(number(f, "changes", i) == 3);
    CHECK(number(f, "p", i) < 0.01);
  }
  CHECK(text(f, "direction", 1) == "down");
  CHECK(number(f, "after", 2) == Approx(40).epsilon(0.02));
  CHECK(number(f, "until", 0) == number(f, "at", 1));
  CHECK(number(f, "n_before", 1) + number(f, "n_after", 1) == Approx(80).margin(1));
}

TEST_CASE("a hump whose sides hide each other is two changes") {
  const FramePtr f = run("change_points", {series(levels({{60, 10}, {16, 20}, {60, 10}}, 1, 2))});
  REQUIRE(f->rows == 2);
  CHECK(text(f, "direction", 0) == "up");
  CHECK(text(f, "direction", 1) == "down");
}

TEST_CASE("noise has no several change points, more often than not by chance alone") {
  size_t found = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) found += number(run("change_points", {series(levels({{20 + seed, 50}}, 2, 100 + seed))}), "changes") > 0;
  CHECK(found <= 4);
}

TEST_CASE("too few samples and constant series are told with a reason") {
  CHECK(text(run("change_points", {series(std::vector<double>{1, 2, 3, 9, 9, 9})}), "why") == "fewer than 8 samples");
  const FramePtr f = run("change_points", {series(std::vector<double>(50, 7))});
  CHECK(text(f, "why") == "no lasting change of level");
  CHECK(number(f, "before") == 7);
}

TEST_CASE("a line reaches its limit when it should, within the range of its slope") {
  Random random(5);
  std::vector<double> v;
  for (int i = 0; i < 60; ++i) v.push_back(100 + 2 * i + random.normal());
  const FramePtr f = run("trend", {series(v)}, {{"whole", true}, {"limit", 300.0}});
  CHECK(number(f, "time_to_limit") / minute == Approx(41).epsilon(0.1));
  CHECK(number(f, "limit_time") == number(f, "time_to_limit") + static_cast<double>(at(59).ns));
  CHECK(number(f, "soonest") < number(f, "time_to_limit"));
  CHECK(number(f, "latest") > number(f, "time_to_limit"));
  CHECK(number(run("trend", {series(v)}, {{"whole", true}, {"limit", 150.0}}), "time_to_limit") == 0);
  CHECK(absent(run("trend", {series(v)}, {{"whole", true}}), "limit_why"));
}

TEST_CASE("the time to a limit counts from the level after the last restart") {
  std::vector<double> v;
  for (int i = 0; i < 40; ++i) v.push_back(100 + 6 * (i % 20));
  const FramePtr f = run("trend", {series(v)}, {{"whole", true}, {"limit", 332.0}});
  CHECK(number(f, "resets") == 1);
  CHECK(number(f, "time_to_limit") / minute == Approx(124.0 / 6).epsilon(0.1));
}

TEST_CASE("without a rise there is no time to a limit, and a reason") {
  CHECK(text(run("trend", {series(levels({{40, 50}}, 1, 6))}, {{"whole", true}, {"limit", 100.0}}), "limit_why") == "it does not rise");
  std::vector<double> teeth;
  for (int i = 0; i < 40; ++i) teeth.push_back(10 + 10 * (i % 4));
  CHECK(text(run("trend", {series(teeth)}, {{"whole", true}, {"limit", 100.0}}), "limit_why").find("sawtooth") != std::string::npos);
}

TEST_CASE("a limit may stand in a column of the frame") {
  FrameBuilder b(Shape::series);
  b.head().add("time", ColumnType::time).add("value", ColumnType::float64).add("most", ColumnType::float64);
  for (int i = 0; i < 40; ++i)
    for (const char* service : {"a", "b"}) {
      b.text(0, service);
      b.integer(4, start + i * minute);
      b.number(5, 10 + i);
      if (*service == 'a') b.number(6, 100);
      b.end_row();
    }
  const FramePtr f = run("trend", {b.finish()}, {{"whole", true}, {"limit_column", "most"}});
  CHECK(number(f, "limit", 0) == 100);
  CHECK(number(f, "time_to_limit", 0) / minute == Approx(52).margin(1));
  CHECK(text(f, "limit_why", 1) == "the series has no limit");
}

TEST_CASE("kernels of series answer hostile input with numbers or a reason, never with silence or infinities") {
  const double huge = 1.7e308;
  const std::vector<std::vector<double>> inputs = {
      {5}, {NAN}, {NAN, NAN, NAN}, {INFINITY, -INFINITY, 1, 2, 3, 4, 5, 6, 7, 8}, std::vector<double>(30, 0.0), std::vector<double>(30, -4.0),
      {1, 2}, {1, 1, 1, 1, 1, 2, 2, 2, 2, 2}, {huge, -huge, huge, -huge, huge, -huge, huge, -huge, huge, -huge},
      {-huge, -huge, -huge, -huge, -huge, huge, huge, huge, huge, huge}, {5e-324, 0, 5e-324, 0, 5e-324, 0, 5e-324, 0, 5e-324, 0},
      {-1, -2, -3, -4, -5, -6, -7, -8, -9, -10}};
  for (size_t i = 0; i < inputs.size(); ++i) {
    for (const bool same_time : {false, true}) {
      FramePtr f = series(inputs[i]);
      if (same_time) {
        auto copy = std::make_shared<Frame>(*f);
        for (int64_t& t : copy->columns[4].ints) t = start;
        f = copy;
      }
      const std::vector<std::pair<const char*, Map>> all = {
          {"bucket", {}}, {"change_point", {}}, {"change_points", {}}, {"compare", {{"at", at(5)}}}, {"quantile", {}}, {"resets", {}},
          {"spikes", {}}, {"trend", {{"whole", true}, {"limit", 9.0}}}, {"groups", {}}};
      for (const auto& [name, options] : all) {
        INFO(name << " on input " << i << (same_time ? " at one time" : ""));
        const FramePtr r = run(name, {f}, options);
        CHECK((r->rows >= 1 || std::string(name) == "bucket"));
        for (const Column& c : r->columns)
          for (size_t row = 0; row < r->rows; ++row)
            if (c.type == ColumnType::float64 && !c.absent(row)) CHECK(std::isfinite(c.number(row)));
        if (r->column("examined") && r->rows && number(r, "examined") == 0) CHECK_FALSE(text(r, "why").empty());
      }
      const FramePtr o = run("overlay", {f, f});
      CHECK((!absent(o, "r") || !text(o, "why").empty()));
    }
  }
  CHECK(run("trend", {series(std::vector<std::pair<std::string, std::vector<double>>>{})})->rows == 0);
}
