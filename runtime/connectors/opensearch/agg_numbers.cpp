// spans.numbers: numeric attributes over time, counted by the server.
// SPDX-License-Identifier: Apache-2.0
//
// Rounds: which numeric attributes the spans of the scope have; then, of each, groups by resource and operation with
// their buckets of time: count, median (t-digest) and distinct values (HyperLogLog, exact to a few thousand). `fresh`
// is dealt: the distinct values of the whole window to its earliest buckets, as many as each can have.
#include <algorithm>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/agg.h"
#include "runtime/connectors/opensearch/agg_attributes.h"
#include "runtime/connectors/opensearch/agg_rows.h"
#include "runtime/connectors/opensearch/agg_script.h"

namespace inquest::opensearch {

namespace {

constexpr size_t most_numbers = 200, most_buckets = 30'000;

class Numbers final : public Work {
 public:
  Numbers(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases, int64_t spans)
      : ask_(ask), layout_(layout), aliases_(aliases), scripts_(layout, spans <= most_from_source),
        heads_(layout, Heads::Of::whole, spans),
        parts_(parts_of(ask, layout, aliases)), width_(otlp::bucket_width(ask)) {
    for (const std::string& note : heads_.notes()) remarks_.note(note);
    attributes_ = attributes_of(layout, otlp::texts_of(ask, "attributes"), true);
    if (attributes_.size() > most_numbers) {
      remarks_.note("only the first " + std::to_string(most_numbers) + " of " + std::to_string(attributes_.size()) +
                    " numeric attributes, by name");
      attributes_.resize(most_numbers);
    }
    if (attributes_.empty()) known_ = true;
  }

  std::vector<Search> round() override {
    std::vector<Search> out;
    if (!known_) {
      Json each = Json::object();
      for (size_t i = 0; i < attributes_.size(); ++i) {
        Json& one = each[std::to_string(i)] = {{"filter", exists(attributes_[i].field)}};
        if (may_be_parsed(layout_, attributes_[i])) one["aggs"] = {{"t", examples(attributes_[i])}};
      }
      for (const Part& part : parts_) out.push_back({layout_.index, body_of(part.filter.query, each), 0, "which numbers there are"});
    } else {
      for (const Paging& one : paging_)
        if (!one.pager.done()) out.push_back(one.pager.next());
    }
    return out;
  }

  std::optional<Failure> take(std::vector<Reply> replies) override {
    for (const Reply& reply : replies) remarks_.take(reply);
    if (!known_) {
      known_ = true;
      for (size_t p = 0; p < parts_.size(); ++p) {
        const Json* all = member(replies[p].body, "aggregations");
        if (!all) return no_buckets(ask_);
        for (size_t i = 0; i < attributes_.size(); ++i) {
          const Json* of = member(*all, std::to_string(i));
          if (!of || docs(*of) == 0) continue;
          if (may_be_parsed(layout_, attributes_[i])) {
            if (!are_numbers(member(*of, "t"))) continue;
            attributes_[i].parsed = true;
            remarks_.note("numbers lie in fields of keywords: what two documents say as a number is read as one");
          }
          ask_for(p, i);
        }
      }
      return std::nullopt;
    }
    size_t at = 0;
    for (Paging& one : paging_) {
      if (one.pager.done()) continue;
      const Json* groups = one.pager.take(replies[at++].body);
      if (!groups) return no_buckets(ask_);
      for (const Json& group : *groups) take_group(one, group);
    }
    return std::nullopt;
  }

  otlp::Answer answer(const otlp::Asking& asking) override;

 private:
  struct Paging { size_t part, attribute; Pager pager; };
  struct Key {
    otlp::Head head;
    std::string operation, attribute;
    size_t part = 0;
    int64_t time = 0;
    auto operator<=>(const Key&) const = default;
  };
  struct Row { int64_t n = 0, distinct = 0, fresh = 0; double median = 0; };

