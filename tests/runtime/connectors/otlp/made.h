// Made telemetry: small OTLP directories with known answers, written line by line, and asks about them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/base/json.h"
#include "runtime/base/text.h"
#include "runtime/connectors/connector.h"

namespace made {

using namespace inquest;

constexpr int64_t t0 = 1'700'000'000;                    // seconds; every made recording begins here
inline int64_t at(double seconds) { return t0 * ns_per_s + static_cast<int64_t>(seconds * 1e9); }
inline std::string nano(double seconds) { return std::to_string(at(seconds)); }

inline Json value(const Json& plain) {
  Json out = Json::object();
  if (plain.is_string()) out["stringValue"] = plain;
  else if (plain.is_boolean()) out["boolValue"] = plain;
  else if (plain.is_number_integer()) out["intValue"] = std::to_string(plain.get<int64_t>());
  else out["doubleValue"] = plain;
  return out;
}
inline Json attributes(const Json& object) {
  Json out = Json::array();
  for (const auto& [key, plain] : object.items()) {
    Json one = Json::object();
    one["key"] = key;
    one["value"] = value(plain);
    out.push_back(one);
  }
  return out;
}
inline Json resource(const std::string& service, const Json& more = Json::object()) {
  Json all = more;
  if (!service.empty()) all["service.name"] = service;
  Json out = Json::object();
  out["attributes"] = attributes(all);
  return out;
}

inline std::string line(const std::string& signal, const Json& of, const std::string& rows, const Json& list,
                        const std::string& scope_name = "made") {
  Json scope = Json::object(), group = Json::object(), whole = Json::object();
  scope["scope"]["name"] = scope_name;
  scope[rows] = list;
  group["resource"] = of;
  group["scope" + signal] = Json::array({scope});
  whole["resource" + signal] = Json::array({group});
  return canonical(whole) + "\n";
}

// One metric with its points, of one resource, as one line.
inline std::string metric_line(const Json& of, const std::string& name, const std::string& unit, const std::string& kind,
                               const Json& points, int temporality = 2, bool monotonic = true,
                               const std::string& scope = "made") {
  Json data = {{"dataPoints", points}};
  if (kind != "gauge") data["aggregationTemporality"] = temporality;
  if (kind == "sum") data["isMonotonic"] = monotonic;
  Json metric = {{"name", name}, {"unit", unit}};
  metric[kind] = data;
  return line("Metrics", of, "metrics", Json::array({metric}), scope);
}
inline Json point(double seconds, double v, const Json& attrs = Json::object(), double start = -1) {
  Json out = {{"timeUnixNano", nano(seconds)}, {"asDouble", v}, {"attributes", attributes(attrs)}};
  if (start >= 0) out["startTimeUnixNano"] = nano(start);
  return out;
}
inline Json histogram_point(double seconds, double start, const std::vector<double>& bounds, const std::vector<int64_t>& buckets,
                            double sum, const Json& attrs = Json::object()) {
  Json counts = Json::array();
  int64_t total = 0;
  for (const int64_t n : buckets) counts.push_back(std::to_string(n)), total += n;
  return {{"timeUnixNano", nano(seconds)}, {"startTimeUnixNano", nano(start)}, {"count", std::to_string(total)}, {"sum", sum},
          {"explicitBounds", bounds}, {"bucketCounts", counts}, {"attributes", attributes(attrs)}};
}

struct Span {
  int trace = 1, id = 1, parent = 0;
  std::string name = "op";
  int kind = 2;                                          // server
  double start = 0, ms = 1;
  Json attrs = Json::object();
  int status = 0;
};
inline std::string digits(int n, size_t width) {
  std::string text = std::to_string(n);
  return std::string(width - text.size(), '0') + text;
}
inline std::string span_line(const Json& of, const std::vector<Span>& spans) {
  Json list = Json::array();
  for (const Span& s : spans) {
    Json one = {{"traceId", digits(s.trace, 32)}, {"spanId", digits(s.id, 16)}, {"name", s.name}, {"kind", s.kind},
                {"startTimeUnixNano", nano(s.start)}, {"endTimeUnixNano", std::to_string(at(s.start) + static_cast<int64_t>(s.ms * 1e6))},
                {"attributes", attributes(s.attrs)}, {"status", Json::object()}};
    if (s.parent) one["parentSpanId"] = digits(s.parent, 16);
    if (s.status) one["status"]["code"] = s.status;
    list.push_back(one);
  }
  return line("Spans", of, "spans", list);
}
inline std::string log_line(const Json& of, double seconds, const std::string& body, const std::string& severity = "INFO", int trace = 0,
                            const Json& attrs = Json::object()) {
  Json one = {{"timeUnixNano", nano(seconds)}, {"severityText", severity}, {"severityNumber", 9}, {"body", {{"stringValue", body}}},
              {"attributes", attributes(attrs)}};
  if (trace) one["traceId"] = digits(trace, 32), one["spanId"] = digits(1, 16);
  return line("Logs", of, "logRecords", Json::array({one}));
}

class Directory {
 public:
  Directory() {
    static std::atomic<int> n{0};
    path_ = std::filesystem::temp_directory_path() / ("inquest-made-" + std::to_string(::getpid()) + "-" + std::to_string(n++));
    std::filesystem::create_directories(path_);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  Directory& add(const std::string& name, const std::string& text) {
    std::ofstream(path_ / name, std::ios::app) << text;
    return *this;
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline std::unique_ptr<Connector> open(const std::string& path, std::map<std::string, std::string> aliases = {},
                                       std::vector<std::string> without = {}, Map options = {}) {
  SourceConfig config;
  config.name = "files";
  config.kind = "otlp";
  config.at = path;
  config.aliases = std::move(aliases);
  config.without = std::move(without);
  config.options = std::move(options);
  auto made = make_connector(config);
  if (!made) FAIL(made.error().print());
  return std::move(*made);
}

inline Ask ask(const std::string& kind, double from, double to, std::map<std::string, std::string> names = {}, Map args = {}) {
  Ask out;
  out.state = "state";
  out.name = "ask";
  out.kind = kind;
  out.signal = kind.rfind("metric", 0) == 0 ? "metrics" : kind.rfind("spans", 0) == 0 ? "spans" : "logs";
  out.scope.window = Window{Time{at(from)}, Time{at(to)}};
  out.scope.names = std::move(names);
  out.args = std::move(args);
  return out;
}

// Asks one question; a metric is resolved first when a measure is given.
inline Outcome<FramePtr> outcome(Connector& connector, const Ask& one, const Measure* measure = nullptr) {
  const Stop stop{false};
  std::map<std::string, Resolution> measures;
  if (measure) {
    auto resolved = connector.resolve(*measure, {}, stop);
    if (!resolved) FAIL(resolved.error().print());
    measures[measure->name] = *resolved;
  }
  auto answers = connector.fetch({one}, connector.native({one}, measures), measures, {}, stop);
  REQUIRE(answers.size() == 1);
  return answers.front();
}
inline FramePtr fetch(Connector& connector, const Ask& one, const Measure* measure = nullptr) {
  auto answer = outcome(connector, one, measure);
  if (const auto* failure = std::get_if<Failure>(&answer)) FAIL(failure->cause + " — " + failure->cure);
  REQUIRE(std::holds_alternative<FramePtr>(answer));
  const FramePtr frame = std::get<FramePtr>(answer);
  const auto outside = outside_scope(*frame, one);
  if (outside) FAIL("row " << *outside << " is outside the scope of its ask");
  return frame;
}
inline Failure failure(Connector& connector, const Ask& one, const Measure* measure = nullptr) {
  auto answer = outcome(connector, one, measure);
  REQUIRE(std::holds_alternative<Failure>(answer));
  return std::get<Failure>(answer);
}

// A column as values: texts ("-" when absent), integers and numbers.
inline std::vector<std::string> texts(const FramePtr& frame, const std::string& name) {
  const Column* column = frame->column(name);
  REQUIRE(column);
  std::vector<std::string> out;
  for (size_t row = 0; row < frame->rows; ++row) out.push_back(column->absent(row) ? "-" : column->text(row));
  return out;
}
inline std::vector<double> numbers(const FramePtr& frame, const std::string& name) {
  const Column* column = frame->column(name);
  REQUIRE(column);
  std::vector<double> out;
  for (size_t row = 0; row < frame->rows; ++row) out.push_back(column->number(row));
  return out;
}
// Times as seconds since the begin of the made recording.
inline std::vector<double> seconds(const FramePtr& frame, const std::string& name) {
  const Column* column = frame->column(name);
  REQUIRE(column);
  std::vector<double> out;
  for (size_t row = 0; row < frame->rows; ++row) out.push_back(static_cast<double>(column->integer(row) - at(0)) / 1e9);
  return out;
}

inline Measure memory_measure() {
  Measure m;
  m.name = "memory";
  m.unit = "By";
  m.reduce = "sum";
  m.identity = {"service.instance.id", "k8s.pod.name", "container.id"};
  MeasureName process, python, container, pools;
  process.metric = "process.memory.usage";
  python.metric = "process.runtime.cpython.memory";
  python.select = {{"type", "rss"}};
  container.metric = "container.memory.usage.total";
  container.service_from = "container.name";
  pools.metric = "jvm.memory.used";
  pools.sum = {"jvm.memory.pool.name", "jvm.memory.type"};
  MeasureName spaces;
  spaces.metric = "v8js.memory.heap.used";
  spaces.sum = {"v8js.heap.space.name"};
  m.names = {process, python, container, pools, spaces};
  return m;
}

}  // namespace made
