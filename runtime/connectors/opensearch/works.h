// Works: which ask is carried out by which Work.
// SPDX-License-Identifier: Apache-2.0
//
// `layout` and `aliases` live as long as the connector. The ask is copied. A Work is made anew for every fetch.
#pragma once

#include <memory>

#include "runtime/connectors/opensearch/layout.h"
#include "runtime/connectors/opensearch/work.h"

namespace inquest::opensearch {

// Asks that are answered by aggregations: spans.latency, .percentiles, .contrast, .numbers, .calls, .services; null for
// any other (agg_*.cpp).
std::unique_ptr<Work> aggregation_work(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);

// Asks that are answered with rows: spans.slowest, .typical, .of_traces; logs.search, .of_traces, .count, .templates
// (rows_*.cpp); null for any other.
std::unique_ptr<Work> rows_work(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);

}  // namespace inquest::opensearch
