// Who waits for whom, and a slow trace beside a typical one: known answers.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/waits.h"

#include "tests/runtime/frame/kernels/made.h"

using namespace inquest;
using namespace inquest::made;

namespace {

struct Waiting {
  const char *trace, *id, *parent, *service, *operation, *kind;
  int64_t from, length;
  const char* status = "ok";
};
FramePtr spans_at(const std::vector<Waiting>& all) {
  FrameBuilder b(Shape::spans);
  b.head().add("trace_id", ColumnType::text).add("span_id", ColumnType::text).add("parent_id", ColumnType::text);
  b.add("operation", ColumnType::text).add("kind", ColumnType::text).add("start", ColumnType::time);
  b.add("duration", ColumnType::duration).add("status", ColumnType::text);
  for (const Waiting& s : all) {
    b.text(0, s.service);
    b.text(4, s.trace);
    b.text(5, s.id);
    if (*s.parent) b.text(6, s.parent);
    b.text(7, s.operation);
    b.text(8, s.kind);
    b.integer(9, s.from);
    b.integer(10, s.length);
    b.text(11, s.status);
    b.end_row();
  }
  return b.finish();
}
size_t row_where(const FramePtr& f, const char* column, const std::string& value, size_t from = 0) {
  for (size_t i = from; i < f->rows; ++i)
    if (text(f, column, i) == value) return i;
  FAIL("no row " << value);
  return 0;
}

}  // namespace

TEST_CASE("a caller's waiting on each callee is a share of its time, the network counts, parallel calls count once") {
  const FramePtr f = run("waits", {spans_at({{"t", "1", "", "shop", "page", "server", 0, 100},
                                          {"t", "2", "1", "shop", "call stock", "client", 10, 40},
                                          {"t", "3", "2", "stock", "get", "server", 15, 30, "error"},
                                          {"t", "4", "1", "price", "get", "server", 40, 30},
                                          {"t", "5", "1", "price", "get", "server", 50, 10},
                                          {"t", "6", "3", "stock", "SELECT", "client", 20, 20}})});
  const size_t stock = row_where(f, "callee", "stock"), price = row_where(f, "callee", "price");
  CHECK(text(f, "caller", stock) == "shop");
  CHECK(number(f, "wait", stock) == 40);
  CHECK(number(f, "share", stock) == Approx(0.4));
  CHECK(number(f, "alone", stock) == 30);
  CHECK(number(f, "errors", stock) == 1);
  CHECK(number(f, "wait", price) == 30);
  CHECK(number(f, "calls", price) == 2);
  CHECK(number(f, "rank", price) == 2);
  CHECK(number(f, "own", stock) == Approx(0.4));
  const size_t database = row_where(f, "caller", "stock");
  CHECK(absent(f, "callee", database));
  CHECK(text(f, "operation", database) == "SELECT");
  CHECK(number(f, "share", database) == Approx(20.0 / 30));
  CHECK(text(f, "why", row_where(f, "caller", "price")) == "calls nobody, or whom it calls sends no spans");
}

TEST_CASE("waiting can be asked of one service and by operation of the callee") {
  const FramePtr f = spans_at({{"t", "1", "", "a", "x", "server", 0, 100}, {"t", "2", "1", "b", "y", "server", 0, 50},
                            {"t", "3", "2", "c", "z", "server", 0, 20}});
  const FramePtr b = run("waits", {f}, {{"service", "b"}, {"by_operation", true}});
  REQUIRE(b->rows == 2);
  CHECK(text(b, "operation", 0) == "y");
  CHECK(text(b, "caller", 1) == "b");
  CHECK(run("waits", {f}, {{"service", "nobody"}})->rows == 0);
}

