// Spans: resourceSpans into columns.
// SPDX-License-Identifier: Apache-2.0
//
// A row is written when its span is complete; its resource and scope, which may stand after the spans, are filled in
// when their object ends.
#include <algorithm>

#include "runtime/connectors/otlp_decode_work.h"

namespace inquest::otlp {
namespace {

constexpr const char* kinds[] = {"UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"};
constexpr const char* statuses[] = {"UNSET", "OK", "ERROR"};

}  // namespace

bool Decoder::Work::resource_spans() {
  Spans& spans = part->spans;
  return walk.array([&] {
    const size_t from = spans.resource.size();
    uint32_t row = no_text;
    const bool whole = walk.object([&](std::string_view key) {
      if (is(key, "resource")) return resource(row);
      if (is(key, "scopeSpans") || is(key, "instrumentationLibrarySpans")) return scope_spans();
      return walk.skip();
    });
    if (row == no_text && spans.resource.size() > from) row = empty_resource();
    std::fill(spans.resource.begin() + static_cast<ptrdiff_t>(from), spans.resource.end(), row);
    return whole;
  });
}

bool Decoder::Work::scope_spans() {
  Spans& spans = part->spans;
  return walk.array([&] {
    const size_t from = spans.scope.size();
    TextId name = no_text;
    const bool whole = walk.object([&](std::string_view key) {
      if (is(key, "spans")) return walk.array([&] { return span(); });
      if (is(key, "scope") || is(key, "instrumentationLibrary")) return scope(name);
      return walk.skip();
    });
    std::fill(spans.scope.begin() + static_cast<ptrdiff_t>(from), spans.scope.end(), name);
    return whole;
  });
}

bool Decoder::Work::span() {
  Spans& spans = part->spans;
  const bool outer_wrong = walk.wrong;
  walk.wrong = false;
  uint64_t trace[2] = {0, 0}, id = 0, parent = 0;
  bool has_trace = false, has_id = false, has_parent = false;
  TextId name = no_text;
  uint8_t kind = 0, status = 0;
  int64_t start = 0, end = 0;
  const bool whole = walk.object([&](std::string_view key) {
    switch (key.size()) {
      case 4:
        if (is(key, "name")) {
          std::string_view text;
          if (!walk.text(text)) return false;
          return name = texts->intern(text), true;
        }
        if (is(key, "kind")) return enumeration(kind, "SPAN_KIND_", kinds, std::size(kinds));
        break;
      case 6:
        if (is(key, "spanId")) return hex(&id, 1, has_id);
        if (is(key, "status")) {
          return walk.object([&](std::string_view field) {
            return is(field, "code") ? enumeration(status, "STATUS_CODE_", statuses, std::size(statuses)) : walk.skip();
          });
        }
        break;
      case 7:
        if (is(key, "traceId")) return hex(trace, 2, has_trace);
        break;
      case 10:
        if (is(key, "attributes")) return attributes(spans.attributes);
        break;
      case 12:
        if (is(key, "parentSpanId")) return hex(&parent, 1, has_parent);
        break;
      case 15:
        if (is(key, "endTimeUnixNano")) return walk.integer(end);
        break;
      case 17:
        if (is(key, "startTimeUnixNano")) return walk.integer(start);
        break;
      default: break;
    }
    return walk.skip();
  });
  if (!whole) return false;
  const char* why = walk.wrong                       ? "a field of a span has another type than OTLP says"
                    : (trace[0] | trace[1]) == 0     ? "a span without traceId"
                    : id == 0                        ? "a span without spanId"
                    : start <= 0                     ? "a span without a start time" : nullptr;
  walk.wrong = outer_wrong;
  if (why != nullptr) {
    spans.attributes.resize(spans.attr_from.back());
    bad_record(why);
    walk.wrong = outer_wrong;
    return true;
  }
  if (end <= 0) end = start, odd(Oddity::no_end);
  if (end < start) odd(Oddity::negative_duration);
  seen_time(start);
  seen_time(end);
  spans.resource.push_back(0);
  spans.scope.push_back(no_text);
  spans.attr_from.push_back(spans.attributes.size());
  spans.trace.push_back({trace[0], trace[1]});
  spans.span.push_back(id);
  spans.parent.push_back(parent);
  spans.name.push_back(name == no_text ? texts->intern("") : name);
  spans.kind.push_back(kind);
  spans.status.push_back(status);
  spans.start.push_back(start);
  spans.duration.push_back(end - start);
  return true;
}

}  // namespace inquest::otlp
