// Log records: searched, of traces, and as templates.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/agg_group.h"
#include "runtime/connectors/opensearch/judge.h"
#include "runtime/connectors/opensearch/leaf.h"
#include "runtime/connectors/opensearch/rows.h"
#include "runtime/connectors/opensearch/rows_logs.h"
#include "runtime/connectors/otlp/answer.h"

namespace inquest::opensearch {

const Json& hits_in(const Json& body) {
  static const Json none = Json::array();
  const Json* hits = member(body, "hits");
  const Json* list = hits ? member(*hits, "hits") : nullptr;
  return list && list->is_array() ? *list : none;
}

Filter logs_filter(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  Filter filter = scope_filter(layout, ask, Window{}, aliases);
  std::vector<Json> windows;
  for (const otlp::Stretch& one : otlp::stretches(ask)) {
    windows.push_back(window_filter(layout, one.window));
    if (!window_exact(layout, one.window)) filter.loose.push_back("the window's ends");
  }
  filter.query = all_of({any_of(std::move(windows)), std::move(filter.query)});
  return filter;
}

std::shared_ptr<const otlp::Logs> logs_of(const Layout& layout, const std::vector<const Json*>& hits, Remarks& remarks) {
  Rows rows(layout);
  for (const Json* hit : hits) rows.add(*hit);
  const otlp::Decoded decoded = otlp::decode_text(otlp::Signal::logs, rows.finish());
  const size_t bad = rows.bad() + decoded.bad_records;
  if (bad > 0) remarks.note(count(static_cast<int64_t>(bad)) + (bad == 1 ? " document is" : " documents are") + " no log record");
  return decoded.logs();
}

std::shared_ptr<const otlp::Logs> logs_of(const Layout& layout, const Json& hits, Remarks& remarks) {
  std::vector<const Json*> all;
  for (const Json& hit : hits) all.push_back(&hit);
  return logs_of(layout, all, remarks);
}

namespace {

FramePtr with(const FramePtr& made, const Filter& filter, const Remarks& remarks, const std::string& limited, const std::string& approximate) {
  auto frame = std::make_shared<Frame>(*made);
  if (!limited.empty()) frame->marks.limited = limited;
  if (!approximate.empty()) frame->marks.approximate = approximate;
  frame->marks.notes.insert(frame->marks.notes.end(), filter.notes.begin(), filter.notes.end());
  remarks.put(frame->marks);
  return frame;
}

// The first records in time. Where the server lets through too many, in growing stretches until enough fit.
class SearchLogs final : public Work {
 public:
  SearchLogs(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases)
      : ask_(ask), layout_(layout), filter_(logs_filter(ask, layout, aliases)), aliases_(aliases),
        limit_(std::min<size_t>(otlp::limit_of(ask, 200), 100'000)) {
    const std::string& text = otlp::option_text(ask, "text");
    query_ = filter_.query;
    exact_ = filter_.exact() && text.empty();
    if (!text.empty() && layout.body.there())
      if (Json words = words_filter(layout.body, text, false); !words.is_null()) query_ = all_of({query_, std::move(words)});
    if (limit_ == 0) done_ = true;
  }

  std::vector<Search> round() override {
    if (done_) return {};
    Json body = Json::object();
    body["query"] = query_;
    body["sort"] = Json::array({sort_by(layout_.start, "asc")});
    body["_source"] = source_fields(layout_);
    if (!after_.is_null()) body["search_after"] = after_;
    return {{layout_.index, std::move(body), asked(), exact_ ? "first records" : "records to be looked at"}};
  }

  std::optional<Failure> take(std::vector<Reply> replies) override {
    Reply& reply = replies[0];
    remarks_.take(reply);
    if (after_.is_null()) total_ = total_of(reply.body).value_or(0);
    const Json& hits = hits_in(reply.body);
    for (const Json& hit : hits) got_.push_back(hit);
    const bool end = hits.size() < asked();
    if (!hits.empty()) {
      const Json* sort = member(hits.back(), "sort");
      after_ = sort ? *sort : Json(nullptr);
    }
    if (exact_ || end || after_.is_null() || got_.size() >= most_looked_at || fitting() >= limit_) done_ = true;
    ++rounds_;
    return std::nullopt;
  }

  otlp::Answer answer(const otlp::Asking& asking) override {
    table_ = logs_of(layout_, got_, remarks_);
    otlp::Answer answer = otlp::answer_logs(asking, *table_);
    FramePtr* made = std::get_if<FramePtr>(&answer);
    if (!made) return answer;
    const auto seen = static_cast<int64_t>(got_.size());
    std::string limited;
    if (exact_ && total_ > seen) {
      limited = count(seen) + " of " + count(total_) + " records, first in time";
    } else if (!exact_ && total_ > seen) {
      if ((*made)->rows >= limit_) limited = count(static_cast<int64_t>(limit_)) + " records, first in time";
      else {
        Reply told;
        told.partial = "only the first " + count(seen) + " of " + count(total_) + " records were looked at";
        remarks_.take(told);
      }
    }
    return with(*made, filter_, remarks_, limited, "");
  }

 private:
  size_t asked() const {
    if (exact_) return limit_;
    static constexpr size_t steps[] = {1000, 4000, 5000};
    return std::min(most_looked_at - got_.size(), std::max<size_t>(limit_ < 5000 ? limit_ : 5000, steps[std::min<size_t>(rounds_, 2)]));
  }
  // How many of the rows so far fit; the same look as at the end.
  size_t fitting() {
    const std::atomic<bool> stop{false};
    Remarks none;
    const auto table = logs_of(layout_, got_, none);
    const otlp::Answer answer = otlp::answer_logs({ask_, aliases_, Deadline{}, stop}, *table);
    const FramePtr* made = std::get_if<FramePtr>(&answer);
    return made ? (*made)->rows : limit_;
  }

  const Ask ask_;
  const Layout& layout_;
  const Filter filter_;
  const otlp::Aliases& aliases_;
  const size_t limit_;
  Json query_, after_ = nullptr, got_ = Json::array();
  bool exact_ = true, done_ = false;
  size_t rounds_ = 0;
  int64_t total_ = 0;
  std::shared_ptr<const otlp::Logs> table_;
  Remarks remarks_;
};

class LogsOfTraces final : public Work {
 public:
  LogsOfTraces(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases)
      : layout_(layout), filter_(logs_filter(ask, layout, aliases)), limit_(std::min<size_t>(otlp::limit_of(ask, 5000), 100'000)) {
    std::set<std::string> ids;
    for (const std::string& text : otlp::texts_of(ask, "traces"))
      if (const auto id = otlp::trace_id(text)) ids.insert(otlp::hex(*id));
    traces_.assign(ids.begin(), ids.end());
    done_ = traces_.empty() || limit_ == 0;
  }

  std::vector<Search> round() override {
    if (done_) return {};
    Json body = Json::object();
    body["query"] = all_of({trace_filter(layout_, traces_), filter_.query});
    body["sort"] = Json::array({sort_by(layout_.start, "asc")});
    body["_source"] = source_fields(layout_);
    if (!layout_.trace.doc.empty())
      body["aggs"] = leaf::object("traces", leaf::object("cardinality", Json::object({{"field", layout_.trace.doc}, {"precision_threshold", 40000}})));
    return {{layout_.index, std::move(body), filter_.exact() ? limit_ : std::max(limit_, most_looked_at),
             "records of " + count(static_cast<int64_t>(traces_.size())) + " traces"}};
  }

  std::optional<Failure> take(std::vector<Reply> replies) override {
    remarks_.take(replies[0]);
    total_ = total_of(replies[0].body).value_or(0);
    cut_ = replies[0].cut;
    if (const Json* all = member(replies[0].body, "aggregations"))
      if (const Json* one = member(*all, "traces"))
        if (const Json* value = member(*one, "value"); value && value->is_number()) found_ = static_cast<int64_t>(value->get<double>());
    got_ = hits_in(replies[0].body);
    done_ = true;
    return std::nullopt;
  }

  otlp::Answer answer(const otlp::Asking& asking) override {
    const auto table = logs_of(layout_, got_, remarks_);
    otlp::Answer answer = otlp::answer_logs(asking, *table);
    FramePtr* made = std::get_if<FramePtr>(&answer);
    if (!made || !cut_) return made ? otlp::Answer(with(*made, filter_, remarks_, "", "")) : answer;
    const auto all = static_cast<int64_t>(traces_.size());
    auto frame = std::make_shared<Frame>(**made);
    frame->marks.notes.clear();                          // what lies beyond the limit was not seen
    if (found_ >= 0 && found_ < all) frame->marks.notes.push_back(count(all - found_) + " of " + count(all) + " traces have no log record in the scope");
    return with(frame, filter_, remarks_, count(static_cast<int64_t>(frame->rows)) + " of " + count(total_) + " records, first in time", "");
  }

 private:
  const Layout& layout_;
  const Filter filter_;
  const size_t limit_;
  std::vector<std::string> traces_;
  Json got_ = Json::array();
  bool done_ = false, cut_ = false;
  int64_t total_ = 0, found_ = -1;
  Remarks remarks_;
};

// Counts first; then all records, or as many drawn at random: by a number that each document has, so that the same ones
// are drawn again.
class Templates final : public Work {
 public:
  Templates(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) : ask_(ask), layout_(layout), filter_(logs_filter(ask, layout, aliases)) {}

