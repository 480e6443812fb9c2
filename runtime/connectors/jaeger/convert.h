// Convert: traces as Jaeger's v1 JSON or its Elasticsearch documents tell them, as lines of OTLP-JSON.
// SPDX-License-Identifier: Apache-2.0
//
// What was sent as OTLP comes out as it was sent (the inverse of Jaeger's otlp → v1 translation), so that decode_text
// (otlp/answer.h) makes of it what it makes of files:
//   tags          attributes, by their type (string, bool, int64, float64, binary); 64-bit integers sent as text stay whole
//   span.kind, otel.status_code, error=true, otel.status_description, otel.scope.* (otel.library.*), w3c.tracestate
//                 kind, status, scope, trace state; no longer attributes. internal.span.format is dropped
//   process       resource: serviceName → service.name (Jaeger's word for a resource without one: none), tags
//   references    the first CHILD_OF of the same trace, else the first FOLLOWS_FROM of it, is the parent; others are links
//   startTime, duration (µs)  startTimeUnixNano, endTimeUnixNano: microseconds is all that Jaeger keeps
//   logs          events; `event` is the name; those of OpenTracing (event=error: error.kind, message, stack) become
//                 exceptions, as the OpenTelemetry specification of OpenTracing compatibility says
//   warnings      counted, told in `notes`
// Kept as they are: duplicate span ids, cycles, spans whose parent is missing. Two things Jaeger does not keep: an
// attribute that is a list or map comes out as its JSON text, and nanoseconds are cut to microseconds.
// A span without ids, or that is no object, becomes a line that the decoder counts as a bad record.
// Sources: jaeger internal/uimodel, internal/storage/v1/elasticsearch/spanstore/internal/dbmodel; opentelemetry-specification
// compatibility/opentracing.md and trace/sdk_exporters/jaeger.md.
// Thread rule: a Converter belongs to one thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "runtime/base/json.h"

namespace inquest::jaeger {

class Converter final {
 public:
  // One element of `data` of /api/traces: {"traceID", "spans": […], "processes": {…}, "warnings"}. One line.
  void trace(const Json& trace);
  // One document (`_source`) of an index jaeger-span-*: tags as nested `tags`, as fields `tag` (`@` stands for a dot),
  // or both; values may be texts beside their `type`. One line.
  void document(const Json& span);

  std::string take() { return std::move(lines_); }   // what was converted so far; the converter goes on
  size_t spans() const { return spans_; }
  std::vector<std::string> notes() const { return notes(warned_, warning_, no_process_); }
  // "18 spans carry warnings of Jaeger (clock skew …)", sentences.
  static std::vector<std::string> notes(size_t warned, const std::string& warning, size_t no_process);

 private:
  std::string lines_;
  size_t spans_ = 0, warned_ = 0, no_process_ = 0;
  std::string warning_;                              // the first
};

}  // namespace inquest::jaeger
