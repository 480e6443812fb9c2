// Exponential histograms, summaries and exemplars as asks see them; whose a metric of Kubernetes is.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "runtime/frame/kernels/loghist.h"
#include "tests/runtime/connectors/otlp/made.h"

using namespace made;

namespace {

Measure typed_measure() {
  Measure m;
  m.name = "latency";
  m.unit = "s";
  MeasureName http;
  http.metric = "http.server.request.duration";
  http.kind = "histogram";
  http.sum = {"*"};
  http.unit = "s";
  m.names = {http};
  return m;
}

// Scale 1 (base √2), buckets from 0.125 s on; zeros apart.
Json exponential_point(double seconds, double start, const std::vector<int64_t>& buckets, int64_t zeros, double sum, int scale = 1, int offset = -6) {
  int64_t total = zeros;
  Json counts = Json::array();
  for (const int64_t n : buckets) counts.push_back(std::to_string(n)), total += n;
  Json out = {{"timeUnixNano", nano(seconds)}, {"startTimeUnixNano", nano(start)}, {"count", std::to_string(total)}, {"sum", sum}, {"scale", scale},
              {"zeroCount", std::to_string(zeros)}};
  out["positive"] = {{"offset", offset}, {"bucketCounts", counts}};
  return out;
}
Json summary_point(double seconds, double start, int64_t n, double sum, const std::vector<std::pair<double, double>>& quantiles) {
  Json values = Json::array();
  for (const auto& [quantile, value] : quantiles) {
    Json one = {{"quantile", quantile}};
    if (std::isnan(value)) one["value"] = "NaN"; else one["value"] = value;
    values.push_back(one);
  }
  return {{"timeUnixNano", nano(seconds)}, {"startTimeUnixNano", nano(start)}, {"count", std::to_string(n)}, {"sum", sum}, {"quantileValues", values}};
}

}  // namespace

TEST_CASE("Exponential histograms give latency in buckets, the same from both temporalities, with their error said") {
  for (const int temporality : {1, 2}) {
    CAPTURE(temporality);
    Directory d;
    const bool delta = temporality == 1;
    d.add("m.jsonl", metric_line(resource("a"), "http.server.request.duration", "s", "exponentialHistogram",
                                 Json::array({exponential_point(0, -60, {4, 0, 1}, 1, 1, 1),
                                              exponential_point(60, delta ? 0 : -60, delta ? std::vector<int64_t>{3, 0, 2} : std::vector<int64_t>{7, 0, 3}, delta ? 1 : 2, 2)}),
                                 temporality));
    auto c = open(d.path());
    const Measure latency = typed_measure();
    const FramePtr f = fetch(*c, ask("metric.latency", 0, 200), &latency);
    CHECK(numbers(f, "count") == std::vector<double>{1, 3, 2});  // zeros, (0.125, 0.177], (0.25, 0.354]
    const Column* bucket = f->column("bucket");
    REQUIRE(bucket);
    CHECK(bucket->integer(0) == -1);
    CHECK(log_bucket_value(static_cast<int32_t>(bucket->integer(1))) == Approx(1e9 * 0.125 * std::exp2(0.25)).epsilon(loghist_error));
    CHECK(log_bucket_value(static_cast<int32_t>(bucket->integer(2))) == Approx(1e9 * 0.25 * std::exp2(0.25)).epsilon(loghist_error));
    CHECK(f->marks.approximate == "durations known only within 18.9 % (exponential buckets)");
  }
}

TEST_CASE("An exponential histogram whose scale falls on the way still counts what came since") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "http.server.request.duration", "s", "exponentialHistogram",
                               Json::array({exponential_point(0, -60, {1, 1, 1, 1}, 0, 1, 2, 0),        // (1, 1.19] … (1.68, 2]
                                            exponential_point(60, -60, {2, 4, 5}, 0, 9, 1, 0)})));      // (1, 1.41], (1.41, 2], (2, 2.83]
  auto c = open(d.path());
  const Measure latency = typed_measure();
  const FramePtr f = fetch(*c, ask("metric.latency", 0, 200), &latency);
  CHECK(numbers(f, "count") == std::vector<double>{2, 5});               // 2 - 2 is nothing, 4 - 2, 5 - 0
}

TEST_CASE("A summary gives latency at its quantiles, which come out as they were told") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "http.server.request.duration", "s", "summary",
                               Json::array({summary_point(0, -60, 100, 10, {{0.5, 9}, {0.99, 9}}),
                                            summary_point(60, -60, 300, 60, {{0.5, 0.1}, {0.9, 0.4}, {0.99, 2}})})));
  auto c = open(d.path());
  const Measure latency = typed_measure();
  const FramePtr f = fetch(*c, ask("metric.latency", 0, 200), &latency);
  CHECK(numbers(f, "count") == std::vector<double>{100, 80, 20});        // of 200: half, to 0.9, the rest
  CHECK(log_bucket_value(static_cast<int32_t>(f->column("bucket")->integer(1))) == Approx(0.4e9).epsilon(loghist_error));
  CHECK(f->marks.approximate == "durations known only at the quantiles of summaries (0.5, 0.9, 0.99)");
}

