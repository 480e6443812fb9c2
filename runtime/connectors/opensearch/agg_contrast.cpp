// spans.contrast, both forms: populations, limits, then values of slow and fast spans.
// SPDX-License-Identifier: Apache-2.0
//
// Longer than 400 lines: what each round asks and what it takes from the answers belong side by side.
#include "runtime/connectors/opensearch/agg_contrast.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/agg.h"
#include "runtime/connectors/opensearch/agg_rows.h"

namespace inquest::opensearch {

namespace {

using namespace contrasted;

constexpr size_t most_populations = 100, most_attributes = 200, contrast_page = 1000;
constexpr int64_t least_rows = 10, few_values = 10;    // below that none is found: five are needed on either side
constexpr size_t value_page = 300, number_page = 1000, most_timed = 3;

class Contrast final : public Work {
 public:
  Contrast(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases, int64_t spans)
      : ask_(ask), layout_(layout), aliases_(aliases), scripts_(layout, spans <= most_from_source),
        heads_(layout, Heads::Of::service, spans),
        parts_(parts_of(ask, layout, aliases)), slower_than_(otlp::duration_of(ask, "slower_than")) {
    const Value* given = find(ask.args, "least");
    least_ = given ? given->number(5) : 5;
    if (scripts_.rough()) remarks_.approximate("durations to the millisecond");
    const std::vector<std::string> named = otlp::texts_of(ask, "attributes");
    all_ = named.empty();
    std::vector<std::string> left;
    attributes_ = attributes_of(layout, named, false, &left);
    if (!left.empty()) {
      const size_t more = left.size() > 10 ? left.size() - 10 : 0;
      left.resize(left.size() - more);
      remarks_.note("attributes that the server cannot aggregate: " + join(left, ", ") + (more ? " and " + std::to_string(more) + " more" : ""));
    }
    if (attributes_.size() > most_attributes) {
      remarks_.note("only the first " + std::to_string(most_attributes) + " of " + std::to_string(attributes_.size()) + " attributes, by name");
      attributes_.resize(most_attributes);
    }
    Json sources = heads_.sources();
    sources.push_back(composite_source("n", layout.name));
    for (const Part& part : parts_) pagers_.emplace_back(layout, part.filter.query, sources, Json::object(), contrast_page, "operations");
  }

  std::vector<Search> round() override;
  std::optional<Failure> take(std::vector<Reply> replies) override;
  otlp::Answer answer(const otlp::Asking& asking) override;

 private:
  enum class Stage { populations, limits, values, times, done };
  // Where parts_[p] lies in Population::parts: now is the last of them.
  size_t place(size_t p) const { return p + 1 == parts_.size() ? 0 : 1; }
  int64_t width(size_t p) const { return std::max<int64_t>(1, (parts_[p].window.length().ns - 1) / static_cast<int64_t>(buckets_of_time) + 1); }
  Json query(const Population& of, size_t p) const { return all_of({parts_[p].filter.query, of.filter}); }
  std::optional<Failure> take_populations(const std::vector<Reply>& replies);
  std::optional<Failure> take_limits(const std::vector<Reply>& replies);
  std::optional<Failure> take_values(const std::vector<Reply>& replies);
  Search limits_search(const Population& of, size_t p) const;
  Search values_search(const Population& of, size_t p) const;
  void choose_values();
  std::vector<Search> times_searches() const;
  std::optional<Failure> take_times(const std::vector<Reply>& replies);
  void take_side(Population& of, size_t p, int side, const Json& bucket);
  void take_numbers(Population& of, const Json& sides);

