// Measures as series: which samples, which instance, which rate, on made telemetry with known answers.
// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/connectors/otlp/made.h"

using namespace made;

namespace {

Json points(const std::vector<std::pair<double, double>>& samples, const Json& attrs = Json::object(), double start = -1) {
  Json out = Json::array();
  for (const auto& [seconds, v] : samples) out.push_back(point(seconds, v, attrs, start));
  return out;
}

Measure calls_measure(bool errors) {
  Measure m;
  m.name = errors ? "error_rate" : "request_rate";
  m.unit = errors ? "share" : "1/s";
  m.reduce = "sum";
  MeasureName spans, http;
  spans.metric = "traces.span.metrics.calls";
  spans.kind = "sum";
  spans.sum = {"*"};
  spans.only = {{"span.kind", {"SPAN_KIND_SERVER", "SPAN_KIND_CONSUMER"}}};
  if (errors) spans.error_when = {{"status.code", "STATUS_CODE_ERROR|ERROR"}};
  http.metric = "http.server.request.duration";
  http.kind = "histogram";
  http.sum = {"*"};
  if (errors) http.error_when = {{"http.response.status_code", "5*"}};
  m.names = {spans, http};
  return m;
}

Measure cpu_measure() {
  Measure m;
  m.name = "cpu";
  m.unit = "cores";
  m.reduce = "sum";
  MeasureName time, percent;
  time.metric = "process.cpu.time";
  time.kind = "sum";
  time.sum = {"*"};
  time.unit = "s";
  percent.metric = "container.cpu.utilization";
  percent.scale = 0.01;
  percent.unit = "1";
  percent.service_from = "container.name";
  m.names = {time, percent};
  return m;
}

Measure latency_measure() {
  Measure m;
  m.name = "latency";
  m.unit = "s";
  MeasureName http;
  http.metric = "http.server.duration";
  http.kind = "histogram";
  http.sum = {"*"};
  http.unit = "ms";
  http.error_when = {{"http.status_code", "5*"}};
  m.names = {http};
  return m;
}

}  // namespace

TEST_CASE("A gauge of one instance comes through as it was sampled") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "process.memory.usage", "By", "gauge", points({{0, 10}, {60, 11}, {119, 12}})));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  const FramePtr f = fetch(*c, ask("metric.memory", 0, 200), &memory);
  CHECK(numbers(f, "value") == std::vector<double>{10, 11, 12});
  CHECK(seconds(f, "time") == std::vector<double>{0, 60, 119});
  CHECK(texts(f, "service") == std::vector<std::string>{"a", "a", "a"});
}

TEST_CASE("Samples outside the window are left out, its end included") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "process.memory.usage", "By", "gauge", points({{0, 10}, {60, 11}, {120, 12}})));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  CHECK(numbers(fetch(*c, ask("metric.memory", 60, 120), &memory), "value") == std::vector<double>{11});
}

TEST_CASE("Pools of one instance are summed") {
  Directory d;
  for (const char* pool : {"eden", "old", "code"})
    d.add("m.jsonl", metric_line(resource("a"), "jvm.memory.used", "By", "sum",
                                 points({{0, 1}, {60, 2}}, {{"jvm.memory.pool.name", pool}}), 2, false));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  CHECK(numbers(fetch(*c, ask("metric.memory", 0, 200), &memory), "value") == std::vector<double>{3, 6});
}

TEST_CASE("An attribute that selects leaves the other values out") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "process.runtime.cpython.memory", "By", "sum", points({{0, 7}}, {{"type", "rss"}}), 2, false));
  d.add("m.jsonl", metric_line(resource("a"), "process.runtime.cpython.memory", "By", "sum", points({{0, 900}}, {{"type", "vms"}}), 2, false));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  CHECK(numbers(fetch(*c, ask("metric.memory", 0, 200), &memory), "value") == std::vector<double>{7});
}

TEST_CASE("A service with two names of memory answers with the first, others with theirs") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "process.memory.usage", "By", "gauge", points({{0, 10}})));
  d.add("m.jsonl", metric_line(resource("a"), "jvm.memory.used", "By", "sum", points({{0, 4}}), 2, false));
  d.add("m.jsonl", metric_line(resource("b"), "jvm.memory.used", "By", "sum", points({{0, 5}}), 2, false));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  const FramePtr f = fetch(*c, ask("metric.memory", 0, 200), &memory);
  CHECK(texts(f, "service") == std::vector<std::string>{"a", "b"});
  CHECK(numbers(f, "value") == std::vector<double>{10, 5});
}

