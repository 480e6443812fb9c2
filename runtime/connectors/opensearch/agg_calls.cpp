// spans.calls: who calls whom, spans joined to their parents by the server; traces are sampled where there are many spans.
// SPDX-License-Identifier: Apache-2.0
//
// The join is a scripted_metric over at most most_joined spans: ids, services and names are held by the server while it
// runs, and edges are all that it sends. Sampling is by a hash of the trace id, so that whole traces come or stay away and
// ids that begin with a time are no worse. Where the server may not do this (no scripts, an ask with `where`, a scope
// narrower than a service), whole traces of few_rows spans are fetched and joined by the code that answers files.
#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/agg.h"
#include "runtime/connectors/opensearch/agg_group.h"
#include "runtime/connectors/opensearch/agg_rows.h"
#include "runtime/connectors/opensearch/agg_span_script.h"
#include "runtime/connectors/otlp/answer.h"
#include "runtime/connectors/otlp/calls_frame.h"

namespace inquest::opensearch {

namespace {

constexpr int64_t most_joined = 50'000;
constexpr int64_t before_ns = 300 * ns_per_s, after_ns = 60 * ns_per_s;  // parents and callees of spans near the window's ends

constexpr const char* calls_init_script = "state.rows = new StringBuilder();";
// Spans of traces that were not drawn are left out first.
constexpr const char* draw =
    "String id = text(doc, params.trace); if (id == null) return; "
    "int h = id.hashCode() * -1640531527; if ((h >>> 12 & (int) params.mask) != 0) return; "
    "String span = text(doc, params.span); if (span == null) return; ";
constexpr const char* calls_map_body =
    "if (service != null && params.aliases.containsKey(service)) service = params.aliases[service]; "
    "int peer = -1; String callee = null; "
    "if (kind != null && params.clients.contains(kind)) { for (int i = 0; i < params.peers.length; ++i) { "
    "callee = text(doc, params.peers[i]); if (callee == null && params.tags) callee = tag(s, params.names[i]); "
    "if (callee != null) { peer = i; break; } } } "
    "StringBuilder b = state.rows; b.append(id).append(span).append('\x01'); if (above != null) b.append(id).append(above); "
    "b.append('\x01').append(service == null ? '' : service).append('\x01').append(text(doc, params.name)).append('\x01')"
    ".append(peer).append('\x01').append(failed ? 1 : 0).append('\x01').append(t).append('\x01').append(d < 0 ? 0L : d)"
    ".append('\x01').append(callee == null ? '' : callee).append('\x02');";
constexpr const char* calls_combine_script = "return state.rows.toString();";
constexpr const char* calls_reduce_script =
    "Map known = new HashMap(); List rows = new ArrayList(); long orphans = 0; "
    "for (s in states) { if (s == null) continue; for (String line : s.splitOnToken('\x02')) { "
    "String[] r = line.splitOnToken('\x01'); if (r.length != 9) continue; rows.add(r); known.putIfAbsent(r[0], r[2]); } } "
    "Set answered = new HashSet(); Map edges = new HashMap(); "
    "for (int pass = 0; pass < 2; ++pass) { for (String[] r : rows) { String caller = r[2]; String callee = r[2]; "
    "int peer = Integer.parseInt(r[4]); "
    "if (pass == 0) { if (r[1].isEmpty()) continue; caller = known.get(r[1]); if (caller == null) { ++orphans; continue; } "
    "if (caller.equals(callee)) continue; answered.add(r[1]); peer = -1; } "
    "else { if (peer < 0 || answered.contains(r[0])) continue; callee = r[8]; } "
    "int w = params.windows.length - 1; long t = Long.parseLong(r[6]); "
    "while (w >= 0 && (t < params.windows[w][0] || t >= params.windows[w][1])) --w; if (w < 0) continue; "
    "def key = [w, caller, callee, r[3], peer]; def e = edges.get(key); "
    "if (e == null) { e = [w, caller, callee, r[3], peer, 0L, 0L, 0L]; edges.put(key, e); } "
    "e[5] = (long) e[5] + 1L; e[6] = (long) e[6] + Long.parseLong(r[5]); e[7] = (long) e[7] + Long.parseLong(r[7]); } } "
    "return ['spans': rows.size(), 'orphans': orphans, 'edges': new ArrayList(edges.values())];";

class Calls final : public Work {
 public:
  Calls(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases)
      : ask_(ask), layout_(layout), aliases_(aliases), scripts_(layout), windows_(otlp::stretches(ask)) {
    joined_ = scripts_.possible() && !layout.trace.doc.empty() && !layout.span.doc.empty() && !layout.service.doc.empty() && ask.where.empty();
    for (const char* name : {"namespace", "instance", "version"}) joined_ = joined_ && ask.scope.names.count(name) == 0;
  }

