// Typical traces: those whose span in the scope is nearest to the median of its operation.
// SPDX-License-Identifier: Apache-2.0
//
// Where the mapping has durations: medians by operation as t-digests tell them, then the spans around each from both
// sides and how many lie below, so that the true median (the lower middle one) and the nearest spans are known exactly,
// or it is known that they are not. Elsewhere: the spans themselves, up to most_sampled of them.
#include <algorithm>
#include <map>
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

constexpr size_t most_operations = 200;

// Smaller is nearer; as asks_spans.cpp has it.
double distance(int64_t duration, int64_t median) {
  const double m = static_cast<double>(std::max<int64_t>(1, median)), own = static_cast<double>(std::max<int64_t>(1, duration));
  return own > m ? own / m : m / own;
}

struct Near {
  double distance = 0;
  int64_t start = 0;
  std::string trace;
  auto key() const { return std::tie(distance, start, trace); }
};

class Typical final : public Work {
 public:
  Typical(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases)
      : ask_(ask), layout_(layout), aliases_(aliases), filter_(selecting_filter(ask, layout, aliases)), spans_(ask, layout, aliases),
        limit_(std::min<size_t>(otlp::limit_of(ask, 20), 1000)), around_(2 * limit_ + 50) {
    const bool pushed = filter_.exact() && layout.has_duration() && !layout.trace.doc.empty() && !layout.service.doc.empty() && !layout.name.doc.empty();
    stage_ = limit_ == 0 ? Stage::done : pushed ? Stage::medians : Stage::sample;
  }

  std::vector<Search> round() override {
    switch (stage_) {
      case Stage::medians: return {medians()};
      case Stage::around: return around();
      case Stage::sample: return {sample()};
      case Stage::spans: return {spans_.search(traces_)};
      case Stage::done: break;
    }
    return {};
  }

  std::optional<Failure> take(std::vector<Reply> replies) override {
    if (stage_ == Stage::spans) {
      spans_.take(replies[0], remarks_);
      stage_ = Stage::done;
      return std::nullopt;
    }
    for (const Reply& reply : replies) remarks_.take(reply);
    switch (stage_) {
      case Stage::medians: {
        if (!read_medians(replies[0].body)) return no_buckets(ask_);
        stage_ = groups_.empty() ? Stage::done : Stage::around;
        break;
      }
      case Stage::around: read_around(replies); break;
      case Stage::sample: read_sample(replies[0]); break;
      case Stage::spans:
      case Stage::done: break;
    }
    return std::nullopt;
  }

  otlp::Answer answer(const otlp::Asking& asking) override {
    otlp::Answer answer = listed_traces(asking, spans_.view(remarks_), traces_);
    FramePtr* made = std::get_if<FramePtr>(&answer);
    if (!made) return answer;
    auto frame = std::make_shared<Frame>(**made);
    if (all_ > static_cast<int64_t>(traces_.size()))
      frame->marks.limited = of_all(traces_.size(), all_, "traces", "nearest the median of their operation first");
    if (!approximate_.empty()) frame->marks.approximate = approximate_;
    for (const std::string& note : filter_.notes) frame->marks.notes.push_back(note);
    remarks_.put(frame->marks);
    return FramePtr(std::move(frame));
  }

 private:
  enum class Stage { medians, around, sample, spans, done };
  struct Group {
    std::string service, name;
    int64_t spans = 0;
    double guess = 0;                    // median, in units of the field
  };

  Search medians() const {
    Json sub = Json::object();
    sub["m"] = leaf::object("percentiles", Json::object({{"field", layout_.duration.doc}, {"percents", Json::array({50})}, {"keyed", false}}));
    Json sources = Json::array({composite_source("s", layout_.service), composite_source("n", layout_.name)});
    Json composite = Json::object({{"size", most_operations}, {"sources", std::move(sources)}});
    Json groups = leaf::object("composite", std::move(composite));
    groups["aggs"] = std::move(sub);
    Json body = Json::object();
    body["size"] = 0;
    body["query"] = filter_.query;
    body["aggs"] = leaf::object("c", std::move(groups));
    body["aggs"]["traces"] = leaf::object("cardinality", Json::object({{"field", layout_.trace.doc}, {"precision_threshold", 40000}}));
    return {layout_.index, std::move(body), 0, "medians of operations"};
  }