TEST_CASE("A counter is never memory in use") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "process.memory.usage", "By", "sum", points({{0, 10}, {60, 20}}), 2, true));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  CHECK(failure(*c, ask("metric.memory", 0, 200), &memory).cls == Failure::Class::unsupported);
}

TEST_CASE("Two isolates under one identity are one series without a sawtooth") {
  Directory d;
  const Json one = resource("a", {{"process.pid", 7}, {"container.id", "c"}, {"process.command_args", "x"}});
  const Json two = resource("a", {{"process.pid", 7}, {"container.id", "c"}});
  d.add("m.jsonl", metric_line(one, "v8js.memory.heap.used", "By", "gauge",
                               points({{0, 21}, {60, 21}, {120, 22}, {180, 22}}, {{"v8js.heap.space.name", "old_space"}})));
  d.add("m.jsonl", metric_line(two, "v8js.memory.heap.used", "By", "gauge",
                               points({{0.6, 19}, {60.6, 19}, {120.6, 19}, {180.6, 20}}, {{"v8js.heap.space.name", "old_space"}})));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  const FramePtr f = fetch(*c, ask("metric.memory", 0, 300), &memory);
  CHECK(numbers(f, "value") == std::vector<double>{40, 40, 41, 42});
}

TEST_CASE("Two isolates in one and the same stream are told apart by their turns") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "v8js.memory.heap.used", "By", "gauge",
                               points({{0, 21}, {0.6, 19}, {60, 21}, {60.6, 19}, {120, 22}, {120.6, 19}, {180, 22}, {180.6, 20}},
                                      {{"v8js.heap.space.name", "old_space"}})));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  CHECK(numbers(fetch(*c, ask("metric.memory", 0, 300), &memory), "value") == std::vector<double>{40, 40, 41, 42});
}

TEST_CASE("A restart under the same identity is a fall, never a sum of old and new") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a", {{"process.pid", 1}}), "process.memory.usage", "By", "gauge",
                               points({{0, 100}, {60, 200}, {120, 300}}, Json::object(), 0)));
  d.add("m.jsonl", metric_line(resource("a", {{"process.pid", 2}}), "process.memory.usage", "By", "gauge",
                               points({{200, 50}, {260, 51}, {320, 52}}, Json::object(), 150)));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  CHECK(numbers(fetch(*c, ask("metric.memory", 0, 400), &memory), "value") == std::vector<double>{100, 200, 300, 50, 51, 52});
}

TEST_CASE("Two instances keep a series each") {
  Directory d;
  for (const char* instance : {"i1", "i2"})
    d.add("m.jsonl", metric_line(resource("a", {{"service.instance.id", instance}}), "process.memory.usage", "By", "gauge", points({{0, 1}, {60, 2}})));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  const FramePtr f = fetch(*c, ask("metric.memory", 0, 200), &memory);
  CHECK(texts(f, "instance") == std::vector<std::string>{"i1", "i1", "i2", "i2"});
}

TEST_CASE("The unit that was sent decides, not the one of the convention") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "process.memory.usage", "MiBy", "gauge", points({{0, 2}})));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  CHECK(numbers(fetch(*c, ask("metric.memory", 0, 200), &memory), "value") == std::vector<double>{2097152});
}

TEST_CASE("A container without service.name is the service that the measure says") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("", {{"container.name", "box"}}), "container.memory.usage.total", "By", "gauge", points({{0, 2}})));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  CHECK(texts(fetch(*c, ask("metric.memory", 0, 200), &memory), "service") == std::vector<std::string>{"box"});
}

TEST_CASE("An alias gives a service its canonical name, and the scope means that one") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("aservice"), "process.memory.usage", "By", "gauge", points({{0, 2}})));
  auto c = open(d.path(), {{"aservice", "a"}});
  const Measure memory = memory_measure();
  CHECK(texts(fetch(*c, ask("metric.memory", 0, 200, {{"service", "a"}}), &memory), "service") == std::vector<std::string>{"a"});
}

TEST_CASE("CPU seconds of all states become cores per interval") {
  Directory d;
  for (const char* state : {"user", "system"})
    d.add("m.jsonl", metric_line(resource("a"), "process.cpu.time", "s", "sum", points({{0, 100}, {60, 130}, {120, 136}}, {{"state", state}}, -5000)));
  auto c = open(d.path());
  const Measure cpu = cpu_measure();
  const FramePtr f = fetch(*c, ask("metric.cpu", 0, 200), &cpu);
  CHECK(numbers(f, "value") == std::vector<double>{1.0, 0.2});
  CHECK(seconds(f, "time") == std::vector<double>{60, 120});
}

