// A shop whose metrics a Prometheus in memory holds, and the connector asked about it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>

#include "fake.h"
#include "runtime/connectors/prometheus/connector.h"

namespace bench {

using namespace inquest;

using Class = Failure::Class;

inline const Stop go_on{false};
constexpr int64_t begin_s = 1'795'255'200;               // 2026-11-21T10:00:00Z

inline Measure memory() {
  return {.name = "memory", .unit = "By", .reduce = "sum", .identity = {"service.instance.id", "k8s.pod.name"},
          .names = {{.metric = "process.memory.usage", .unit = "By"},
                    {.metric = "jvm.memory.used", .sum = {"jvm.memory.pool.name"}, .unit = "By", .heap = true},
                    {.metric = "container_memory_rss", .unit = "By", .service_from = "container"}},
          .restarts = {{"process.cpu.time", "falls"}}};
}
inline Measure rate() {
  return {.name = "request_rate", .unit = "1/s", .reduce = "sum", .identity = {"service.instance.id"},
          .names = {{.metric = "traces.span.metrics.calls", .sum = {"*"}, .kind = "sum", .only = {{"span.kind", {"SPAN_KIND_SERVER"}}}}}};
}
inline Measure latency() {
  return {.name = "latency", .unit = "s", .reduce = "sum", .identity = {"service.instance.id"},
          .names = {{.metric = "http.server.duration", .sum = {"*"}, .unit = "ms", .kind = "histogram"}}};
}

// A sample a minute: value(i).
inline fake::Series series(fake::Labels labels, int n, double (*value)(int), int64_t from_s = begin_s) {
  fake::Series out{std::move(labels), {}};
  for (int i = 0; i < n; ++i) out.samples.emplace_back((from_s + 60 * i) * 1000 + 7, value(i));
  return out;
}

inline fake::Server shop() {
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
  explicit Bench(fake::Server made, std::map<std::string, std::string> aliases = {}, Map options = {}, std::map<std::string, std::string> links = {}) : server(std::move(made)) {
    SourceConfig config;
    config.name = "prom";
    config.kind = "prometheus";
    config.at = "http://prometheus:9090/";
    config.aliases = std::move(aliases);
    config.options = std::move(options);
    config.links = std::move(links);
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

inline std::vector<std::string> texts(const FramePtr& frame, const std::string& column) {
  std::set<std::string> out;
  const Column* found = frame->column(column);
  for (size_t i = 0; found && i < frame->rows; ++i) out.insert(found->absent(i) ? "" : found->text(i));
  return {out.begin(), out.end()};
}

}  // namespace bench