  bool read_medians(const Json& body) {
    const Json* all = member(body, "aggregations");
    const Json* composite = all ? member(*all, "c") : nullptr;
    const Json* buckets = composite ? member(*composite, "buckets") : nullptr;
    if (!buckets || !buckets->is_array()) return false;
    if (const Json* traces = member(*all, "traces")) all_ = json_int64(traces->value("value", Json(0)));
    for (const Json& bucket : *buckets) {
      const Json* key = member(bucket, "key");
      const Json* m = member(bucket, "m");
      const Json* values = m ? member(*m, "values") : nullptr;
      if (!key || !values || !values->is_array() || values->empty()) continue;
      const Json* value = member(values->front(), "value");
      if (!value || !value->is_number()) continue;
      groups_.push_back({member_text(*key, "s"), member_text(*key, "n"), docs(bucket), value->get<double>()});
    }
    if (groups_.size() >= most_operations) approximate_ = "of the first " + count(static_cast<int64_t>(most_operations)) + " operations by name";
    return true;
  }

  // Both sides of the guess; the number of those below it comes with them.
  std::vector<Search> around() const {
    std::vector<Search> out;
    for (const Group& group : groups_) {
      for (const bool up : {false, true}) {
        Json range = Json::object();
        range[up ? "gte" : "lt"] = group.guess;
        std::vector<Json> all = {filter_.query, leaf::object("range", leaf::object(layout_.duration.doc, std::move(range)))};
        all.push_back(group.service.empty() ? leaf::lacks(layout_, layout_.service) : equals(layout_, layout_.service, {group.service}));
        all.push_back(group.name.empty() ? leaf::lacks(layout_, layout_.name) : equals(layout_, layout_.name, {group.name}));
        Json body = Json::object();
        body["size"] = around_;
        body["track_total_hits"] = true;
        body["query"] = all_of(std::move(all));
        body["sort"] = Json::array({sort_by(layout_.duration, up ? "asc" : "desc"), sort_by(layout_.start, "asc")});
        body["_source"] = Json::array({layout_.trace.path, layout_.start.path});
        out.push_back({layout_.index, std::move(body), 0, up ? "spans from the median up" : "spans below the median"});
      }
    }
    return out;
  }

  struct Hit { int64_t duration, start; std::string trace; };
  std::vector<Hit> hits_of(const Json& body) const {
    std::vector<Hit> out;
    for (const Json& hit : hits_in(body)) {
      const Json *sort = member(hit, "sort"), *source = member(hit, "_source");
      if (!sort || !sort->is_array() || sort->empty() || !source) continue;
      Hit one{json_int64(sort->front()) * layout_.duration_unit, 0, member_text(*source, layout_.trace.path)};
      if (const Json* start = member(*source, layout_.start.path)) {
        if (start->is_number()) one.start = json_int64(*start) * std::max<int64_t>(1, layout_.time_unit);
        else if (const auto time = start->is_string() ? parse_time(start->get<std::string>()) : Result<Time>(Time{})) one.start = time->ns;
      }
      out.push_back(std::move(one));
    }
    return out;
  }

  void read_around(const std::vector<Reply>& replies) {
    std::vector<Near> near;
    double certain = 1e300;                              // how far out all spans are known
    for (size_t g = 0; g < groups_.size(); ++g) {
      const std::vector<Hit> below = hits_of(replies[2 * g].body), above = hits_of(replies[2 * g + 1].body);
      const int64_t n_below = total_of(replies[2 * g].body).value_or(0), n = n_below + total_of(replies[2 * g + 1].body).value_or(0);
      if (n == 0) continue;
      const int64_t middle = (n - 1) / 2;                // from 0: the lower middle
      int64_t median = static_cast<int64_t>(groups_[g].guess) * layout_.duration_unit;
      if (middle >= n_below && middle - n_below < static_cast<int64_t>(above.size())) median = above[static_cast<size_t>(middle - n_below)].duration;
      else if (middle < n_below && n_below - 1 - middle < static_cast<int64_t>(below.size())) median = below[static_cast<size_t>(n_below - 1 - middle)].duration;
      else approximate_ = "medians of t-digests";
      for (const auto* side : {&below, &above}) {
        for (const Hit& hit : *side) near.push_back({distance(hit.duration, median), hit.start, hit.trace});
        const bool whole = static_cast<int64_t>(side->size()) >= (side == &below ? n_below : n - n_below);
        if (!whole && !side->empty()) certain = std::min(certain, distance(side->back().duration, median));
      }
    }
    choose(std::move(near), certain);
  }

