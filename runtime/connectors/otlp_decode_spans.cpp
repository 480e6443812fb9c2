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

constexpr size_t longest_message = 300;  // of an exception, in bytes
constexpr size_t most_links = 8;         // told of one span

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

// The last event that is an exception. Events are never what makes a span bad: odd ones are passed over.
bool Decoder::Work::span_events(Exception& last) {
  const bool outer_wrong = walk.wrong;
  const bool whole = walk.array([&] {
    Exception own;
    bool other_name = false;
    const bool fields = walk.object([&](std::string_view key) {
      if (is(key, "name")) {
        std::string_view text;
        if (!walk.text(text)) return false;
        return other_name = text != "exception", true;
      }
      if (!is(key, "attributes") || other_name) return walk.skip();
      return walk.array([&] {
        TextId* to = nullptr;
        const uint32_t* value = nullptr;
        const bool pair = walk.object([&](std::string_view field) {
          if (is(field, "key")) {
            std::string_view text;
            if (!walk.text(text)) return false;
            to = text == "exception.type" ? &own.type : text == "exception.message" ? &own.message : nullptr;
            return true;
          }
          if (is(field, "value")) value = walk.mark();
          return walk.skip();
        });
        return pair && (to == nullptr || value == nullptr || text_at(value, *to, longest_message));
      });
    });
    if (fields && !other_name && (own.type != no_text || own.message != no_text)) last = own;
    return fields;
  });
  walk.wrong = outer_wrong;
  return whole;
}

// Trace ids of the links as a JSON list, empty without any.
bool Decoder::Work::span_links(std::string& list) {
  constexpr char digits[] = "0123456789abcdef";
  const bool outer_wrong = walk.wrong;
  size_t kept = 0;
  const bool whole = walk.array([&] {
    uint64_t trace[2] = {0, 0};
    bool present = false;
    walk.wrong = false;
    const bool fields = walk.object([&](std::string_view key) { return is(key, "traceId") ? hex(trace, 2, present) : walk.skip(); });
    if (!fields || walk.wrong || (trace[0] | trace[1]) == 0 || ++kept > most_links) return fields;
    list += kept == 1 ? "[\"" : ",\"";
    for (const uint64_t word : trace)
      for (int shift = 60; shift >= 0; shift -= 4) list += digits[word >> shift & 15];
    list += '"';
    return true;
  });
  if (!list.empty()) list += ']';
  walk.wrong = outer_wrong;
  return whole;
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
  Exception exception;
  json_links.clear();
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
      case 5:
        if (is(key, "links")) return json_links.clear(), span_links(json_links);
        break;
      case 6:
        if (is(key, "events")) return span_events(exception);
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
  const size_t own = spans.attr_from.back();
  const auto add = [&](std::string_view key, Cell::Kind as, TextId text) {
    if (text == no_text || has_key(spans.attributes, own, key)) return;
    Cell cell{};
    cell.kind = as, cell.key = texts->intern(key), cell.text = text;
    spans.attributes.push_back(cell);
  };
  add("exception.type", Cell::Kind::text, exception.type);
  add("exception.message", Cell::Kind::text, exception.message);
  if (!json_links.empty()) add("links", Cell::Kind::json, texts->intern(json_links));
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