  std::vector<Search> round() override {
    Json body = Json::object();
    if (stage_ == 0) {
      body["size"] = 0;
      body["track_total_hits"] = true;
      body["query"] = filter_.query;
      return {{layout_.index, std::move(body), 0, "count"}};
    }
    if (stage_ == 2) return {};
    body["_source"] = fields();
    if (total_ <= static_cast<int64_t>(most_sampled)) {
      body["query"] = filter_.query;
      body["sort"] = Json::array({sort_by(layout_.start, "asc")});
      return {{layout_.index, std::move(body), most_sampled, "records"}};
    }
    Json random = Json::object();
    random["query"] = filter_.query;
    random["functions"] = Json::array({leaf::object("random_score", Json::object({{"seed", 1}, {"field", "_seq_no"}}))});
    random["boost_mode"] = "replace";
    body["query"] = leaf::object("function_score", std::move(random));
    body["sort"] = Json::array({leaf::object("_score", leaf::object("order", "desc"))});
    return {{layout_.index, std::move(body), most_sampled, "records drawn at random"}};
  }

  std::optional<Failure> take(std::vector<Reply> replies) override {
    remarks_.take(replies[0]);
    if (stage_++ == 0) {
      total_ = total_of(replies[0].body).value_or(0);
      if (total_ == 0) stage_ = 2;
    } else {
      got_ = hits_in(replies[0].body);
    }
    return std::nullopt;
  }

