// Aggregations: asks about spans that the server reduces; one function each. Bytes received depend on services, operations
// and buckets, never on the number of spans.
// SPDX-License-Identifier: Apache-2.0
//
//   ask                exact                                        otherwise, marked `approximate`
//   spans.latency      with scripts: the log buckets of files
//   spans.services     with scripts
//   spans.calls        up to 50 000 spans in the window: the server  one of 2, 4, 8, … traces by a hash of their ids, counts
//                      joins spans to their parents                 multiplied
//   spans.percentiles  up to `few_rows` spans                       log histogram (0.8 %)
//   spans.numbers      up to `few_rows` spans                       medians of t-digests, distinct by HyperLogLog
//   spans.contrast     up to `few_rows` spans; any with             limits within 0.8 % of the medians, at most 60 stretches,
//                      `slower_than`                                numbers within 0.1 %; lists and nested events left out
// Up to few_rows spans the rows themselves are fetched (only the fields that make a span) and answered by the code that
// answers files; the limit is low enough that more spans hardly ever cost more bytes than these rows.
// Without scripts, with a Filter that is loose (layout.h), and for attributes that lie in nested tags or flat objects, asks
// are answered from rows: those of the lowest span ids where there are more than few_rows, which is a fair sample, for ids
// are random; of calls whole traces. A calls ask with `where`, or within less than a service, is sampled so too.
// A document layout without a duration (SS4O) has it from `_source` up to 300 000 spans, else to the millisecond.
// Each of these returns a fresh Work; `layout` and `aliases` outlive it, the ask is copied. Pure but for that.
#pragma once

#include <memory>

#include "runtime/connectors/opensearch/layout.h"
#include "runtime/connectors/opensearch/work.h"

namespace inquest::opensearch {

constexpr size_t few_rows = 2000;

std::unique_ptr<Work> make_latency(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
std::unique_ptr<Work> make_services(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
std::unique_ptr<Work> make_calls(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
std::unique_ptr<Work> make_percentiles(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
std::unique_ptr<Work> make_numbers(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
std::unique_ptr<Work> make_contrast(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);

}  // namespace inquest::opensearch
