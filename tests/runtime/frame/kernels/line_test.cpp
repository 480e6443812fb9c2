// The least-squares line of series with known answers.
// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/frame/kernels/made.h"

using namespace inquest;
using namespace inquest::made;

TEST_CASE("The line is the least-squares slope per second") {
  // numpy.polyfit(range(6), [1, 3, 2, 5, 4, 7], 1)[0] is 36/35 a minute
  const FramePtr f = run("line", {series({1, 3, 2, 5, 4, 7})});
  CHECK(number(f, "slope") * 60 == Approx(36.0 / 35).epsilon(1e-12));
}

TEST_CASE("The line has the falls at restarts added back") {
  std::vector<double> values;
  for (int i = 0; i < 40; ++i) values.push_back(100 + 10 * (i % 20));
  const FramePtr f = run("line", {series(values)});
  CHECK(number(f, "resets") == 1);
  CHECK(number(f, "slope") * 60 == Approx(10).epsilon(0.1));
}

TEST_CASE("One sample makes no line, and why is said") {
  const FramePtr f = run("line", {series(std::vector<double>{1})});
  CHECK(absent(f, "slope"));
  CHECK(text(f, "why") == "no two samples at different times");
}
