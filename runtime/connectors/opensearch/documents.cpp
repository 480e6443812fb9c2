// Documents of an index as lines of OTLP-JSON: the inverse of what the writers of each layout do.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>

#include "runtime/base/text.h"
#include "runtime/connectors/jaeger/convert.h"
#include "runtime/connectors/opensearch/layout.h"

namespace inquest::opensearch {

namespace {

void put_text(std::string& out, std::string_view text) {
  out += '"';
  size_t from = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, from, i - from);
    from = i + 1;
    if (c == '"' || c == '\\') {
      out += '\\', out += text[i];
    } else {
      static const char digits[] = "0123456789abcdef";
      out += "\\u00", out += digits[c >> 4], out += digits[c & 15];
    }
  }
  out.append(text, from, text.size() - from);
  out += '"';
}

// As an OTLP AnyValue; null: nothing is written, false.
bool put_value(std::string& out, const Json& value, bool real, int depth = 0) {
  switch (value.type()) {
    case Json::value_t::string:
      out += "{\"stringValue\":";
      put_text(out, value.get_ref<const std::string&>());
      break;
    case Json::value_t::boolean: out += value.get<bool>() ? "{\"boolValue\":true" : "{\"boolValue\":false"; break;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      if (real || (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX)) out += "{\"doubleValue\":" + canonical(value.get<double>());
      else out += "{\"intValue\":\"" + std::to_string(value.get<int64_t>()) + '"';
      break;
    case Json::value_t::number_float: out += "{\"doubleValue\":" + canonical(value); break;
    case Json::value_t::array: {
      out += "{\"arrayValue\":{\"values\":[";
      bool first = true;
      for (const Json& one : value) {
        const size_t before = out.size();
        if (!first) out += ',';
        if (depth < 64 && put_value(out, one, real, depth + 1)) first = false;
        else out.resize(before);
      }
      out += "]}";
      break;
    }
    case Json::value_t::object: {
      out += "{\"kvlistValue\":{\"values\":[";
      bool first = true;
      for (const auto& [key, one] : value.items()) {
        const size_t before = out.size();
        out += first ? "{\"key\":" : ",{\"key\":";
        put_text(out, key);
        out += ",\"value\":";
        if (depth < 64 && put_value(out, one, false, depth + 1)) out += '}', first = false;
        else out.resize(before);
      }
      out += "]}";
      break;
    }
    default: return false;
  }
  out += '}';
  return true;
}

// source["a"]["b"], or source["a.b"]: writers nest, or do not.
const Json* below(const Json& source, const char* a, const char* b) {
  if (const Json* outer = member(source, a))
    if (const Json* inner = member(*outer, b)) return inner;
  return member(source, std::string(a) + "." + b);
}

std::string_view text_of(const Json* value) {
  return value && value->is_string() ? std::string_view(value->get_ref<const std::string&>()) : std::string_view();
}

// Nanoseconds of an ISO text or a number (seconds, milliseconds or nanoseconds by its digits); 0 when it is neither.
int64_t time_of(const Json* value) {
  if (!value) return 0;
  const std::string text = value->is_string() ? value->get<std::string>() : value->is_number_integer() ? canonical(*value) : std::string();
  if (text.empty()) return 0;
  const auto time = parse_time(text);
  return time ? time->ns : 0;
}

uint8_t number_of(const Json* value, uint8_t (*read)(std::string_view)) {
  if (!value) return 0;
  if (value->is_string()) return read(value->get_ref<const std::string&>());
  const int64_t number = json_int64(*value);
  return number > 0 && number < 256 ? static_cast<uint8_t>(number) : 0;
}

}  // namespace

struct Rows::Inside {
  explicit Inside(const Layout& of) : layout(of) {
    for (const auto& [path, field] : layout.fields)
      if (field.type == "double" || field.type == "float" || field.type == "half_float" || field.type == "scaled_float") reals.insert(path);
  }

