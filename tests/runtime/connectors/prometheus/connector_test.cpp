// The connector against a Prometheus in memory: the same telemetry gives the numbers that files of it give.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/connector.h"

#include <catch2/catch.hpp>

#include "fake.h"

using namespace inquest;

namespace {

using Class = Failure::Class;

const Stop go_on{false};
constexpr int64_t begin_s = 1'795'255'200;               // 2026-11-21T10:00:00Z

Measure memory() {
  return {.name = "memory", .unit = "By", .reduce = "sum", .identity = {"service.instance.id", "k8s.pod.name"},
          .names = {{.metric = "process.memory.usage", .unit = "By"},
                    {.metric = "jvm.memory.used", .sum = {"jvm.memory.pool.name"}, .unit = "By", .heap = true},
                    {.metric = "container_memory_rss", .unit = "By", .service_from = "container"}},
          .restarts = {{"process.cpu.time", "falls"}}};
}
Measure rate() {
  return {.name = "request_rate", .unit = "1/s", .reduce = "sum", .identity = {"service.instance.id"},
          .names = {{.metric = "traces.span.metrics.calls", .sum = {"*"}, .kind = "sum", .only = {{"span.kind", {"SPAN_KIND_SERVER"}}}}}};
}
Measure latency() {
  return {.name = "latency", .unit = "s", .reduce = "sum", .identity = {"service.instance.id"},
          .names = {{.metric = "http.server.duration", .sum = {"*"}, .unit = "ms", .kind = "histogram"}}};
}

// A sample a minute: value(i).
fake::Series series(fake::Labels labels, int n, double (*value)(int), int64_t from_s = begin_s) {
  fake::Series out{std::move(labels), {}};
  for (int i = 0; i < n; ++i) out.samples.emplace_back((from_s + 60 * i) * 1000 + 7, value(i));
  return out;
}

fake::Server shop() {
  fake::Server server;
  server.series = {
      series({{"__name__", "process_memory_usage_bytes"}, {"job", "shop/cart"}, {"instance", "c-1"}, {"service_name", "cart"}, {"service_namespace", "shop"}}, 40,
             [](int i) { return 1e6 + i; }),
      series({{"__name__", "jvm_memory_used_bytes"}, {"jvm_memory_pool_name", "old"}, {"job", "shop/ads"}}, 40, [](int i) { return 100.0 + i; }),
      series({{"__name__", "jvm_memory_used_bytes"}, {"jvm_memory_pool_name", "eden"}, {"job", "shop/ads"}}, 40, [](int i) { return 10.0 + i; }),
      series({{"__name__", "container_memory_rss"}, {"container", "batch"}, {"pod", "batch-0"}, {"namespace", "prod"}, {"job", "kubelet"}, {"instance", "10.0.0.1:10250"}}, 40,
             [](int) { return 5.0; }),
      series({{"__name__", "process_cpu_time_seconds_total"}, {"job", "shop/cart"}, {"instance", "c-1"}, {"service_name", "cart"}, {"service_namespace", "shop"}}, 40,
             [](int i) { return i < 20 ? i * 2.0 : (i - 20) * 2.0; }),
      series({{"__name__", "traces_span_metrics_calls_total"}, {"span_kind", "SPAN_KIND_SERVER"}, {"span_name", "GET /"}, {"job", "shop/cart"}, {"service_name", "cart"}}, 40,
             [](int i) { return i * 60.0; }),
      series({{"__name__", "traces_span_metrics_calls_total"}, {"span_kind", "SPAN_KIND_CLIENT"}, {"span_name", "out"}, {"job", "shop/cart"}, {"service_name", "cart"}}, 40,
             [](int i) { return i * 6000.0; }),
      series({{"__name__", "target_info"}, {"job", "shop/cart"}, {"instance", "c-1"}, {"host_arch", "amd64"}, {"custom", "x"}}, 40, [](int) { return 1.0; }),
  };
  for (const auto& [le, per] : {std::pair{"100", 1.0}, {"200", 3.0}, {"+Inf", 4.0}}) {
    fake::Series bucket{{{"__name__", "http_server_duration_milliseconds_bucket"}, {"le", le}, {"http_route", "/a"}, {"job", "shop/cart"}}, {}};
    for (int i = 0; i < 40; ++i) bucket.samples.emplace_back((begin_s + 60 * i) * 1000, per * i);
    server.series.push_back(bucket);
  }
  server.series.push_back({{{"__name__", "http_server_duration_milliseconds_sum"}, {"http_route", "/a"}, {"job", "shop/cart"}}, {}});
  server.series.push_back({{{"__name__", "http_server_duration_milliseconds_count"}, {"http_route", "/a"}, {"job", "shop/cart"}}, {}});
  for (int i = 0; i < 40; ++i) {
    server.series[server.series.size() - 2].samples.emplace_back((begin_s + 60 * i) * 1000, 500.0 * i);
    server.series.back().samples.emplace_back((begin_s + 60 * i) * 1000, 4.0 * i);
  }
  return server;
}

struct Bench {
  explicit Bench(fake::Server made, std::map<std::string, std::string> aliases = {}, Map options = {}) : server(std::move(made)) {
    SourceConfig config;
    config.name = "prom";
    config.kind = "prometheus";
    config.at = "http://prometheus:9090/";
    config.aliases = std::move(aliases);
    config.options = std::move(options);
    source = prometheus::make_with(config, server.send()).value();
    REQUIRE(source->probe({}, go_on).ok());
  }
  Ask ask(const std::string& kind, const std::string& service = {}, Map args = {}) {
    Ask out{.state = "s", .name = "a", .kind = kind, .signal = "metrics", .args = std::move(args)};
    out.scope.window = {Time{(begin_s + 600) * ns_per_s}, Time{(begin_s + 1800) * ns_per_s}};
    if (!service.empty()) out.scope.names["service"] = service;
    return out;
  }
  Outcome<FramePtr> answer(const Ask& ask, const std::optional<Measure>& measure = {}) {
    std::map<std::string, Resolution> measures;
    if (measure) measures[measure->name] = source->resolve(*measure, {}, go_on).value();
    steps = source->native({ask}, measures);
    server.asked.clear();
    return source->fetch({ask}, steps, measures, {}, go_on).front();
  }
  FramePtr frame(const Ask& ask, const std::optional<Measure>& measure = {}) {
    auto outcome = answer(ask, measure);
    if (const auto* failure = std::get_if<Failure>(&outcome)) FAIL(failure->cause);
    return std::get<FramePtr>(outcome);
  }
  fake::Server server;
  std::unique_ptr<Connector> source;
  std::vector<Step> steps;
};

std::vector<std::string> texts(const FramePtr& frame, const std::string& column) {
  std::set<std::string> out;
  const Column* found = frame->column(column);
  for (size_t i = 0; found && i < frame->rows; ++i) out.insert(found->absent(i) ? "" : found->text(i));
  return {out.begin(), out.end()};
}

}  // namespace

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
