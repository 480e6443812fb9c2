// The connector against a Prometheus in memory: the same telemetry gives the numbers that files of it give.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/connector.h"

#include <catch2/catch.hpp>

#include "bench.h"

using namespace inquest;
using namespace bench;

TEST_CASE("a measure resolves to the server's names and the services that have them", "[prometheus]") {
  Bench bench(shop());
  const Resolution found = bench.source->resolve(memory(), {}, go_on).value();
  CHECK(found.print() == "process_memory_usage_bytes | jvm_memory_used_bytes | container_memory_rss (3 services)");
  CHECK(found.services == std::vector<std::string>{"ads", "batch", "cart"});
  CHECK(found.restarts == std::map<std::string, std::string>{{"process_cpu_time_seconds_total", "falls"}});
}

TEST_CASE("a measure that is not there says what was tried and what is nearest", "[prometheus]") {
  Bench bench(shop());
  const Measure none{.name = "memory", .unit = "By", .names = {{.metric = "process.memory.usages", .unit = "By"}}};
  const Resolution found = bench.source->resolve(none, {}, go_on).value();
  CHECK(found.names.empty());
  CHECK(found.tried == std::vector<std::string>{"process_memory_usages_bytes"});
  CHECK(found.nearest == std::vector<std::string>{"process_memory_usage_bytes"});
}

TEST_CASE("gauges come as raw samples of the half-open window, parts summed, one series an instance", "[prometheus]") {
  for (const bool closed : {false, true}) {               // ranges held their left end before 3.0
    fake::Server server = shop();
    server.closed = closed;
    Bench bench(std::move(server));
    const FramePtr all = bench.frame(bench.ask("metric.memory"), memory());
    CHECK(texts(all, "service") == std::vector<std::string>{"ads", "batch", "cart"});
    const FramePtr ads = bench.frame(bench.ask("metric.memory", "ads"), memory());
    REQUIRE(ads->rows == 20);
    CHECK(ads->column("time")->integer(0) == ((begin_s + 600) * 1000 + 7) * 1'000'000);
    CHECK(ads->column("value")->number(0) == 100 + 10 + 10 + 10);
    CHECK(ads->column("namespace")->text(0) == "shop");
    CHECK(ads->column("jvm.memory.pool.name") == nullptr);
  }
}

TEST_CASE("a container's service and instance are the labels that the measure names", "[prometheus]") {
  Bench bench(shop());
  const FramePtr batch = bench.frame(bench.ask("metric.memory", "batch"), memory());
  REQUIRE(batch->rows == 20);
  CHECK(texts(batch, "service") == std::vector<std::string>{"batch"});
  CHECK(texts(batch, "instance") == std::vector<std::string>{"batch-0"});
  CHECK(texts(batch, "namespace") == std::vector<std::string>{"prod"});
}

TEST_CASE("a counter that falls tells of the restart beside the samples", "[prometheus]") {
  Bench bench(shop());
  const FramePtr cart = bench.frame(bench.ask("metric.memory", "cart"), memory());
  const Column* restart = cart->column("restart");
  REQUIRE(restart);
  std::vector<size_t> yes;
  for (size_t i = 0; i < cart->rows; ++i)
    if (!restart->absent(i) && restart->integer(i)) yes.push_back(i);
  CHECK(yes == std::vector<size_t>{10});                 // the 20th sample; the window begins at the 10th
  CHECK_FALSE(restart->absent(0));                       // the sample before the window is known too
}

TEST_CASE("counters are rates of each interval, the first of the window included", "[prometheus]") {
  Bench bench(shop());
  const FramePtr calls = bench.frame(bench.ask("metric.request_rate", "cart"), rate());
  REQUIRE(calls->rows == 20);
  for (size_t i = 0; i < calls->rows; ++i) CHECK(calls->column("value")->number(i) == 1.0);
}

