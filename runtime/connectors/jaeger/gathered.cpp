// Dropping what is known already, and merging.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/gathered.h"

#include <algorithm>

#include "runtime/connectors/otlp/reader_merge.h"

namespace inquest::jaeger {

namespace {

void once(std::vector<std::string>& all, std::string text) {
  if (!text.empty() && std::find(all.begin(), all.end(), text) == all.end()) all.push_back(std::move(text));
}

template <class T>
void keep_in(std::vector<T>& column, const std::vector<uint8_t>& keep) {
  size_t to = 0;
  for (size_t row = 0; row < keep.size(); ++row)
    if (keep[row]) column[to++] = column[row];
  column.resize(to);
}

std::string_view service_of(const otlp::Spans& spans, size_t row) {
  const otlp::TextId id = spans.resources[spans.resource[row]].service;
  return id == otlp::no_text ? std::string_view() : spans.texts[id];
}

}  // namespace

void keep_rows(otlp::Spans& spans, const std::vector<uint8_t>& keep) {
  size_t to = 0;
  uint64_t cell = 0;
  for (size_t row = 0; row < keep.size(); ++row) {
    const uint64_t from = spans.attr_from[row], end = spans.attr_from[row + 1];
    if (!keep[row]) continue;
    spans.attr_from[to++] = cell;                         // never beyond what is still to be read
    for (uint64_t i = from; i < end; ++i) spans.attributes[cell++] = spans.attributes[i];
  }
  spans.attr_from[to] = cell;
  spans.attr_from.resize(to + 1);
  spans.attributes.resize(cell);
  keep_in(spans.resource, keep);
  keep_in(spans.scope, keep);
  keep_in(spans.trace, keep);
  keep_in(spans.span, keep);
  keep_in(spans.parent, keep);
  keep_in(spans.name, keep);
  keep_in(spans.kind, keep);
  keep_in(spans.status, keep);
  keep_in(spans.start, keep);
  keep_in(spans.duration, keep);
}

size_t Gathered::add(Traces traces) {
  bytes_ += traces.bytes;
  for (std::string& note : traces.notes) once(notes_, std::move(note));
  once(partial_, std::move(traces.partial));
  TraceIds fresh;
  for (const otlp::Spans::Id& id : traces.ids)
    if (!has(id)) fresh.emplace(id.high, id.low);
  if (fresh.size() < traces.ids.size()) {
    otlp::Spans& spans = traces.part.spans;
    std::vector<uint8_t> keep(spans.rows());
    for (size_t row = 0; row < keep.size(); ++row) {
      const bool same = row > 0 && spans.trace[row] == spans.trace[row - 1];
      keep[row] = same ? keep[row - 1] : fresh.count({spans.trace[row].high, spans.trace[row].low}) != 0;
    }
    keep_rows(spans, keep);
  }
  if (!fresh.empty()) parts_.push_back(std::move(traces.part));
  seen_.insert(fresh.begin(), fresh.end());
  return fresh.size();
}

std::map<std::string, size_t> Gathered::roots() const {
  std::map<std::string, size_t> out;
  for (const otlp::Part& part : parts_)
    for (size_t row = 0; row < part.spans.rows(); ++row)
      if (part.spans.parent[row] == 0) ++out[std::string(service_of(part.spans, row))];
  return out;
}

std::map<std::string, std::set<std::string>> Gathered::operations() const {
  std::map<std::string, std::set<std::string>> out;
  for (const otlp::Part& part : parts_) {
    std::set<std::pair<uint32_t, otlp::TextId>> seen;
    for (size_t row = 0; row < part.spans.rows(); ++row)
      if (seen.emplace(part.spans.resource[row], part.spans.name[row]).second)
        out[std::string(service_of(part.spans, row))].emplace(part.spans.texts[part.spans.name[row]]);
  }
  return out;
}

bool Gathered::whole_microseconds() const {
  const auto whole = [](const std::vector<int64_t>& times) {
    return std::all_of(times.begin(), times.end(), [](int64_t ns) { return ns % 1000 == 0; });
  };
  return std::all_of(parts_.begin(), parts_.end(), [&](const otlp::Part& part) { return whole(part.spans.start) && whole(part.spans.duration); });
}

std::shared_ptr<const otlp::Spans> Gathered::table() {
  otlp::Merge merge(otlp::Signal::spans);
  size_t rows = 0, done = 0;
  for (const otlp::Part& part : parts_) rows += part.spans.rows();
  for (otlp::Part& part : parts_) {
    done += part.spans.rows();
    merge.add(part, rows == 0 ? 1.0 : std::max(0.001, static_cast<double>(done) / static_cast<double>(rows)));
    part = {};
  }
  parts_.clear();
  return std::static_pointer_cast<const otlp::Spans>(merge.finish());
}

}  // namespace inquest::jaeger
