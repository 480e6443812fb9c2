// Slowest traces, and traces by their ids.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <tuple>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/agg_rows.h"
#include "runtime/connectors/opensearch/judge.h"
#include "runtime/connectors/opensearch/leaf.h"
#include "runtime/connectors/opensearch/rows.h"
#include "runtime/connectors/opensearch/rows_logs.h"
#include "runtime/connectors/otlp/answer.h"

namespace inquest::opensearch {

namespace {

constexpr size_t most_hits = 10'000;                     // of one search

// The trace that a collapsed hit stands for.
std::string trace_of(const Json& hit, const Layout& layout) {
  if (const Json* fields = member(hit, "fields"))
    if (const Json* values = member(*fields, layout.trace.doc); values && values->is_array() && !values->empty() && values->front().is_string())
      return values->front().get<std::string>();
  if (const Json* source = member(hit, "_source")) return member_text(*source, layout.trace.path);
  return {};
}

int64_t value_of(const Json& body, const char* aggregation) {
  const Json* all = member(body, "aggregations");
  const Json* one = all ? member(*all, aggregation) : nullptr;
  const Json* value = one ? member(*one, "value") : nullptr;
  return value && value->is_number() ? static_cast<int64_t>(value->get<double>()) : 0;
}

// First the traces: one hit each, slowest first, and how many there are; then all their spans.
class Slowest final : public Work {
 public:
  Slowest(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases)
      : ask_(ask), layout_(layout), aliases_(aliases), filter_(selecting_filter(ask, layout, aliases)), spans_(ask, layout, aliases),
        limit_(std::min(otlp::limit_of(ask, 100), most_hits)) {
    const bool pushed = filter_.exact() && !layout.trace.doc.empty();
    how_ = !pushed ? How::looked_at : layout.has_duration() ? How::sorted : !duration_value(layout).is_null() ? How::by_script : How::looked_at;
    if (limit_ == 0) stage_ = Stage::done;
  }

  std::vector<Search> round() override {
    if (stage_ == Stage::choose) return {choose()};
    if (stage_ == Stage::spans) return {spans_.search(traces_)};
    return {};
  }

  std::optional<Failure> take(std::vector<Reply> replies) override {
    if (stage_ == Stage::spans) {
      spans_.take(replies[0], remarks_);
      stage_ = Stage::done;
      return std::nullopt;
    }
    remarks_.take(replies[0]);
    const Json& hits = hits_in(replies[0].body);
    if (how_ == How::looked_at) chosen_here(replies[0]);
    else chosen_there(replies[0].body, hits);
    stage_ = traces_.empty() ? Stage::done : Stage::spans;
    return std::nullopt;
  }

  otlp::Answer answer(const otlp::Asking& asking) override {
    otlp::Answer answer = otlp::answer_spans(asking, spans_.view(remarks_));
    FramePtr* made = std::get_if<FramePtr>(&answer);
    if (!made) return answer;
    auto frame = std::make_shared<Frame>(**made);
    if (all_ > static_cast<int64_t>(traces_.size())) frame->marks.limited = of_all(traces_.size(), all_, "traces", "slowest first");
    if (!approximate_.empty()) frame->marks.approximate = approximate_;
    for (const std::string& note : filter_.notes) frame->marks.notes.push_back(note);
    remarks_.put(frame->marks);
    return FramePtr(std::move(frame));
  }

 private:
  enum class Stage { choose, spans, done };
  enum class How { sorted, by_script, looked_at };

  Search choose() const {
    Json body = Json::object();
    body["query"] = filter_.query;
    if (how_ == How::looked_at) {
      body["sort"] = Json::array({sort_by(layout_.has_duration() ? layout_.duration : layout_.start, layout_.has_duration() ? "desc" : "asc")});
      body["_source"] = source_fields(layout_);
      return {layout_.index, std::move(body), most_looked_at, "slowest spans, to be looked at"};
    }
    body["collapse"] = leaf::object("field", layout_.trace.doc);
    body["aggs"] = leaf::object("traces", leaf::object("cardinality", Json::object({{"field", layout_.trace.doc}, {"precision_threshold", 40000}})));
    if (how_ == How::sorted) {
      body["size"] = limit_;
      body["sort"] = Json::array({sort_by(layout_.duration, "desc"), sort_by(layout_.trace, "asc")});
      body["_source"] = false;
    } else {                                             // by a date of milliseconds: some more, and the rest is decided here
      Json script = duration_value(layout_);
      script["type"] = "number", script["order"] = "desc";
      body["size"] = std::min(most_hits, layout_.start.type == "date_nanos" ? limit_ : 2 * limit_ + 50);
      body["sort"] = Json::array({leaf::object("_script", std::move(script)), sort_by(layout_.trace, "asc")});
      body["_source"] = Json::array({layout_.start.path, layout_.end.path});
    }
    return {layout_.index, std::move(body), 0, "slowest traces"};
  }