TEST_CASE("a counter that appears inside the window counts since the export before of its resource", "[prometheus]") {
  fake::Server server = shop();
  fake::Series later = series({{"__name__", "traces_span_metrics_calls_total"}, {"span_kind", "SPAN_KIND_SERVER"}, {"span_name", "new"}, {"job", "shop/cart"}, {"service_name", "cart"}},
                              10, [](int i) { return 30.0 + i * 60.0; }, begin_s + 900);
  server.series.push_back(later);
  Bench bench(std::move(server));
  const FramePtr by = bench.frame(bench.ask("metric.request_rate", "cart", {{"by", Value(List{Value("span.name")})}}), rate());
  std::vector<double> of_new;
  for (size_t i = 0; i < by->rows; ++i)
    if (by->column("span.name")->text(i) == "new") of_new.push_back(by->column("value")->number(i));
  REQUIRE(of_new.size() == 10);
  CHECK(of_new[0] == 0.5);
  CHECK(of_new[1] == 1.0);
}

TEST_CASE("classic buckets become a latency frame with true counts", "[prometheus]") {
  Bench bench(shop());
  const FramePtr frame = bench.frame(bench.ask("metric.latency", "cart"), latency());
  int64_t counted = 0, sum = 0;
  for (size_t i = 0; i < frame->rows; ++i) counted += frame->column("count")->integer(i), sum += frame->column("sum")->integer(i);
  CHECK(counted == 4 * 20);
  CHECK(std::abs(sum - int64_t{20} * 500'000'000) < 1000);
  CHECK(texts(frame, "operation") == std::vector<std::string>{"/a"});
  CHECK(frame->marks.approximate.find("2 bounds") != std::string::npos);
}

TEST_CASE("a metric is asked for by its OTLP name or as the server calls it", "[prometheus]") {
  Bench bench(shop());
  for (const char* name : {"process.cpu.time", "process_cpu_time_seconds_total", "process_cpu_time"}) {
    const FramePtr frame = bench.frame(bench.ask("metric.named", "cart", {{"name", Value(name)}}));
    REQUIRE(frame->rows == 20);
    CHECK(frame->column("value")->number(0) == Approx(2.0 / 60));
    CHECK(frame->column("custom") == nullptr);           // target_info says that it is the resource's
  }
  const auto outcome = bench.answer(bench.ask("metric.named", {}, {{"name", Value("process.cpu.timer")}}));
  CHECK(std::get<Failure>(outcome).cls == Class::unsupported);
  CHECK(std::get<Failure>(outcome).cure.find("process_cpu_time_seconds_total") != std::string::npos);
}

TEST_CASE("labels of the conventions get their dots back where the name has dots", "[prometheus]") {
  Bench bench(shop());
  CHECK(bench.frame(bench.ask("metric.named", {}, {{"name", Value("traces.span.metrics.calls")}}))->column("span.kind"));
  CHECK(bench.frame(bench.ask("metric.named", {}, {{"name", Value("traces_span_metrics_calls_total")}}))->column("span_kind"));
}

TEST_CASE("series that a Collector's exporter was scraped for belong to the services that it tells of", "[prometheus]") {
  fake::Server server;
  server.series = {
      series({{"__name__", "runtime_cpython_memory"}, {"type", "rss"}, {"exported_job", "shop/cart"}, {"exported_instance", "c-1"}, {"job", "collector"}, {"instance", "10.0.0.9:8889"}}, 40,
             [](int i) { return 1e6 + i; }),
      series({{"__name__", "runtime_cpython_memory"}, {"type", "vms"}, {"exported_job", "shop/cart"}, {"exported_instance", "c-1"}, {"job", "collector"}, {"instance", "10.0.0.9:8889"}}, 40,
             [](int) { return 9e9; }),
      series({{"__name__", "calls_total"}, {"span_kind", "SPAN_KIND_SERVER"}, {"service_name", "cart"}, {"job", "collector"}, {"instance", "10.0.0.9:8889"}}, 40, [](int i) { return i * 60.0; }),
  };
  Bench bench(std::move(server));
  const Measure old{.name = "memory", .unit = "By", .reduce = "sum", .identity = {"service.instance.id"},
                    .names = {{.metric = "runtime_cpython_memory", .select = {{"type", "rss"}}, .unit = "By"}}};
  const FramePtr cart = bench.frame(bench.ask("metric.memory", "cart"), old);
  REQUIRE(cart->rows == 20);
  CHECK(texts(cart, "namespace") == std::vector<std::string>{"shop"});
  CHECK(texts(cart, "instance") == std::vector<std::string>{"c-1"});
  CHECK(cart->column("value")->number(0) == 1e6 + 10);
  const Measure calls{.name = "request_rate", .unit = "1/s", .reduce = "sum", .identity = {"service.instance.id"},
                      .names = {{.metric = "calls", .sum = {"*"}, .kind = "sum", .only = {{"span.kind", {"SPAN_KIND_SERVER"}}}}}};
  const FramePtr counted = bench.frame(bench.ask("metric.request_rate", "cart"), calls);
  CHECK(counted->rows == 20);
  CHECK(texts(counted, "instance") == std::vector<std::string>{""});   // not the Collector's
  CHECK(bench.frame(bench.ask("metric.request_rate", "collector"), calls)->rows == 0);
}

