// Change point, trend, restarts, comparison and spikes: known answers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/change_point.h"

#include "tests/runtime/frame/kernels/made.h"

using namespace inquest;
using namespace inquest::made;

namespace {

std::vector<double> noise(size_t n, double level, double spread, uint64_t seed) {
  Random random(seed);
  std::vector<double> v;
  for (size_t i = 0; i < n; ++i) v.push_back(level + spread * random.normal());
  return v;
}
std::vector<double> then(std::vector<double> v, const std::vector<double>& more) {
  v.insert(v.end(), more.begin(), more.end());
  return v;
}

}  // namespace

TEST_CASE("a step is found at its first sample") {
  const FramePtr f = run("change_point", {series(then(noise(20, 100, 1, 1), noise(20, 130, 1, 2)))});
  REQUIRE(f->rows == 1);
  CHECK(number(f, "found") == 1);
  CHECK(number(f, "onset") == static_cast<double>(at(20).ns));
  CHECK(number(f, "times") == Approx(1.3).epsilon(0.02));
  CHECK(number(f, "growing") == 0);
  CHECK(number(f, "weak") == 0);
  CHECK(text(f, "direction") == "up");
  CHECK(text(f, "service") == "a");
}

TEST_CASE("a rise of only the last samples of twenty-five is found, weak below four") {
  for (size_t last = 1; last <= 5; ++last) {
    std::vector<double> rise;
    for (size_t i = 0; i < last; ++i) rise.push_back(75 * std::pow(1.25, static_cast<double>(i)));
    const FramePtr f = run("change_point", {series(then(noise(25 - last, 63, 0.5, 3), rise))});
    INFO(last);
    CHECK(number(f, "found") == 1);
    CHECK(number(f, "onset") == static_cast<double>(at(25 - last).ns));
    CHECK(number(f, "weak") == (last < 4 ? 1 : 0));
  }
}

TEST_CASE("noise has no change point, and the smallest rise that would have been seen is told") {
  size_t found = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const FramePtr f = run("change_point", {series(noise(10 + seed % 90, 50, 2, 1000 + seed))});
    found += number(f, "found") == 1;
    if (number(f, "found") == 1) continue;
    CHECK(number(f, "smallest") > 0);
    CHECK(number(f, "smallest") < 25);
    CHECK(absent(f, "onset"));
    CHECK(absent(f, "after"));
  }
  CHECK(found <= 9);  // alpha is 0.01
}

TEST_CASE("a plateau after warm-up is a rise that no longer grows") {
  std::vector<double> v = {20, 20.2, 19.9, 20.1, 20};
  for (const double x : {30, 41, 50, 56}) v.push_back(x);
  const FramePtr f = run("change_point", {series(then(v, noise(25, 60, 0.3, 5)))});
  CHECK(number(f, "found") == 1);
  CHECK(number(f, "growing") == 0);
}

TEST_CASE("a leak that ends in a restart keeps its onset and still grows") {
  std::vector<double> v = noise(22, 63, 0.5, 7);
  double level = 66;
  for (int i = 0; i < 12; ++i) v.push_back(level *= 1.2);
  for (int i = 0; i < 4; ++i) v.push_back(62.5 + 0.1 * i);
  const FramePtr f = run("change_point", {series(v)}, {{"direction", "up"}});
  CHECK(number(f, "found") == 1);
  CHECK(number(f, "onset") == static_cast<double>(at(22).ns));
  CHECK(number(f, "resets_after") == 1);
  const FramePtr t = run("trend", {series(v)});
  CHECK(number(t, "own_onset") == 1);
  CHECK(number(t, "resets") == 1);
  CHECK(number(t, "first_reset") == static_cast<double>(at(34).ns));
  CHECK(number(t, "peak_time") == static_cast<double>(at(33).ns));
  CHECK(number(t, "slope") > 0);
  CHECK(number(t, "growth") > 400);
  CHECK(number(t, "r") > 0.95);
}

TEST_CASE("the recorded leak begins where its memory leaves the level before, and the kill is a restart") {
  // Resident memory in MB, one sample a minute, of a service that was killed and started anew (a recorded run).
  const std::vector<double> v = {62, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,  64,  64, 64, 64, 64,
                                 65, 65, 66, 67, 69, 70, 75, 85, 97, 115, 128, 62, 64, 64, 64, 64};
  const FramePtr f = run("change_point", {series(v)}, {{"direction", "up"}});
  CHECK(number(f, "found") == 1);
  CHECK(number(f, "onset") >= static_cast<double>(at(23).ns));
  CHECK(number(f, "onset") <= static_cast<double>(at(29).ns));
  const FramePtr t = run("trend", {series(v)});
  CHECK(number(t, "first_reset") == static_cast<double>(at(34).ns));
  CHECK(number(t, "growth") > 50);
}

