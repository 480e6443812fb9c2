// The asks that an OTLP directory can answer: one function each; connector.cpp lists them.
// SPDX-License-Identifier: Apache-2.0
//
// Each takes the table of its signal and answers with a frame of the ask's shape, or a Failure when it is stopped or asked
// wrongly. A scope that nothing fits is an empty frame: the signal was there and said so.
#pragma once

#include "runtime/connectors/otlp/asking.h"
#include "runtime/connectors/otlp/measures.h"

namespace inquest::otlp {

// asks_metric.cpp
Answer metric_series(const Asking& asking, const Metrics& metrics, const Resolution& measure);
Answer metric_latency(const Asking& asking, const Metrics& metrics, const Resolution& measure);
Answer metric_named(const Asking& asking, const Metrics& metrics);

// asks_latency.cpp
Answer spans_latency(const Asking& asking, const SpanView& view);

// asks_spans.cpp
Answer spans_slowest(const Asking& asking, const SpanView& view);
Answer spans_typical(const Asking& asking, const SpanView& view);
Answer spans_of_traces(const Asking& asking, const SpanView& view);

// asks_percentiles.cpp
Answer spans_percentiles(const Asking& asking, const SpanView& view);

// asks_calls.cpp
Answer spans_calls(const Asking& asking, const SpanView& view);
Answer spans_services(const Asking& asking, const SpanView& view);

// asks_contrast.cpp
Answer spans_contrast(const Asking& asking, const SpanView& view);
// asks_contrast_counts.cpp: spans.contrast with the option slower_than
Answer spans_contrast_counts(const Asking& asking, const SpanView& view, Duration slower_than);
Answer spans_numbers(const Asking& asking, const SpanView& view);

// asks_logs.cpp
Answer logs_templates(const Asking& asking, const Logs& logs);
Answer logs_of_traces(const Asking& asking, const Logs& logs);
Answer logs_search(const Asking& asking, const Logs& logs);
Answer logs_count(const Asking& asking, const Logs& logs);

}  // namespace inquest::otlp