TEST_CASE("A counter that falls counts from zero, over the time since its start") {
  Directory d;
  Json samples = points({{0, 100}, {60, 130}}, Json::object(), -5000);
  samples.push_back(point(180, 12, Json::object(), 120));
  d.add("m.jsonl", metric_line(resource("a"), "process.cpu.time", "s", "sum", samples));
  auto c = open(d.path());
  const Measure cpu = cpu_measure();
  CHECK(numbers(fetch(*c, ask("metric.cpu", 0, 200), &cpu), "value") == std::vector<double>{0.5, 0.2});
}

TEST_CASE("Delta counters give the same rate as cumulative ones") {
  Directory d;
  Json samples = Json::array();
  for (const double t : {60.0, 120.0, 180.0}) samples.push_back(point(t, 30, Json::object(), t - 60));
  d.add("m.jsonl", metric_line(resource("a"), "process.cpu.time", "s", "sum", samples, 1));
  auto c = open(d.path());
  const Measure cpu = cpu_measure();
  CHECK(numbers(fetch(*c, ask("metric.cpu", 0, 200), &cpu), "value") == std::vector<double>{0.5, 0.5, 0.5});
}

TEST_CASE("Percent of a core becomes cores") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "container.cpu.utilization", "1", "gauge", points({{0, 150}})));
  auto c = open(d.path());
  const Measure cpu = cpu_measure();
  CHECK(numbers(fetch(*c, ask("metric.cpu", 0, 200), &cpu), "value") == std::vector<double>{1.5});
}

TEST_CASE("Only received calls count as requests, all operations together") {
  Directory d;
  const auto calls = [&](const char* name, const char* kind, double per_minute) {
    d.add("m.jsonl", metric_line(resource("a"), "traces.span.metrics.calls", "", "sum",
                                 points({{0, 0}, {60, per_minute}, {120, 2 * per_minute}},
                                        {{"span.name", name}, {"span.kind", kind}, {"status.code", "STATUS_CODE_UNSET"}}, -9000)));
  };
  calls("get", "SPAN_KIND_SERVER", 60);
  calls("put", "SPAN_KIND_CONSUMER", 120);
  calls("stream", "SPAN_KIND_CLIENT", 600);
  auto c = open(d.path());
  const Measure requests = calls_measure(false);
  CHECK(numbers(fetch(*c, ask("metric.request_rate", 0, 200), &requests), "value") == std::vector<double>{3, 3});
}

TEST_CASE("A scope of one operation narrows the calls to it") {
  Directory d;
  for (const char* name : {"get", "put"})
    d.add("m.jsonl", metric_line(resource("a"), "traces.span.metrics.calls", "", "sum",
                                 points({{0, 0}, {60, 60}}, {{"span.name", name}, {"span.kind", "SPAN_KIND_SERVER"}}, -9000)));
  auto c = open(d.path());
  const Measure requests = calls_measure(false);
  CHECK(numbers(fetch(*c, ask("metric.request_rate", 0, 200, {{"operation", "get"}}), &requests), "value") == std::vector<double>{1});
}

TEST_CASE("A stream that first appears between exports counts what it brings") {
  Directory d;
  const Json server = {{"span.name", "get"}, {"span.kind", "SPAN_KIND_SERVER"}};
  Json failed = server;
  failed["status.code"] = "STATUS_CODE_ERROR";
  d.add("m.jsonl", metric_line(resource("a"), "traces.span.metrics.calls", "", "sum", points({{0, 100}, {60, 154}, {120, 208}}, server, -9000)));
  d.add("m.jsonl", metric_line(resource("a"), "traces.span.metrics.calls", "", "sum", points({{60, 6}, {120, 12}}, failed, -9000)));
  auto c = open(d.path());
  const Measure errors = calls_measure(true);
  CHECK(numbers(fetch(*c, ask("metric.error_rate", 0, 200), &errors), "value") == std::vector<double>{0.1, 0.1});
}

TEST_CASE("Where no call came in there is no share of errors") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "traces.span.metrics.calls", "", "sum",
                               points({{0, 5}, {60, 5}, {120, 8}}, {{"span.name", "get"}, {"span.kind", "SPAN_KIND_SERVER"}}, -9000)));
  auto c = open(d.path());
  const Measure errors = calls_measure(true);
  const FramePtr f = fetch(*c, ask("metric.error_rate", 0, 200), &errors);
  CHECK(seconds(f, "time") == std::vector<double>{120});
  CHECK(numbers(f, "value") == std::vector<double>{0});
}