TEST_CASE("too few samples are unknown with a reason, never a guess") {
  const FramePtr f = run("change_point", {series(std::vector<double>{1, 2, 3, 4, 50, 60, 70})});
  CHECK(number(f, "examined") == 0);
  CHECK(number(f, "found") == 0);
  CHECK(text(f, "why") == "fewer than 8 samples");
}

TEST_CASE("values that are absent, NaN or infinite are left out and the rest is judged") {
  std::vector<double> v = then(noise(15, 10, 0.1, 8), noise(15, 20, 0.1, 9));
  v[3] = NAN;
  v[17] = INFINITY;
  const FramePtr f = run("change_point", {series(v)});
  CHECK(number(f, "n") == 28);
  CHECK(number(f, "found") == 1);
  CHECK(number(f, "onset") == static_cast<double>(at(15).ns));
}

TEST_CASE("a constant series has no change, and a step from zero is seen without a ratio") {
  CHECK(number(run("change_point", {series(std::vector<double>(30, 5.0))}), "found") == 0);
  std::vector<double> v(20, 0.0);
  v.resize(30, 4.0);
  const FramePtr f = run("change_point", {series(v)});
  CHECK(number(f, "found") == 1);
  CHECK(number(f, "onset") == static_cast<double>(at(20).ns));
  CHECK(absent(f, "times"));
}

TEST_CASE("direction up does not report a fall") {
  const FramePtr fall = series(then(noise(20, 100, 1, 1), noise(20, 60, 1, 2)));
  CHECK(text(run("change_point", {fall}), "direction") == "down");
  CHECK(number(run("change_point", {fall}, {{"direction", "up"}}), "found") == 0);
}

TEST_CASE("ten thousand samples are judged in bins") {
  const FramePtr f = run("change_point", {series(then(noise(7000, 100, 3, 11), noise(3000, 112, 3, 12)))});
  CHECK(number(f, "found") == 1);
  CHECK(std::fabs(number(f, "onset") - static_cast<double>(at(7000).ns)) <= 42.0 * minute);
}

TEST_CASE("the slope of a line survives a restart") {
  std::vector<double> v;
  for (int i = 0; i < 40; ++i) v.push_back(100 + 6 * (i % 20));
  const FramePtr f = run("trend", {series(v)}, {{"whole", true}});
  CHECK(number(f, "resets") == 1);
  CHECK(number(f, "slope") == Approx(0.1).epsilon(0.05));  // the step at the restart itself is not known
  CHECK(number(f, "rise") == Approx(6 * 18.0));
  CHECK(number(f, "p") < 1e-6);
}

TEST_CASE("a sawtooth is not a row of restarts") {
  std::vector<double> v;
  for (int i = 0; i < 40; ++i) v.push_back(10 + 10 * (i % 4));
  const FramePtr f = run("trend", {series(v)}, {{"whole", true}});
  CHECK(number(f, "sawtooth") == 1);
  CHECK(std::fabs(number(f, "growth")) < 20);
}

TEST_CASE("a dip of one sample is no restart") {
  std::vector<double> v(20, 100.0);
  v[9] = 10;
  CHECK(number(run("resets", {series(v)}), "count") == 0);
  v[10] = 12;
  const FramePtr f = run("resets", {series(v)});
  CHECK(number(f, "count") == 1);
  CHECK(number(f, "drop") == 90);
  CHECK(number(f, "share") == Approx(0.9));
  CHECK(number(f, "at") == static_cast<double>(at(9).ns));
}

TEST_CASE("one sample back up among three does not undo a restart, and its own fall is no second one") {
  std::vector<double> v(30, 20.0);
  for (size_t i = 0; i < 12; ++i) v[i] = 100;
  v[13] = 95;
  const FramePtr f = run("resets", {series(v)});
  CHECK(number(f, "count") == 1);
  CHECK(number(f, "falls") == 2);
  CHECK(number(f, "at") == static_cast<double>(at(12).ns));
  CHECK(number(f, "drop") == 80);
}

TEST_CASE("a lone sample above the level is a spike, a rise of two samples that falls is a restart") {
  std::vector<double> v(30, 20.0);
  v[14] = 90;
  CHECK(number(run("resets", {series(v)}), "count") == 0);
  CHECK(number(run("resets", {series(v)}), "falls") == 1);
  v[13] = 50;
  CHECK(number(run("resets", {series(v)}), "count") == 1);
  CHECK(number(run("resets", {series(std::vector<double>{90, 20, 20, 20})}), "count") == 1);  // a first sample is a level
}

