// Cells of a window counted by one script: the server sends a text per group, a few bytes a cell.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <string_view>
#include <unordered_map>

#include "runtime/connectors/opensearch/agg.h"
#include "runtime/connectors/opensearch/agg_cells.h"
#include "runtime/connectors/opensearch/agg_span_script.h"

namespace inquest::opensearch {

namespace {

constexpr const char* counted_init_script = "state.m = Optional.of(new HashMap()); state.skewed = 0L;";
// A group is its texts, each ended by \1: fields of the head, packed tags, name, kind.
constexpr const char* counted_map_body =
    "long i = slot(t, params); if (i < 0) return; long cell = i * 8192L + bucket(d, 0L) + 1L; "
    "if (d < 0) state.skewed = (long) state.skewed + 1L; StringBuilder b = new StringBuilder(); "
    "for (String f : params.fields) { String v = text(doc, f); if (v != null) b.append(v); b.append('\x01'); } "
    "if (params.packed.length > 0) { def p = s.process; for (String n : params.packed) { "
    "if (p != null && p.tags != null) { for (def g : p.tags) { if (n.equals(g.key)) { b.append(g.value); break; } } } b.append('\x03'); } } "
    "b.append('\x01'); String name = text(doc, params.name); if (name != null) b.append(name); b.append('\x01'); "
    "if (params.kinds) { if (above == null && (kind == null || !params.told.contains(kind)) && (service == null || !params.senders.contains(service))) "
    "b.append('root'); else if (kind != null) b.append(kind); } "
    "String group = b.toString(); Map m = state.m.get(); Map cells = m.get(group); "
    "if (cells == null) { cells = new HashMap(); m.put(group, cells); } "
    "long[] c = cells.get(cell); "
    "if (c == null) { c = new long[4]; cells.put(cell, c); } "
    "c[0] += 1L; if (failed) c[1] += 1L; if (d > 0) { c[2] += d; if (d > c[3]) c[3] = d; }";
// Per group: its texts, \2, and of each cell "cell,count,errors,sum,longest;" (errors are left empty when 0).
constexpr const char* counted_combine_script =
    "List out = new ArrayList(); for (def e : state.m.get().entrySet()) { StringBuilder b = new StringBuilder(); "
    "b.append(e.getKey()).append('\x02'); for (def c : e.getValue().entrySet()) { long[] v = c.getValue(); "
    "b.append(c.getKey()).append(',').append(v[0]).append(','); if (v[1] > 0) b.append(v[1]); b.append(',').append(v[2]); "
    "if (params.longest) b.append(',').append(v[3]); b.append(';'); } out.add(b.toString()); } return [state.skewed, out];";
constexpr const char* counted_reduce_script =
    "long skewed = 0L; List all = new ArrayList(); "
    "for (s in states) { if (s == null) continue; skewed += (long) s[0]; all.addAll(s[1]); } return ['skewed': skewed, 'groups': all];";

int64_t number(std::string_view& text, char end) {
  int64_t out = 0;
  const size_t at = std::min(text.find(end), text.size());
  std::from_chars(text.data(), text.data() + at, out);
  text.remove_prefix(std::min(at + 1, text.size()));
  return out;
}

std::string_view upto(std::string_view& text, char end) {
  const size_t at = std::min(text.find(end), text.size());
  const std::string_view out = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return out;
}

}  // namespace

Search Cells::counted_search(size_t part) const {
  Json params = span_params(layout_, scripts_);
  params["fields"] = heads_.fields();
  params["packed"] = heads_.packed();
  params["name"] = layout_.name.doc;
  params["kinds"] = plan_.kinds;
  params["told"] = spellings({"server", "client", "producer", "consumer"});
  params["senders"] = Json(layout_.entry_services);
  params.update(scripts_.slots(parts_[part].window, plan_.width > 0 ? plan_.width : INT64_MAX));
  params["longest"] = !plan_.sums;
  Json counts = {{"scripted_metric",
                  {{"params", std::move(params)},
                   {"init_script", painless(counted_init_script)},
                   {"map_script", painless(span_script(layout_, scripts_, "", counted_map_body))},
                   {"combine_script", painless(counted_combine_script)},
                   {"reduce_script", painless(counted_reduce_script)}}}};
  return {layout_.index, body_of(parts_[part].filter.query, {{"cells", std::move(counts)}}), 0, "durations over time"};
}

std::optional<Failure> Cells::take_counted(const std::vector<Reply>& replies) {
  const size_t fields = heads_.fields().size();
  std::unordered_map<uint64_t, uint32_t> known;          // group, cell → place in cells_: shards may tell the same cell
  for (size_t part = 0; part < parts_.size(); ++part) {
    const Json* all = member(replies[part].body, "aggregations");
    const Json* metric = all ? member(*all, "cells") : nullptr;
    const Json* value = metric ? member(*metric, "value") : nullptr;
    const Json* groups = value ? member(*value, "groups") : nullptr;
    if (!groups || !groups->is_array()) return no_buckets(ask_);
    skewed_ += json_int64(value->value("skewed", Json(0)));
    for (const Json& one : *groups) {
      if (!one.is_string()) return no_buckets(ask_);
      std::string_view text = one.get_ref<const std::string&>();
      std::string_view head = upto(text, '\x02');
      const std::string by = std::to_string(part) + "/" + std::string(head);
      const auto [at, fresh] = by_key_.try_emplace(by, static_cast<uint32_t>(groups_.size()));
      if (fresh) {
        std::vector<std::string_view> texts;
        for (size_t i = 0; i < fields; ++i) texts.push_back(upto(head, '\x01'));
        std::string packed(upto(head, '\x01'));
        for (char& c : packed)
          if (c == '\x03') c = '\x01';
        CellGroup group;
        group.part = part;
        group.key = heads_.key(texts, packed);
        group.key["n"] = std::string(upto(head, '\x01'));
        if (plan_.kinds) group.kind_text = head == "root" ? "root" : otlp::kind_name(kind_number(head));
        groups_.push_back(std::move(group));
        sums_.push_back(0);
        longest_.push_back(0);
      }
      CellGroup& group = groups_[at->second];
      while (!text.empty()) {
        std::string_view line = upto(text, ';');
        const int64_t cell = number(line, ','), n = number(line, ','), failed = number(line, ','), sum = number(line, ',');
        const uint64_t place = uint64_t{at->second} << 40 ^ static_cast<uint64_t>(cell);
        const auto [spot, first] = known.try_emplace(place, static_cast<uint32_t>(cells_.size()));
        if (first) {
          const int64_t time = cell >= 0 ? cell / cell_buckets : (cell - cell_buckets + 1) / cell_buckets;
          cells_.push_back({at->second, time, static_cast<int32_t>(cell - time * cell_buckets - 1), 0, 0, 0});
        }
        Cell& of = cells_[spot->second];
        of.count += n;
        of.errors += failed;
        of.sum += sum;
        group.count += n;
        group.errors += failed;
        sums_[at->second] += sum;
        if (!plan_.sums) longest_[at->second] = std::max(longest_[at->second], number(line, ','));
      }
    }
  }
  finish();
  return std::nullopt;
}

}  // namespace inquest::opensearch
