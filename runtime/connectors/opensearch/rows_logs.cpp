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

Filter records_filter(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  Filter filter = scope_filter(layout, ask, Window{}, aliases);
  for (const otlp::Stretch& one : otlp::stretches(ask))
    if (!window_exact(layout, one.window)) filter.loose.push_back("the window's ends");
  return filter;
}

Filter logs_filter(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  Filter filter = records_filter(ask, layout, aliases);
  std::vector<Json> windows;
  for (const otlp::Stretch& one : otlp::stretches(ask)) windows.push_back(window_filter(layout, one.window));
  filter.query = all_of({any_of(std::move(windows)), std::move(filter.query)});
  return filter;
}

std::vector<Half> halves_of(const Ask& ask, const Layout& layout, const Filter& filter) {
  std::vector<Json> timed, untimed;
  for (const otlp::Stretch& one : otlp::stretches(ask)) {
    timed.push_back(timed_filter(layout, one.window));
    if (Json half = untimed_filter(layout, one.window); !half.is_null()) untimed.push_back(std::move(half));
  }
  std::vector<Half> out = {{all_of({any_of(std::move(timed)), filter.query}), &layout.start}};
  if (!untimed.empty()) out.push_back({all_of({any_of(std::move(untimed)), filter.query}), &layout.observed});
  return out;
}