TEST_CASE("names with dots are asked for as they are", "[prometheus]") {
  fake::Server server;
  server.series = {series({{"__name__", "process.memory.usage"}, {"service.name", "cart"}, {"service.namespace", "shop"}}, 40, [](int i) { return 1e6 + i; }),
                   series({{"__name__", "traces.span.metrics.calls"}, {"span.kind", "SPAN_KIND_SERVER"}, {"service.name", "cart"}}, 40, [](int i) { return i * 60.0; })};
  Bench bench(std::move(server));
  CHECK(bench.source->resolve(memory(), {}, go_on).value().print() == "process.memory.usage (1 service)");
  CHECK(bench.frame(bench.ask("metric.memory", "cart"), memory())->rows == 20);
  CHECK(bench.steps.front().native.find("%22service.name%22") != std::string::npos);
  CHECK(bench.frame(bench.ask("metric.request_rate"), rate())->column("value")->number(5) == 1.0);
}

TEST_CASE("`by` and `where` take the author's spelling", "[prometheus]") {
  Bench bench(shop());
  Ask ask = bench.ask("metric.named", {}, {{"name", Value("traces.span.metrics.calls")}, {"by", Value(List{Value("span.kind")})}});
  ask.where = {{"span.name", Value("out")}};
  const FramePtr frame = bench.frame(ask);
  CHECK(texts(frame, "span.kind") == std::vector<std::string>{"SPAN_KIND_CLIENT"});
  ask.where = {{"span_name", Value("GET /")}};
  CHECK(texts(bench.frame(ask), "span.kind") == std::vector<std::string>{"SPAN_KIND_SERVER"});
}

TEST_CASE("a scope of an operation narrows what says one", "[prometheus]") {
  Bench bench(shop());
  Ask ask = bench.ask("metric.latency", "cart");
  ask.scope.names["operation"] = "/b";
  CHECK(bench.frame(ask, latency())->rows == 0);
  ask.scope.names["operation"] = "/a";
  CHECK(bench.frame(ask, latency())->rows > 0);
}

TEST_CASE("two windows carry their names", "[prometheus]") {
  Bench bench(shop());
  Ask ask = bench.ask("metric.memory", "ads");
  ask.then = Window{Time{begin_s * ns_per_s}, Time{(begin_s + 300) * ns_per_s}};
  const FramePtr frame = bench.frame(ask, memory());
  CHECK(frame->rows == 25);
  CHECK(texts(frame, "window") == std::vector<std::string>{"now", "then"});
}

TEST_CASE("aliases are undone before the server is asked and done to what it says", "[prometheus]") {
  Bench bench(shop(), {{"ads", "adservice"}});
  CHECK(bench.source->resolve(memory(), {}, go_on).value().services == std::vector<std::string>{"adservice", "batch", "cart"});
  const FramePtr frame = bench.frame(bench.ask("metric.memory", "adservice"), memory());
  CHECK(texts(frame, "service") == std::vector<std::string>{"adservice"});
  CHECK(bench.frame(bench.ask("metric.memory", "ads"), memory())->rows == 0);
}