  std::vector<Search> round() override {
    if (stage_ == Stage::done) return {};
    if (stage_ == Stage::count) return {{layout_.index, {{"size", 0}, {"track_total_hits", true}, {"query", query()}}, 0, "count"}};
    if (stage_ == Stage::join) return {{layout_.index, body_of(query(), {{"calls", join_aggregation()}}), 0, "spans joined to their parents"}};
    Json sort = Json::array({{{layout_.trace.doc.empty() ? layout_.trace.path : layout_.trace.doc, "asc"}},
                             {{layout_.span.doc.empty() ? layout_.span.path : layout_.span.doc, "asc"}}});
    Json body = {{"query", query()}, {"_source", source_fields(layout_)}, {"track_total_hits", false}, {"sort", std::move(sort)}};
    return {{layout_.index, std::move(body), few_rows, "whole traces of the lowest ids"}};
  }

  std::optional<Failure> take(std::vector<Reply> replies) override {
    Reply& reply = replies.front();
    remarks_.take(reply);
    if (stage_ == Stage::join) {
      const Json* all = member(reply.body, "aggregations");
      const Json* calls = all ? member(*all, "calls") : nullptr;
      const Json* value = calls ? member(*calls, "value") : nullptr;
      if (!value || !value->is_object()) return no_buckets(ask_);
      result_ = *value;
      stage_ = Stage::done;
      return std::nullopt;
    }
    const Json* hits = member(reply.body, "hits");
    if (!hits) return no_buckets(ask_);
    if (stage_ == Stage::count) {
      const Json* total = member(*hits, "total");
      if (const Json* value = total ? member(*total, "value") : nullptr) spans_ = json_int64(*value);
      while (spans_ / times_ > most_joined) times_ *= 2;
      stage_ = joined_ ? Stage::join : Stage::rows;
      return std::nullopt;
    }
    if (const Json* list = member(*hits, "hits")) rows_ = *list;
    stage_ = Stage::done;
    return std::nullopt;
  }

  otlp::Answer answer(const otlp::Asking& asking) override { return joined_ ? joined(asking) : fetched(asking); }

 private:
  enum class Stage { count, join, rows, done };

  Json query() const {
    std::vector<Json> either;
    for (const otlp::Stretch& one : windows_)
      either.push_back(window_filter(layout_, {Time{one.window.from.ns - before_ns}, Time{one.window.to.ns + after_ns}}));
    return any_of(std::move(either));
  }

  Json join_aggregation() const {
    Json params = span_params(layout_, scripts_);
    params["trace"] = layout_.trace.doc;
    params["span"] = layout_.span.doc;
    params["name"] = layout_.name.doc;
    params["mask"] = times_ - 1;
    params["tags"] = layout_.model == Model::jaeger;
    params["clients"] = spellings({"client", "producer"});
    for (const char* list : {"peers", "names", "windows"}) params[list] = Json::array();
    params["aliases"] = Json::object();
    for (const auto& [written, canonical] : aliases_) params["aliases"][written] = canonical;
    for (const otlp::Peer& peer : otlp::peers) {
      params["peers"].push_back(attribute_field(layout_, peer.attribute).doc);
      params["names"].push_back(peer.attribute);
    }
    for (const otlp::Stretch& one : windows_) params["windows"].push_back({one.window.from.ns, one.window.to.ns});
    return {{"scripted_metric",
             {{"params", std::move(params)},
              {"init_script", painless(calls_init_script)},
              {"map_script", painless(span_script(layout_, scripts_, draw, calls_map_body))},
              {"combine_script", painless(calls_combine_script)},
              {"reduce_script", painless(calls_reduce_script)}}}};
  }

