// What the connector sends and says besides: plans, budgets, estimates, links, warnings.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/connector.h"

#include <catch2/catch.hpp>

#include "bench.h"

using namespace inquest;
using namespace bench;

TEST_CASE("warnings make an answer partial, infos are a note", "[prometheus]") {
  Bench bench(shop());
  bench.server.more = R"(,"warnings":["PromQL warning: \u001b[31mblocks missing"],"infos":["metric might not be a counter"])";
  const FramePtr frame = bench.frame(bench.ask("metric.memory", "ads"), memory());
  CHECK(frame->marks.partial == "PromQL warning: \\u{1b}[31mblocks missing");
  CHECK(frame->marks.notes == std::vector<std::string>{"info of the server: metric might not be a counter"});
}

TEST_CASE("an ask without a window, of another signal or in another language is refused", "[prometheus]") {
  Bench bench(shop());
  Ask ask = bench.ask("metric.memory");
  ask.scope.window = {};
  CHECK(std::get<Failure>(bench.answer(ask, memory())).cls == Class::rejected);
  Ask spans{.state = "s", .name = "a", .kind = "spans.latency", .signal = "spans"};
  CHECK(std::get<Failure>(bench.answer(spans)).cls == Class::unsupported);
  CHECK(bench.server.asked.empty());
}

TEST_CASE("what is planned is what is sent", "[prometheus]") {
  Bench bench(shop());
  bench.frame(bench.ask("metric.memory", "cart"), memory());
  REQUIRE_FALSE(bench.steps.empty());
  for (const Step& step : bench.steps) CHECK(step.native.rfind("GET /api/v1/query?query=", 0) == 0);
  size_t raw = 0;
  for (const std::string& one : bench.server.asked) raw += one.rfind("/api/v1/query {", 0) == 0 || one.rfind("/api/v1/query p", 0) == 0;
  CHECK(raw == bench.steps.size());
}

TEST_CASE("before anything was asked a plan has the names of the usual translation", "[prometheus]") {
  SourceConfig config;
  config.name = "prom";
  fake::Server server;
  const auto source = prometheus::make_with(config, server.send()).value();
  const Measure measure = memory();
  const std::map<std::string, Resolution> measures = {
      {"memory", {.measure = "memory", .names = measure.names, .services = {}, .tried = {}, .nearest = {}, .unit = "By", .reduce = "sum", .identity = {}, .restarts = measure.restarts}}};
  Ask ask{.state = "s", .name = "a", .kind = "metric.memory", .signal = "metrics"};
  ask.scope.window = {Time{begin_s * ns_per_s}, Time{(begin_s + 600) * ns_per_s}};
  const std::vector<Step> steps = source->native({ask}, measures);
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].native.find("container_memory_rss%7Cjvm_memory_used_bytes%7Cprocess_memory_usage_bytes") != std::string::npos);
  CHECK(server.asked.empty());
}

TEST_CASE("above the budget the server computes, and a failure of it is a failure", "[prometheus]") {
  Bench bench(shop(), {}, {{"samples", Value(int64_t{20})}});
  bench.server.canned["/api/v1/query_range"] =
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"service_name":"cart","job":"shop/cart","span_kind":"SPAN_KIND_SERVER"},"values":[[1795256099.999,"60"],[1795256399.999,"120"]]}]}})";
  const FramePtr frame = bench.frame(bench.ask("metric.request_rate", "cart"), rate());
  CHECK(frame->marks.approximate.find("more than 20") != std::string::npos);
  CHECK(std::any_of(frame->marks.notes.begin(), frame->marks.notes.end(), [](const std::string& note) { return note.rfind("asked instead: sum by (", 0) == 0; }));
  CHECK(frame->rows > 0);
  bench.server.canned["/api/v1/query_range"] = R"({"status":"error","errorType":"execution","error":"no"})";
  CHECK(std::get<Failure>(bench.answer(bench.ask("metric.request_rate", "cart"), rate())).cls == Class::rejected);
}

