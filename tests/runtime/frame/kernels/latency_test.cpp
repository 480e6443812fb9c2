// Log histograms, latency summaries and quantiles: known answers and properties.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/loghist.h"

#include <algorithm>

#include "runtime/frame/kernels/math.h"
#include "tests/runtime/frame/kernels/made.h"

using namespace inquest;
using namespace inquest::made;

namespace {

struct Request {
  std::string operation;
  int64_t minute_of, duration, errors;
};
FramePtr latency(const std::vector<Request>& requests) {
  FrameBuilder b(Shape::latency);
  b.head().add("operation", ColumnType::text).add("kind", ColumnType::text).add("time", ColumnType::time);
  b.add("bucket", ColumnType::int64).add("count", ColumnType::int64).add("errors", ColumnType::int64).add("sum", ColumnType::duration);
  for (const Request& r : requests) {
    b.text(0, "a");
    b.text(4, r.operation);
    b.text(5, "server");
    b.integer(6, at(static_cast<size_t>(r.minute_of)).ns);
    b.integer(7, log_bucket(r.duration));
    b.integer(8, 1);
    b.integer(9, r.errors);
    b.integer(10, r.duration);
    b.end_row();
  }
  return b.finish();
}

}  // namespace

TEST_CASE("the value of a bucket is within 0.8 % of every duration in it") {
  Random random(1);
  for (int i = 0; i < 200000; ++i) {
    const auto ns = static_cast<int64_t>(random.next() >> (1 + random.below(62)));
    const int64_t back = log_bucket_value(log_bucket(ns));
    if (ns < 128) CHECK(back == ns);
    else if (std::fabs(static_cast<double>(back - ns)) > loghist_error * static_cast<double>(ns)) CHECK(back == ns);
  }
  CHECK(log_bucket(0) == -1);
  CHECK(log_bucket(-5) == -1);
  CHECK(log_bucket_value(-1) == 0);
  CHECK(log_bucket(1) == 0);
  CHECK(log_bucket(2) == 64);
  CHECK(log_bucket_value(log_bucket(INT64_MAX)) > INT64_MAX / 100 * 99);
}

TEST_CASE("buckets grow with the duration") {
  int32_t last = -2;
  for (int64_t ns = 0; ns < 100000; ++ns) {
    CHECK((log_bucket(ns) >= last));
    last = log_bucket(ns);
  }
}

