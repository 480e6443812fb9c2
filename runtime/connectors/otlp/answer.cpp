// The asks of each signal, and the tables that a text makes.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/answer.h"

#include <cstring>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"
#include "runtime/connectors/otlp/reader_merge.h"

namespace inquest::otlp {

namespace {

struct MeasureAsk {
  const char* kind;
  Answer (*answer)(const Asking&, const Metrics&, const Resolution&);
};
struct SpanAsk {
  const char* kind;
  Answer (*answer)(const Asking&, const SpanView&);
};
struct LogAsk {
  const char* kind;
  Answer (*answer)(const Asking&, const Logs&);
};

constexpr MeasureAsk measure_asks[] = {{"metric.latency", metric_latency}};  // every other measure is a series
constexpr SpanAsk span_asks[] = {
    {"spans.latency", spans_latency},     {"spans.slowest", spans_slowest},       {"spans.typical", spans_typical},
    {"spans.of_traces", spans_of_traces}, {"spans.calls", spans_calls},           {"spans.services", spans_services},
    {"spans.contrast", spans_contrast},   {"spans.numbers", spans_numbers},       {"spans.percentiles", spans_percentiles},
};
constexpr LogAsk log_asks[] = {
    {"logs.templates", logs_templates},
    {"logs.of_traces", logs_of_traces},
    {"logs.search", logs_search},
    {"logs.count", logs_count},
};

Failure unknown_ask(const Ask& ask, const std::vector<std::string>& known) {
  return Failure{Failure::Class::unsupported, "there is no ask `" + printable(ask.kind, 60) + "` of " + ask.signal, did_you_mean(ask.kind, known)};
}

}  // namespace

Answer answer_metrics(const Asking& asking, const Metrics& metrics, const Resolution* measure) {
  const Ask& ask = asking.ask;
  if (ask.kind == "metric.named") return metric_named(asking, metrics);
  if (!measure)
    return Failure{Failure::Class::internal, "measure of `" + printable(ask.kind, 60) + "` was not resolved before it was asked"};
  if (measure->names.empty())
    return Failure{Failure::Class::unsupported,
                   "no metric here tells " + measure->measure + ": looked for " + join(measure->tried, ", "),
                   measure->nearest.empty() ? "send one of these metrics, or add the name yours has to measures/" + measure->measure + ".lua"
                                            : "nearest here: " + join(measure->nearest, ", ")};
  for (const MeasureAsk& row : measure_asks)
    if (ask.kind == row.kind) return row.answer(asking, metrics, *measure);
  return metric_series(asking, metrics, *measure);
}

Answer answer_spans(const Asking& asking, const SpanView& view) {
  std::vector<std::string> known;
  for (const SpanAsk& row : span_asks) {
    if (asking.ask.kind == row.kind) return row.answer(asking, view);
    known.push_back(row.kind);
  }
  return unknown_ask(asking.ask, known);
}

Answer answer_logs(const Asking& asking, const Logs& logs) {
  std::vector<std::string> known;
  for (const LogAsk& row : log_asks) {
    if (asking.ask.kind == row.kind) return row.answer(asking, logs);
    known.push_back(row.kind);
  }
  return unknown_ask(asking.ask, known);
}

Decoded decode_text(Signal signal, std::string_view text) {
  std::string padded(text);
  if (padded.empty() || padded.back() != '\n') padded += '\n';
  const size_t length = padded.size();
  padded.append(64, ' ');
  Part part;
  Decoder decoder(signal);
  decoder.decode(std::string_view(padded).substr(0, length), false, part);
  Merge merge(signal);
  merge.add(part, 1);
  Decoded out;
  out.table = merge.finish();
  out.bad_lines = part.bad_lines;
  for (const auto& [line, reason] : part.bad) out.bad.push_back("line " + std::to_string(line) + ": " + reason);
  out.bad_records = part.odd[static_cast<size_t>(Oddity::bad_record)];
  for (size_t i = 0; i < part.odd.size(); ++i)
    if (part.odd[i] > 0) out.notes.push_back(sentence(static_cast<Oddity>(i), part.odd[i]));
  return out;
}

}  // namespace inquest::otlp
