// Jaeger's JSON, member by member, written as OTLP-JSON.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/convert.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asking.h"

namespace inquest::jaeger {

namespace {

using otlp::append_json_text;

constexpr std::string_view no_service_name = "OTLPResourceNoServiceName";  // jaeger's otlp translator
constexpr const char* kinds[] = {"unspecified", "internal", "server", "client", "producer", "consumer"};

// The text of a member, or empty. A view into the tree.
std::string_view text_of(const Json& object, std::string_view key) {
  const Json* value = member(object, key);
  return value && value->is_string() ? std::string_view(value->get_ref<const std::string&>()) : std::string_view();
}

std::optional<int64_t> integer_of(const Json& value) {
  if (value.is_number_unsigned()) {
    const uint64_t n = value.get<uint64_t>();
    return n <= INT64_MAX ? std::optional<int64_t>(static_cast<int64_t>(n)) : std::nullopt;
  }
  if (value.is_number_integer()) return value.get<int64_t>();
  if (value.is_number_float()) {
    const double n = value.get<double>();
    if (std::floor(n) == n && std::abs(n) < 9e15) return static_cast<int64_t>(n);
    return {};
  }
  if (!value.is_string()) return {};
  const std::string& text = value.get_ref<const std::string&>();
  int64_t n = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), n);
  return wrong == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional<int64_t>(n) : std::nullopt;
}

std::optional<double> double_of(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return {};
  const std::string& text = value.get_ref<const std::string&>();
  double n = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), n);
  return wrong == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional<double>(n) : std::nullopt;
}

bool is_true(const Json& value) {
  return value.is_boolean() ? value.get<bool>() : value.is_string() && value.get_ref<const std::string&>() == "true";
}

// Microseconds as nanoseconds; beyond what 64 bits hold, the nearest.
int64_t nanoseconds(const Json* micros) {
  const std::optional<int64_t> us = micros ? integer_of(*micros) : std::nullopt;
  int64_t ns = 0;
  if (us && __builtin_mul_overflow(*us, int64_t{1000}, &ns)) ns = *us < 0 ? INT64_MIN : INT64_MAX;
  return ns;
}

// Identifiers of before 2017 were written without leading zeros.
void append_id(std::string& out, std::string_view id, bool trace) {
  const size_t digits = trace && id.size() > 16 ? 32 : 16;
  std::string whole(id.size() < digits ? digits - id.size() : 0, '0');
  whole += id;
  append_json_text(out, id.empty() ? id : std::string_view(whole));
}

// An attribute whose value is written by what it is.
void append_plain(std::string& out, const Json& value) {
  if (value.is_boolean()) {
    out += value.get<bool>() ? "{\"boolValue\":true}" : "{\"boolValue\":false}";
  } else if (value.is_number_integer() && integer_of(value)) {
    out += "{\"intValue\":\"" + std::to_string(*integer_of(value)) + "\"}";
  } else if (value.is_number()) {
    const std::string text = shortest(value.get<double>());
    out += "{\"doubleValue\":";
    append_json_text(out, text);
    out += '}';
  } else {
    out += "{\"stringValue\":";
    append_json_text(out, value.is_string() ? value.get_ref<const std::string&>() : canonical(value));
    out += '}';
  }
}

// One by the type that Jaeger tells beside it; documents hold every value as text.
void append_value(std::string& out, std::string_view type, const Json& value) {
  if (type == "bool" && (value.is_boolean() || value == "true" || value == "false")) {
    out += is_true(value) ? "{\"boolValue\":true}" : "{\"boolValue\":false}";
  } else if (const auto n = type == "int64" ? integer_of(value) : std::nullopt) {
    out += "{\"intValue\":\"" + std::to_string(*n) + "\"}";
  } else if (const auto d = type == "float64" ? double_of(value) : std::nullopt) {
    out += "{\"doubleValue\":";
    append_json_text(out, shortest(*d));
    out += '}';
  } else if (type == "string" && !value.is_string()) {
    out += "{\"stringValue\":";
    append_json_text(out, canonical(value));
    out += '}';
  } else {
    append_plain(out, value);
  }
}

