// Layouts for tests, from lists of fields and their types.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "runtime/connectors/opensearch/layout.h"

namespace mapped {

using namespace inquest;
using namespace inquest::opensearch;

// "name:type", or "name:text+" for a text with a keyword beside it.
inline Layout layout(otlp::Signal signal, const std::string& index, const std::vector<std::string>& fields) {
  Json caps = Json::object();
  const auto add = [&](const std::string& path, const std::string& type) {
    const bool can = type != "text" && type != "object" && type != "nested";
    caps[path][type] = Json::object({{"type", type}, {"searchable", true}, {"aggregatable", can}});
  };
  for (const std::string& field : fields) {
    const size_t colon = field.rfind(':');
    std::string path = field.substr(0, colon), type = field.substr(colon + 1);
    if (type == "text+") add(path, "text"), add(path + ".keyword", "keyword");
    else add(path, type);
  }
  Json answer = Json::object();
  answer["fields"] = caps;
  auto made = make_layout(signal, index, read_field_caps(answer));
  INFO(index << (made ? "" : made.error().message));
  REQUIRE(made.ok());
  return *made;
}

inline Layout otel_v1() {
  return layout(otlp::Signal::spans, "otel-v1-apm-span-*",
                {"traceId:keyword", "spanId:keyword", "parentSpanId:keyword", "name:keyword", "kind:keyword", "serviceName:keyword", "startTime:date_nanos",
                 "endTime:date_nanos", "durationInNanos:long", "status:object", "status.code:integer", "attributes:object", "attributes.http.status_code:long",
                 "attributes.cost:double", "attributes.user:keyword", "attributes.hit:boolean", "resource.attributes.service.name:keyword",
                 "resource.attributes.service.namespace:keyword", "resource.attributes.service.instance.id:keyword", "resource.attributes.service.version:keyword",
                 "resource.attributes.host.name:keyword"});
}
inline Layout data_prepper() {
  return layout(otlp::Signal::spans, "otel-v1-apm-span-*",
                {"traceId:keyword", "spanId:keyword", "parentSpanId:keyword", "name:keyword", "kind:keyword", "serviceName:keyword", "startTime:date_nanos",
                 "endTime:date_nanos", "durationInNanos:long", "status.code:integer", "span.attributes.http@status_code:keyword",
                 "resource.attributes.service@name:keyword", "resource.attributes.service@instance@id:keyword"});
}
inline Layout ss4o() {
  return layout(otlp::Signal::spans, "ss4o_traces-*",
                {"traceId:text+", "spanId:text+", "parentSpanId:text+", "name:text+", "kind:text+", "startTime:date", "endTime:date", "status.code:text+",
                 "attributes.http.status_code:long", "attributes.user:text+", "attributes.note:text", "resource.service.name:text+", "resource.service.namespace:text+"});
}
inline Layout jaeger() {
  return layout(otlp::Signal::spans, "jaeger-span-*",
                {"traceID:keyword", "spanID:keyword", "operationName:keyword", "startTime:long", "startTimeMillis:date", "duration:long", "process.serviceName:keyword",
                 "process.tags:nested", "process.tags.key:keyword", "tags:nested", "tags.key:keyword", "tags.value:keyword", "references:nested", "references.refType:keyword"});
}
inline Layout logs() {
  return layout(otlp::Signal::logs, "otel-logs-*",
                {"@timestamp:date", "observedTimestamp:date", "body:text+", "severity.text:text+", "severity.number:long", "traceId:text+", "spanId:text+",
                 "attributes.user:text+", "resource.service.name:text+"});
}

inline Ask ask(std::map<std::string, std::string> scope, Map where = {}, const char* signal = "spans") {
  Ask out;
  out.state = "s", out.name = "a";
  out.kind = std::string(signal) + (std::string(signal) == "spans" ? ".slowest" : ".search");
  out.signal = signal;
  out.scope.names = std::move(scope);
  out.where = std::move(where);
  return out;
}

}  // namespace mapped
