// logs.count: records per time bucket by aggregation, as the counts of files.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/leaf.h"
#include "runtime/connectors/opensearch/rows.h"
#include "runtime/connectors/opensearch/rows_logs.h"
#include "runtime/connectors/otlp/answer.h"

namespace inquest::opensearch {

namespace {

constexpr size_t groups_a_page = 500;
constexpr size_t most_cells = 5'000'000;                 // as for files

const char* severity_by_number(int64_t number) {
  static const char* const names[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
  return number >= 1 && number <= 24 ? names[(number - 1) / 4] : "";
}

// A label and the fields that tell it: severity by its text, else its number; attributes of the record, else its resource.
struct Label {
  std::string name, first, second;       // sources of the composite; empty: none
};

// One page of groups after the other, each with a histogram over time; for each window.
class LogCounts final : public Work {
 public:
  LogCounts(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases)
      : ask_(ask), layout_(layout), aliases_(aliases), heads_(layout, Heads::Of::whole, 0), parts_(parts_of(ask, layout, aliases)),
        width_(otlp::bucket_width(ask)) {
    Json sources = heads_.sources();
    for (const std::string& name : otlp::texts_of(ask, "by"))
      if (name != "service" && name != "namespace" && name != "instance" && name != "version") add_label(name, sources);
    if (loose(parts_) && why_not_.empty()) why_not_ = "the server cannot decide " + join(parts_.front().filter.loose, ", ");
    for (const Part& part : parts_)
      if (part.window.from.ns % ns_per_ms != 0 || width_ % ns_per_ms != 0) why_not_ = "buckets begin between milliseconds";
    if (layout.clock.doc.empty() || (layout.timeless && layout.observed.there() && layout.observed.doc.empty())) why_not_ = "its time is not sorted there";
    if (sources.empty()) sources.push_back(leaf::object("index", leaf::object("terms", leaf::object("field", "_index"))));
    if (!why_not_.empty()) return;
    for (size_t i = 0; i < parts_.size(); ++i) {
      const Part& part = parts_[i];
      for (const bool observed : {false, true}) {        // records without a time of their own count when they were observed
        Json half = observed ? untimed_filter(layout, part.window) : layout.timeless ? timed_filter(layout, part.window) : leaf::everything();
        if (half.is_null()) continue;
        const int64_t width = width_ / ns_per_ms, offset = part.window.from.ns / ns_per_ms % width;
        Json histogram = Json::object({{"field", observed ? layout.observed.doc : layout.clock.doc}, {"fixed_interval", std::to_string(width) + "ms"}, {"min_doc_count", 1}});
        if (offset != 0) histogram["offset"] = "+" + std::to_string(offset) + "ms";
        pagers_.emplace_back(layout, all_of({part.filter.query, std::move(half)}), sources, leaf::object("t", leaf::object("date_histogram", std::move(histogram))),
                             groups_a_page, "records per " + print_duration(Duration{width_}));
        part_of_.push_back(i);
      }
    }
  }

  std::vector<Search> round() override {
    if (!why_not_.empty()) {
      if (fetched_) return {};
      Json body = Json::object();
      std::vector<Json> either;
      for (const Part& part : parts_) either.push_back(part.filter.query);
      body["query"] = any_of(std::move(either));
      body["sort"] = Json::array({sort_by(layout_.start, "asc")});
      body["_source"] = source_fields(layout_);
      return {{layout_.index, std::move(body), most_looked_at, "records to be counted here: " + why_not_}};
    }
    std::vector<Search> out;
    asked_.clear();
    for (size_t i = 0; i < pagers_.size(); ++i)
      if (!pagers_[i].done()) out.push_back(pagers_[i].next()), asked_.push_back(i);
    return out;
  }

  std::optional<Failure> take(std::vector<Reply> replies) override {
    for (const Reply& reply : replies) remarks_.take(reply);
    if (!why_not_.empty()) {
      table_ = logs_of(layout_, hits_in(replies[0].body), remarks_);
      cut_ = replies[0].cut;
      fetched_ = true;
      return std::nullopt;
    }
    for (size_t n = 0; n < replies.size(); ++n) {
      const size_t i = asked_[n];
      const Json* buckets = pagers_[i].take(replies[n].body);
      if (!buckets) return no_buckets(ask_);
      for (const Json& bucket : *buckets) add(parts_[part_of_[i]], bucket);
      if (groups_.size() * cells() > most_cells)
        return Failure{Failure::Class::too_large, count(static_cast<int64_t>(groups_.size())) + " groups in " + count(static_cast<int64_t>(cells())) + " buckets",
                       "fewer attributes in `by`, or a longer `every`"};
    }
    return std::nullopt;
  }

  otlp::Answer answer(const otlp::Asking& asking) override {
    if (!why_not_.empty()) {
      otlp::Answer answer = otlp::answer_logs(asking, *table_);
      FramePtr* made = std::get_if<FramePtr>(&answer);
      if (!made) return answer;
      auto frame = std::make_shared<Frame>(**made);
      if (cut_) frame->marks.partial = "only the first " + count(most_looked_at) + " records were counted: " + why_not_;
      remarks_.put(frame->marks);
      return FramePtr(std::move(frame));
    }
    FrameBuilder frame(Shape::series);
    frame.head();
    for (const Label& label : labels_)
      frame.add(label.name == "time" || label.name == "value" || label.name == "window" ? "label." + label.name : label.name, ColumnType::text);
    if (ask_.then) frame.add("window", ColumnType::text);
    frame.add("time", ColumnType::time).add("value", ColumnType::float64);
    const std::vector<otlp::Stretch> windows = otlp::stretches(ask_);
    for (const auto& [group, counts] : groups_) {
      for (const otlp::Stretch& one : windows) {
        for (int64_t at = one.window.from.ns; at < one.window.to.ns; at += width_) {  // no record is 0, not absent
          otlp::put_head(frame, group.first);
          size_t column = 4;
          for (const auto& label : group.second) {
            if (label) frame.text(column, *label);
            ++column;
          }
          if (ask_.then) frame.text(column++, one.name);
          frame.integer(column++, at);
          const auto found = counts.find(at);
          frame.number(column, found == counts.end() ? 0.0 : static_cast<double>(found->second));
          frame.end_row();
          if (at > INT64_MAX - width_) break;
        }
      }
    }
    Marks& marks = frame.marks();
    marks.notes.push_back("records per " + print_duration(Duration{width_}));
    for (const std::string& note : heads_.notes()) marks.notes.push_back(note);
    for (const std::string& note : parts_.front().filter.notes) marks.notes.push_back(note);
    if (timeless_ > 0) marks.partial = count(timeless_) + " records lie in no bucket: what told their time changed meanwhile";
    remarks_.put(marks);
    return frame.finish();
  }

 private:
  using Group = std::pair<otlp::Head, std::vector<std::optional<std::string>>>;

  size_t cells() const {
    size_t out = 0;
    for (const Part& part : parts_) out += static_cast<size_t>(std::max<int64_t>(0, (part.window.length().ns + width_ - 1) / width_));
    return out;
  }

  void add_label(const std::string& name, Json& sources) {
    Label label{name, "", ""};
    const auto source = [&](const Field& field, std::string& as) {
      if (!field.there()) return;
      if (field.doc.empty()) why_not_ = name + ": " + field.why;
      as = "l" + std::to_string(sources.size());
      sources.push_back(composite_source(as.c_str(), field));
    };
    if (name == "severity") {
      source(layout_.severity, label.first);
      source(layout_.severity_number, label.second);
    } else {
      const Field own = attribute_field(layout_, name), resource = resource_field(layout_, name);
      source(own, label.first);
      if (resource.there() && resource.path != own.path) source(resource, label.second);
    }
    labels_.push_back(std::move(label));
  }

  std::optional<std::string> label_of(const Label& label, const Json& key) const {
    for (const std::string* source : {&label.first, &label.second}) {
      if (source->empty()) continue;
      const Json* value = member(key, *source);
      if (!value || value->is_null()) continue;
      if (label.name == "severity" && source == &label.second) {
        const int64_t number = value->is_number() ? static_cast<int64_t>(value->get<double>()) : json_int64(*value);
        const std::string text = severity_by_number(number);
        return text.empty() ? std::nullopt : std::optional(text);
      }
      std::string text = value->is_string() ? value->get<std::string>() : value->is_number_float() ? shortest(value->get<double>()) : canonical(*value);
      if (label.name == "severity" && text.empty()) continue;
      return text;
    }
    return std::nullopt;
  }

  void add(const Part& part, const Json& bucket) {
    const Json* key = member(bucket, "key");
    const Json* histogram = member(bucket, "t");
    const Json* times = histogram ? member(*histogram, "buckets") : nullptr;
    if (!key || !times || !times->is_array()) return;
    Group group{heads_.head(*key, aliases_), {}};
    for (const Label& label : labels_) group.second.push_back(label_of(label, *key));
    std::map<int64_t, int64_t>& counts = groups_[std::move(group)];
    for (const Json& one : *times) {
      const Json* at = member(one, "key");
      const int64_t ns = (at && at->is_number() ? static_cast<int64_t>(at->get<double>()) : 0) * ns_per_ms;
      if (ns < part.window.from.ns || ns >= part.window.to.ns) timeless_ += docs(one);
      else counts[otlp::bucket_start(part.window, width_, ns)] += docs(one);
    }
  }

  const Ask ask_;
  const Layout& layout_;
  const otlp::Aliases& aliases_;
  const Heads heads_;
  const std::vector<Part> parts_;
  const int64_t width_;
  std::vector<Label> labels_;
  std::string why_not_;                  // why records are fetched and counted here
  std::vector<Pager> pagers_;
  std::vector<size_t> part_of_, asked_;  // of each pager: its part; those of this round
  std::map<Group, std::map<int64_t, int64_t>> groups_;
  int64_t timeless_ = 0;
  bool fetched_ = false, cut_ = false;
  std::shared_ptr<const otlp::Logs> table_;
  Remarks remarks_;
};

}  // namespace

std::unique_ptr<Work> make_log_counts(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  return std::make_unique<LogCounts>(ask, layout, aliases);
}

}  // namespace inquest::opensearch
