// Probing: version, indices, layouts, extents — with requests that only read.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/leaf.h"
#include "runtime/connectors/opensearch/source.h"

namespace inquest::opensearch {

namespace {

constexpr const char* looked_for = "*otel*,*ss4o_*,*jaeger-span-*";
constexpr size_t most_services = 2000;
constexpr size_t most_patterns = 8;                      // of one signal

struct Mark {
  const char* text;
  otlp::Signal signal;
  const char* after;                                     // what follows the mark in the pattern
};
// The first mark that a name holds decides; null signal marks are what is no telemetry of ours.
constexpr Mark marks[] = {
    {"apm-service-map", otlp::Signal::metrics, ""}, {"jaeger-span-", otlp::Signal::spans, "*"}, {"otel-v1-apm-span", otlp::Signal::spans, "*"},
    {"ss4o_traces", otlp::Signal::spans, "-*"},     {"logs-otel-v1", otlp::Signal::logs, "*"},  {"otel-v1-logs", otlp::Signal::logs, "*"},
    {"ss4o_logs", otlp::Signal::logs, "-*"},        {"otel-logs", otlp::Signal::logs, "-*"},    {"otel-traces", otlp::Signal::spans, "*"},
};

std::optional<Failure> failure_of(const Outcome<Json>& outcome) {
  if (const auto* failure = std::get_if<Failure>(&outcome)) return *failure;
  if (const auto* later = std::get_if<RetryLater>(&outcome)) return Failure{Failure::Class::overloaded, later->cause, "try again later"};
  return std::nullopt;
}

const Json* aggregation(const Json& body, const char* name) {
  const Json* all = member(body, "aggregations");
  return all ? member(*all, name) : nullptr;
}

// First and last time: dates come as milliseconds, numbers in their unit.
std::optional<Window> extent_of(const Layout& layout, const Json& body) {
  const auto value = [&](const char* name) -> std::optional<double> {
    const Json* one = aggregation(body, name);
    const Json* number = one ? member(*one, "value") : nullptr;
    if (!number || !number->is_number()) return std::nullopt;
    return number->get<double>();
  };
  const auto first = value("first"), last = value("last");
  if (!first || !last || *first < 0 || *last > 9e15) return std::nullopt;
  const double unit = layout.clock.date() ? 1e6 : static_cast<double>(std::max<int64_t>(1, layout.time_unit));
  if (*last * unit > 9e18) return std::nullopt;
  return Window{Time{static_cast<int64_t>(*first) * static_cast<int64_t>(unit)}, Time{(static_cast<int64_t>(*last) + 1) * static_cast<int64_t>(unit)}};
}

// What one search without hits tells of a layout; a few attributes for those mapped as whole numbers.
Search look(const Layout& layout) {
  Json body = Json::object();
  const bool spans = layout.signal == otlp::Signal::spans;
  body["track_total_hits"] = true;
  const bool whole = std::any_of(layout.fields.begin(), layout.fields.end(), [&](const auto& one) {
    return one.second.whole() && one.first.compare(0, layout.attributes.size(), layout.attributes) == 0;
  });
  body["size"] = whole ? 100 : 0;
  if (whole) {
    body["_source"] = Json::array({"attributes", layout.attributes + "*"});
    if (const Field& by = spans ? layout.span : layout.trace; !by.doc.empty()) body["sort"] = Json::array({leaf::object(by.doc, Json::object({{"order", "asc"}, {"unmapped_type", "keyword"}}))});
  }
  Json aggs = Json::object();
  if (!layout.clock.doc.empty()) {
    Json time = layout.clock.date() ? leaf::object("range", leaf::object(layout.clock.doc, Json::object({{"gte", "1971-01-01T00:00:00Z"}, {"format", "strict_date_optional_time"}})))
                                    : leaf::everything();
    Json timed = leaf::object("filter", std::move(time));
    timed["aggs"] = Json::object({{"first", leaf::object("min", leaf::object("field", layout.clock.doc))}, {"last", leaf::object("max", leaf::object("field", layout.clock.doc))}});
    aggs["timed"] = std::move(timed);
  }
  if (!spans && layout.start.date()) {
    Json range = Json::object({{"gte", "1971-01-01T00:00:00Z"}, {"format", "strict_date_optional_time"}});
    aggs["timeless"] = leaf::object("filter", not_any({leaf::object("range", leaf::object(layout.start.path, std::move(range)))}));
  }
  if (layout.service.there()) aggs["serviceless"] = leaf::object("filter", leaf::lacks(layout, layout.service));
  if (spans && !layout.service.doc.empty()) {
    Json senders = leaf::object("filter", kind_filter(layout, {"server", "consumer"}));
    senders["aggs"] = leaf::object("services", leaf::object("terms", Json::object({{"field", layout.service.doc}, {"size", most_services}})));
    aggs["senders"] = std::move(senders);
  }
  if (!aggs.empty()) body["aggs"] = std::move(aggs);
  return {layout.index, std::move(body), 0, "what is there"};
}

void note_cut(Layout& layout, const Json& value, const std::string& path) {
  if (value.is_object()) {
    for (const auto& [key, one] : value.items()) note_cut(layout, one, path.empty() ? key : path + "." + key);
  } else if (value.is_number_float() && value.get<double>() != std::floor(value.get<double>())) {
    const auto at = layout.fields.find(path);
    if (at != layout.fields.end() && at->second.whole()) at->second.cut = true;
  }
}

void learn(Layout& layout, const Json& body) {
  layout.rows = total_of(body).value_or(0);
  if (const Json* timed = aggregation(body, "timed")) layout.extent = extent_of(layout, leaf::object("aggregations", *timed));
  if (const Json* none = aggregation(body, "serviceless"))
    if (const Json* n = member(*none, "doc_count")) layout.serviceless = json_int64(*n) > 0;
  const Json* none_of_time = aggregation(body, "timeless");
  const Json* timeless = none_of_time ? member(*none_of_time, "doc_count") : nullptr;
  layout.timeless = timeless && json_int64(*timeless) > 0;
  if (const Json* senders = aggregation(body, "senders")) {
    const Json* services = member(*senders, "services");
    const Json* buckets = services ? member(*services, "buckets") : nullptr;
    if (buckets && buckets->is_array())
      for (const Json& bucket : *buckets) layout.entry_services.insert(member_text(bucket, "key"));
    const Json* others = services ? member(*services, "sum_other_doc_count") : nullptr;
    layout.entry_services_whole = !others || json_int64(*others) == 0;
  } else {
    layout.entry_services_whole = layout.signal != otlp::Signal::spans;
  }
  const Json* hits = member(body, "hits");
  const Json* list = hits ? member(*hits, "hits") : nullptr;
  if (list && list->is_array())
    for (const Json& hit : *list)
      if (const Json* source = member(hit, "_source")) note_cut(layout, *source, "");
}

// A script of ours as an aggregation: a server that allows none refuses it.
Search try_script(const Layout& layout) {
  Layout assumed = layout;
  assumed.painless = true;
  Json body = Json::object();
  body["size"] = 0;
  body["query"] = none_of_it();
  Json value = layout.has_duration() ? Json(nullptr) : duration_value(assumed);
  if (value.is_null()) value = leaf::object("script", Json::object({{"lang", "painless"}, {"source", "1"}}));
  body["aggs"] = leaf::object("longest", leaf::object("max", std::move(value)));
  return {layout.index, std::move(body), 0, "whether scripts are allowed"};
}

}  // namespace

std::vector<Found> recognise(const std::vector<std::string>& names) {
  std::vector<Found> out;
  for (const std::string& name : names) {
    if (name.empty() || name[0] == '.') continue;
    std::optional<Found> found;
    if (name == "otel") found = Found{otlp::Signal::logs, "otel"};
    for (const Mark& mark : marks) {
      const size_t at = found ? std::string::npos : name.find(mark.text);
      if (at == std::string::npos) continue;
      if (mark.signal != otlp::Signal::metrics) found = Found{mark.signal, name.substr(0, at) + mark.text + mark.after};
      break;
    }
    if (found && std::find(out.begin(), out.end(), *found) == out.end()) out.push_back(std::move(*found));
  }
  return out;
}

Result<Probe> Source::probe(const Deadline& deadline, const Stop& stop) {
  auto root = client_.get("/", {}, deadline, stop);
  Probe out;
  auto state = std::make_shared<State>();
  if (const auto failure = failure_of(root)) {
    if (failure->cls != Failure::Class::refused || (failure->cause.find("403") == std::string::npos && failure->cause.find("security_exception") == std::string::npos)) return error_of(*failure, config_.name);
    out.notes.push_back("the server does not tell its version to these credentials");
  } else {
    const Json* version = member(std::get<Json>(root), "version");
    if (!version || member_text(*version, "number").empty())
      return Error{Code::source, "what answers at " + config_.at + " is not OpenSearch: no version.number in its answer", config_.name, "give the URL of its HTTP API"};
    state->version = printable(member_text(*version, "number"), 40);
    const std::string distribution = member_text(*version, "distribution", "elasticsearch");
    out.version = (distribution == "opensearch" ? "OpenSearch " : printable(distribution, 40) + " ") + state->version;
    if (distribution != "opensearch") out.notes.push_back("this is " + printable(distribution, 40) + ", not OpenSearch: points in time differ there");
    out.skew = client_.skew();
  }

  // Candidates: what the source says, else what the names of the indices say.
  std::vector<Found> candidates;
  std::vector<std::string> names;
  const bool ask_names = (settings_.indices[0].empty() && offers("spans")) || (settings_.indices[1].empty() && offers("logs"));
  if (ask_names) {
    auto resolved = client_.get(std::string("/_resolve/index/") + http::segment(looked_for), {}, deadline, stop);
    if (auto failure = failure_of(resolved)) {
      if (failure->cls == Failure::Class::refused) failure->cure = "let these credentials list indices, or name the indices with `indices` of the source";
      return error_of(*failure, config_.name);
    }
    for (const char* kind : {"indices", "data_streams"})
      if (const Json* list = member(std::get<Json>(resolved), kind); list && list->is_array())
        for (const Json& one : *list) names.push_back(member_text(one, "name"));
    std::sort(names.begin(), names.end());
  }
  for (size_t s = 0; s < 2; ++s) {
    const otlp::Signal signal = s == 0 ? otlp::Signal::spans : otlp::Signal::logs;
    if (!offers(otlp::signal_name(signal))) continue;
    if (!settings_.indices[s].empty()) {
      candidates.push_back({signal, settings_.indices[s]});
      state->looked_for.push_back(settings_.indices[s]);
      continue;
    }
    size_t n = 0;
    for (const Found& one : recognise(names))
      if (one.signal == signal && n++ < most_patterns) candidates.push_back(one);
  }
  if (ask_names) state->looked_for.push_back(looked_for);

  std::vector<Layout> layouts;
  for (const Found& one : candidates) {
    const std::string where = printable(one.pattern, 120);
    auto caps = client_.get("/" + http::segment(one.pattern) + "/_field_caps", {{"fields", "*"}, {"ignore_unavailable", "true"}, {"allow_no_indices", "true"}}, deadline, stop);
    if (const auto failure = failure_of(caps)) {
      if (failure->cls == Failure::Class::cancelled || failure->cls == Failure::Class::timeout || failure->cls == Failure::Class::unreachable) return error_of(*failure, config_.name);
      out.notes.push_back(where + ": " + failure->cause);
      continue;
    }
    auto fields = read_field_caps(std::get<Json>(caps));
    if (fields.empty()) {
      out.notes.push_back(where + ": no index of that name, or nothing in it");
      continue;
    }
    const size_t s = one.signal == otlp::Signal::spans ? 0 : 1;
    const std::optional<Model> told = settings_.layouts[s].empty() ? std::nullopt : model_of(settings_.layouts[s]);
    auto layout = make_layout(one.signal, one.pattern, std::move(fields), told);
    if (!layout) {
      out.notes.push_back(layout.error().message + (settings_.indices[s].empty() ? "" : ": " + layout.error().cure));
      continue;
    }
    layout->version = state->version;
    layouts.push_back(std::move(*layout));
  }
  std::vector<Search> searches;
  for (const Layout& layout : layouts) searches.push_back(look(layout));
  for (const Layout& layout : layouts) searches.push_back(try_script(layout));
  auto replies = client_.search(searches, deadline, stop);
  for (size_t i = 0; i < layouts.size(); ++i) {
    Layout& layout = layouts[i];
    if (const auto* reply = std::get_if<Reply>(&replies[i])) {
      learn(layout, reply->body);
      if (!reply->partial.empty()) out.notes.push_back(printable(layout.index, 120) + ": " + reply->partial);
    } else if (const auto* failure = std::get_if<Failure>(&replies[i])) {
      if (failure->cls == Failure::Class::cancelled || failure->cls == Failure::Class::timeout || failure->cls == Failure::Class::unreachable) return error_of(*failure, config_.name);
      out.notes.push_back(printable(layout.index, 120) + ": " + failure->cause);
      layout.entry_services_whole = false;
    }
    layout.painless = settings_.painless && std::holds_alternative<Reply>(replies[layouts.size() + i]);
    if (!layout.entry_services_whole && layout.signal == otlp::Signal::spans)
      out.notes.push_back(printable(layout.index, 120) + ": which services send server spans could not be told whole: roots of others count as entry spans too");
  }
  // The first that holds something; typed fields before texts.
  static constexpr Model preferred[] = {Model::otel_v1, Model::data_prepper, Model::ss4o, Model::jaeger, Model::logs_otel_v1, Model::logs_otel, Model::logs_data_prepper};
  for (const otlp::Signal signal : {otlp::Signal::spans, otlp::Signal::logs}) {
    const Layout* best = nullptr;
    for (const bool holding : {true, false})
      for (const Model model : preferred)
        for (const Layout& layout : layouts)
          if (!best && layout.signal == signal && layout.model == model && (layout.rows > 0) == holding) best = &layout;
    const char* name = otlp::signal_name(signal);
    if (!best) {
      if (offers(name)) out.looked_for.push_back(std::string(name) + " in " + join(state->looked_for, ", "));
      continue;
    }
    out.signals.push_back(name);
    out.windows[name] = best->extent;
    out.layout += (out.layout.empty() ? "" : "; ") + best->describe();
    if (best->rows == 0) out.notes.push_back(printable(best->index, 120) + " is empty");
    for (const Layout& layout : layouts)
      if (&layout != best && layout.signal == signal)
        out.notes.push_back("also there: " + layout.describe() + " (choose with `indices`)");
    std::vector<std::string> cut;
    for (const auto& [path, field] : best->fields)
      if (field.cut) cut.push_back(path);
    if (!cut.empty()) out.notes.push_back("mapped as whole numbers while fractions are sent, so not computed with there: " + join(cut, ", "));
    (signal == otlp::Signal::spans ? state->spans : state->logs) = *best;
  }
  std::lock_guard lock(mutex_);
  state_ = std::move(state);
  return out;
}

}  // namespace inquest::opensearch
