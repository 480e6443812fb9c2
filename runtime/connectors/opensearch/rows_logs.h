// What the asks about log records share: their filter, and documents as the table that files would make.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "runtime/connectors/opensearch/agg_group.h"
#include "runtime/connectors/opensearch/layout.h"

namespace inquest::opensearch {

const Json& hits_in(const Json& body);                   // hits.hits; empty when there are none
// One half of the records: those with a time of their own, or those that count when they were observed; each is sorted by
// its own field.
struct Half {
  Json query;
  const Field* time;
};
std::vector<Half> halves_of(const Ask& ask, const Layout& layout, const Filter& filter);  // filter: of scope and `where`
int64_t time_of_record(const Layout& layout, const Json& hit);                            // ns; 0 when it tells none
// Scope and `where` alone; the windows are told inexact in it.
Filter records_filter(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
// Scope, `where` and both windows of an ask about logs.
Filter logs_filter(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
std::shared_ptr<const otlp::Logs> logs_of(const Layout& layout, const std::vector<const Json*>& hits, Remarks& remarks);
std::shared_ptr<const otlp::Logs> logs_of(const Layout& layout, const Json& hits, Remarks& remarks);

}  // namespace inquest::opensearch