TEST_CASE("a slow trace is laid beside a typical one: what is only in one, what takes longer") {
  const FramePtr slow = spans_at({{"s", "1", "", "shop", "page", "server", 0, 100},
                               {"s", "2", "1", "stock", "get", "server", 10, 60},
                               {"s", "3", "1", "stock", "get", "server", 75, 10},
                               {"s", "4", "2", "stock", "reload", "internal", 20, 45}});
  const FramePtr typical = spans_at({{"u", "1", "", "shop", "page", "server", 0, 1000},
                                  {"t", "1", "", "shop", "page", "server", 0, 30},
                                  {"t", "2", "1", "stock", "get", "server", 5, 10},
                                  {"t", "3", "1", "price", "get", "server", 16, 4},
                                  {"v", "1", "", "shop", "page", "server", 0, 20}});
  const FramePtr f = run("trace_diff", {slow, typical});
  REQUIRE(f->rows == 4);
  CHECK(text(f, "slow_trace") == "s");
  CHECK(text(f, "typical_trace") == "t");
  const size_t page = row_where(f, "operation", "page"), get = row_where(f, "path", "shop: page > stock: get");
  const size_t reload = row_where(f, "operation", "reload"), price = row_where(f, "service", "price");
  CHECK(text(f, "only", reload) == "slow");
  CHECK(text(f, "only", price) == "typical");
  CHECK(absent(f, "only", get));
  CHECK(number(f, "slow_count", get) == 2);
  CHECK(number(f, "slow", get) == 70);
  CHECK(number(f, "self_slow", get) == 25);
  CHECK(number(f, "delta", page) == 70);
  CHECK(number(f, "self_delta", reload) == 45);
  CHECK(number(f, "rank", reload) == 1);
  CHECK(number(f, "share", reload) == Approx(45.0 / (45 + 15 + 14)));
  CHECK(number(f, "depth", reload) == 2);
  CHECK(text(run("trace_diff", {slow, typical}, {{"typical", "v"}}), "typical_trace") == "v");
  CHECK(fails("trace_diff", {slow, typical}, {{"slow", "nothing"}}).message.find("nothing") != std::string::npos);
}

TEST_CASE("without a trace to compare with the reason is told") {
  const FramePtr one = spans_at({{"s", "1", "", "shop", "page", "server", 0, 100}}), none = spans_at({});
  const FramePtr f = run("trace_diff", {one, none});
  CHECK(text(f, "why") == "no typical trace");
  CHECK(absent(f, "delta"));
  CHECK(text(run("trace_diff", {none, none}), "why") == "no slow and no typical trace");
}

TEST_CASE("the longest traces come first, and a trace without a root by its longest orphan") {
  const FramePtr f = spans_at({{"b", "1", "", "s", "o", "server", 0, 50}, {"a", "1", "", "s", "o", "server", 0, 50},
                            {"c", "1", "gone", "s", "o", "server", 0, 90}, {"c", "2", "gone", "s", "p", "server", 0, 10},
                            {"d", "1", "", "s", "o", "server", 0, 5}});
  const FramePtr w = run("waterfall", {f}, {{"most", int64_t{3}}});
  REQUIRE(w->rows == 4);
  CHECK(text(w, "trace_id", 0) == "c");
  CHECK(text(w, "operation", 0) == "o");
  CHECK(text(w, "trace_id", 2) == "a");
  CHECK(text(w, "trace_id", 3) == "b");
}

TEST_CASE("ten thousand spans in one chain and in one fan end, with bounded paths") {
  std::vector<std::string> ids;
  for (int i = 0; i < 10000; ++i) ids.push_back(std::to_string(i));
  for (const bool chain : {true, false}) {
    std::vector<Waiting> all;
    for (size_t i = 0; i < ids.size(); ++i)
      all.push_back({"t", ids[i].c_str(), i ? ids[chain ? i - 1 : 0].c_str() : "", i % 2 ? "a" : "b", ids[i].c_str(), "server", static_cast<int64_t>(i), 100000});
    const FramePtr f = spans_at(all);
    const FramePtr d = run("trace_diff", {f, f});
    REQUIRE(d->rows == ids.size());
    size_t longest = 0;
    for (size_t i = 0; i < d->rows; ++i) longest = std::max(longest, text(d, "path", i).size());
    CHECK(longest < 2100);
    CHECK(run("waits", {f})->rows >= 1);
  }
}
