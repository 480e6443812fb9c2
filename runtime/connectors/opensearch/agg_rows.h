// Few rows: an ask over a small scope answered from the spans themselves, by the code that answers files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "runtime/connectors/opensearch/agg.h"
#include "runtime/connectors/opensearch/agg_group.h"

namespace inquest::opensearch {

// Counts first. Up to `few` spans in both windows together are fetched, and the answer is exact; more are left to `large`,
// which is told how many there are, or, where it is null, told from those of the lowest span ids and marked `approximate`.
std::unique_ptr<Work> small_or(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases,
                               std::function<std::unique_ptr<Work>(int64_t spans)> large, size_t few = few_rows);

// Whether it is better to count first how many spans the ask is about: there may be more than a script should look at.
bool count_first(const Layout& layout);

// Spans from documents. `known`: which services send entry spans, for the rows may hold only some of theirs.
std::shared_ptr<otlp::SpanView> view_of(const Layout& layout, const Json& hits, const otlp::Aliases& aliases);

}  // namespace inquest::opensearch
