// Log records: resourceLogs into columns.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/connectors/otlp_decode_work.h"

namespace inquest::otlp {
namespace {

constexpr const char* severities[] = {
    "UNSPECIFIED", "TRACE", "TRACE2", "TRACE3", "TRACE4", "DEBUG", "DEBUG2", "DEBUG3", "DEBUG4",
    "INFO", "INFO2", "INFO3", "INFO4", "WARN", "WARN2", "WARN3", "WARN4", "ERROR", "ERROR2", "ERROR3", "ERROR4",
    "FATAL", "FATAL2", "FATAL3", "FATAL4"};

}  // namespace

bool Decoder::Work::resource_logs() {
  Logs& logs = part->logs;
  return walk.array([&] {
    const size_t from = logs.resource.size();
    uint32_t row = no_text;
    const bool whole = walk.object([&](std::string_view key) {
      if (is(key, "resource")) return resource(row);
      if (is(key, "scopeLogs") || is(key, "instrumentationLibraryLogs")) return scope_logs();
      return walk.skip();
    });
    if (row == no_text && logs.resource.size() > from) row = empty_resource();
    std::fill(logs.resource.begin() + static_cast<ptrdiff_t>(from), logs.resource.end(), row);
    return whole;
  });
}

bool Decoder::Work::scope_logs() {
  Logs& logs = part->logs;
  return walk.array([&] {
    const size_t from = logs.scope.size();
    TextId name = no_text;
    const bool whole = walk.object([&](std::string_view key) {
      if (is(key, "logRecords") || is(key, "logs")) return walk.array([&] { return log_record(); });
      if (is(key, "scope") || is(key, "instrumentationLibrary")) return scope(name);
      return walk.skip();
    });
    std::fill(logs.scope.begin() + static_cast<ptrdiff_t>(from), logs.scope.end(), name);
    return whole;
  });
}

bool Decoder::Work::log_record() {
  Logs& logs = part->logs;
  const bool outer_wrong = walk.wrong;
  walk.wrong = false;
  uint64_t trace[2] = {0, 0}, id = 0;
  bool present = false;
  uint8_t severity = 0;
  TextId severity_text = no_text, body = no_text, event = no_text;
  int64_t time = 0, observed = 0;
  const bool whole = walk.object([&](std::string_view key) {
    switch (key.size()) {
      case 4:
        if (is(key, "body")) return value_text(body);
        break;
      case 6:
        if (is(key, "spanId")) return hex(&id, 1, present);
        break;
      case 7:
        if (is(key, "traceId")) return hex(trace, 2, present);
        break;
      case 9:
        if (is(key, "eventName")) {
          std::string_view text;
          if (!walk.text(text)) return false;
          if (!text.empty()) event = texts->intern(text);
          return true;
        }
        break;
      case 10:
        if (is(key, "attributes")) return attributes(logs.attributes);
        break;
      case 12:
        if (is(key, "timeUnixNano")) return walk.integer(time);
        if (is(key, "severityText")) {
          std::string_view text;
          if (!walk.text(text)) return false;
          if (!text.empty()) severity_text = texts->intern(text);
          return true;
        }
        break;
      case 14:
        if (is(key, "severityNumber")) {
          return enumeration(severity, "SEVERITY_NUMBER_", severities, std::size(severities));
        }
        break;
      case 20:
        if (is(key, "observedTimeUnixNano")) return walk.integer(observed);
        break;
      default: break;
    }
    return walk.skip();
  });
  if (!whole) return false;
  const bool bad = walk.wrong;
  walk.wrong = outer_wrong;
  if (bad) {
    logs.attributes.resize(logs.attr_from.back());
    bad_record("a field of a log record has another type than OTLP says");
    return true;
  }
  if (event != no_text && !has_key(logs.attributes, logs.attr_from.back(), "event.name")) {
    Cell cell{};
    cell.kind = Cell::Kind::text, cell.key = texts->intern("event.name"), cell.text = event;
    logs.attributes.push_back(cell);
  }
  if (time <= 0) time = observed;
  if (time <= 0) time = 0, odd(Oddity::no_time);
  seen_time(time);
  logs.resource.push_back(0);
  logs.scope.push_back(no_text);
  logs.attr_from.push_back(logs.attributes.size());
  logs.time.push_back(time);
  logs.severity.push_back(severity);
  logs.severity_text.push_back(severity_text);
  logs.body.push_back(body);
  logs.trace.push_back({trace[0], trace[1]});
  logs.span.push_back(id);
  return true;
}

}  // namespace inquest::otlp
