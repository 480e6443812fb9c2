// Answering asks over tables in memory, whatever filled them: files, or what a server sent.
// SPDX-License-Identifier: Apache-2.0
//
// A connector that fetched rows (raw samples, whole traces, log records) puts them into the tables of store.h and lets
// these functions answer, so that the same telemetry gives the same numbers from files and from servers. What it could
// not fetch it marks on the frame afterwards (marked()).
// Pure; thread rule as asking.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/connectors/otlp/asking.h"

namespace inquest::otlp {

// `measure`: of metric.* asks with a measure; null for metric.named.
Answer answer_metrics(const Asking& asking, const Metrics& metrics, const Resolution* measure);
Answer answer_spans(const Asking& asking, const SpanView& view);
Answer answer_logs(const Asking& asking, const Logs& logs);

// Lines of OTLP-JSON (TracesData, LogsData, MetricsData) as the table that a file of them would make.
struct Decoded {
  std::shared_ptr<const void> table;         // Spans, Logs or Metrics
  size_t bad_lines = 0, bad_records = 0;
  std::vector<std::string> bad;              // "line 3: …", the first ten
  std::vector<std::string> notes;            // "2 spans end before they start"
  std::shared_ptr<const Spans> spans() const { return std::static_pointer_cast<const Spans>(table); }
  std::shared_ptr<const Logs> logs() const { return std::static_pointer_cast<const Logs>(table); }
  std::shared_ptr<const Metrics> metrics() const { return std::static_pointer_cast<const Metrics>(table); }
};
Decoded decode_text(Signal signal, std::string_view text);

}  // namespace inquest::otlp
