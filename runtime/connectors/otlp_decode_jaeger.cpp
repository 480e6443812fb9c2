// Answers, traces and processes of Jaeger's v1 JSON.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp_decode_jaeger.h"

#include <algorithm>

namespace inquest::otlp {
namespace {

constexpr std::string_view no_service_name = "OTLPResourceNoServiceName";  // jaeger's otlp translator

template <class T>
void reorder(std::vector<T>& column, size_t from, const std::vector<uint32_t>& order) {
  std::vector<T> moved;
  moved.reserve(order.size());
  for (const uint32_t row : order) moved.push_back(column[from + row]);
  std::copy(moved.begin(), moved.end(), column.begin() + static_cast<ptrdiff_t>(from));
}

}  // namespace

bool Decoder::Work::Jaeger::process(uint32_t& row) {
  const uint32_t* mark = walk.mark();
  const char* from = walk.position();
  if (!object_at() || !walk.skip()) return false;
  const TextId seen = work.seen_resources.intern(walk.since(from));
  if (seen >= work.resource_of.size()) work.resource_of.resize(seen + 1, no_text);
  if (work.resource_of[seen] != no_text) return row = work.resource_of[seen], true;
  walk.back(mark);
  Resource made;
  TextId service = no_text;
  uint32_t members = 0;
  const bool whole = walk.object([&](std::string_view key) {
    if (is(key, "serviceName")) {
      std::string_view text;
      if (!once(members, 1) || !string(text)) return false;
      if (!text.empty()) service = texts.intern(text);
      return true;
    }
    if (!is(key, "tags") || !once(members, 2)) return false;
    return list([&] {
      Pair tag;
      return pair(tag) && append(tag, made.attributes);
    });
  });
  if (!whole) return false;
  const TextId name = texts.intern("service.name");
  if (service != no_text) {
    made.attributes.erase(std::remove_if(made.attributes.begin(), made.attributes.end(), [&](const Cell& cell) { return cell.key == name; }),
                          made.attributes.end());
    Cell cell{};
    cell.kind = Cell::Kind::text, cell.key = name, cell.text = service;
    if (texts[service] != no_service_name) made.attributes.push_back(cell);
  }
  work.name_resource(made);
  row = work.resource_index.find_or_add(spans.resources, std::move(made));
  work.resource_of[seen] = row;
  return true;
}

// Spans of one process, then of one scope, stand together, in the order of their first ones.
void Decoder::Work::Jaeger::arrange(size_t from) {
  const auto before = [&](uint32_t a, uint32_t b) {
    const uint32_t x = group_of[a], y = group_of[b];
    return groups[x].process != groups[y].process ? groups[x].process < groups[y].process : x < y;
  };
  order.resize(group_of.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<uint32_t>(i);
  if (std::is_sorted(order.begin(), order.end(), before)) return;
  std::stable_sort(order.begin(), order.end(), before);
  moved.clear();
  std::vector<uint64_t> ends;
  ends.reserve(order.size());
  for (const uint32_t row : order) {
    moved.insert(moved.end(), spans.attributes.begin() + static_cast<ptrdiff_t>(spans.attr_from[from + row]),
                 spans.attributes.begin() + static_cast<ptrdiff_t>(spans.attr_from[from + row + 1]));
    ends.push_back(spans.attr_from[from] + moved.size());
  }
  std::copy(moved.begin(), moved.end(), spans.attributes.begin() + static_cast<ptrdiff_t>(spans.attr_from[from]));
  std::copy(ends.begin(), ends.end(), spans.attr_from.begin() + static_cast<ptrdiff_t>(from) + 1);
  reorder(spans.resource, from, order);
  reorder(spans.scope, from, order);
  reorder(spans.trace, from, order);
  reorder(spans.span, from, order);
  reorder(spans.parent, from, order);
  reorder(spans.name, from, order);
  reorder(spans.kind, from, order);
  reorder(spans.status, from, order);
  reorder(spans.start, from, order);
  reorder(spans.duration, from, order);
}

bool Decoder::Work::Jaeger::trace() {
  const size_t from = spans.rows();
  uint32_t seen = 0;
  size_t n = 0;
  std::string warning;
  processes.clear();
  used.clear();
  groups.clear();
  group_of.clear();
  const bool whole = object_at() && walk.object([&](std::string_view key) {
    std::string_view text;
    if (is(key, "traceID")) return once(seen, 1) && string(text);
    if (is(key, "spans")) return once(seen, 2) && list([&] { return span(); });
    if (is(key, "warnings")) return once(seen, 4) && warnings(warning, n);
    if (!is(key, "processes") || !once(seen, 8) || !object_at()) return false;
    return walk.object([&](std::string_view id) {
      if (id.find('\\') != id.npos) return false;
      for (const Process& known : processes)
        if (known.id == id) return false;
      uint32_t row = 0;
      if (!process(row)) return false;
      processes.push_back({id, row});
      return true;
    });
  });
  if (!whole) return false;
  if (spans.rows() == from) return true;
  if (told.warning.empty()) told.warning = warning;
  std::vector<uint32_t> rows;
  for (const std::string_view id : used) {
    const auto known = std::find_if(processes.begin(), processes.end(), [&](const Process& one) { return one.id == id; });
    if (known == processes.end()) return false;
    rows.push_back(known->row);
  }
  arrange(from);
  for (size_t row = from; row < spans.rows(); ++row) spans.resource[row] = rows[spans.resource[row]];
  told.spans += spans.rows() - from;
  return true;
}

bool Decoder::Work::Jaeger::top() {
  uint32_t seen = 0;
  const bool whole = object_at() && walk.object([&](std::string_view key) {
    if (is(key, "data")) return once(seen, 1) && walk.peek() == '[' && walk.array([&] { return trace(); });
    if (is(key, "total")) return once(seen, 2) && scalar();
    if (is(key, "limit")) return once(seen, 4) && scalar();
    if (is(key, "offset")) return once(seen, 8) && scalar();
    return is(key, "errors") && once(seen, 16) && list([] { return false; });
  });
  return whole && (seen & 1) != 0 && walk.at_end() && !walk.wrong && !walk.half && !walk.too_deep;
}

bool Decoder::jaeger(std::string_view answer, Part& part, JaegerTold& told) {
  if (work_->signal != Signal::spans) return false;
  part.clear();
  work_->begin(part);
  work_->walk.half = false;
  part.bytes += answer.size();
  if (answer.empty() || work_->walk.open(answer) != nullptr) return false;
  return Work::Jaeger(*work_, answer, told).top();
}

}  // namespace inquest::otlp