  void choose(std::vector<Near> near, double certain) {
    std::sort(near.begin(), near.end(), [](const Near& a, const Near& b) { return a.key() < b.key(); });
    std::set<std::string> seen;
    for (const Near& one : near) {
      if (traces_.size() == limit_) break;
      if (one.trace.empty() || !seen.insert(one.trace).second) continue;
      traces_.push_back(one.trace);
      if (one.distance >= certain && approximate_.empty()) approximate_ = "the nearest of the spans that were looked at";
    }
    if (traces_.size() < limit_ && certain < 1e300 && approximate_.empty()) approximate_ = "the nearest of the spans that were looked at";
    all_ = std::max(all_, static_cast<int64_t>(traces_.size()));
    stage_ = traces_.empty() ? Stage::done : Stage::spans;
  }

  // Lowest ids first: a fair sample, for ids are random.
  Search sample() const {
    Json body = Json::object();
    body["query"] = filter_.query;
    body["sort"] = Json::array({sort_by(layout_.trace, "asc")});
    Json fields = source_fields(layout_, only_heads(ask_));
    if (only_heads(ask_) && layout_.model != Model::jaeger)  // only durations are looked at; the traces come whole afterwards
      std::erase_if(fields.get_ref<Json::array_t&>(), [](const Json& one) {
        const auto& name = one.get_ref<const std::string&>();
        return name.find("attributes") == 0 || name.find("span.attributes") == 0 || name.find("events") == 0 || name.find("links") == 0;
      });
    body["_source"] = std::move(fields);
    return {layout_.index, std::move(body), most_sampled, "spans of the lowest trace ids"};
  }

  void read_sample(const Reply& reply) {
    const auto view = view_of(layout_, hits_in(reply.body), aliases_);
    const otlp::SpanFilter filter(*view, ask_);
    const otlp::Spans& spans = *view->spans;
    const bool any = ask_.scope.names.count("operation") != 0 || find(ask_.where, "kind");
    std::map<std::pair<uint32_t, otlp::TextId>, std::vector<uint32_t>> by_operation;
    std::set<uint32_t> traces;
    for (uint32_t row = 0; row < spans.rows(); ++row) {
      if (!ask_.scope.window.contains(Time{spans.start[row]}) || !(any || view->entry(row)) || !filter.holds(row)) continue;
      by_operation[{view->service_of[spans.resource[row]], spans.name[row]}].push_back(row);
      traces.insert(view->trace_of[row]);
    }
    std::vector<Near> near;
    for (auto& [operation, rows] : by_operation) {
      std::vector<int64_t> durations;
      for (const uint32_t row : rows) durations.push_back(spans.duration[row]);
      const auto middle = durations.begin() + static_cast<std::ptrdiff_t>((durations.size() - 1) / 2);
      std::nth_element(durations.begin(), middle, durations.end());
      for (const uint32_t row : rows) near.push_back({distance(spans.duration[row], *middle), spans.start[row], otlp::hex(spans.trace[row])});
    }
    all_ = static_cast<int64_t>(traces.size());
    if (reply.cut) {
      const int64_t of = total_of(reply.body).value_or(0);
      approximate_ = "of " + count(static_cast<int64_t>(spans.rows())) + " of " + count(of) + " spans, those of the lowest trace ids";
    }
    choose(std::move(near), 1e300);
  }

  const Ask ask_;
  const Layout& layout_;
  const otlp::Aliases& aliases_;
  const Filter filter_;
  SpansOfTraces spans_;
  const size_t limit_, around_;
  Stage stage_ = Stage::done;
  std::vector<Group> groups_;
  std::vector<std::string> traces_;
  int64_t all_ = 0;
  std::string approximate_;
  Remarks remarks_;
};

}  // namespace

std::unique_ptr<Work> make_typical(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  return std::make_unique<Typical>(ask, layout, aliases);
}

}  // namespace inquest::opensearch