  // Appends {"key":…,"value":…} for each member, `prefix` being their path in the mapping.
  void put_attributes(std::string& out, const Json& all, const std::string& prefix, bool at_signs, bool& first, bool data_stream) const {
    if (!all.is_object()) return;
    for (const auto& [key, value] : all.items()) {
      if (data_stream && key == "data_stream" && value.is_object()) continue;
      put_one(out, key, value, prefix + key, at_signs, first);
    }
  }
  void put_one(std::string& out, std::string_view key, const Json& value, const std::string& path, bool at_signs, bool& first) const {
    const size_t before = out.size();
    out += first ? "{\"key\":" : ",{\"key\":";
    if (at_signs) {
      std::string name(key);
      std::replace(name.begin(), name.end(), '@', '.');
      put_text(out, name);
    } else {
      put_text(out, key);
    }
    out += ",\"value\":";
    const bool real = !reals.empty() && value.is_number_integer() && reals.count(path) != 0;
    if (put_value(out, value, real)) out += '}', first = false;
    else out.resize(before);
  }
  // Members of the document whose names begin with `prefix`: Data Prepper's older writer.
  void put_flat(std::string& out, const Json& source, std::string_view prefix, bool& first) const {
    for (const auto& [key, value] : source.items())
      if (key.size() > prefix.size() && key.compare(0, prefix.size(), prefix) == 0)
        put_one(out, std::string_view(key).substr(prefix.size()), value, key, true, first);
  }

  std::string& of_resource(const Json& source) {
    scratch.clear();
    bool first = true;
    const bool flat = layout.at_signs;
    if (const Json* resource = member(source, "resource"); resource && resource->is_object()) {
      const Json* attributes = member(*resource, "attributes");
      if (attributes && attributes->is_object()) put_attributes(scratch, *attributes, "resource.attributes.", flat, first, false);
      else if (layout.resource == "resource.") put_attributes(scratch, *resource, "resource.", false, first, false);
    }
    put_flat(scratch, source, "resource.attributes.", first);
    if (scratch.find("{\"key\":\"service.name\"") == std::string::npos)
      if (const std::string_view name = text_of(member(source, "serviceName")); !name.empty()) {
        scratch += first ? "{\"key\":\"service.name\",\"value\":{\"stringValue\":" : ",{\"key\":\"service.name\",\"value\":{\"stringValue\":";
        put_text(scratch, name);
        scratch += "}}";
      }
    const auto [at, fresh] = known.emplace(scratch, rows.size());
    if (fresh) rows.push_back({scratch, {}});
    return rows[at->second].second;
  }

  void own_attributes(std::string& out, const Json& source, const char* flat_prefix, const char* outer) const {
    out += ",\"attributes\":[";
    bool first = true;
    if (const Json* attributes = member(source, "attributes")) put_attributes(out, *attributes, "attributes.", false, first, true);
    if (const Json* nested = member(source, outer); nested && nested->is_object())
      if (const Json* attributes = member(*nested, "attributes")) put_attributes(out, *attributes, flat_prefix, true, first, true);
    if (layout.at_signs) put_flat(out, source, flat_prefix, first);
    out += ']';
  }

  bool span(const Json& source) {
    const std::string_view trace = text_of(member(source, "traceId")), id = text_of(member(source, "spanId"));
    const int64_t start = time_of(member(source, "startTime"));
    if (trace.empty() || id.empty() || start == 0) return false;
    int64_t end = time_of(member(source, "endTime"));
    if (end == 0)
      if (const Json* duration = member(source, "durationInNanos")) end = start + json_int64(*duration);
    std::string& out = of_resource(source);
    out += out.empty() ? "{\"traceId\":" : ",{\"traceId\":";
    put_text(out, trace);
    out += ",\"spanId\":";
    put_text(out, id);
    if (const std::string_view parent = text_of(member(source, "parentSpanId")); !parent.empty()) out += ",\"parentSpanId\":", put_text(out, parent);
    out += ",\"name\":";
    put_text(out, text_of(member(source, "name")));
    out += ",\"kind\":" + std::to_string(number_of(member(source, "kind"), kind_number));
    out += ",\"startTimeUnixNano\":\"" + std::to_string(start) + "\",\"endTimeUnixNano\":\"" + std::to_string(end) + '"';
    out += ",\"status\":{\"code\":" + std::to_string(number_of(below(source, "status", "code"), status_number)) + '}';
    own_attributes(out, source, "span.attributes.", "span");
    if (const Json* events = member(source, "events"); events && events->is_array()) put_events(out, *events);
    if (const Json* links = member(source, "links"); links && links->is_array() && !links->empty()) put_links(out, *links);
    out += '}';
    return true;
  }

  void put_events(std::string& out, const Json& events) const {
    bool any = false;
    for (const Json& event : events) {
      if (text_of(member(event, "name")) != "exception") continue;
      out += any ? ",{\"name\":\"exception\",\"attributes\":[" : ",\"events\":[{\"name\":\"exception\",\"attributes\":[";
      bool first = true;
      if (const Json* attributes = member(event, "attributes")) put_attributes(out, *attributes, "events.attributes.", layout.at_signs, first, false);
      out += "]}", any = true;
    }
    if (any) out += ']';
  }