TEST_CASE("A summary by its own name is a mean, and its quantiles where they are asked for") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("a"), "rpc.duration", "s", "summary",
                               Json::array({summary_point(0, -60, 10, 10, {{0.5, 1}, {0.99, 3}}), summary_point(60, -60, 30, 50, {{0.5, 2}, {0.99, std::nan("")}})})));
  auto c = open(d.path());
  CHECK(numbers(fetch(*c, ask("metric.named", 50, 200, {}, {{"name", "rpc.duration"}})), "value") == std::vector<double>{2});
  const FramePtr all = fetch(*c, ask("metric.named", 0, 200, {}, {{"name", "rpc.duration"}, {"by", List{"quantile"}}}));
  CHECK(texts(all, "quantile") == std::vector<std::string>{"0.5", "0.5", "0.99"});
  CHECK(numbers(all, "value") == std::vector<double>{1, 2, 3});
  Ask one = ask("metric.named", 0, 200, {}, {{"name", "rpc.duration"}});
  one.where = {{"quantile", 0.99}};
  CHECK(numbers(fetch(*c, one), "value") == std::vector<double>{3});
}

TEST_CASE("Traces that a metric names as exemplars stand in the notes of the frame, the newest first") {
  Directory d;
  Json p = histogram_point(60, -60, {0.1}, {3, 1}, 1);
  p["exemplars"] = Json::array();
  for (int i = 1; i <= 5; ++i) p["exemplars"].push_back({{"timeUnixNano", nano(i * 10)}, {"asDouble", 0.5}, {"traceId", digits(i, 32)}, {"spanId", digits(i, 16)}});
  d.add("m.jsonl", metric_line(resource("a"), "http.server.request.duration", "s", "histogram",
                               Json::array({histogram_point(0, -60, {0.1}, {1, 0}, 0.05), p})));
  auto c = open(d.path());
  const Measure latency = typed_measure();
  const std::string said = "5 traces are named as exemplars, the newest: " + digits(5, 32) + ", " + digits(4, 32) + ", " + digits(3, 32);
  for (const Ask& one : {ask("metric.latency", 0, 200), ask("metric.named", 0, 200, {}, {{"name", "http.server.request.duration"}})}) {
    const FramePtr f = fetch(*c, one, one.kind == "metric.latency" ? &latency : nullptr);
    CHECK(std::find(f->marks.notes.begin(), f->marks.notes.end(), said) != f->marks.notes.end());
  }
  const FramePtr narrow = fetch(*c, ask("metric.latency", 0, 15), &latency);
  CHECK(std::find(narrow->marks.notes.begin(), narrow->marks.notes.end(), "1 trace is named as exemplars: " + digits(1, 32)) != narrow->marks.notes.end());
}

TEST_CASE("A resource that says only what Kubernetes calls it is the service of its workload") {
  const auto service_of = [](const Json& attributes) {
    Directory d;
    d.add("m.jsonl", metric_line(resource("", attributes), "process.memory.usage", "By", "gauge", Json::array({point(10, 1)})));
    auto c = open(d.path());
    const Measure memory = memory_measure();
    auto resolved = c->resolve(memory, {}, Stop{false});
    REQUIRE(resolved.ok());
    if (resolved->names.empty()) return std::string("nobody's");
    const FramePtr f = fetch(*c, ask("metric.memory", 0, 60), &memory);
    return texts(f, "service")[0] + " " + texts(f, "namespace")[0] + " " + texts(f, "instance")[0] + " " + texts(f, "version")[0];
  };
  CHECK(service_of({{"k8s.deployment.name", "d"}, {"k8s.container.name", "c"}, {"k8s.pod.name", "d-1"}, {"k8s.namespace.name", "n"}, {"container.image.tag", "1.2"}}) == "d n d-1 1.2");
  CHECK(service_of({{"k8s.statefulset.name", "s"}, {"k8s.pod.name", "s-0"}}) == "s - s-0 -");
  CHECK(service_of({{"k8s.container.name", "c"}, {"k8s.pod.name", "d-1"}}) == "c - d-1 -");
  CHECK(service_of({{"k8s.pod.name", "shop-api-7d9f8c6b5-x2k4p"}}) == "shop-api - shop-api-7d9f8c6b5-x2k4p -");
  CHECK(service_of({{"k8s.pod.name", "shop-api-0"}}) == "nobody's");
  CHECK(service_of({{"k8s.node.name", "node-1"}, {"k8s.namespace.name", "n"}}) == "nobody's");
  CHECK(service_of({{"service.name", "own"}, {"k8s.deployment.name", "d"}, {"service.namespace", "mine"}, {"k8s.namespace.name", "n"}}) == "own mine - -");
}

TEST_CASE("What a measure says names a container goes before the workload of its pod") {
  Directory d;
  d.add("m.jsonl", metric_line(resource("", {{"container.name", "sidecar"}, {"k8s.deployment.name", "d"}}), "container.memory.usage.total", "By", "gauge",
                               Json::array({point(10, 1)})));
  auto c = open(d.path());
  const Measure memory = memory_measure();
  CHECK(texts(fetch(*c, ask("metric.memory", 0, 60), &memory), "service") == std::vector<std::string>{"sidecar"});
}