struct Tag {
  std::string_view key, type;
  const Json* value;
};

// Tags of a span or process: the list, and the fields of documents. Names with `@` are written into `names`.
std::vector<Tag> tags_of(const Json& object, std::vector<std::string>& names) {
  std::vector<Tag> out;
  const Json* list = member(object, "tags");
  const Json* fields = member(object, "tag");
  if (list && list->is_array()) {
    out.reserve(list->size());
    for (const Json& tag : *list) {
      const Json* value = member(tag, "value");
      const std::string_view key = text_of(tag, "key");
      if (value && !value->is_null() && !key.empty()) out.push_back({key, text_of(tag, "type"), value});
    }
  }
  if (fields && fields->is_object()) {
    names.reserve(names.size() + fields->size());          // the views below stay good
    for (const auto& [key, value] : fields->items()) {
      if (value.is_null()) continue;
      std::string name = key;
      for (char& c : name)
        if (c == '@') c = '.';
      names.push_back(std::move(name));
      out.push_back({names.back(), {}, &value});
    }
  }
  return out;
}

void append_attribute(std::string& out, std::string_view key, std::string_view type, const Json& value) {
  out += out.empty() || out.back() == '[' ? "{\"key\":" : ",{\"key\":";
  append_json_text(out, key);
  out += ",\"value\":";
  append_value(out, type, value);
  out += '}';
}

std::string resource_of(const Json* process) {
  std::string out = "{\"attributes\":[";
  if (process && process->is_object()) {
    const std::string_view service = text_of(*process, "serviceName");
    if (!service.empty() && service != no_service_name) append_attribute(out, "service.name", "string", *member(*process, "serviceName"));
    std::vector<std::string> names;
    for (const Tag& tag : tags_of(*process, names))
      if (tag.key != "service.name" || service.empty()) append_attribute(out, tag.key, tag.type, *tag.value);
  }
  return out + "]}";
}

// An OpenTracing log of an error says in other words what an exception event says.
std::string_view modern(std::string_view key) {
  return key == "error.kind" ? "exception.type" : key == "message" ? "exception.message" : key == "stack" ? "exception.stacktrace" : key;
}

void append_events(std::string& out, const Json& logs) {
  out += ",\"events\":[";
  bool first = true;
  for (const Json& log : logs) {
    const Json* fields = member(log, "fields");
    if (!fields || !fields->is_array()) continue;
    std::string_view name, message;
    bool told = false;                                      // the exception in today's words
    for (const Json& field : *fields) {
      const std::string_view key = text_of(field, "key");
      if (key == "event" && name.empty()) name = text_of(field, "value");
      if (key == "message" && message.empty()) message = text_of(field, "value");
      told |= key == "exception.type" || key == "exception.message";
    }
    const bool error = name == "error" && !told;
    out += first ? "{" : ",{";
    first = false;
    out += "\"timeUnixNano\":\"" + std::to_string(nanoseconds(member(log, "timestamp"))) + "\",\"name\":";
    append_json_text(out, error ? "exception" : name.empty() ? message : name);
    out += ",\"attributes\":[";
    bool named = false;
    std::string attributes;
    for (const Json& field : *fields) {
      const std::string_view key = text_of(field, "key");
      const Json* value = member(field, "value");
      if (key.empty() || !value || value->is_null()) continue;
      if (key == "event" && !named) named = true;
      else append_attribute(attributes, error ? modern(key) : key, text_of(field, "type"), *value);
    }
    out += attributes + "]}";
  }
  out += ']';
}

void append_link(std::string& out, const Json& reference) {
  out += out.empty() ? "{\"traceId\":" : ",{\"traceId\":";
  append_id(out, text_of(reference, "traceID"), true);
  out += ",\"spanId\":";
  append_id(out, text_of(reference, "spanID"), false);
  out += '}';
}

