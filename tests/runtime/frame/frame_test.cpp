// Frames: construction, views, scope, canonical encoding.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/frame.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace inquest;

namespace {

FramePtr sample(const std::vector<std::string>& services) {
  FrameBuilder b(Shape::series);
  b.head().add("time", ColumnType::time).add("value", ColumnType::float64);
  int64_t at = 100;
  for (const std::string& service : services) {
    if (!service.empty()) b.text(0, service);
    b.integer(4, at);
    b.number(5, static_cast<double>(at) / 3);
    b.end_row();
    at += 100;
  }
  return b.finish();
}

FramePtr spans(bool expanded) {
  FrameBuilder b(Shape::spans);
  b.head().add("trace_id", ColumnType::text).add("operation", ColumnType::text).add("start", ColumnType::time);
  const auto row = [&](const char* service, const char* trace, const char* operation, int64_t start) {
    b.text(0, service);
    b.text(4, trace);
    b.text(5, operation);
    b.integer(6, start);
    b.end_row();
  };
  row("a", "t1", "get", 10);
  row("b", "t1", "list", 12);
  row("b", "t2", "list", 13);
  row("a", "t3", "get", 99);
  b.expanded(expanded);
  return b.finish();
}

}  // namespace

TEST_CASE("absent, NaN, infinite, minus zero and empty text are five different cells") {
  FrameBuilder b(Shape::table);
  b.add("x", ColumnType::float64).add("t", ColumnType::text);
  b.end_row();
  b.number(0, std::numeric_limits<double>::quiet_NaN());
  b.text(1, "");
  b.end_row();
  b.number(0, -0.0);
  b.end_row();
  b.number(0, std::numeric_limits<double>::infinity());
  b.end_row();
  const FramePtr f = b.finish();
  REQUIRE(f->rows == 4);
  const Column& x = *f->column("x");
  CHECK(x.absent(0));
  CHECK_FALSE(x.absent(1));
  CHECK(std::isnan(x.number(1)));
  CHECK(std::signbit(x.number(2)));
  CHECK(std::isinf(x.number(3)));
  CHECK(f->column("t")->absent(0));
  CHECK_FALSE(f->column("t")->absent(1));
  const Result<FramePtr> back = decode(encode(*f));
  REQUIRE(back);
  CHECK(std::signbit((*back)->column("x")->number(2)));
  CHECK((*back)->column("x")->absent(0));
  CHECK_FALSE((*back)->column("t")->absent(1));
}

TEST_CASE("a builder takes values by the type of the column") {
  FrameBuilder b(Shape::table);
  b.add("i", ColumnType::int64).add("d", ColumnType::duration).add("t", ColumnType::text).add("b", ColumnType::boolean);
  b.value(0, int64_t{9007199254740993});
  b.value(1, Duration{5});
  b.value(2, "x");
  b.value(3, true);
  b.end_row();
  b.value(0, 2.5);  // not an integer: absent, never rounded
  b.end_row();
  const FramePtr f = b.finish();
  CHECK(f->column("i")->value(0) == Value(int64_t{9007199254740993}));
  CHECK(f->column("d")->value(0) == Value(Duration{5}));
  CHECK(f->column("b")->value(0) == Value(true));
  CHECK(f->column("i")->absent(1));
  CHECK(f->column("t")->value(1).null());
  CHECK(f->column("none") == nullptr);
}

TEST_CASE("a column declared late is absent in the rows before") {
  FrameBuilder b(Shape::table);
  b.add("a", ColumnType::int64);
  b.integer(0, 1);
  b.end_row();
  b.add("c", ColumnType::text);
  b.integer(0, 2);
  b.text(1, "y");
  b.end_row();
  const FramePtr f = b.finish();
  CHECK(f->column("c")->absent(0));
  CHECK(f->column("c")->text(1) == "y");
}

TEST_CASE("the hash does not depend on the order of the dictionary") {
  const FramePtr whole = sample({"z", "a", "z", "b"});
  const FramePtr view = select(*whole, {1, 3});
  FrameBuilder b(Shape::series);
  b.head().add("time", ColumnType::time).add("value", ColumnType::float64);
  for (const auto& [service, at] : std::vector<std::pair<std::string, int64_t>>{{"a", 200}, {"b", 400}}) {
    b.text(0, service);
    b.integer(4, at);
    b.number(5, static_cast<double>(at) / 3);
    b.end_row();
  }
  CHECK(hash(*view) == hash(*b.finish()));
  CHECK(hash(*view) != hash(*whole));
}