  otlp::Answer answer(const otlp::Asking& asking) override {
    std::vector<std::pair<int64_t, const Json*>> timed;  // the order of the lines decides what becomes a template
    for (const Json& hit : got_) {
      const Json* source = member(hit, "_source");
      const auto time = source ? parse_time(member_text(*source, layout_.start.path)) : Result<Time>(Time{});
      timed.emplace_back(time ? time->ns : 0, &hit);
    }
    std::stable_sort(timed.begin(), timed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<const Json*> hits;
    for (const auto& one : timed) hits.push_back(one.second);
    const auto table = logs_of(layout_, hits, remarks_);
    otlp::Answer answer = otlp::answer_logs(asking, *table);
    FramePtr* made = std::get_if<FramePtr>(&answer);
    if (!made) return answer;
    const auto drawn = static_cast<int64_t>(hits.size());
    return with(*made, filter_, remarks_, "",
                drawn < total_ ? "counts are those of " + count(drawn) + " of " + count(total_) + " records, drawn at random" : "");
  }

 private:
  // What templates are made of, and the attributes when conditions name some.
  Json fields() const {
    for (const auto& [key, value] : ask_.where)
      if (key != "severity" && key != "body") return source_fields(layout_);
    Json out = Json::array({"body", "time", "@timestamp", "observedTimestamp", "observedTime", "severity*", "serviceName"});
    for (const char* name : {"service", "k8s", "container"}) out.push_back(layout_.resource + name + "*");
    return out;
  }

  const Ask ask_;
  const Layout& layout_;
  const Filter filter_;
  int stage_ = 0;
  int64_t total_ = 0;
  Json got_ = Json::array();
  Remarks remarks_;
};

}  // namespace

std::unique_ptr<Work> make_search(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  return std::make_unique<SearchLogs>(ask, layout, aliases);
}

std::unique_ptr<Work> make_logs_of_traces(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  return std::make_unique<LogsOfTraces>(ask, layout, aliases);
}

std::unique_ptr<Work> make_templates(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  return std::make_unique<Templates>(ask, layout, aliases);
}

}  // namespace inquest::opensearch