struct Written {
  std::string scope;                                        // {"name":…,"version":…}, or {}
  std::string span;
};

Written span_of(const Json& span) {
  Written out;
  std::string attributes, links;
  std::string_view scope_name, scope_version, state;
  int kind = 0, status = 0;
  const Json* error = nullptr;
  std::vector<std::string> names;
  const std::vector<Tag> tags = tags_of(span, names);
  for (const Tag& tag : tags) {
    const std::string_view text = tag.value->is_string() ? std::string_view(tag.value->get_ref<const std::string&>()) : std::string_view();
    if (tag.key == "span.kind" && kind == 0) {
      const std::string word = lower(text);
      for (int i = 0; i < 6; ++i)
        if (word == kinds[i]) kind = i;
      if (kind != 0 || word == kinds[0]) continue;
    } else if (tag.key == "otel.status_code" && status == 0) {
      const std::string word = lower(text);
      status = word == "ok" ? 1 : word == "error" ? 2 : 0;
      if (status != 0 || word == "unset") continue;
    } else if (tag.key == "otel.status_description" || tag.key == "internal.span.format") {
      continue;
    } else if (tag.key == "otel.scope.name" || tag.key == "otel.library.name") {
      if (scope_name.empty()) scope_name = text;
      continue;
    } else if (tag.key == "otel.scope.version" || tag.key == "otel.library.version") {
      if (scope_version.empty()) scope_version = text;
      continue;
    } else if (tag.key == "w3c.tracestate") {
      state = text;
      continue;
    } else if (tag.key == "error") {                        // beside otel.status_code it repeats it; alone it is the status
      if (is_true(*tag.value) && !error) {
        error = tag.value;
        continue;
      }
    }
    append_attribute(attributes, tag.key, tag.type, *tag.value);
  }
  if (error && status == 0) status = 2;
  else if (error && status == 1) append_attribute(attributes, "error", "", *error);  // said by the span itself

  const std::string_view trace = text_of(span, "traceID");
  std::string_view parent = text_of(span, "parentSpanID");
  if (parent.find_first_not_of('0') == std::string_view::npos) parent = {};
  const Json* references = member(span, "references");
  const Json* above = nullptr;
  if (references && references->is_array()) {
    for (const char* type : {"CHILD_OF", "FOLLOWS_FROM"})
      for (const Json& reference : *references)
        if (!above && text_of(reference, "refType") == type && text_of(reference, "traceID") == trace) above = &reference;
    for (const Json& reference : *references)
      if (&reference != above) append_link(links, reference);
  }
  if (above) parent = text_of(*above, "spanID");

  const int64_t start = nanoseconds(member(span, "startTime"));
  int64_t end = 0;
  if (__builtin_add_overflow(start, nanoseconds(member(span, "duration")), &end)) end = INT64_MAX;
  out.span = "{\"traceId\":";
  append_id(out.span, trace, true);
  out.span += ",\"spanId\":";
  append_id(out.span, text_of(span, "spanID"), false);
  if (!parent.empty()) out.span += ",\"parentSpanId\":", append_id(out.span, parent, false);
  if (!state.empty()) out.span += ",\"traceState\":", append_json_text(out.span, state);
  out.span += ",\"name\":";
  append_json_text(out.span, text_of(span, "operationName"));
  out.span += ",\"kind\":" + std::to_string(kind) + ",\"startTimeUnixNano\":\"" + std::to_string(start) +
              "\",\"endTimeUnixNano\":\"" + std::to_string(end) + "\",\"attributes\":[" + attributes + "]";
  if (const Json* logs = member(span, "logs"); logs && logs->is_array() && !logs->empty()) append_events(out.span, *logs);
  if (!links.empty()) out.span += ",\"links\":[" + links + "]";
  out.span += ",\"status\":{\"code\":" + std::to_string(status) + "}}";

  if (const Json* scope = member(span, "scope"); scope && scope_name.empty()) {
    scope_name = text_of(*scope, "name");
    scope_version = text_of(*scope, "version");
  }
  out.scope = "{";
  if (!scope_name.empty()) out.scope += "\"name\":", append_json_text(out.scope, scope_name);
  if (!scope_name.empty() && !scope_version.empty()) out.scope += ",\"version\":", append_json_text(out.scope, scope_version);
  out.scope += '}';
  return out;
}

