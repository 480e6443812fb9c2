// spans.services: the services that sent spans, counted by the server.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "runtime/connectors/opensearch/agg.h"
#include "runtime/connectors/opensearch/agg_group.h"
#include "runtime/connectors/opensearch/agg_rows.h"
#include "runtime/connectors/opensearch/agg_script.h"

namespace inquest::opensearch {

namespace {

constexpr size_t page = 1000;

class Services final : public Work {
 public:
  Services(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases, int64_t spans)
      : ask_(ask), aliases_(aliases), scripts_(layout, spans <= most_from_source), heads_(layout, Heads::Of::whole, spans), parts_(parts_of(ask, layout, aliases)) {
    for (const std::string& note : heads_.notes()) remarks_.note(note);
    if (scripts_.rough()) remarks_.note("first and last to the millisecond");
    Json sources = heads_.sources();
    sources.push_back(composite_source("n", layout.name));
    for (const Part& part : parts_) {
      Json entry = {{"filter", entry_filter(layout)}, {"aggs", {{"e", {{"filter", status_filter(layout, {"error"})}}}}}};
      Json sub = {{"x", std::move(entry)},
                  {"f", {{"min", {{"script", scripts_.since(part.window.from.ns)}}}}},
                  {"l", {{"max", {{"script", scripts_.since(part.window.from.ns)}}}}}};
      pagers_.emplace_back(layout, part.filter.query, sources, std::move(sub), page, "services");
    }
  }

  std::vector<Search> round() override {
    std::vector<Search> out;
    for (const Pager& pager : pagers_)
      if (!pager.done()) out.push_back(pager.next());
    return out;
  }

  std::optional<Failure> take(std::vector<Reply> replies) override {
    size_t at = 0;
    for (size_t i = 0; i < pagers_.size(); ++i) {
      if (pagers_[i].done()) continue;
      const Reply& reply = replies[at++];
      remarks_.take(reply);
      const Json* buckets = pagers_[i].take(reply.body);
      if (!buckets) return no_buckets(ask_);
      for (const Json& bucket : *buckets) {
        const Json* key = member(bucket, "key");
        if (!key || docs(bucket) == 0) continue;
        Row& row = rows_[{heads_.head(*key, aliases_), i}];
        row.operations.insert(member_text(*key, "n"));
        row.spans += docs(bucket);
        const Json* entry = member(bucket, "x");
        row.entry += docs_of(bucket, "x");
        if (entry) row.errors += docs_of(*entry, "e");
        const int64_t from = parts_[i].window.from.ns;
        row.first = std::min(row.first, from + sum_of(bucket, "f"));
        row.last = std::max(row.last, from + sum_of(bucket, "l"));
      }
    }
    return std::nullopt;
  }

  otlp::Answer answer(const otlp::Asking& asking) override {
    const std::vector<otlp::Stretch> windows = otlp::stretches(asking.ask);
    FrameBuilder frame(Shape::table);
    for (const char* name : {"service", "namespace", "instance", "version"}) frame.add(name, ColumnType::text);
    for (const char* name : {"operations", "spans", "entry", "errors"}) frame.add(name, ColumnType::int64);
    frame.add("first", ColumnType::time).add("last", ColumnType::time);
    if (asking.ask.then) frame.add("window", ColumnType::text);
    for (const auto& [key, row] : rows_) {
      otlp::put_head(frame, key.first);
      frame.integer(4, static_cast<int64_t>(row.operations.size()));
      frame.integer(5, row.spans);
      frame.integer(6, row.entry);
      frame.integer(7, row.errors);
      frame.integer(8, row.first);
      frame.integer(9, row.last);
      if (asking.ask.then) frame.text(10, windows[key.second].name);
      frame.end_row();
    }
    remarks_.put(frame.marks());
    return frame.finish();
  }

 private:
  struct Row {
    int64_t spans = 0, entry = 0, errors = 0, first = INT64_MAX, last = INT64_MIN;
    std::set<std::string> operations;
  };
  const Ask ask_;
  const otlp::Aliases& aliases_;
  const Scripts scripts_;
  const Heads heads_;
  const std::vector<Part> parts_;
  std::vector<Pager> pagers_;
  std::map<std::pair<otlp::Head, size_t>, Row> rows_;
  Remarks remarks_;
};

}  // namespace

std::unique_ptr<Work> make_services(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  if (!Scripts(layout).possible() || loose(parts_of(ask, layout, aliases))) return small_or(ask, layout, aliases, nullptr);
  const auto make = [&, ask](int64_t spans) { return std::make_unique<Services>(ask, layout, aliases, spans); };
  if (count_first(layout)) return small_or(ask, layout, aliases, make, 0);
  return make(layout.rows);
}

}  // namespace inquest::opensearch
