// Rows: asks whose answer is made of documents — whole traces, log records.
// SPDX-License-Identifier: Apache-2.0
//
// The server chooses (sorted, one hit a trace), then the documents of what it chose are fetched and answered by the code
// that answers files. Where the server cannot decide a condition (Filter::loose), more rows come and are looked at here,
// up to a budget; what lies beyond it is told as partial, or as approximate where the rows are a fair sample.
// Each returns a fresh Work; `layout` and `aliases` outlive it, the ask is copied.
#pragma once

#include <memory>

#include "runtime/connectors/opensearch/agg_group.h"
#include "runtime/connectors/opensearch/layout.h"
#include "runtime/connectors/opensearch/work.h"

namespace inquest::opensearch {

constexpr size_t most_looked_at = 20'000;                // rows that are fetched to be looked at here
constexpr size_t most_of_traces = 100'000;               // spans of the traces that were chosen
constexpr size_t most_sampled = 5'000;                   // spans of a sample
constexpr size_t most_mined = 10'000;                    // log records of which templates are made

std::unique_ptr<Work> make_slowest(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
std::unique_ptr<Work> make_typical(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
std::unique_ptr<Work> make_of_traces(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);

std::unique_ptr<Work> make_search(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
std::unique_ptr<Work> make_logs_of_traces(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
std::unique_ptr<Work> make_log_counts(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
std::unique_ptr<Work> make_templates(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);

// Shared by them.
// All spans of chosen traces, in the order of time; their documents become rows as they come.
class SpansOfTraces final {
 public:
  SpansOfTraces(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases)
      : layout_(layout), aliases_(aliases), heads_(only_heads(ask)), rows_(std::make_shared<Rows>(layout)) {}
  Search search(const std::vector<std::string>& traces) const;
  void take(const Reply& reply, Remarks& remarks);     // what was cut
  const otlp::SpanView& view(Remarks& remarks);        // of what came; services that send entry spans are known from the layout

 private:
  const Layout& layout_;
  const otlp::Aliases& aliases_;
  const bool heads_;
  const std::shared_ptr<Rows> rows_;
  std::shared_ptr<otlp::SpanView> view_;
};
// {"field": {"order": …}} as the mapping needs it.
Json sort_by(const Field& field, const char* order);
// Scope, entry spans and window of an ask that selects traces (spans.slowest, spans.typical).
Filter selecting_filter(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases);
// "5 of 9 214 traces", with "about" where they were counted approximately.
std::string of_all(size_t told, int64_t all, const char* what, const char* how);
// The traces as they are listed, as a frame of `ask` (with `window` = now under `against`).
otlp::Answer listed_traces(const otlp::Asking& asking, const otlp::SpanView& view, const std::vector<std::string>& traces);

}  // namespace inquest::opensearch