TEST_CASE("Histograms of the protocol tell requests and failed ones") {
  Directory d;
  for (const int status : {200, 503})
    d.add("m.jsonl", metric_line(resource("a"), "http.server.request.duration", "s", "histogram",
                                 Json::array({histogram_point(0, -9000, {0.1, 1}, {0, 0, 0}, 0, {{"http.response.status_code", status}}),
                                              histogram_point(60, -9000, {0.1, 1}, {3, 0, 0}, 0.1, {{"http.response.status_code", status}})})));
  auto c = open(d.path());
  const Measure requests = calls_measure(false), errors = calls_measure(true);
  CHECK(numbers(fetch(*c, ask("metric.request_rate", 0, 200), &requests), "value") == std::vector<double>{0.1});
  CHECK(numbers(fetch(*c, ask("metric.error_rate", 0, 200), &errors), "value") == std::vector<double>{0.5});
}

TEST_CASE("A histogram of durations keeps its counts, its sum and its errors, in seconds or milliseconds") {
  for (const bool in_seconds : {true, false}) {
    const double unit = in_seconds ? 1 : 1000;
    Directory d;
    d.add("m.jsonl", metric_line(resource("a"), "http.server.duration", in_seconds ? "s" : "ms", "histogram",
                                 Json::array({histogram_point(0, -9000, {0.1 * unit, 0.2 * unit}, {5, 0, 0}, 0.2 * unit, {{"http.status_code", 500}, {"http.route", "/x"}}),
                                              histogram_point(60, -9000, {0.1 * unit, 0.2 * unit}, {8, 2, 0}, 0.8 * unit, {{"http.status_code", 500}, {"http.route", "/x"}})})));
    auto c = open(d.path());
    const Measure latency = latency_measure();
    const FramePtr f = fetch(*c, ask("metric.latency", 0, 200), &latency);
    REQUIRE(f->rows == 2);
    CHECK(numbers(f, "count") == std::vector<double>{3, 2});
    CHECK(numbers(f, "errors") == std::vector<double>{3, 2});
    CHECK(texts(f, "operation") == std::vector<std::string>{"/x", "/x"});
    CHECK(numbers(f, "sum")[0] + numbers(f, "sum")[1] == Approx(0.6e9).epsilon(1e-6));
    CHECK(!f->marks.approximate.empty());
  }
}

TEST_CASE("Under against, both windows are in one frame and told apart") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "process.memory.usage", "By", "gauge", points({{0, 1}, {60, 2}, {120, 3}, {180, 4}})));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  Ask one = ask("metric.memory", 120, 200);
  one.then = Window{Time{at(0)}, Time{at(120)}};
  CHECK(texts(fetch(*c, one, &memory), "window") == std::vector<std::string>{"then", "then", "now", "now"});
}

TEST_CASE("No metric of a measure is a failure that says what was looked for and what is near") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "process.memory.usge", "By", "gauge", points({{0, 1}})));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  const Failure f = failure(*c, ask("metric.memory", 0, 200), &memory);
  CHECK(f.cls == Failure::Class::unsupported);
  CHECK(f.cause.find("process.runtime.cpython.memory{type=rss}") != std::string::npos);
  CHECK(f.cure.find("process.memory.usge") != std::string::npos);
}

TEST_CASE("A service without the measure is an empty frame with a note") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "process.memory.usage", "By", "gauge", points({{0, 1}})));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  const FramePtr f = fetch(*c, ask("metric.memory", 0, 200, {{"service", "b"}}), &memory);
  CHECK(f->rows == 0);
  CHECK(f->marks.notes == std::vector<std::string>{"b has no memory here; 1 services have it"});
}

TEST_CASE("Memory asked of one operation says that it was not narrowed") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "process.memory.usage", "By", "gauge", points({{0, 1}})));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  const FramePtr f = fetch(*c, ask("metric.memory", 0, 200, {{"operation", "get"}}), &memory);
  CHECK(f->rows == 1);
  CHECK(f->marks.notes == std::vector<std::string>{"not narrowed by operation"});
}

TEST_CASE("A metric by its own name keeps its attributes as labels") {
  Directory d;
  for (const char* queue : {"x", "y"})
    d.add("m.jsonl", metric_line(resource("a"), "queue.length", "1", "gauge", points({{0, 3}}, {{"queue", queue}})));
  auto c = open(d.path());
  CHECK(texts(fetch(*c, ask("metric.named", 0, 200, {}, {{"name", "queue.length"}})), "queue") == std::vector<std::string>{"x", "y"});
}

TEST_CASE("A metric that does not exist is a failure with the nearest name") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "queue.length", "1", "gauge", points({{0, 3}})));
  auto c = open(d.path());
  CHECK(failure(*c, ask("metric.named", 0, 200, {}, {{"name", "queue.lenght"}})).cure.find("queue.length") != std::string::npos);
}