TEST_CASE("what the server calls a counter is one, whatever its name", "[prometheus]") {
  fake::Server server = shop();
  server.series.push_back(series({{"__name__", "old_requests"}, {"job", "web"}}, 40, [](int i) { return i * 60.0; }));
  Bench bench(std::move(server));
  const Ask ask = bench.ask("metric.named", "web", {{"name", Value("old_requests")}});
  bench.server.canned["/api/v1/metadata"] = R"({"status":"success","data":{"old_requests":[{"type":"counter","help":"x","unit":""}]}})";
  CHECK(bench.frame(ask)->column("value")->number(0) == 1.0);
  bench.server.canned["/api/v1/metadata"] = R"({"status":"success","data":{}})";
  CHECK(bench.frame(ask)->column("value")->number(0) == 600.0);
}

TEST_CASE("a histogram that is kept in both forms counts once", "[prometheus]") {
  fake::Server server = shop();
  server.series.push_back({{{"__name__", "http_server_duration_milliseconds"}, {"http_route", "/a"}, {"job", "shop/cart"}}, {}});
  Bench both(std::move(server));
  const std::map<std::string, Resolution> measures = {{"latency", both.source->resolve(latency(), {}, go_on).value()}};
  std::string native = R"({"metric":{"__name__":"http_server_duration_milliseconds","http_route":"/a","job":"shop/cart"},"histograms":[)", classic;
  for (int i = 0; i < 25; ++i) {
    const std::string at = std::to_string(begin_s + 300 + 60 * i), n = std::to_string(4 * i);
    native += (i ? "," : "") + ("[" + at + ",{\"count\":\"" + n + "\",\"sum\":\"" + n + "\",\"buckets\":[[0,\"64\",\"128\",\"" + n + "\"]]}]");
    classic += (i ? "," : "") + ("[" + at + ",\"" + n + "\"]");
  }
  both.server.canned["/api/v1/query"] = R"({"status":"success","data":{"resultType":"matrix","result":[)" + native + R"(]},{"metric":{"__name__":"http_server_duration_milliseconds_count",)" +
      R"("http_route":"/a","job":"shop/cart"},"values":[)" + classic + R"(]},{"metric":{"__name__":"http_server_duration_milliseconds_bucket","le":"+Inf","http_route":"/a","job":"shop/cart"},"values":[)" + classic + "]}]}}";
  const auto outcome = both.source->fetch({both.ask("metric.latency", "cart")}, {}, measures, {}, go_on).front();
  const FramePtr frame = std::get<FramePtr>(outcome);
  int64_t counted = 0;
  for (size_t i = 0; i < frame->rows; ++i) counted += frame->column("count")->integer(i);
  CHECK(counted == 4 * 19);                              // 300 … 1740 s: the exports that begin in [600, 1800)
  CHECK(frame->marks.approximate.find("exponential") != std::string::npos);
}

TEST_CASE("traces that points name are a note", "[prometheus]") {
  Bench bench(shop());
  bench.server.canned["/api/v1/query_exemplars"] = R"({"status":"success","data":[{"seriesLabels":{"__name__":"http_server_duration_milliseconds_bucket","le":"100","http_route":"/a",)"
      R"("job":"shop/cart"},"exemplars":[{"labels":{"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331"},"value":"90","timestamp":1795256000.5}]}]})";
  const FramePtr frame = bench.frame(bench.ask("metric.latency", "cart"), latency());
  REQUIRE(frame->marks.notes.size() == 1);
  CHECK(frame->marks.notes[0] == "1 trace is named as exemplars: 0af7651916cd43dd8448eb211c80319c");
  bench.server.canned["/api/v1/query_exemplars"] = "404 page not found";
  CHECK(bench.frame(bench.ask("metric.latency", "cart"), latency())->marks.notes.empty());
}

