// Which Work answers which aggregated ask.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/agg.h"

#include "runtime/connectors/opensearch/works.h"

namespace inquest::opensearch {

std::unique_ptr<Work> aggregation_work(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  struct Row { const char* kind; std::unique_ptr<Work> (*make)(const Ask&, const Layout&, const otlp::Aliases&); };
  static constexpr Row rows[] = {{"spans.latency", make_latency}, {"spans.percentiles", make_percentiles}, {"spans.services", make_services},
                                 {"spans.calls", make_calls},     {"spans.numbers", make_numbers},         {"spans.contrast", make_contrast}};
  for (const Row& row : rows)
    if (ask.kind == row.kind) return row.make(ask, layout, aliases);
  return nullptr;
}

}  // namespace inquest::opensearch
