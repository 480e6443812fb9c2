// Spans with what several asks need of them: heads, entry spans, rows by trace; and the filter of an ask's own scope.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>
#include <set>

#include "runtime/connectors/otlp/asking.h"

namespace inquest::otlp {

SpanView::SpanView(std::shared_ptr<const Spans> table, const Aliases& aliases) : spans(std::move(table)) {
  heads = heads_of(spans->texts, spans->resources, aliases);
  std::vector<uint8_t> seen(heads.size(), 0);
  for (size_t row = 0; row < spans->rows(); ++row)
    if (spans->kind[row] == 2 || spans->kind[row] == 5) seen[spans->resource[row]] = 1;
  std::set<std::optional<std::string>> services;
  for (size_t i = 0; i < heads.size(); ++i)
    if (seen[i]) services.insert(heads[i].service);
  sends_entry.resize(heads.size());
  for (size_t i = 0; i < heads.size(); ++i) sends_entry[i] = services.count(heads[i].service) != 0;

  by_trace.resize(spans->rows());
  std::iota(by_trace.begin(), by_trace.end(), 0u);
  const auto& trace = spans->trace;
  std::sort(by_trace.begin(), by_trace.end(), [&](uint32_t a, uint32_t b) {
    if (trace[a].high != trace[b].high) return trace[a].high < trace[b].high;
    if (trace[a].low != trace[b].low) return trace[a].low < trace[b].low;
    return a < b;
  });
}

bool SpanView::entry(size_t row) const {
  const uint8_t kind = spans->kind[row];
  if (kind == 2 || kind == 5) return true;
  return kind <= 1 && spans->parent[row] == 0 && !sends_entry[spans->resource[row]];
}

const char* SpanView::kind(size_t row) const {
  const uint8_t kind = spans->kind[row];
  return kind <= 1 && entry(row) ? "root" : kind_name(kind);
}

std::pair<size_t, size_t> SpanView::trace(const Spans::Id& id) const {
  const auto less = [&](const Spans::Id& a, const Spans::Id& b) { return a.high != b.high ? a.high < b.high : a.low < b.low; };
  const auto& trace = spans->trace;
  const auto from = std::lower_bound(by_trace.begin(), by_trace.end(), id,
                                     [&](uint32_t row, const Spans::Id& want) { return less(trace[row], want); });
  const auto to = std::upper_bound(from, by_trace.end(), id,
                                   [&](const Spans::Id& want, uint32_t row) { return less(want, trace[row]); });
  return {static_cast<size_t>(from - by_trace.begin()), static_cast<size_t>(to - by_trace.begin())};
}

SpanFilter::SpanFilter(const SpanView& view, const Ask& ask) : view_(view) {
  resource_.resize(view.heads.size());
  for (size_t i = 0; i < resource_.size(); ++i) resource_[i] = fits(view.heads[i], ask.scope);
  if (const auto at = ask.scope.names.find("operation"); at != ask.scope.names.end())
    operation_ = view.spans->texts.find(at->second);
  for (const auto& [key, value] : ask.where) {
    if (key == "kind") kind_.emplace(value);
    else if (key == "status") status_.emplace(value);
    else if (key == "operation") name_.emplace(value);
    else attributes_.emplace_back(key, Condition(value));
  }
}

bool SpanFilter::holds(size_t row) const {
  const Spans& spans = *view_.spans;
  if (!resource_[spans.resource[row]]) return false;
  if (operation_ && spans.name[row] != *operation_) return false;
  if (kind_ && !kind_->holds(std::string_view(view_.kind(row)))) return false;
  if (status_ && !status_->holds(std::string_view(status_name(spans.status[row])))) return false;
  if (name_ && !name_->holds(spans.texts[spans.name[row]])) return false;
  for (const auto& [key, condition] : attributes_) {
    const Cell* cell = find_cell(spans.texts, spans.attributes.data() + spans.attr_from[row],
                                 spans.attributes.data() + spans.attr_from[row + 1], key);
    if (!cell) cell = find_cell(spans.texts, spans.resources[spans.resource[row]].attributes, key);
    if (!cell || !condition.holds(spans.texts, *cell)) return false;
  }
  return true;
}

}  // namespace inquest::otlp
