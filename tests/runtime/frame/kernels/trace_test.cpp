// Self time, slow against typical, critical path, waterfall: known answers and broken traces.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/trace.h"

#include "tests/runtime/frame/kernels/made.h"

using namespace inquest;
using namespace inquest::made;

namespace {

struct Span {
  const char *trace, *id, *parent, *operation;
  int64_t from, length;
};
FramePtr trace_spans(const std::vector<Span>& all) {
  FrameBuilder b(Shape::spans);
  b.head().add("trace_id", ColumnType::text).add("span_id", ColumnType::text).add("parent_id", ColumnType::text);
  b.add("operation", ColumnType::text).add("kind", ColumnType::text).add("start", ColumnType::time);
  b.add("duration", ColumnType::duration).add("status", ColumnType::text);
  for (const Span& s : all) {
    b.text(0, "svc");
    b.text(4, s.trace);
    b.text(5, s.id);
    if (*s.parent) b.text(6, s.parent);
    b.text(7, s.operation);
    b.text(8, "server");
    b.integer(9, s.from);
    b.integer(10, s.length);
    b.text(11, "ok");
    b.end_row();
  }
  b.expanded(true);
  return b.finish();
}
double of(const FramePtr& f, const char* operation, const char* column) {
  for (size_t i = 0; i < f->rows; ++i)
    if (text(f, "operation", i) == operation) return number(f, column, i);
  FAIL(operation);
  return 0;
}
const std::vector<Span> simple = {{"t", "1", "", "root", 0, 100}, {"t", "2", "1", "a", 10, 30}, {"t", "3", "1", "b", 30, 40},
                                  {"t", "4", "3", "c", 40, 10}};

}  // namespace

TEST_CASE("self time is the duration minus the union of the children") {
  const FramePtr f = run("self_time", {trace_spans(simple)});
  CHECK(of(f, "root", "self") == 40);
  CHECK(of(f, "a", "self") == 30);
  CHECK(of(f, "b", "self") == 30);
  CHECK(of(f, "c", "self") == 10);
  CHECK(of(f, "root", "total") == 100);
  CHECK(of(f, "root", "share") == Approx(40.0 / 110));
}

TEST_CASE("children outside their parent by a skewed clock count only inside it") {
  const FramePtr f = run("self_time", {trace_spans({{"t", "1", "", "root", 100, 100}, {"t", "2", "1", "early", 50, 60},
                                              {"t", "3", "1", "late", 190, 500}, {"t", "4", "1", "never", 900, 50}})});
  CHECK(of(f, "root", "self") == 80);
}

TEST_CASE("orphans, cycles, own parents, twin ids and negative durations end") {
  const FramePtr f = run("self_time", {trace_spans({{"t", "1", "2", "x", 0, 10}, {"t", "2", "1", "y", 0, 10}, {"t", "3", "3", "own", 0, 10},
                                              {"t", "4", "gone", "orphan", 0, 10}, {"t", "5", "4", "twin", 0, 5},
                                              {"t", "5", "4", "twin", 5, 5}, {"t", "6", "4", "negative", 5, -5}})});
  CHECK(of(f, "orphan", "orphans") == 1);
  CHECK(of(f, "orphan", "self") == 0);
  CHECK(of(f, "own", "self") == 10);
  CHECK(of(f, "x", "orphans") + of(f, "y", "orphans") == 1);
  CHECK(of(f, "twin", "count") == 2);
  CHECK(of(f, "negative", "total") == 0);
}

TEST_CASE("a chain of a hundred thousand spans does not overflow") {
  FrameBuilder b(Shape::spans);
  b.head().add("trace_id", ColumnType::text).add("span_id", ColumnType::text).add("parent_id", ColumnType::text);
  b.add("operation", ColumnType::text).add("start", ColumnType::time).add("duration", ColumnType::duration);
  const int64_t n = 100000;
  for (int64_t i = 0; i < n; ++i) {
    b.text(0, "svc");
    b.text(4, "t");
    b.text(5, std::to_string(i));
    if (i) b.text(6, std::to_string(i - 1));
    b.text(7, i % 2 ? "odd" : "even");
    b.integer(8, i);
    b.integer(9, 2 * n - 2 * i);
    b.end_row();
  }
  const FramePtr f = b.finish();
  CHECK(of(run("self_time", {f}), "even", "count") == n / 2.0);
  CHECK(run("waterfall", {f})->rows == 1000);
  CHECK_FALSE(run("waterfall", {f})->marks.limited.empty());
}

TEST_CASE("the critical path sums to the root and takes the child that ended last") {
  const FramePtr f = run("critical_path", {trace_spans(simple)});
  double sum = 0;
  for (size_t i = 0; i < f->rows; ++i) sum += number(f, "path", i);
  CHECK(sum == 100);
  CHECK(of(f, "b", "path") == 30);
  CHECK(of(f, "c", "path") == 10);
  for (size_t i = 0; i < f->rows; ++i) CHECK(text(f, "operation", i) != "a");  // it overlaps b, which ended later
  CHECK(of(f, "root", "path") == 60);
}

TEST_CASE("where slow traces spend longer than typical ones is ranked first") {
  std::vector<Span> slow, typical;
  for (const char* t : {"s1", "s2"}) {
    slow.push_back({t, "1", "", "root", 0, 1000});
    slow.push_back({t, "2", "1", "load", 10, 900});
    slow.push_back({t, "3", "1", "render", 920, 20});
  }
  for (const char* t : {"u1", "u2", "u3"}) {
    typical.push_back({t, "1", "", "root", 0, 100});
    typical.push_back({t, "2", "1", "load", 10, 30});
    typical.push_back({t, "3", "1", "render", 50, 20});
  }
  const FramePtr f = run("where_time", {trace_spans(slow), trace_spans(typical)});
  CHECK(of(f, "load", "rank") == 1);
  CHECK(of(f, "load", "times") == 30);
  CHECK(of(f, "load", "delta") == 870);
  CHECK(of(f, "load", "share") == Approx(870.0 / 900));
  CHECK(of(f, "render", "delta") == 0);
  CHECK(of(f, "root", "slow_traces") == 2);
  CHECK(text(run("where_time", {trace_spans(slow), trace_spans({})}), "why") == "no typical traces");
  CHECK(fails("where_time", {trace_spans(slow)}, {}).message.find("two frames") != std::string::npos);
}

TEST_CASE("a waterfall lists one trace in the order of its tree") {
  std::vector<Span> all = simple;
  all.push_back({"u", "9", "", "other", 0, 50});
  const FramePtr f = run("waterfall", {trace_spans(all)});
  REQUIRE(f->rows == 4);
  CHECK(text(f, "operation", 0) == "root");
  CHECK(text(f, "operation", 3) == "c");
  CHECK(number(f, "depth", 3) == 2);
  CHECK(number(f, "offset", 3) == 40);
  CHECK(number(f, "critical", 1) == 0);
  CHECK(run("waterfall", {trace_spans(all)}, {{"trace", "u"}})->rows == 1);
  CHECK(fails("waterfall", {trace_spans(all)}, {{"trace", "v"}}).message == "no trace v in this frame");
  CHECK(run("waterfall", {trace_spans({})})->rows == 0);
}