  void chosen_there(const Json& body, const Json& hits) {
    all_ = value_of(body, "traces");
    struct Candidate { int64_t duration, told; std::string trace; };
    std::vector<Candidate> candidates;
    for (const Json& hit : hits) {
      const std::string trace = trace_of(hit, layout_);
      if (trace.empty()) continue;
      Candidate one{0, 0, trace};
      if (const Json* sort = member(hit, "sort"); sort && sort->is_array() && !sort->empty() && sort->front().is_number())
        one.told = one.duration = static_cast<int64_t>(sort->front().get<double>());
      if (how_ == How::by_script)
        if (const Json* source = member(hit, "_source")) {
          const auto start = parse_time(member_text(*source, layout_.start.path)), end = parse_time(member_text(*source, layout_.end.path));
          if (start && end) one.duration = end->ns - start->ns;
        }
      candidates.push_back(std::move(one));
    }
    if (how_ == How::by_script && candidates.size() > limit_) {
      const int64_t last_told = candidates.back().told;
      std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return std::tie(b.duration, a.trace) < std::tie(a.duration, b.trace);
      });
      // Two instants cut to milliseconds lie less than one of them from what they were.
      if (static_cast<int64_t>(candidates.size()) < all_ && candidates[limit_ - 1].duration < last_told + 1'000'000)
        approximate_ = "which traces are slowest was told by whole milliseconds";
      candidates.resize(limit_);
    }
    for (const Candidate& one : candidates) traces_.push_back(one.trace);
    all_ = std::max(all_, static_cast<int64_t>(traces_.size()));
  }

  // Rows that the server let through, slowest first if it could: looked at as rows of files are.
  void chosen_here(const Reply& reply) {
    const auto view = view_of(layout_, hits_in(reply.body), aliases_);
    const otlp::SpanFilter filter(*view, ask_);
    const otlp::Spans& spans = *view->spans;
    const bool any = ask_.scope.names.count("operation") != 0 || find(ask_.where, "kind");
    std::vector<uint32_t> rows;
    for (uint32_t row = 0; row < spans.rows(); ++row)
      if (ask_.scope.window.contains(Time{spans.start[row]}) && (any || view->entry(row)) && filter.holds(row)) rows.push_back(row);
    std::stable_sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) { return spans.duration[a] > spans.duration[b]; });
    std::set<uint32_t> seen;
    for (const uint32_t row : rows)
      if (seen.insert(view->trace_of[row]).second && traces_.size() < limit_) traces_.push_back(otlp::hex(spans.trace[row]));
    all_ = static_cast<int64_t>(seen.size());
    if (!reply.cut || (layout_.has_duration() && traces_.size() == limit_)) return;
    Reply told;
    told.partial = "only " + count(static_cast<int64_t>(spans.rows())) + " spans were looked at" +
                   (filter_.loose.empty() ? std::string() : ": the server cannot decide " + join(filter_.loose, ", "));
    remarks_.take(told);
  }

  const Ask ask_;
  const Layout& layout_;
  const otlp::Aliases& aliases_;
  const Filter filter_;
  SpansOfTraces spans_;
  const size_t limit_;
  How how_ = How::sorted;
  Stage stage_ = Stage::choose;
  std::vector<std::string> traces_;
  int64_t all_ = 0;
  std::string approximate_;
  Remarks remarks_;
};

class OfTraces final : public Work {
 public:
  OfTraces(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) : spans_(ask, layout, aliases) {
    std::set<std::string> seen;
    for (const std::string& text : otlp::texts_of(ask, "traces"))
      if (const auto id = otlp::trace_id(text); id && seen.insert(otlp::hex(*id)).second) traces_.push_back(text);
    if (traces_.size() > most_hits) over_ = traces_.size(), traces_.resize(most_hits);
  }
  std::vector<Search> round() override {
    if (done_ || traces_.empty()) return {};
    return {spans_.search(traces_)};
  }
  std::optional<Failure> take(std::vector<Reply> replies) override {
    spans_.take(replies[0], remarks_);
    done_ = true;
    return std::nullopt;
  }
  otlp::Answer answer(const otlp::Asking& asking) override {
    otlp::Answer answer = otlp::answer_spans(asking, spans_.view(remarks_));
    FramePtr* made = std::get_if<FramePtr>(&answer);
    if (!made) return answer;
    auto frame = std::make_shared<Frame>(**made);
    if (over_ > 0) frame->marks.partial = "only the first " + count(most_hits) + " of " + count(static_cast<int64_t>(over_)) + " traces were looked for";
    remarks_.put(frame->marks);
    return FramePtr(std::move(frame));
  }

 private:
  SpansOfTraces spans_;
  std::vector<std::string> traces_;
  size_t over_ = 0;
  bool done_ = false;
  Remarks remarks_;
};

}  // namespace

std::unique_ptr<Work> make_slowest(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  return std::make_unique<Slowest>(ask, layout, aliases);
}

std::unique_ptr<Work> make_of_traces(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  return std::make_unique<OfTraces>(ask, layout, aliases);
}

}  // namespace inquest::opensearch