TEST_CASE("encoding and decoding are inverse") {
  for (const FramePtr& f : {sample({}), sample({"a"}), sample({"a", "", "b", "a"}), spans(true)}) {
    const std::string bytes = encode(*f);
    const Result<FramePtr> back = decode(bytes);
    REQUIRE(back);
    CHECK(encode(**back) == bytes);
    CHECK((*back)->expanded == f->expanded);
  }
}

TEST_CASE("marks travel with the encoding") {
  FrameBuilder b(Shape::table);
  b.add("a", ColumnType::int64);
  b.marks().partial = "two shards failed";
  b.marks().notes = {"3 bad lines"};
  const FramePtr f = b.finish();
  const Result<FramePtr> back = decode(encode(*f));
  REQUIRE(back);
  CHECK((*back)->marks == f->marks);
}

TEST_CASE("every cut and every changed byte of an encoding is refused or read without harm") {
  const std::string bytes = encode(*sample({"a", "", "b"}));
  for (size_t n = 0; n < bytes.size(); ++n) CHECK_FALSE(decode(std::string_view(bytes).substr(0, n)));
  CHECK_FALSE(decode(bytes + "x"));
  size_t refused = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string bad = bytes;
    bad[i] = static_cast<char>(bad[i] ^ 0xff);
    const Result<FramePtr> back = decode(bad);
    if (!back) ++refused;
    else CHECK(encode(**back).size() > 0);
  }
  CHECK(refused > bytes.size() / 4);
  CHECK(decode("").error().code == Code::damaged);
}

TEST_CASE("a scope keeps rows of its service and window only") {
  const FramePtr f = sample({"a", "b", "a", ""});
  Scope scope{{Time{100}, Time{300}}, {{"service", "a"}}};
  CHECK(cut_to_scope(f, scope, {}, {})->rows == 1);
  CHECK(cut_to_scope(f, scope, Window{Time{300}, Time{500}}, {})->rows == 2);
  CHECK(cut_to_scope(f, scope, {}, {"service"})->rows == 2);
}

TEST_CASE("a row without a service fits only a scope without one") {
  const FramePtr f = sample({"", "a"});
  CHECK(cut_to_scope(f, Scope{{}, {{"service", "a"}}}, {}, {})->rows == 1);
  CHECK(cut_to_scope(f, Scope{{}, {}}, {}, {})->rows == 2);
}

TEST_CASE("a name without a column cannot be checked and passes") {
  CHECK(cut_to_scope(sample({"a"}), Scope{{}, {{"operation", "get"}}}, {}, {})->rows == 1);
}

TEST_CASE("an expanded frame is cut by whole traces") {
  const Scope scope{{Time{0}, Time{50}}, {{"service", "a"}}};
  CHECK(cut_to_scope(spans(true), scope, {}, {})->rows == 2);
  CHECK(cut_to_scope(spans(false), scope, {}, {})->rows == 1);
}

TEST_CASE("the first row outside the scope of an ask is named") {
  Ask ask;
  ask.scope = Scope{{Time{0}, Time{50}}, {{"service", "a"}}};
  CHECK(outside_scope(*spans(false), ask) == size_t{1});
  CHECK(outside_scope(*spans(true), ask) == size_t{2});
  ask.outside = {"service"};
  CHECK(outside_scope(*spans(false), ask) == size_t{3});
  ask.then = Window{Time{90}, Time{100}};
  CHECK_FALSE(outside_scope(*spans(false), ask));
}

TEST_CASE("a call fits a service at either end") {
  FrameBuilder b(Shape::table);
  b.add("caller", ColumnType::text).add("callee", ColumnType::text).add("operation", ColumnType::text);
  for (const auto& [from, to, operation] : std::vector<std::tuple<const char*, const char*, const char*>>{
           {"a", "b", "x"}, {"b", "c", "y"}, {"c", "d", "z"}}) {
    b.text(0, from);
    b.text(1, to);
    b.text(2, operation);
    b.end_row();
  }
  const FramePtr f = b.finish();
  CHECK(cut_to_scope(f, Scope{{}, {{"service", "b"}}}, {}, {})->rows == 2);
  CHECK(cut_to_scope(f, Scope{{}, {{"service", "b"}, {"operation", "other"}}}, {}, {})->rows == 1);
}

TEST_CASE("names of types and shapes are total") {
  for (int i = 0; i < 7; ++i) {
    CHECK(shape_of(shape_name(static_cast<Shape>(i))) == static_cast<Shape>(i));
    CHECK(std::string(type_name(static_cast<ColumnType>(i))).size() > 2);
  }
  CHECK_FALSE(shape_of("matrix"));
}