// The first warning of a list, and how many there are.
size_t warnings_of(const Json& object, std::string& first) {
  const Json* list = member(object, "warnings");
  if (!list || !list->is_array()) return 0;
  size_t n = 0;
  for (const Json& warning : *list) {
    if (!warning.is_string()) continue;
    if (++n && first.empty()) first = warning.get<std::string>();
  }
  return n;
}

}  // namespace

void Converter::trace(const Json& trace) {
  struct Scope { std::string head, spans; };
  struct Process { std::string_view id; const Json* process; std::vector<Scope> scopes; };
  const Json* spans = member(trace, "spans");
  const Json* processes = member(trace, "processes");
  if (!spans || !spans->is_array() || spans->empty()) return;
  std::vector<Process> all;                                  // in the order of their first spans
  for (const Json& span : *spans) {
    ++spans_;
    const std::string_view id = text_of(span, "processID");
    const Json* process = processes && !id.empty() ? member(*processes, id) : nullptr;
    if (const Json* own = member(span, "process"); !process && own) process = own;
    no_process_ += process == nullptr;
    warned_ += warnings_of(span, warning_) > 0;
    size_t at = 0;
    while (at < all.size() && (all[at].id != id || all[at].process != process)) ++at;
    if (at == all.size()) all.push_back({id, process, {}});
    Written one = span_of(span);
    std::vector<Scope>& scopes = all[at].scopes;
    size_t scope = 0;
    while (scope < scopes.size() && scopes[scope].head != one.scope) ++scope;
    if (scope == scopes.size()) scopes.push_back({std::move(one.scope), {}});
    if (!scopes[scope].spans.empty()) scopes[scope].spans += ',';
    scopes[scope].spans += one.span;
  }
  warnings_of(trace, warning_);
  lines_ += "{\"resourceSpans\":[";
  for (size_t i = 0; i < all.size(); ++i) {
    lines_ += (i ? ",{\"resource\":" : "{\"resource\":") + resource_of(all[i].process) + ",\"scopeSpans\":[";
    for (size_t j = 0; j < all[i].scopes.size(); ++j)
      lines_ += (j ? ",{\"scope\":" : "{\"scope\":") + all[i].scopes[j].head + ",\"spans\":[" + all[i].scopes[j].spans + "]}";
    lines_ += "]}";
  }
  lines_ += "]}\n";
}

void Converter::document(const Json& span) {
  ++spans_;
  const Json* process = member(span, "process");
  no_process_ += process == nullptr;
  warned_ += warnings_of(span, warning_) > 0;
  const Written one = span_of(span);
  lines_ += "{\"resourceSpans\":[{\"resource\":" + resource_of(process) + ",\"scopeSpans\":[{\"scope\":" + one.scope +
            ",\"spans\":[" + one.span + "]}]}]}\n";
}

std::vector<std::string> Converter::notes(size_t warned, const std::string& warning, size_t no_process) {
  std::vector<std::string> out;
  const auto spans = [](size_t n) { return count(static_cast<int64_t>(n)) + (n == 1 ? " span" : " spans"); };
  if (warned > 0 || !warning.empty())
    out.push_back((warned == 0 ? "a trace carries" : spans(warned) + (warned == 1 ? " carries" : " carry")) +
                  " warnings of Jaeger (" + printable(warning, 120) + ")");
  if (no_process > 0) out.push_back(spans(no_process) + (no_process == 1 ? " has" : " have") + " no process: the service is not known");
  return out;
}

}  // namespace inquest::jaeger
