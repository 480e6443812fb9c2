// What the asks for rows share.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/rows.h"

#include <set>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/leaf.h"
#include "runtime/connectors/opensearch/works.h"
#include "runtime/connectors/otlp/answer.h"

namespace inquest::opensearch {

std::unique_ptr<Work> rows_work(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  struct Row {
    const char* kind;
    std::unique_ptr<Work> (*make)(const Ask&, const Layout&, const otlp::Aliases&);
  };
  static constexpr Row rows[] = {
      {"spans.slowest", make_slowest}, {"spans.typical", make_typical},          {"spans.of_traces", make_of_traces},
      {"logs.search", make_search},    {"logs.of_traces", make_logs_of_traces},  {"logs.count", make_log_counts},
      {"logs.templates", make_templates},
  };
  for (const Row& row : rows)
    if (ask.kind == row.kind) return row.make(ask, layout, aliases);
  return nullptr;
}

Json sort_by(const Field& field, const char* order) {
  Json how = leaf::object("order", order);
  if (field.mixed) how["numeric_type"] = "date";         // else documents of one of the types are misplaced
  if (!field.type.empty() && !field.date()) how["unmapped_type"] = field.numeric() ? "long" : "keyword";
  return leaf::object(field.doc.empty() ? field.path : field.doc, std::move(how));
}

Search SpansOfTraces::search(const std::vector<std::string>& traces) const {
  Json body = Json::object();
  body["query"] = trace_filter(layout_, traces);
  body["sort"] = Json::array({sort_by(layout_.start, "asc")});
  body["_source"] = source_fields(layout_, heads_);
  return {layout_.index, std::move(body), most_of_traces, "spans of " + count(static_cast<int64_t>(traces.size())) + " traces",
          [rows = rows_](const Json& hits) { rows->add_all(hits); }};
}

void SpansOfTraces::take(const Reply& reply, Remarks& remarks) {
  remarks.take(reply);
  if (reply.cut) {
    Reply told;
    told.partial = "only the first " + count(static_cast<int64_t>(most_of_traces)) + " spans of these traces";
    remarks.take(told);
  }
}

const otlp::SpanView& SpansOfTraces::view(Remarks& remarks) {
  if (view_) return *view_;
  for (const std::string& note : rows_->notes()) remarks.note(note);
  const otlp::Decoded decoded = otlp::decode_text(otlp::Signal::spans, rows_->finish());
  const size_t bad = rows_->bad() + decoded.bad_records;
  if (bad > 0) remarks.note(count(static_cast<int64_t>(bad)) + (bad == 1 ? " document is no span" : " documents are no spans"));
  view_ = std::make_shared<otlp::SpanView>(decoded.spans(), aliases_);
  std::set<std::string> senders;
  for (const std::string& written : layout_.entry_services) {
    const auto alias = aliases_.find(written);
    senders.insert(alias == aliases_.end() ? written : alias->second);
  }
  for (size_t i = 0; i < view_->heads.size(); ++i)
    if (view_->heads[i].service && senders.count(*view_->heads[i].service) != 0) view_->sends_entry[i] = 1;
  return *view_;
}

Filter selecting_filter(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  Filter filter = scope_filter(layout, ask, ask.scope.window, aliases);
  const bool operation = ask.scope.names.count("operation") != 0, kinds = find(ask.where, "kind") != nullptr;
  if (!operation && !kinds) filter.query = all_of({std::move(filter.query), entry_filter(layout)});
  return filter;
}

std::string of_all(size_t told, int64_t all, const char* what, const char* how) {
  constexpr int64_t counted_exactly = 40'000;            // beyond it cardinality is HyperLogLog
  return count(static_cast<int64_t>(told)) + " of " + (all > counted_exactly ? "about " : "") + count(all) + " " + what + ", " + how;
}

otlp::Answer listed_traces(const otlp::Asking& asking, const otlp::SpanView& view, const std::vector<std::string>& traces) {
  Ask listed = asking.ask;
  listed.kind = "spans.of_traces";
  listed.args = {};
  List ids;
  for (const std::string& trace : traces) ids.emplace_back(trace);
  set(listed.args, "traces", std::move(ids));
  set(listed.args, "limit", static_cast<int64_t>(traces.size()));
  otlp::Answer answer = otlp::answer_spans({listed, asking.aliases, asking.deadline, asking.stop}, view);
  FramePtr* made = std::get_if<FramePtr>(&answer);
  if (!made || !asking.ask.then) return answer;
  auto frame = std::make_shared<Frame>(**made);
  Column window;
  window.name = "window";
  window.type = ColumnType::text;
  window.codes.assign(frame->rows, 0);
  window.dictionary = std::make_shared<Dictionary>(Dictionary{"now"});
  frame->columns.push_back(std::move(window));
  return FramePtr(std::move(frame));
}

}  // namespace inquest::opensearch