  otlp::Answer joined(const otlp::Asking& asking) const;
  otlp::Answer fetched(const otlp::Asking& asking) const;

  const Ask ask_;
  const Layout& layout_;
  const otlp::Aliases& aliases_;
  const Scripts scripts_;
  const std::vector<otlp::Stretch> windows_;
  bool joined_ = false;
  Stage stage_ = Stage::count;
  int64_t spans_ = 0, times_ = 1;
  Json result_, rows_ = Json::array();
  Remarks remarks_;
};

otlp::Answer Calls::joined(const otlp::Asking& asking) const {
  const auto wanted = [&](const char* name) -> std::optional<std::string> {
    const auto at = ask_.scope.names.find(name);
    return at == ask_.scope.names.end() ? std::nullopt : std::optional(at->second);
  };
  const std::optional<std::string> service = wanted("service"), operation = wanted("operation");
  std::map<otlp::CallEdge, otlp::CallSums> edges;
  const Json* list = member(result_, "edges");
  if (!list || !list->is_array()) return no_buckets(ask_);
  const auto text = [](const Json& value) -> std::optional<std::string> {
    return value.is_string() && value != "" ? std::optional(value.get<std::string>()) : std::nullopt;
  };
  for (const Json& one : *list) {
    if (!one.is_array() || one.size() != 8) return no_buckets(ask_);
    otlp::CallEdge edge{static_cast<size_t>(json_int64(one[0])), text(one[1]), text(one[2]), text(one[3]).value_or(""), "service"};
    if (edge.stretch >= windows_.size()) continue;
    const int64_t peer = json_int64(one[4], -1);
    const bool calls = !service || edge.caller == service, called = peer < 0 && (!service || edge.callee == service);
    if (!calls && !called) continue;
    if (called && operation && edge.operation != *operation) continue;
    if (peer >= 0 && peer < static_cast<int64_t>(std::size(otlp::peers))) {
      edge.kind = otlp::peers[peer].kind;
      if (edge.callee)
        if (const auto alias = aliases_.find(*edge.callee); alias != aliases_.end()) edge.callee = alias->second;
    }
    edges[std::move(edge)] += {json_int64(one[5]) * times_, json_int64(one[6]) * times_, json_int64(one[7]) * times_};
  }
  FrameBuilder frame = otlp::calls_frame(asking.ask, windows_, edges, json_int64(result_.value("orphans", Json(0))));
  Marks& marks = frame.marks();
  if (times_ > 1)
    marks.approximate = "one of " + std::to_string(times_) + " traces, by a hash of their ids (" +
                        count(json_int64(result_.value("spans", Json(0)))) + " of " + count(spans_) + " spans), counts multiplied";
  remarks_.put(marks);
  return frame.finish();
}

otlp::Answer Calls::fetched(const otlp::Asking& asking) const {
  Json hits = rows_;
  const bool cut_short = static_cast<int64_t>(hits.size()) < spans_;
  const auto trace = [](const Json& hit) {
    const Json* source = member(hit, "_source");
    const std::string id = source ? member_text(*source, "traceId") : "";
    return !id.empty() || !source ? id : member_text(*source, "traceID");
  };
  if (cut_short && !hits.empty()) {                    // the last trace may have more spans
    const std::string last = trace(hits.back());
    while (hits.size() > 1 && trace(hits.back()) == last && trace(hits.front()) != last) hits.erase(hits.size() - 1);
  }
  const auto view = view_of(layout_, hits, aliases_);
  otlp::Answer answer = otlp::answer_spans(asking, *view);
  FramePtr* made = std::get_if<FramePtr>(&answer);
  if (!made) return answer;
  auto frame = std::make_shared<Frame>(**made);
  if (cut_short)
    frame->marks.approximate = "counts of " + inquest::count(static_cast<int64_t>(hits.size())) + " of " + inquest::count(spans_) +
                               " spans: the whole traces of the lowest ids";
  remarks_.put(frame->marks);
  return FramePtr(std::move(frame));
}

}  // namespace

std::unique_ptr<Work> make_calls(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  return std::make_unique<Calls>(ask, layout, aliases);
}

}  // namespace inquest::opensearch