  void ask_for(size_t p, size_t attribute) {
    const Part& part = parts_[p];
    const Field& field = attributes_[attribute].field;
    const auto buckets = static_cast<size_t>(std::clamp<int64_t>(part.window.length().ns / width_ + 2, 2, most_buckets));
    Json median = {{"percents", {50}}, {"tdigest", {{"compression", 200}}}};
    if (attributes_[attribute].parsed) median["script"] = value_script(field.doc);
    else median["field"] = field.doc;
    Json of_time = {{"m", {{"percentiles", std::move(median)}}},
                    {"d", {{"cardinality", {{"field", field.doc}, {"precision_threshold", 3000}}}}}};
    Json terms = {{"script", scripts_.time_bucket(part.window, width_)}, {"value_type", "long"}, {"size", buckets},
                  {"order", {{"_key", "asc"}}}};
    Json sub = {{"t", {{"terms", std::move(terms)}, {"aggs", std::move(of_time)}}},
                {"x", examples(attributes_[attribute])},
                {"d", {{"cardinality", {{"field", field.doc}, {"precision_threshold", 3000}}}}}};
    Json sources = heads_.sources();
    sources.push_back(composite_source("n", layout_.name));
    paging_.push_back({p, attribute, Pager(layout_, all_of({part.filter.query, exists(field)}), std::move(sources), std::move(sub),
                                           std::clamp<size_t>(most_buckets / buckets, 1, 1000), attributes_[attribute].name)});
  }

  void take_group(const Paging& of, const Json& group) {
    const Json* key = member(group, "key");
    const Json* terms = member(group, "t");
    const Json* buckets = terms ? member(*terms, "buckets") : nullptr;
    if (!key || !buckets || !are_numbers(member(group, "x"))) return;  // texts that read as numbers, of this operation
    if (terms->value("sum_other_doc_count", int64_t{0}) > 0) remarks_.note("the latest buckets of time are not told: too many");
    Key row{heads_.head(*key, aliases_), member_text(*key, "n"), attributes_[of.attribute].name, of.part, 0};
    int64_t unseen = sum_of(group, "d");
    for (const Json& bucket : *buckets) {
      const Json* median = member(bucket, "m");
      const Json* values = median ? member(*median, "values") : nullptr;
      const Json* value = values && values->is_object() && !values->empty() ? &values->begin().value() : nullptr;
      if (!value || !value->is_number() || docs(bucket) == 0) continue;
      row.time = json_int64(bucket["key"]);
      Row& sums = rows_[row];
      if (docs(bucket) > sums.n) sums.median = value->get<double>();  // of two groups that are one: the larger's
      sums.n += docs(bucket);
      const int64_t distinct = std::min(sum_of(bucket, "d"), docs(bucket)), fresh = std::min(distinct, unseen);
      sums.distinct += distinct;
      sums.fresh += fresh;
      unseen -= fresh;
    }
  }

  const Ask ask_;
  const Layout& layout_;
  const otlp::Aliases& aliases_;
  const Scripts scripts_;
  const Heads heads_;
  const std::vector<Part> parts_;
  const int64_t width_;
  std::vector<Attribute> attributes_;
  bool known_ = false;
  std::vector<Paging> paging_;
  std::map<Key, Row> rows_;
  Remarks remarks_;
};

otlp::Answer Numbers::answer(const otlp::Asking& asking) {
  const std::vector<otlp::Stretch> windows = otlp::stretches(asking.ask);
  FrameBuilder frame(Shape::series);
  frame.head().add("operation", ColumnType::text).add("attribute", ColumnType::text).add("time", ColumnType::time);
  frame.add("value", ColumnType::float64).add("n", ColumnType::int64).add("distinct", ColumnType::int64);
  frame.add("fresh", ColumnType::int64);
  if (asking.ask.then) frame.add("window", ColumnType::text);
  for (const auto& [key, row] : rows_) {
    frame.text(0, key.head.service.value_or(""));
    otlp::Head rest = key.head;
    rest.service.reset();
    otlp::put_head(frame, rest);
    frame.text(4, key.operation);
    frame.text(5, key.attribute);
    frame.integer(6, windows[key.part].window.from.ns + key.time * width_);
    frame.number(7, row.median);
    frame.integer(8, row.n);
    frame.integer(9, row.distinct);
    frame.integer(10, row.fresh);
    if (asking.ask.then) frame.text(11, windows[key.part].name);
    frame.end_row();
  }
  Marks& marks = frame.marks();
  marks.notes.push_back("value is the median; buckets of " + print_duration(Duration{width_}));
  if (frame.rows() > 0)
    marks.approximate = "medians of t-digests (compression 200); distinct values by HyperLogLog above 3 000, new ones dealt to "
                        "the earliest buckets";
  remarks_.put(marks);
  return frame.finish();
}

}  // namespace

std::unique_ptr<Work> make_numbers(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  // Numbers in flat objects and nested tags are told from rows alone.
  if (!Scripts(layout).possible() || attributes_of(layout, otlp::texts_of(ask, "attributes"), true).empty()) return small_or(ask, layout, aliases, nullptr);
  return small_or(ask, layout, aliases, [&, ask](int64_t spans) { return std::make_unique<Numbers>(ask, layout, aliases, spans); });
}

}  // namespace inquest::opensearch