TEST_CASE("teeth that are sampled once at their top are a collector's, not spikes") {
  std::vector<double> v;
  for (int i = 0; i < 40; ++i) v.push_back(i % 4 == 3 ? 90 : 20);
  const FramePtr f = run("resets", {series(v)});
  CHECK(number(f, "count") == 9);
  CHECK(number(f, "rhythmic") == 1);
}

TEST_CASE("a slow sawtooth in the rhythm of its samples is rhythmic, with gaps at the falls it is restarts") {
  FrameBuilder steady(Shape::series), broken(Shape::series);
  for (FrameBuilder* b : {&steady, &broken}) {
    b->head().add("time", ColumnType::time).add("value", ColumnType::float64);
    int64_t time = start;
    for (int i = 0; i < 60; ++i) {
      time += minute + (b == &broken && i % 12 == 0 ? 20 * ns_per_s : 0);
      b->text(0, "a");
      b->integer(4, time);
      b->number(5, 10 + 5 * (i % 12));
      b->end_row();
    }
  }
  const FramePtr even = run("resets", {steady.finish()}), gaps = run("resets", {broken.finish()});
  CHECK(number(even, "count") == 4);
  CHECK(number(even, "sawtooth") == 0);
  CHECK(number(even, "rhythmic") == 1);
  CHECK(number(even, "breaks") == 0);
  CHECK(number(even, "period") == 12.0 * minute);
  CHECK(number(gaps, "rhythmic") == 0);
  CHECK(number(gaps, "breaks") == 4);
}

TEST_CASE("medians before and after a time, with counts and p") {
  const FramePtr f = run("compare", {series(std::vector<double>{1, 2, 3, 4, 11, 12, 13, 14})}, {{"at", at(4)}});
  CHECK(number(f, "n_before") == 4);
  CHECK(number(f, "before") == 2.5);
  CHECK(number(f, "after") == 12.5);
  CHECK(number(f, "times") == 5);
  CHECK(number(f, "p") == Approx(0.030383).epsilon(1e-4));  // scipy mannwhitneyu, asymptotic
  const FramePtr none = run("compare", {series(std::vector<double>{1, 2})}, {{"at", at(5)}});
  CHECK(text(none, "why") == "no samples after");
  CHECK(absent(none, "p"));
}

TEST_CASE("spikes are counted before and after a time against the calm before") {
  std::vector<double> v = noise(40, 10, 0.2, 21);
  for (const size_t i : {22, 27, 31, 38}) v[i] = 60;
  v[5] = 55;
  const FramePtr f = run("spikes", {series(v)}, {{"at", at(20)}});
  CHECK(number(f, "spikes_before") == 1);
  CHECK(number(f, "spikes_after") == 4);
  CHECK(number(f, "n_spikes") == 5);
  CHECK(number(f, "max") == 60);
  CHECK(number(f, "share_after") == Approx(0.2));
}

TEST_CASE("groups come in the order of their keys, whatever the order of the rows") {
  const FramePtr f = run("resets", {series({{"zeta", {1, 2}}, {"alpha", {1, 2}}, {"mid", {1, 2}}})});
  CHECK(text(f, "service", 0) == "alpha");
  CHECK(text(f, "service", 2) == "zeta");
}

TEST_CASE("unknown options, columns and wrong types are errors that name the cure") {
  const FramePtr f = series(std::vector<double>{1, 2, 3});
  const Error option = fails("change_point", {f}, {{"directoin", "up"}});
  CHECK(option.code == Code::usage);
  CHECK(option.cure.find("direction") != std::string::npos);
  CHECK(fails("trend", {f}, {{"value", "valeu"}}).cure.find("value") != std::string::npos);
  CHECK(fails("trend", {f}, {{"by", List{"servce"}}}).cure.find("service") != std::string::npos);
  CHECK(fails("spikes", {f}, {{"k", "many"}}).message.find("many") != std::string::npos);
  CHECK(fails("trend", {}, {}).message.find("needs 1 frame") != std::string::npos);
  CHECK(fails("compare", {f}, {}).cure.find("at") != std::string::npos);
}

TEST_CASE("a stopped kernel says so") {
  const Stop stop{true};
  for (const char* name : {"change_point", "trend", "resets", "spikes"}) {
    const Result<FramePtr> r = kernel(name)->run({series(std::vector<double>{1, 2, 3})}, {}, &stop);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == Code::interrupted);
  }
}

TEST_CASE("the list of kernels is sorted and every one has a line of documentation") {
  for (size_t i = 0; i < kernels().size(); ++i) {
    CHECK(std::string(kernels()[i].doc).size() > 20);
    CHECK(std::string(kernels()[i].doc).find('\n') == std::string::npos);
    if (i) CHECK(std::string(kernels()[i - 1].name) < kernels()[i].name);
    CHECK(kernel(kernels()[i].name)->run != nullptr);
  }
  CHECK(kernel("nothing") == nullptr);
}