TEST_CASE("an answer larger than a body may be is computed by the server", "[prometheus]") {
  fake::Server server = shop();
  const auto inner = server.send();
  SourceConfig config;
  config.name = "prom";
  size_t ranges = 0;
  const auto source = prometheus::make_with(config, [&](const http::Request& request, const http::Judge& judge, const Deadline& deadline,
                                                        const Stop& stop) -> Outcome<http::Response> {
    const std::string query = fake::Server::first(request, "query");
    if (request.path == "/api/v1/query" && query[0] != '(') return Failure{Class::too_large, "the body is over its cap", ""};
    ranges += request.path == "/api/v1/query_range";
    if (request.path == "/api/v1/query_range") return http::Response{.status = 200, .content_type = "application/json",
        .body = R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"job":"shop/ads"},"values":[[1795256099.999,"60"]]}]}})"};
    return inner(request, judge, deadline, stop);
  }).value();
  REQUIRE(source->probe({}, go_on).ok());
  Bench bench(shop());
  const std::map<std::string, Resolution> measures = {{"memory", source->resolve(memory(), {}, go_on).value()}};
  const auto outcome = source->fetch({bench.ask("metric.memory", "ads")}, {}, measures, {}, go_on).front();
  REQUIRE(std::holds_alternative<FramePtr>(outcome));
  CHECK(std::get<FramePtr>(outcome)->marks.approximate.find("more than one answer may hold") != std::string::npos);
  CHECK(ranges > 0);
}

TEST_CASE("an estimate counts series and points and fetches none", "[prometheus]") {
  Bench bench(shop());
  const Measure measure = memory();
  const std::map<std::string, Resolution> measures = {{"memory", bench.source->resolve(measure, {}, go_on).value()}};
  bench.server.asked.clear();
  const Estimate estimate = bench.source->estimate({bench.ask("metric.memory", "ads")}, measures, {}, go_on).front();
  CHECK(estimate.series == 2);
  CHECK(estimate.points == 2 * 25);                      // with what lies five minutes before the window
  for (const std::string& one : bench.server.asked) CHECK(one.rfind("/api/v1/query (", 0) == 0);
}

TEST_CASE("a link shows the same window, absolute", "[prometheus]") {
  Bench bench(shop());
  const std::map<std::string, Resolution> measures = {{"memory", bench.source->resolve(memory(), {}, go_on).value()}};
  const std::string link = bench.source->link(bench.ask("metric.memory", "cart"), measures);
  CHECK(link.rfind("http://prometheus:9090/graph?g0.expr=", 0) == 0);
  CHECK(link.find("g0.range_input=1200s") != std::string::npos);
  INFO(link);
  CHECK(link.find("g0.end_input=2026-11-21%20") != std::string::npos);
  CHECK(link.find("10:30:00&") != std::string::npos);
  CHECK(link.find("process_memory_usage_bytes") != std::string::npos);
  CHECK(link.find("process_cpu_time") == std::string::npos);
}

TEST_CASE("a link to Grafana opens Explore on the source it has there", "[prometheus]") {
  Bench bench(shop(), {}, {}, {{"grafana", "https://grafana.example/"}, {"grafana_datasource", "abc"}});
  const std::map<std::string, Resolution> measures = {{"latency", bench.source->resolve(latency(), {}, go_on).value()}};
  const std::string link = bench.source->link(bench.ask("metric.latency", "cart"), measures);
  CHECK(link.rfind("https://grafana.example/explore?schemaVersion=1&panes=", 0) == 0);
  CHECK(link.find("%22uid%22:%22abc%22") != std::string::npos);
  CHECK(link.find("%22from%22:%22" + std::to_string((begin_s + 600) * 1000) + "%22") != std::string::npos);
  CHECK(link.find("histogram_quantile") != std::string::npos);
}

TEST_CASE("an option that is none is refused with the nearest", "[prometheus]") {
  SourceConfig config;
  config.name = "prom";
  config.options = {{"sample", Value(int64_t{5})}};
  fake::Server server;
  const auto made = prometheus::make_with(config, server.send());
  REQUIRE_FALSE(made.ok());
  CHECK(made.error().cure == "did you mean `samples`?");
  config.options = {{"samples", Value("many")}};
  CHECK_FALSE(prometheus::make_with(config, server.send()).ok());
  config.options = {};
  config.signals = {"logs"};
  CHECK_FALSE(prometheus::make_with(config, server.send()).ok());
}

TEST_CASE("a signal that is withheld is as if it did not exist", "[prometheus]") {
  fake::Server server = shop();
  SourceConfig config;
  config.name = "prom";
  config.without = {"metrics"};
  const auto source = prometheus::make_with(config, server.send()).value();
  CHECK(source->probe({}, go_on).value().signals.empty());
  CHECK(source->resolve(memory(), {}, go_on).value().names.empty());
  CHECK_FALSE(source->resolve(memory(), {}, go_on).value().tried.empty());
}
