// Native asks: text, steps and frames.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/native.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "fake.h"

using namespace inquest;
using namespace inquest::prometheus;

namespace {

const Stop go_on{false};

Ask ask(const std::string& text, Map names = {}, Map args = {}) {
  Ask out{.state = "s", .name = "a", .kind = "promql", .signal = "metrics", .args = std::move(args), .native = text, .names = std::move(names)};
  out.scope.window = {parse_time("2026-11-21T10:00:00Z").value(), parse_time("2026-11-21T10:30:00Z").value()};
  return out;
}
constexpr const char* answer = R"({"status":"success","data":{"resultType":"matrix","result":[
  {"metric":{"__name__":"up","job":"shop/cart","instance":"c-1","code":"200"},"values":[[1795255200,"1"],[1795255260,"NaN"]]},
  {"metric":{"code":"500"},"values":[[1795255200,"3"]]}]}})";

Outcome<FramePtr> answered_to(const Ask& ask, const std::string& body = answer) {
  fake::Server server;
  server.canned["/api/v1/query_range"] = body;
  SourceConfig config;
  config.name = "prom";
  const auto source = make_with(config, server.send()).value();
  return source->fetch({ask}, {}, {}, {}, go_on).front();
}

}  // namespace

TEST_CASE("a step is the smallest round one that gives at most 500 points", "[prometheus]") {
  CHECK(round_step_ms(60'000, 500) == 1000);
  CHECK(round_step_ms(1'800'000, 500) == 5000);
  CHECK(round_step_ms(3'600'000, 500) == 10'000);
  CHECK(round_step_ms(86'400'000, 500) == 300'000);
  for (const int64_t days : {1, 7, 30, 365, 3650}) CHECK(days * 86'400'000 / round_step_ms(days * 86'400'000, 500) < 500);
}

TEST_CASE("the text is sent with its names, window and step", "[prometheus]") {
  const NativePlan plan = plan_native(ask("  up{service=$service}\n", {{"service", Value("a b")}}));
  REQUIRE(plan.requests.size() == 1);
  CHECK(plan.requests[0].print() ==
        "GET /api/v1/query_range?query=up%7Bservice%3D%22a%20b%22%7D&start=2026-11-21T10:00:00Z&end=2026-11-21T10:29:59.999Z&step=5s");
  CHECK(plan.cost == "at most 360 points a series, one every 5s");
}

TEST_CASE("a name without value stays in the plan and is never sent", "[prometheus]") {
  CHECK(plan_native(ask("up{service=$service}")).text == "up{service=$service}");
  CHECK(std::get<Failure>(answered_to(ask("up{service=$service}"))).cls == Failure::Class::unknown_name);
}

TEST_CASE("a series has the head of the labels, other labels, and values as they are", "[prometheus]") {
  const FramePtr frame = std::get<FramePtr>(answered_to(ask("up", {}, {{"as", Value("series")}, {"unit", Value("count")}})));
  REQUIRE(frame->rows == 3);
  CHECK(frame->shape == Shape::series);
  CHECK(frame->column("service")->text(0) == "cart");
  CHECK(frame->column("namespace")->text(0) == "shop");
  CHECK(frame->column("instance")->text(0) == "c-1");
  CHECK(frame->column("code")->text(0) == "200");
  CHECK(frame->column("value")->number(0) == 1);
  CHECK(std::isnan(frame->column("value")->number(1)));
  CHECK(frame->column("service")->absent(2));
  CHECK(frame->column("value")->number(2) == 3);
  CHECK(frame->column("unit")->text(0) == "count");
  CHECK(frame->marks.notes == std::vector<std::string>{"a point every 5s"});
}

TEST_CASE("a table has every label as a column", "[prometheus]") {
  const FramePtr frame = std::get<FramePtr>(answered_to(ask("up")));
  CHECK(frame->shape == Shape::table);
  CHECK(frame->column("__name__")->text(0) == "up");
  CHECK(frame->column("job")->text(0) == "shop/cart");
}

TEST_CASE("what the text was narrowed by stands in rows that do not say it", "[prometheus]") {
  Ask narrowed = ask("sum by (code) (up{service=$service})", {{"service", Value("cart")}}, {{"as", Value("series")}});
  narrowed.scope.names["service"] = "cart";
  const FramePtr frame = std::get<FramePtr>(answered_to(narrowed));
  CHECK(frame->column("service")->text(0) == "cart");
  CHECK_FALSE(outside_scope(*frame, narrowed));
}

TEST_CASE("two windows are two range queries of the same step", "[prometheus]") {
  Ask against = ask("up", {}, {{"as", Value("series")}});
  against.then = Window{parse_time("2026-11-21T08:00:00Z").value(), parse_time("2026-11-21T08:10:00Z").value()};
  const NativePlan plan = plan_native(against);
  REQUIRE(plan.requests.size() == 2);
  CHECK(plan.requests[0].print().find("start=2026-11-21T08:00:00Z") != std::string::npos);
  CHECK(plan.requests[0].query[3].value == plan.requests[1].query[3].value);
}

TEST_CASE("a text that the server does not read is told with the server's words and the text", "[prometheus]") {
  const Failure failure = std::get<Failure>(answered_to(ask("sum(up"), R"({"status":"error","errorType":"bad_data","error":"1:7: parse error: unclosed left parenthesis"})"));
  CHECK(failure.cls == Failure::Class::rejected);
  CHECK(failure.cause.find("unclosed left parenthesis") != std::string::npos);
  CHECK(failure.cure == "mend the text of the ask: sum(up");
}

TEST_CASE("an answer that is no matrix, and a word that is none, are failures", "[prometheus]") {
  CHECK(std::get<Failure>(answered_to(ask("up"), R"({"status":"success","data":[]})")).cls == Failure::Class::malformed);
  CHECK(std::get<Failure>(answered_to(ask("up", {}, {{"as", Value("serie")}}))).cure.find("series") != std::string::npos);
}