  static void put_links(std::string& out, const Json& links) {
    out += ",\"links\":[";
    bool first = true;
    for (const Json& link : links) {
      const std::string_view trace = text_of(member(link, "traceId"));
      if (trace.empty()) continue;
      out += first ? "{\"traceId\":" : ",{\"traceId\":", first = false;
      put_text(out, trace);
      out += ",\"spanId\":";
      put_text(out, text_of(member(link, "spanId")));
      out += '}';
    }
    out += ']';
  }

  bool record(const Json& source) {
    int64_t time = time_of(member(source, layout.model == Model::logs_otel ? "@timestamp" : "time"));
    if (time <= 0) time = time_of(member(source, layout.model == Model::logs_otel ? "time" : "@timestamp"));
    int64_t observed = time_of(member(source, "observedTimestamp"));
    if (observed <= 0) observed = time_of(member(source, "observedTime"));
    if (time <= 0 && observed <= 0) return false;
    std::string& out = of_resource(source);
    out += out.empty() ? "{" : ",{";
    out += "\"timeUnixNano\":\"" + std::to_string(std::max<int64_t>(0, time)) + '"';
    if (time <= 0) out += ",\"observedTimeUnixNano\":\"" + std::to_string(observed) + '"';
    const Json* number = below(source, "severity", "number");
    if (!number) number = member(source, "severityNumber");
    if (number)
      if (const int64_t n = json_int64(*number); n > 0 && n <= 24) out += ",\"severityNumber\":" + std::to_string(n);
    const Json* severity = below(source, "severity", "text");
    if (!severity) severity = member(source, "severityText");
    if (const std::string_view text = text_of(severity); !text.empty()) out += ",\"severityText\":", put_text(out, text);
    if (const Json* body = member(source, "body"); body && !body->is_null()) {
      const size_t before = out.size();
      out += ",\"body\":";
      if (!put_value(out, *body, false)) out.resize(before);
    }
    if (const std::string_view trace = text_of(member(source, "traceId")); !trace.empty()) out += ",\"traceId\":", put_text(out, trace);
    if (const std::string_view id = text_of(member(source, "spanId")); !id.empty()) out += ",\"spanId\":", put_text(out, id);
    if (const std::string_view event = text_of(member(source, "eventName")); !event.empty()) out += ",\"eventName\":", put_text(out, event);
    own_attributes(out, source, "log.attributes.", "log");
    out += '}';
    return true;
  }

  const Layout& layout;
  std::set<std::string> reals;                           // paths of fields mapped as fractions
  std::string scratch;
  std::unordered_map<std::string, size_t> known;         // resource → row of `rows`; never walked
  std::vector<std::pair<std::string, std::string>> rows; // resource attributes, its spans or records
  jaeger::Converter converter;
};

Rows::Rows(const Layout& layout) : inside_(std::make_unique<Inside>(layout)) {}
Rows::~Rows() = default;

void Rows::add(const Json& hit) {
  const Json* source = member(hit, "_source");
  if (!source || !source->is_object()) {
    ++bad_;
    return;
  }
  ++size_;
  if (inside_->layout.model == Model::jaeger) {
    inside_->converter.document(*source);
    return;
  }
  const bool good = inside_->layout.signal == otlp::Signal::spans ? inside_->span(*source) : inside_->record(*source);
  if (!good) --size_, ++bad_;
}

void Rows::add_all(const Json& hits) {
  if (!hits.is_array()) return;
  for (const Json& hit : hits) add(hit);
}

std::vector<std::string> Rows::notes() const { return inside_->converter.notes(); }

std::string Rows::finish() {
  if (inside_->layout.model == Model::jaeger) return inside_->converter.take();
  const bool spans = inside_->layout.signal == otlp::Signal::spans;
  std::string out;
  for (auto& [resource, rows] : inside_->rows) {
    out += spans ? "{\"resourceSpans\":[{\"resource\":{\"attributes\":[" : "{\"resourceLogs\":[{\"resource\":{\"attributes\":[";
    out += resource;
    out += spans ? "]},\"scopeSpans\":[{\"spans\":[" : "]},\"scopeLogs\":[{\"logRecords\":[";
    out += rows;
    out += "]}]}]}\n";
  }
  inside_->rows.clear();
  inside_->known.clear();
  return out;
}

}  // namespace inquest::opensearch
