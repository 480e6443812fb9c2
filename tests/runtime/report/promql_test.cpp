// Names of OTLP metrics in Prometheus, and what PromQL takes literally.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/promql.h"

#include <catch2/catch.hpp>

using namespace inquest;

namespace {

std::string named(const std::string& metric, const std::string& kind, const std::string& unit) {
  return prometheus_name({.metric = metric, .unit = unit, .kind = kind});
}

}  // namespace

TEST_CASE("OTLP names become what Prometheus stores them as", "[promql]") {
  CHECK(named("system.filesystem.usage", "gauge", "By") == "system_filesystem_usage_bytes");   // examples of the translator's own page
  CHECK(named("(lambda).function.executions(#)", "gauge", "") == "lambda_function_executions");
  CHECK(named("system.network.dropped", "gauge", "{packets}") == "system_network_dropped");
  CHECK(named("system.memory.utilization", "gauge", "1") == "system_memory_utilization_ratio");
  CHECK(named("http.server.request.duration", "histogram", "s") == "http_server_request_duration_seconds");
  CHECK(named("process.cpu.time", "sum", "s") == "process_cpu_time_seconds_total");
  CHECK(named("container.cpu.usage.total", "sum", "ns") == "container_cpu_usage_nanoseconds_total");
  CHECK(named("calls", "sum", "1/s") == "calls_total");
  CHECK(named("disk.io", "gauge", "By/s") == "disk_io_bytes_per_second");
  CHECK(named("process.memory.bytes", "gauge", "By") == "process_memory_bytes");                // the unit is there already
  CHECK(named("5xx.answers", "sum", "") == "_5xx_answers_total");
}

TEST_CASE("names that are Prometheus names already stand as they are", "[promql]") {
  CHECK(named("process_cpu_seconds_total", "sum", "s") == "process_cpu_seconds_total");
  CHECK(named("container_memory_rss", "gauge", "By") == "container_memory_rss");
}

TEST_CASE("attributes become labels", "[promql]") {
  CHECK(prometheus_label("http.response.status_code") == "http_response_status_code");
  CHECK(prometheus_label("2nd") == "key_2nd");
}

TEST_CASE("text that could end a literal or mean something in an expression does neither", "[promql]") {
  CHECK(promql_text("a\"b\\c\nd") == R"("a\"b\\c\nd")");
  CHECK(promql_regex("a.b|c(d)") == R"(a\.b\|c\(d\))");
}

TEST_CASE("a measure without a histogram has no quantile", "[promql]") {
  const Measure measure{.name = "memory", .unit = "By", .names = {{.metric = "process.memory.usage", .unit = "By"}}};
  CHECK(promql_quantile(measure, {}, 0.5).empty());
  CHECK(promql_of(measure, {}).find("process_memory_usage_bytes{$service_label=~\"$service\"}") != std::string::npos);
}