int64_t time_of_record(const Layout& layout, const Json& hit) {
  const Json* source = member(hit, "_source");
  if (!source) return 0;
  for (const Field* field : {&layout.start, &layout.observed}) {
    const auto time = field->path.empty() ? Result<Time>(Time{}) : parse_time(member_text(*source, field->path));
    if (time && time->ns > int64_t{366} * 86400 * ns_per_s) return time->ns;
  }
  return 0;
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
      : ask_(ask), layout_(layout), filter_(records_filter(ask, layout, aliases)), aliases_(aliases), heads_(only_heads(ask)),
        limit_(std::min<size_t>(otlp::limit_of(ask, 200), 100'000)) {
    const std::string& text = otlp::option_text(ask, "text");
    exact_ = filter_.exact() && text.empty();
    Filter narrowed = filter_;
    if (!text.empty() && layout.body.there())
      if (Json words = words_filter(layout.body, text, false); !words.is_null()) narrowed.query = all_of({narrowed.query, std::move(words)});
    for (Half& half : halves_of(ask, layout, narrowed)) streams_.push_back({std::move(half), nullptr, limit_ == 0, 0, 0, INT64_MIN});
  }

  std::vector<Search> round() override {
    std::vector<Search> out;
    asked_.clear();
    for (size_t i = 0; i < streams_.size(); ++i) {
      const Stream& stream = streams_[i];
      if (stream.done) continue;
      Json body = Json::object();
      body["query"] = stream.half.query;
      body["sort"] = Json::array({sort_by(*stream.half.time, "asc")});
      body["_source"] = source_fields(layout_, heads_);
      if (!stream.after.is_null()) body["search_after"] = stream.after;
      out.push_back({layout_.index, std::move(body), rows_asked(stream), exact_ ? "first records" : "records to be looked at"});
      asked_.push_back(i);
    }
    return out;
  }

  std::optional<Failure> take(std::vector<Reply> replies) override {
    for (size_t n = 0; n < replies.size(); ++n) {
      Stream& stream = streams_[asked_[n]];
      remarks_.take(replies[n]);
      const bool first = stream.after.is_null();
      if (first) total_ += total_of(replies[n].body, &at_least_).value_or(0);
      const Json& hits = hits_in(replies[n].body);
      const bool end = hits.size() < rows_asked(stream);
      for (const Json& hit : hits) got_.push_back(hit);
      stream.seen += hits.size();
      if (!hits.empty()) {
        const Json* sort = member(hits.back(), "sort");
        stream.after = sort ? *sort : Json(nullptr);
        stream.last = time_of_record(layout_, hits.back());
      }
      ++stream.rounds;
      stream.done = exact_ || end || stream.after.is_null() || stream.seen >= most_looked_at;
    }
    // Enough that fit, of the time up to which all halves are known.
    int64_t known = INT64_MAX;
    for (const Stream& stream : streams_)
      if (!stream.done) known = std::min(known, stream.last);
    if (known != INT64_MAX && fitting(known) >= limit_)
      for (Stream& stream : streams_) stream.done = true;
    return std::nullopt;
  }

  otlp::Answer answer(const otlp::Asking& asking) override {
    const auto table = logs_of(layout_, got_, remarks_);
    otlp::Answer answer = otlp::answer_logs(asking, *table);
    FramePtr* made = std::get_if<FramePtr>(&answer);
    if (!made) return answer;
    const auto seen = static_cast<int64_t>(got_.size()), rows = static_cast<int64_t>((*made)->rows);
    std::string limited;
    if (exact_ && total_ > rows) limited = count(rows) + " of " + (at_least_ ? "at least " : "") + count(total_) + " records, first in time";
    if (!exact_ && total_ > seen) {
      limited = count(rows) + " records, first in time";
      if (rows < static_cast<int64_t>(limit_)) {
        Reply told;
        told.partial = "only the first " + count(seen) + " of " + count(total_) + " records were looked at";
        remarks_.take(told);
      }
    }
    return with(*made, filter_, remarks_, limited, "");
  }

 private:
  struct Stream {
    Half half;
    Json after;
    bool done;
    size_t rounds, seen;
    int64_t last;                        // time of the last row so far
  };
  size_t rows_asked(const Stream& stream) const {
    if (exact_) return limit_;
    static constexpr size_t steps[] = {1000, 4000, 5000};
    return std::min(most_looked_at - stream.seen, std::max<size_t>(std::min<size_t>(limit_, 5000), steps[std::min<size_t>(stream.rounds, 2)]));
  }
  // How many of the rows so far fit, up to a time; the same look as at the end.
  size_t fitting(int64_t until) {
    std::vector<const Json*> hits;
    for (const Json& hit : got_)
      if (time_of_record(layout_, hit) <= until) hits.push_back(&hit);
    const std::atomic<bool> stop{false};
    Remarks none;
    const auto table = logs_of(layout_, hits, none);
    const otlp::Answer answer = otlp::answer_logs({ask_, aliases_, Deadline{}, stop}, *table);
    const FramePtr* made = std::get_if<FramePtr>(&answer);
    return made ? (*made)->rows : limit_;
  }

  const Ask ask_;
  const Layout& layout_;
  const Filter filter_;
  const otlp::Aliases& aliases_;
  const bool heads_;
  const size_t limit_;
  bool exact_ = true;
  std::vector<Stream> streams_;
  std::vector<size_t> asked_;
  Json got_ = Json::array();
  int64_t total_ = 0;
  bool at_least_ = false;
  Remarks remarks_;
};

class LogsOfTraces final : public Work {
 public:
  LogsOfTraces(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases)
      : layout_(layout), filter_(records_filter(ask, layout, aliases)), heads_(only_heads(ask)),
        limit_(std::min<size_t>(otlp::limit_of(ask, 5000), 100'000)) {
    std::set<std::string> ids;
    for (const std::string& text : otlp::texts_of(ask, "traces"))
      if (const auto id = otlp::trace_id(text)) ids.insert(otlp::hex(*id));
    traces_.assign(ids.begin(), ids.end());
    halves_ = halves_of(ask, layout, filter_);
    done_ = traces_.empty() || limit_ == 0;
  }

  std::vector<Search> round() override {
    if (done_) return {};
    std::vector<Search> out;
    const Json of_traces = trace_filter(layout_, traces_);
    const std::string why = "records of " + count(static_cast<int64_t>(traces_.size())) + " traces";
    std::vector<Json> either;
    for (const Half& half : halves_) {
      Json body = Json::object();
      body["query"] = all_of({of_traces, half.query});
      body["sort"] = Json::array({sort_by(*half.time, "asc")});
      body["_source"] = source_fields(layout_, heads_);
      either.push_back(body["query"]);
      out.push_back({layout_.index, std::move(body), filter_.exact() ? limit_ : std::max(limit_, most_looked_at), why});
    }
    if (!layout_.trace.doc.empty()) {
      Json body = Json::object();
      body["size"] = 0;
      body["query"] = any_of(std::move(either));
      body["aggs"] = leaf::object("traces", leaf::object("cardinality", Json::object({{"field", layout_.trace.doc}, {"precision_threshold", 40000}})));
      out.push_back({layout_.index, std::move(body), 0, "how many of the traces have records"});
    }
    return out;
  }

  std::optional<Failure> take(std::vector<Reply> replies) override {
    for (size_t i = 0; i < replies.size(); ++i) {
      remarks_.take(replies[i]);
      if (i < halves_.size()) {
        total_ += total_of(replies[i].body, &at_least_).value_or(0);
        cut_ |= replies[i].cut;
        for (const Json& hit : hits_in(replies[i].body)) got_.push_back(hit);
      } else if (const Json* all = member(replies[i].body, "aggregations")) {
        const Json* one = member(*all, "traces");
        const Json* value = one ? member(*one, "value") : nullptr;
        if (value && value->is_number()) found_ = static_cast<int64_t>(value->get<double>());
      }
    }
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
    return with(frame, filter_, remarks_, count(static_cast<int64_t>(frame->rows)) + " of " + (at_least_ ? "at least " : "") + count(total_) + " records, first in time", "");
  }

 private:
  const Layout& layout_;
  const Filter filter_;
  const bool heads_;
  const size_t limit_;
  std::vector<std::string> traces_;
  std::vector<Half> halves_;
  Json got_ = Json::array();
  bool done_ = false, cut_ = false, at_least_ = false;
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
    if (total_ <= static_cast<int64_t>(most_mined)) {
      body["query"] = filter_.query;
      body["sort"] = Json::array({sort_by(layout_.start, "asc")});
      return {{layout_.index, std::move(body), most_mined, "records"}};
    }
    Json random = Json::object();
    random["query"] = filter_.query;
    random["functions"] = Json::array({leaf::object("random_score", Json::object({{"seed", 1}, {"field", "_seq_no"}}))});
    random["boost_mode"] = "replace";
    body["query"] = leaf::object("function_score", std::move(random));
    body["sort"] = Json::array({leaf::object("_score", leaf::object("order", "desc"))});
    return {{layout_.index, std::move(body), most_mined, "records drawn at random"}};
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
    for (const Json& hit : got_) timed.emplace_back(time_of_record(layout_, hit), &hit);
    std::stable_sort(timed.begin(), timed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<const Json*> hits;
    for (const auto& one : timed) hits.push_back(one.second);
    const auto table = logs_of(layout_, hits, remarks_);
    otlp::Answer answer = otlp::answer_logs(asking, *table);
    FramePtr* made = std::get_if<FramePtr>(&answer);
    if (!made) return answer;
    const auto drawn = static_cast<int64_t>(hits.size());
    return with(*made, filter_, remarks_, "",
                drawn < total_ ? count(drawn) + " records sampled of " + count(total_) + ": counts are of these" : "");
  }

 private:
  // What templates are made of, and the attributes when conditions name some.
  Json fields() const {
    if (!only_heads(ask_)) return source_fields(layout_);
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
