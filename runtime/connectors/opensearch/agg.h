// Aggregations: asks about spans that the server reduces; one function each. Bytes received depend on services, operations
// and buckets, never on the number of spans.
// SPDX-License-Identifier: Apache-2.0
//
//   ask                exact                                        otherwise, marked `approximate`
//   spans.latency      always with scripts (same log buckets)       without scripts: slices of t-digests
//   spans.services     always with scripts                          without: first and last to the millisecond
//   spans.calls        up to 50 000 spans in the window: parents    1 of 2, 4, 8, … traces, by a hash of their ids, counts
//                      are looked up by the server                  multiplied; without scripts whole traces of few spans
//   spans.percentiles  up to `few_rows` spans                       log histogram (0.8 %)
//   spans.numbers      up to `few_rows` spans                       medians of t-digests, distinct by HyperLogLog
//   spans.contrast     up to `few_rows` spans                       stretches of equal time, medians within 0.8 %
// Up to few_rows spans the rows themselves are fetched (only the fields that make a span) and answered by the code that
// answers files; the limit is low enough that more spans never cost more bytes than these rows.
// A Filter that is loose (layout.h) is always answered from rows: those of the lowest span ids where there are more, which
// is a fair sample, for ids are random.
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
