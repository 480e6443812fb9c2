// What an ask would cost, by counting; and where a person looks at the same thing in OpenSearch Dashboards.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/leaf.h"
#include "runtime/connectors/opensearch/native_ask.h"
#include "runtime/connectors/opensearch/source.h"

namespace inquest::opensearch {

namespace {

constexpr int64_t bytes_of_span = 900, bytes_of_record = 700, bytes_of_bucket = 250;  // as JSON, about

// A text of rison, the notation of Dashboards' addresses: ! and ' are escaped with !.
std::string rison(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '!' || c == '\'') out += '!';
    out += c;
  }
  return out + "'";
}

// A condition of the query language of Dashboards (KQL).
std::string condition(const std::string& field, std::string_view value) {
  std::string quoted;
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return field + ":\"" + quoted + "\"";
}

}  // namespace

std::vector<Estimate> Source::estimate(const std::vector<Ask>& asks, const Measures&, const Deadline& deadline, const Stop& stop) {
  std::vector<Estimate> out(asks.size());
  const auto known = learned(deadline, stop);
  if (!known) return out;
  std::vector<Search> searches;
  std::vector<size_t> owners;
  for (size_t i = 0; i < asks.size(); ++i) {
    const Ask& ask = asks[i];
    const Layout* layout = (*known)->layout(ask.signal);
    if (!ask.unknown_names.empty() || native_kind(ask.kind) || !layout || !offers(ask.signal)) continue;
    std::vector<Json> windows;
    for (const otlp::Stretch& one : otlp::stretches(ask)) windows.push_back(window_filter(*layout, one.window));
    std::vector<Json> all = {any_of(std::move(windows)), scope_filter(*layout, ask, Window{}, config_.aliases).query};
    if (const auto traces = otlp::texts_of(ask, "traces"); !traces.empty()) all.push_back(trace_filter(*layout, traces));
    Json body = Json::object();
    body["size"] = 0;
    body["track_total_hits"] = true;
    body["query"] = all_of(std::move(all));
    searches.push_back({layout->index, std::move(body), 0, "count"});
    owners.push_back(i);
  }
  if (searches.empty()) return out;
  const auto replies = client_.search(searches, deadline, stop);
  for (size_t n = 0; n < replies.size(); ++n) {
    const auto* reply = std::get_if<Reply>(&replies[n]);
    const auto total = reply ? total_of(reply->body) : std::nullopt;
    if (!total) continue;
    const Ask& ask = asks[owners[n]];
    Estimate& estimate = out[owners[n]];
    (ask.signal == "spans" ? estimate.spans : estimate.logs) = *total;
    const auto limited = [&](size_t otherwise) { return std::min<int64_t>(*total, static_cast<int64_t>(otlp::limit_of(ask, otherwise))); };
    if (ask.kind == "spans.slowest" || ask.kind == "spans.typical") estimate.bytes = limited(100) * 15 * bytes_of_span;
    else if (ask.kind == "spans.of_traces") estimate.bytes = static_cast<int64_t>(otlp::texts_of(ask, "traces").size()) * 15 * bytes_of_span;
    else if (ask.kind == "logs.search") estimate.bytes = limited(200) * bytes_of_record;
    else if (ask.kind == "logs.of_traces" || ask.kind == "logs.templates") estimate.bytes = std::min<int64_t>(*total, 5000) * bytes_of_record;
    else estimate.bytes = std::min<int64_t>(*total, 2000) * bytes_of_bucket;
  }
  return out;
}

std::string Source::link(const Ask& ask, const Measures&) const {
  const auto at = config_.links.find("dashboards");
  const auto state = this->state();
  const Layout* layout = state ? state->layout(ask.signal) : nullptr;
  if (at == config_.links.end() || ask.scope.window.empty() || !layout) return {};
  std::string base = at->second;
  while (!base.empty() && base.back() == '/') base.pop_back();
  std::vector<std::string> conditions;
  for (const auto& [name, value] : ask.scope.names) {
    const Field& field = name == "service"     ? layout->service
                         : name == "namespace" ? layout->namespace_
                         : name == "instance"  ? layout->instance
                         : name == "version"   ? layout->version_field
                                               : layout->name;
    if (!field.there()) continue;
    std::vector<std::string> either;
    for (const std::string& one : name == "service" ? written_services(value, config_.aliases) : std::vector<std::string>{value})
      either.push_back(condition(field.doc.empty() ? field.path : field.doc, one));
    conditions.push_back(either.size() == 1 ? either[0] : "(" + join(either, " or ") + ")");
  }
  std::vector<std::string> traces;
  for (const std::string& text : otlp::texts_of(ask, "traces"))
    if (const auto id = otlp::trace_id(text); id && traces.size() < 50) traces.push_back(condition(layout->trace.doc.empty() ? layout->trace.path : layout->trace.doc, otlp::hex(*id)));
  if (!traces.empty()) conditions.push_back(traces.size() == 1 ? traces[0] : "(" + join(traces, " or ") + ")");
  const std::string index = settings_.index_pattern.empty() ? layout->index : settings_.index_pattern;
  const std::string global = "(filters:!(),refreshInterval:(pause:!t,value:0),time:(from:" + rison(print_time(ask.scope.window.from)) + ",to:" + rison(print_time(ask.scope.window.to)) + "))";
  const std::string app = "(columns:!(_source),filters:!(),index:" + rison(index) + ",interval:auto,query:(language:kuery,query:" + rison(join(conditions, " and ")) + "),sort:!())";
  return base + "/app/discover#/?_g=" + http::segment(global) + "&_a=" + http::segment(app);
}

}  // namespace inquest::opensearch