TEST_CASE("merged histograms are the histogram of the union, in any order") {
  Random random(2);
  LogHistogram a, b, all;
  for (int i = 0; i < 5000; ++i) {
    const int32_t bucket = log_bucket(1 + random.below(1'000'000'000));
    (i % 3 ? a : b).add(bucket);
    all.add(bucket);
  }
  LogHistogram ab = a, ba = b;
  ab.merge(b);
  ba.merge(a);
  CHECK(ab == all);
  CHECK(ba == all);
  CHECK(ab.quantile(0.95) == all.quantile(0.95));
}

TEST_CASE("quantiles of a histogram are the exact ones within 0.8 %") {
  Random random(3);
  std::vector<double> exact;
  LogHistogram h;
  for (int i = 0; i < 20000; ++i) {
    const auto ns = static_cast<int64_t>(1e6 * exp_(random.normal()));
    exact.push_back(static_cast<double>(ns));
    h.add(log_bucket(ns));
  }
  for (const double q : {0.0, 0.5, 0.9, 0.99, 0.999, 1.0})
    CHECK(static_cast<double>(h.quantile(q)) == Approx(quantile_of(exact, q)).epsilon(loghist_error));
}

TEST_CASE("a latency summary tells before from after and counts errors") {
  std::vector<Request> requests;
  for (int64_t m = 0; m < 20; ++m)
    for (int64_t i = 0; i < 10; ++i) requests.push_back({"get", m, m < 10 ? 100 : 800, m >= 10 && i == 0});
  const FramePtr f = run("latency_summary", {latency(requests)}, {{"at", at(10)}});
  REQUIRE(f->rows == 1);
  CHECK(number(f, "n") == 200);
  CHECK(number(f, "n_before") == 100);
  CHECK(number(f, "p50_before") == 100);
  CHECK(number(f, "p95_times") == Approx(8).epsilon(0.01));
  CHECK(number(f, "errors_before") == 0);
  CHECK(number(f, "errors_after") == 10);
  CHECK(number(f, "error_p") == Approx(0.00147).epsilon(0.05));
  CHECK(number(f, "mean") == 450);
  CHECK(f->column("p50")->type == ColumnType::duration);
  CHECK_FALSE(f->marks.approximate.empty());
  const FramePtr none = run("latency_summary", {latency(requests)}, {{"at", at(0)}});
  CHECK(text(none, "why") == "no requests before");
  CHECK(absent(none, "p95_before"));
  CHECK(absent(run("latency_summary", {latency(requests)}), "p95_after"));
}

TEST_CASE("a latency series has a row per bucket with requests and feeds change_point") {
  std::vector<Request> requests;
  for (int64_t m = 0; m < 30; ++m)
    if (m != 7)
      for (int64_t i = 0; i < 5; ++i) requests.push_back({"get", m, (m < 20 ? 100 : 900) + i, 0});
  const FramePtr f = run("latency_series", {latency(requests)});
  CHECK(f->rows == 29);
  CHECK(number(f, "n") == 5);
  const FramePtr c = run("change_point", {f}, {{"value", "p95"}});
  CHECK(number(c, "found") == 1);
  CHECK(number(c, "onset") == static_cast<double>(at(20).ns));
  CHECK(run("latency_series", {latency(requests)}, {{"step", Duration{5 * minute}}})->rows == 6);
}

TEST_CASE("exact quantiles are values that occurred, by nearest rank") {
  std::vector<double> v;
  for (int i = 100; i >= 1; --i) v.push_back(i);
  const FramePtr f = run("quantile", {series(v)}, {{"q", List{0.25, 0.9}}});
  CHECK(number(f, "n") == 100);
  CHECK(number(f, "p50") == 50);
  CHECK(number(f, "p95") == 95);
  CHECK(number(f, "p999") == 100);
  CHECK(number(f, "min") == 1);
  CHECK(number(f, "max") == 100);
  CHECK(number(f, "q0.25") == 25);
  CHECK(number(f, "q0.9") == 90);
  CHECK(number(f, "mean") == 50.5);
  CHECK(fails("quantile", {series(v)}, {{"q", 2.0}}).message.find("`q`") != std::string::npos);
}

TEST_CASE("integers beyond 2^53 stay exact in quantiles") {
  FrameBuilder b(Shape::spans);
  b.head().add("operation", ColumnType::text).add("duration", ColumnType::duration);
  for (const int64_t ns : {int64_t{9007199254740993}, int64_t{9007199254740995}, int64_t{9007199254740997}}) {
    b.text(0, "a");
    b.text(4, "get");
    b.integer(5, ns);
    b.end_row();
  }
  const FramePtr f = run("quantile", {b.finish()});
  CHECK(f->column("p50")->integer(0) == 9007199254740995);
  CHECK(f->column("mean")->integer(0) == 9007199254740995);
}

TEST_CASE("a window option keeps the rows of its side") {
  FrameBuilder b(Shape::series);
  b.head().add("time", ColumnType::time).add("value", ColumnType::float64).add("window", ColumnType::text);
  for (int i = 0; i < 10; ++i) {
    b.text(0, "a");
    b.integer(4, i);
    b.number(5, i < 5 ? 1 : 3);
    b.text(6, i < 5 ? "then" : "now");
    b.end_row();
  }
  const FramePtr f = b.finish();
  CHECK(number(run("quantile", {f}, {{"window", "then"}}), "max") == 1);
  const FramePtr c = run("compare", {f});
  CHECK(number(c, "before") == 1);
  CHECK(number(c, "after") == 3);
}