  const Ask ask_;
  const Layout& layout_;
  const otlp::Aliases& aliases_;
  const Scripts scripts_;
  const Heads heads_;
  const std::vector<Part> parts_;
  const std::optional<Duration> slower_than_;
  double least_ = 5;
  bool all_ = true;
  std::vector<Attribute> attributes_;
  Stage stage_ = Stage::populations;
  std::vector<Pager> pagers_;
  std::map<std::tuple<std::optional<std::string>, std::optional<std::string>, std::string>, Population> met_;
  std::vector<Population> populations_;
  std::map<std::string, bool> identifiers_, lists_, cut_;
  struct Chosen { size_t population, attribute; std::string value; };
  std::vector<Chosen> chosen_;           // whose times are asked for
  std::string limited_;
  Remarks remarks_;
};

std::vector<Search> Contrast::round() {
  std::vector<Search> out;
  if (stage_ == Stage::populations) {
    for (const Pager& pager : pagers_)
      if (!pager.done()) out.push_back(pager.next());
    return out;
  }
  if (stage_ == Stage::times) return times_searches();
  if (stage_ == Stage::done) return out;
  for (const Population& of : populations_)
    for (size_t p = 0; p < parts_.size(); ++p)
      if (of.parts[place(p)].spans > 0) out.push_back(stage_ == Stage::limits ? limits_search(of, p) : values_search(of, p));
  return out;
}

std::optional<Failure> Contrast::take(std::vector<Reply> replies) {
  for (const Reply& reply : replies) remarks_.take(reply);
  if (stage_ == Stage::populations) return take_populations(replies);
  if (stage_ == Stage::times) return take_times(replies);
  return stage_ == Stage::limits ? take_limits(replies) : take_values(replies);
}

std::optional<Failure> Contrast::take_populations(const std::vector<Reply>& replies) {
  size_t at = 0;
  bool more = false;
  for (size_t p = 0; p < pagers_.size(); ++p) {
    if (pagers_[p].done()) continue;
    const Json* buckets = pagers_[p].take(replies[at++].body);
    if (!buckets) return no_buckets(ask_);
    for (const Json& bucket : *buckets) {
      const Json* key = member(bucket, "key");
      if (!key || docs(bucket) == 0) continue;
      const otlp::Head head = heads_.head(*key, aliases_);
      const std::string operation = member_text(*key, "n");
      Population& of = met_[{head.service, head.namespace_, operation}];
      of.service = head.service;
      of.namespace_ = head.namespace_;
      of.operation = operation;
      of.parts[place(p)].spans += docs(bucket);
      const Json mine = all_of({heads_.filter(*key), key_filter(*key, "n", layout_.name)});
      if (of.filter.is_null()) of.filter = mine;
      else if (of.filter != mine) of.filter = any_of({of.filter, mine});
    }
    more = more || !pagers_[p].done();
  }
  if (more) return std::nullopt;
  const auto least = slower_than_ ? static_cast<int64_t>(least_) : least_rows;
  int64_t few = 0;
  for (auto& [key, of] : met_) {
    if (of.parts[0].spans >= std::max<int64_t>(1, least)) populations_.push_back(std::move(of));
    else few += of.parts[0].spans > 0;
  }
  met_.clear();
  if (few > 0) remarks_.note(count(few) + " operations with fewer than " + std::to_string(least) + " spans left out");
  if (populations_.size() > most_populations) {
    std::stable_sort(populations_.begin(), populations_.end(),
                     [](const Population& a, const Population& b) { return a.parts[0].spans > b.parts[0].spans; });
    limited_ = std::to_string(most_populations) + " of " + count(static_cast<int64_t>(populations_.size())) + " operations, those with most spans";
    populations_.resize(most_populations);
    std::sort(populations_.begin(), populations_.end(), [](const Population& a, const Population& b) {
      return std::tie(a.service, a.namespace_, a.operation) < std::tie(b.service, b.namespace_, b.operation);
    });
  }
  stage_ = populations_.empty() ? Stage::done : Stage::limits;
  return std::nullopt;
}

Search Contrast::limits_search(const Population& of, size_t p) const {
  Json all = Json::object();
  if (place(p) == 0)
    for (size_t i = 0; i < attributes_.size(); ++i) {
      all["n" + std::to_string(i)] = {{"filter", exists(attributes_[i].field)}};
      if (attributes_[i].field.numeric() || may_be_parsed(layout_, attributes_[i]))
        all["n" + std::to_string(i)]["aggs"] = {{"t", examples(attributes_[i])}};
      if (!attributes_[i].field.numeric()) all["v" + std::to_string(i)] = {{"value_count", {{"field", attributes_[i].field.doc}}}};
      all["d" + std::to_string(i)] = {{"cardinality", {{"field", attributes_[i].field.doc}, {"precision_threshold", 1000}}}};
    }
  if (!slower_than_)
    all["b"] = {{"terms", {{"script", scripts_.cell(parts_[p].window, width(p))}, {"value_type", "long"}, {"size", 30'000},
                           {"order", {{"_key", "asc"}}}}}};
  if (all.empty()) all["n"] = {{"filter", {{"match_all", Json::object()}}}};
  return {layout_.index, body_of(query(of, p), std::move(all)), 0, "medians and attributes of " + of.operation};
}

std::optional<Failure> Contrast::take_limits(const std::vector<Reply>& replies) {
  size_t at = 0;
  for (Population& of : populations_)
    for (size_t p = 0; p < parts_.size(); ++p) {
      Counts& rows = of.parts[place(p)];
      if (rows.spans == 0) continue;
      const Json* all = member(replies[at++].body, "aggregations");
      if (!all) return no_buckets(ask_);
      if (place(p) == 0)
        for (size_t i = 0; i < attributes_.size(); ++i) {
          const Attribute& attribute = attributes_[i];
          if (!member(*all, "n" + std::to_string(i))) return no_buckets(ask_);
          const int64_t n = docs_of(*all, ("n" + std::to_string(i)).c_str()), distinct = sum_of(*all, ("d" + std::to_string(i)).c_str());
          const bool list = sum_of(*all, ("v" + std::to_string(i)).c_str()) > n;
          const bool many = distinct > few_values && distinct * 2 > n;
          As as = n == 0 ? As::absent : As::values;
          if (list) {
            as = As::identifier;
            lists_[attribute.name] = true;
          } else if (n > 0 && !slower_than_) {
            // A field may hold numbers of some operations and texts that read as such of others.
            const bool numbers = are_numbers(member(*member(*all, "n" + std::to_string(i)), "t"));
            if (numbers && !attribute.field.numeric()) of.parsed.insert(attribute.name);
            if (numbers) as = distinct > few_values || distinct * 2 > n ? As::numbers : As::values;
            else if (many) as = As::identifier, identifiers_[attribute.name] = true;
          }
          of.as.push_back(as);
        }
      if (slower_than_) {
        rows.limits = {slower_than_->ns};
        rows.strata = {0};
        continue;
      }
      const Json* terms = member(*all, "b");
      const Json* buckets = terms ? member(*terms, "buckets") : nullptr;
      if (!buckets) return no_buckets(ask_);
      std::vector<std::pair<int64_t, int64_t>> cells;
      for (const Json& bucket : *buckets) cells.emplace_back(json_int64(bucket["key"]), docs(bucket));
      set_limits(cells, rows);
    }
  stage_ = Stage::values;
  return std::nullopt;
}

Search Contrast::values_search(const Population& of, size_t p) const {
  Json each = Json::object(), numbers = Json::object();
  for (size_t i = 0; i < attributes_.size(); ++i) {
    const Field& field = attributes_[i].field;
    const std::string name = std::to_string(i);
    if (of.as[i] == As::values) {
      each["a" + name] = {{"terms", {{"field", field.doc}, {"size", slower_than_ ? number_page : value_page}}}};
    } else if (of.as[i] == As::numbers && place(p) == 0) {
      numbers["a" + name] = {{"terms", {{"script", number_script(field.doc, of.parsed.count(attributes_[i].name) > 0)}, {"value_type", "long"}, {"size", number_page}}}};
    } else if (of.as[i] == As::numbers) {
      each["n" + name] = {{"filter", exists(field)}};
    }
  }
  if (all_ && !slower_than_) {
    Json statuses = Json::object();
    for (const char* status : {"unset", "ok", "error"}) statuses[status] = status_filter(layout_, {status});
    each["status"] = {{"filters", {{"filters", std::move(statuses)}}}};
    if (!layout_.version_field.doc.empty()) each["version"] = {{"terms", {{"field", layout_.version_field.doc}, {"size", value_page}}}};
    if (const auto fields = instance_fields(layout_); !fields.empty() && !fields.front().doc.empty())
      each["instance"] = {{"terms", {{"field", fields.front().doc}, {"size", value_page}}}};
  }
  const Counts& rows = of.parts[place(p)];
  const Json script = scripts_.side(parts_[p].window, width(p), rows.limits, std::vector<int>(rows.limits.size(), 0));
  Json sides = {{"terms", {{"script", script}, {"value_type", "long"}, {"size", 2}, {"order", {{"_key", "asc"}}}}}};
  if (!each.empty()) sides["aggs"] = std::move(each);
  Json all = {{"s", std::move(sides)}};
  if (!numbers.empty()) {
    const Json strata = scripts_.side(parts_[p].window, width(p), rows.limits, rows.strata);
    all["x"] = {{"terms", {{"script", strata}, {"value_type", "long"}, {"size", 2 * most_strata + 2}, {"order", {{"_key", "asc"}}}}},
                {"aggs", std::move(numbers)}};
  }
  return {layout_.index, body_of(query(of, p), std::move(all)), 0, "attributes of slow and fast spans of " + of.operation};
}

// A value as files tell it.
std::string value_text(const Json& bucket, const Field& field) {
  if (const std::string text = member_text(bucket, "key_as_string"); !text.empty() && !field.numeric()) return text;
  const Json* key = member(bucket, "key");
  if (!key) return {};
  if (key->is_string()) return key->get<std::string>();
  return key->is_number_float() ? shortest(key->get<double>()) : key->dump();
}

void Contrast::take_side(Population& of, size_t p, int side, const Json& bucket) {
  Counts& rows = of.parts[place(p)];
  rows.rows[static_cast<size_t>(side)] += docs(bucket);
  const auto take_terms = [&](const std::string& aggregation, const std::string& name, const Field& field) {
    const Json* terms = member(bucket, aggregation);
    const Json* buckets = terms ? member(*terms, "buckets") : nullptr;
    if (!buckets) return;
    if (terms->value("sum_other_doc_count", int64_t{0}) > 0) cut_[name] = true;
    for (const Json& one : *buckets) rows.values[name][value_text(one, field)][static_cast<size_t>(side)] += docs(one);
  };
  for (size_t i = 0; i < attributes_.size(); ++i) {
    if (of.as[i] == As::values) take_terms("a" + std::to_string(i), attributes_[i].name, attributes_[i].field);
    if (of.as[i] == As::numbers && place(p) == 1) rows.with[attributes_[i].name][static_cast<size_t>(side)] += docs_of(bucket, ("n" + std::to_string(i)).c_str());
  }
  take_terms("version", "service.version", layout_.version_field);
  take_terms("instance", "service.instance.id", {});
  const Json* statuses = member(bucket, "status");
  const Json* buckets = statuses ? member(*statuses, "buckets") : nullptr;
  if (buckets)
    for (const char* status : {"unset", "ok", "error"}) rows.values["status"][status][static_cast<size_t>(side)] += docs_of(*buckets, status);
}

void Contrast::take_numbers(Population& of, const Json& sides) {
  for (const Json& bucket : sides) {
    const int64_t key = json_int64(bucket["key"]);
    for (size_t i = 0; i < attributes_.size(); ++i) {
      if (of.as[i] != As::numbers) continue;
      const Json* terms = member(bucket, "a" + std::to_string(i));
      const Json* buckets = terms ? member(*terms, "buckets") : nullptr;
      if (!buckets) continue;
      if (terms->value("sum_other_doc_count", int64_t{0}) > 0) cut_[attributes_[i].name] = true;
      for (const Json& one : *buckets)
        of.parts[0].numbers[attributes_[i].name].push_back({number_of(json_int64(one["key"])), static_cast<int>(key / 2), key % 2 != 0, docs(one)});
    }
  }
}

std::optional<Failure> Contrast::take_values(const std::vector<Reply>& replies) {
  size_t at = 0;
  for (Population& of : populations_)
    for (size_t p = 0; p < parts_.size(); ++p) {
      if (of.parts[place(p)].spans == 0) continue;
      const Json* all = member(replies[at++].body, "aggregations");
      const Json* sides = all ? member(*all, "s") : nullptr;
      const Json* buckets = sides ? member(*sides, "buckets") : nullptr;
      if (!buckets) return no_buckets(ask_);
      for (const Json& bucket : *buckets) take_side(of, p, json_int64(bucket["key"]) % 2 != 0, bucket);
      if (const Json* strata = member(*all, "x"))
        if (const Json* list = member(*strata, "buckets")) take_numbers(of, *list);
    }
  choose_values();
  stage_ = slower_than_ || chosen_.empty() ? Stage::done : Stage::times;
  return std::nullopt;
}

// Of each population the values that differ most between slow and fast, by more than three standard errors.
void Contrast::choose_values() {
  for (size_t n = 0; n < populations_.size(); ++n) {
    const Counts& now = populations_[n].parts[0];
    const auto slow = static_cast<double>(now.rows[1]), fast = static_cast<double>(now.rows[0]);
    if (slow == 0 || fast == 0) continue;
    std::vector<std::pair<double, Chosen>> differ;
    for (size_t i = 0; i < attributes_.size(); ++i) {
      const auto values = now.values.find(attributes_[i].name);
      if (populations_[n].as[i] != As::values || values == now.values.end()) continue;
      for (const auto& [value, counts] : values->second) {
        const double a = static_cast<double>(counts[1]) / slow, b = static_cast<double>(counts[0]) / fast;
        const double both = static_cast<double>(counts[0] + counts[1]) / (slow + fast);
        if ((a - b) * (a - b) > 9 * both * (1 - both) * (1 / slow + 1 / fast)) differ.push_back({std::fabs(a - b), {n, i, value}});
      }
    }
    std::stable_sort(differ.begin(), differ.end(), [](const auto& x, const auto& y) { return x.first > y.first; });
    if (differ.size() > most_timed) differ.resize(most_timed);
    for (auto& [share, one] : differ) chosen_.push_back(std::move(one));
  }
}

std::vector<Search> Contrast::times_searches() const {
  std::vector<Search> out;
  const size_t p = parts_.size() - 1;
  for (const Chosen& one : chosen_) {
    const Population& of = populations_[one.population];
    const Json with = equals(layout_, attributes_[one.attribute].field, {one.value});
    const Json median = {{"m", {{"percentiles", {{"script", scripts_.relative(parts_[p].window, width(p), of.parts[0].limits)}, {"percents", {50}}}}}}};
    out.push_back({layout_.index,
                   body_of(query(of, p), {{"with", {{"filter", with}, {"aggs", median}}}, {"without", {{"filter", not_any({with})}, {"aggs", median}}}}), 0,
                   "how long spans of " + of.operation + " take with a value of " + attributes_[one.attribute].name});
  }
  return out;
}

std::optional<Failure> Contrast::take_times(const std::vector<Reply>& replies) {
  for (size_t i = 0; i < chosen_.size(); ++i) {
    const Json* all = member(replies[i].body, "aggregations");
    if (!all) return no_buckets(ask_);
    const auto median = [&](const char* side) {
      const Json* filter = member(*all, side);
      const Json* metric = filter ? member(*filter, "m") : nullptr;
      const Json* values = metric ? member(*metric, "values") : nullptr;
      return values && values->is_object() && !values->empty() && values->begin()->is_number() ? values->begin()->get<double>() : 0;
    };
    const double with = median("with"), without = median("without");
    const Chosen& one = chosen_[i];
    if (with > 0 && without > 0) populations_[one.population].times[{attributes_[one.attribute].name, one.value}] = with / without;
  }
  stage_ = Stage::done;
  return std::nullopt;
}

otlp::Answer Contrast::answer(const otlp::Asking& asking) {
  FrameBuilder frame(Shape::contrast);
  const bool ranked = !slower_than_;
  add_columns(frame, ranked);
  int64_t left_out = 0;
  for (const Population& of : populations_) {
    if (auto failure = asking.stopped()) return *failure;
    put_rows(frame, of, ranked, asking.ask.then.has_value(), least_, left_out);
  }
  Marks& marks = frame.marks();
  const auto note = [&](const std::map<std::string, bool>& names, const std::string& what) {
    std::vector<std::string> list;
    for (const auto& [name, yes] : names) list.push_back(name);
    if (!list.empty()) marks.notes.push_back(what + join(list, ", "));
  };
  marks.limited = limited_;
  if (slower_than_) marks.notes.push_back("slow is above " + print_duration(*slower_than_));
  if (left_out > 0) marks.notes.push_back(count(left_out) + " values in fewer than " + human(least_, "") + " spans left out");
  note(identifiers_, "identifiers left out: ");
  note(lists_, "lists left out, the server counts their elements: ");
  note(cut_, "only the commonest values of: ");
  if (ranked && frame.rows() > 0)
    marks.approximate = "slow is above the median of its stretch of time within 0.8 %; up to " + std::to_string(buckets_of_time) +
                        " stretches; numbers within 0.1 %";
  else if (ranked || cut_.empty()) marks.approximate = "";
  else marks.approximate = "counts of the commonest values";
  remarks_.put(marks);
  return frame.finish();
}

}  // namespace

std::unique_ptr<Work> make_contrast(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases) {
  // Flat objects and nested tags are told from rows alone, and attributes asked for that cannot be aggregated.
  const std::vector<std::string> named = otlp::texts_of(ask, "attributes");
  std::vector<std::string> left;
  const bool none = attributes_of(layout, named, false, &left).empty();
  if (!Scripts(layout).possible() || layout.nested_tags || none || (!named.empty() && !left.empty())) return small_or(ask, layout, aliases, nullptr);
  return small_or(ask, layout, aliases, [&, ask](int64_t spans) { return std::make_unique<Contrast>(ask, layout, aliases, spans); });
}

}  // namespace inquest::opensearch
