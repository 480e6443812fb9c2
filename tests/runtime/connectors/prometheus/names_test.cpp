// Names of OTLP metrics in Prometheus, found again among those of a server, and what PromQL takes literally.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/names.h"

#include <catch2/catch.hpp>

using namespace inquest;
using namespace inquest::prometheus;

namespace {

std::string named(const std::string& metric, const std::string& kind, const std::string& unit) {
  return metric_name({.metric = metric, .unit = unit, .kind = kind});
}

}  // namespace

TEST_CASE("OTLP names become what Prometheus stores them as", "[prometheus]") {
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

TEST_CASE("names that are Prometheus names already stand as they are", "[prometheus]") {
  CHECK(named("process_cpu_seconds_total", "sum", "s") == "process_cpu_seconds_total");
  CHECK(named("container_memory_rss", "gauge", "By") == "container_memory_rss");
}

TEST_CASE("attributes become labels", "[prometheus]") {
  CHECK(label_name("http.response.status_code") == "http_response_status_code");
  CHECK(label_name("2nd") == "key_2nd");
}

TEST_CASE("text that could end a literal or mean something in an expression does neither", "[prometheus]") {
  CHECK(literal("a\"b\\c\nd") == R"("a\"b\\c\nd")");
  CHECK(regex_literal("a.b|c(d)") == R"(a\.b\|c\(d\))");
}

TEST_CASE("a name is found under each translation a server may have used, the exact one first", "[prometheus]") {
  const std::vector<std::string> suffixes = {"process_cpu_time_seconds_total", "process_cpu_utilization_ratio", "process_memory_usage_bytes"};
  const std::vector<std::string> plain = {"process_cpu_time", "process_memory_usage"};
  const std::vector<std::string> dots = {"process.cpu.time", "process.memory.usage"};
  const std::vector<std::string> dots_suffixes = {"process.cpu.time_seconds_total", "process.memory.usage_bytes"};
  const MeasureName memory{.metric = "process.memory.usage", .unit = "By"}, cpu{.metric = "process.cpu.time", .unit = "s", .kind = "sum"};
  CHECK(fitting_names(memory, suffixes) == std::vector<std::string>{"process_memory_usage_bytes"});
  CHECK(fitting_names(cpu, suffixes) == std::vector<std::string>{"process_cpu_time_seconds_total"});
  CHECK(fitting_names(memory, plain) == std::vector<std::string>{"process_memory_usage"});
  CHECK(fitting_names(cpu, plain) == std::vector<std::string>{"process_cpu_time"});
  CHECK(fitting_names(memory, dots) == std::vector<std::string>{"process.memory.usage"});
  CHECK(fitting_names(cpu, dots) == std::vector<std::string>{"process.cpu.time"});
  CHECK(fitting_names(cpu, dots_suffixes) == std::vector<std::string>{"process.cpu.time_seconds_total"});
}

TEST_CASE("a histogram is found by its series, in whatever unit it was sent", "[prometheus]") {
  const std::vector<std::string> known = {"http_server_duration_milliseconds_bucket", "http_server_duration_milliseconds_count",
                                          "http_server_duration_milliseconds_sum", "http_server_duration_seconds_bucket",
                                          "http_server_duration_seconds_count", "http_server_duration_seconds_sum"};
  const MeasureName name{.metric = "http.server.duration", .unit = "ms", .kind = "histogram"};
  CHECK(fitting_names(name, known) == std::vector<std::string>{"http_server_duration_milliseconds", "http_server_duration_seconds"});
  CHECK(unit_in("http_server_duration_seconds_bucket") == "s");
  CHECK(unit_in("process_memory_usage_bytes") == "By");
  CHECK(unit_in("go_goroutine_count").empty());
}

TEST_CASE("a counter of all bytes ever is never taken for a gauge", "[prometheus]") {
  const std::vector<std::string> known = {"go_memory_used_bytes_total", "process_memory_usage_after_last_gc_bytes"};
  CHECK(fitting_names({.metric = "go.memory.used", .unit = "By"}, known).empty());
  CHECK(fitting_names({.metric = "process.memory.usage", .unit = "By"}, known).empty());
}

TEST_CASE("a name that is scraped is called so, or not there", "[prometheus]") {
  CHECK(fitting_names({.metric = "container_memory_rss"}, {"container_memory_rss", "container_memory_rss_bytes"}) == std::vector<std::string>{"container_memory_rss"});
  CHECK(fitting_names({.metric = "container_memory_rss"}, {"container_memory_rss_bytes"}).empty());
}

TEST_CASE("bytes that are no UTF-8 stand in a literal as they are and match nothing in a regular expression", "[prometheus]") {
  CHECK(literal("a\xff" "z") == "\"a\\xffz\"");
  CHECK(literal(std::string("\x00\x1b\x7f", 3)) == R"("\x00\x1b\x7f")");
  CHECK(regex_literal("a\xff") == "[^\\x00-\\x{10FFFF}]");
  CHECK(literal("grün €") == "\"grün €\"");
}
