// Spans with what several asks need of them: heads, entry spans, rows by trace; and the filter of an ask's own scope.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <tuple>

#include "runtime/connectors/otlp/asking.h"

namespace inquest::otlp {

namespace {

uint64_t trace_key(const Spans::Id& id) {
  uint64_t h = (id.high ^ 0x9e3779b97f4a7c15u) * 0xc2b2ae3d27d4eb4fu;
  h = (h ^ h >> 29 ^ id.low) * 0x9e3779b97f4a7c15u;
  return h ^ h >> 32;
}

}  // namespace

SpanView::SpanView(std::shared_ptr<const Spans> table, const Aliases& aliases) : spans(std::move(table)) {
  heads = heads_of(spans->texts, spans->resources, aliases);
  std::vector<uint8_t> seen(heads.size(), 0);
  for (size_t row = 0; row < spans->rows(); ++row)
    if (spans->kind[row] == 2 || spans->kind[row] == 5) seen[spans->resource[row]] = 1;
  std::map<std::optional<std::string>, uint32_t> services;
  for (const Head& head : heads) service_of.push_back(services.emplace(head.service, services.size()).first->second);
  std::vector<uint8_t> sends(services.size(), 0);
  for (size_t i = 0; i < heads.size(); ++i) sends[service_of[i]] |= seen[i];
  for (const uint32_t service : service_of) sends_entry.push_back(sends[service]);
  group_traces();
}

// Rows are dealt to buckets by a hash of their trace, in two passes over the table, and sorted in each: linear in the
// rows, whatever the ids look like.
void SpanView::group_traces() {
  const auto& trace = spans->trace;
  const size_t rows = spans->rows();
  struct Entry { uint64_t key; uint32_t row; };
  const int bits = std::clamp(static_cast<int>(std::bit_width(rows)) - 3, 1, 24);
  std::vector<uint32_t> from((size_t{1} << bits) + 1, 0);
  std::vector<Entry> entries(rows);
  for (size_t row = 0; row < rows; ++row) ++from[(trace_key(trace[row]) >> (64 - bits)) + 1];
  std::partial_sum(from.begin(), from.end(), from.begin());
  for (size_t row = 0; row < rows; ++row) {
    const uint64_t key = trace_key(trace[row]);
    entries[from[key >> (64 - bits)]++] = {key, static_cast<uint32_t>(row)};  // afterwards from[b] is where b + 1 begins
  }
  const auto less = [&](const Entry& a, const Entry& b) {
    if (a.key != b.key) return a.key < b.key;
    const Spans::Id &x = trace[a.row], &y = trace[b.row];
    return std::tie(x.high, x.low, a.row) < std::tie(y.high, y.low, b.row);
  };
  for (size_t b = 0, begin = 0; b + 1 < from.size(); begin = from[b++])
    std::sort(entries.begin() + static_cast<std::ptrdiff_t>(begin), entries.begin() + from[b], less);
  by_trace.resize(rows);
  trace_of.resize(rows);
  for (size_t i = 0; i < rows; ++i) {
    const uint32_t row = entries[i].row;
    if (i == 0 || entries[i].key != entries[i - 1].key || !(trace[row] == trace[entries[i - 1].row]))
      trace_from.push_back(static_cast<uint32_t>(i));
    by_trace[i] = row;
    trace_of[row] = static_cast<uint32_t>(trace_from.size() - 1);
  }
  trace_from.push_back(static_cast<uint32_t>(rows));
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
  const auto first = [&](uint32_t from) -> const Spans::Id& { return spans->trace[by_trace[from]]; };
  const auto less = [](const Spans::Id& a, const Spans::Id& b) {
    const uint64_t x = trace_key(a), y = trace_key(b);
    return std::tie(x, a.high, a.low) < std::tie(y, b.high, b.low);
  };
  const auto end = trace_from.end() - 1;
  const auto at = std::lower_bound(trace_from.begin(), end, id,
                                   [&](uint32_t from, const Spans::Id& want) { return less(first(from), want); });
  if (at == end || !(first(*at) == id)) return {0, 0};
  return {at[0], at[1]};
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
