// Making the connector, what is sent as text, and carrying asks out together.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/connector.h"

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/native_ask.h"
#include "runtime/connectors/opensearch/source.h"
#include "runtime/connectors/opensearch/works.h"

namespace inquest::opensearch {

namespace {

constexpr const char* model_texts[] = {"otel-v1", "data-prepper", "ss4o", "jaeger", "logs-otel", "logs-otel-v1", "logs-data-prepper"};


Status read_pair(const SourceConfig& config, const std::string& key, const Value& value, std::string (&to)[2], bool model) {
  const auto take = [&](const std::string& where, const Value& one, size_t at) -> Status {
    const std::string& text = one.text();
    if (text.empty() || text[0] == '_' || text.find_first_of(" \t\n/?#\"\\<>|") != std::string::npos)
      return Error{Code::config, where + " is " + print_value(one) + ", which is no " + (model ? "layout" : "index pattern"), config.name, model ? did_you_mean(text, {std::begin(model_texts), std::end(model_texts)}) : "like otel-v1-apm-span-*"};
    if (model) {
      const auto told = model_of(text);
      if (!told) return Error{Code::config, "unknown layout `" + printable(text, 60) + "`", config.name, did_you_mean(text, {std::begin(model_texts), std::end(model_texts)})};
      if ((*told >= Model::logs_otel) != (at == 1)) {
        if (where == key) return {};                     // one word for both: it is of the other signal
        return Error{Code::config, "layout " + text + " is not of " + (at == 0 ? "spans" : "logs"), config.name};
      }
    }
    to[at] = text;
    return {};
  };
  const Map* map = value.get<Map>();
  if (!map) {
    for (size_t at = 0; at < 2; ++at)
      if (auto done = take(key, value, at); !done) return done;
    return {};
  }
  for (const auto& [signal, one] : *map) {
    if (signal != "spans" && signal != "logs")
      return Error{Code::config, "unknown signal `" + printable(signal, 60) + "` of `" + key + "`", config.name, did_you_mean(signal, {"spans", "logs"})};
    if (auto done = take(key + "." + signal, one, signal == "spans" ? 0 : 1); !done) return done;
  }
  return {};
}

// Traces that a review has yet to find stand as their name in what is planned.
constexpr const char* unknown_trace = "00000000000000000000000000000001";
constexpr const char* unknown_spelt = "[\"00000000000000000000000000000001\",\"0000000000000001\"]";
std::string unknown_traces(Ask& ask) {
  const std::vector<std::string> texts = otlp::texts_of(ask, "traces");
  if (texts.size() != 1 || texts[0].size() < 2 || texts[0][0] != '$') return {};
  const std::string name = texts[0];
  set(ask.args, "traces", Value(unknown_trace));
  return canonical(Json(name));
}

std::string cost_of(const std::vector<Search>& searches) {
  size_t rows = 0;
  for (const Search& one : searches) rows += one.rows;
  return rows == 0 ? "counted there" : "at most " + count(static_cast<int64_t>(rows)) + " rows";
}

}  // namespace

Result<Settings> read_settings(const SourceConfig& config) {
  Settings out;
  static const std::vector<std::string> known = {"indices", "layout", "painless", "scripts", "index_pattern"};
  for (const auto& [key, value] : config.options) {
    if (key == "indices") {
      if (auto done = read_pair(config, key, value, out.indices, false); !done) return done.error();
    } else if (key == "layout") {
      if (auto done = read_pair(config, key, value, out.layouts, true); !done) return done.error();
    } else if (key == "painless" || key == "scripts") {
      const bool* flag = value.get<bool>();
      if (!flag) return Error{Code::config, key + " is " + print_value(value) + ", not true or false", config.name};
      (key == "painless" ? out.painless : out.scripts) = *flag;
    } else if (key == "index_pattern") {
      out.index_pattern = value.text();
    } else {
      return Error{Code::config, "unknown option `" + printable(key, 60) + "` of an opensearch source", config.name, did_you_mean(key, known)};
    }
  }
  for (const auto* list : {&config.signals, &config.without})
    for (const std::string& signal : *list)
      if (signal != "spans" && signal != "logs" && signal != "metrics")
        return Error{Code::config, "unknown signal `" + printable(signal, 60) + "`", config.name, did_you_mean(signal, {"spans", "logs"})};
  return out;
}

Source::Source(SourceConfig config, Settings settings, Client client, std::unique_ptr<http::Door> door)
    : config_(std::move(config)), settings_(std::move(settings)), door_(std::move(door)), client_(std::move(client)) {}

bool Source::offers(std::string_view signal) const {
  return signal != "metrics" && !contains(config_.without, signal) && (config_.signals.empty() || contains(config_.signals, signal));
}

std::shared_ptr<const State> Source::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

Result<std::shared_ptr<const State>> Source::learned(const Deadline& deadline, const Stop& stop) {
  if (auto known = state()) return known;
  if (auto probed = probe(deadline, stop); !probed) return probed.error();
  return state();
}

Result<Resolution> Source::resolve(const Measure& measure, const Deadline&, const Stop&) {
  Resolution nothing;                                    // OpenSearch holds spans and log records here, no metrics
  nothing.measure = measure.name;
  for (const MeasureName& name : measure.names) nothing.tried.push_back(name.metric);
  return nothing;
}

std::string Source::here(const State& state) const {
  std::vector<std::string> have;
  for (const char* signal : {"spans", "logs"})
    if (state.layout(signal) && offers(signal)) have.push_back(signal);
  return have.empty() ? "neither spans nor logs were found at " + config_.at : config_.at + " has " + join(have, " and ");
}

Failure Source::nothing_of(const Ask& ask, const State& state) const {
  if (ask.signal == "metrics")
    return Failure{Failure::Class::unsupported, "an opensearch source has no metrics: " + here(state), "name a source of kind prometheus with `from`"};
  return Failure{Failure::Class::unsupported, "no " + ask.signal + " here: " + here(state) + (state.looked_for.empty() ? "" : "; looked for " + join(state.looked_for, ", ")),
                 "name the indices with `indices` of the source, or a source that has " + ask.signal};
}

std::vector<Step> Source::native(const std::vector<Ask>& asks, const Measures&) const {
  const auto state = this->state();
  const Layout* spans = state ? state->layout("spans") : nullptr;
  const Layout* logs = state ? state->layout("logs") : nullptr;
  std::vector<Step> steps;
  std::vector<size_t> together;
  size_t searches_in_all = 0;
  for (size_t i = 0; i < asks.size(); ++i) {
    const Ask& ask = asks[i];
    std::vector<Search> searches;
    std::string text, more, unknown;
    if (ask.kind == "ppl" || ask.kind == "sql") {
      const auto requests = query_requests(ask, spans, logs);
      if (const auto* all = std::get_if<std::vector<http::Request>>(&requests)) {
        for (const http::Request& one : *all) text += (text.empty() ? "" : "\n") + one.print();
      } else if (const auto* failure = std::get_if<Failure>(&requests)) {
        text = ask.kind + " is not sent: " + failure->cause;
      }
      steps.push_back(Step{{i}, std::move(text), ""});
      continue;
    }
    if (ask.kind == "dsl") {
      auto told = dsl_searches(ask, spans, logs, settings_.scripts);
      if (auto* all = std::get_if<std::vector<Search>>(&told)) searches = std::move(*all);
      else if (const auto* failure = std::get_if<Failure>(&told)) text = "dsl is not sent: " + failure->cause;
    } else if (const Layout* layout = state ? state->layout(ask.signal) : nullptr; layout && offers(ask.signal)) {
      Ask known = ask;
      unknown = unknown_traces(known);
      auto work = aggregation_work(known, *layout, config_.aliases);
      if (!work) work = rows_work(known, *layout, config_.aliases);
      if (work) searches = work->round();
      more = work ? "" : "there is no ask " + printable(ask.kind, 60) + " here";
    } else {
      text = ask.kind + (state ? ": nothing of the kind is here" : ": what is sent depends on the layout, which is known once the server was asked");
    }
    for (const Search& one : searches) text += (text.empty() ? "" : "\n") + client_.print(one);
    if (!unknown.empty())
      for (size_t at = text.find(unknown_spelt); at != std::string::npos; at = text.find(unknown_spelt, at)) text.replace(at, std::string_view(unknown_spelt).size(), unknown);
    if (text.empty()) text = more.empty() ? ask.kind + ": nothing has to be asked" : more;
    if (!searches.empty()) together.push_back(i), searches_in_all += searches.size();
    steps.push_back(Step{{i}, std::move(text), searches.empty() ? "" : cost_of(searches)});
  }
  if (together.size() > 1) steps.push_back(Step{together, "in one POST /_msearch of " + std::to_string(searches_in_all) + " searches", ""});
  return steps;
}

std::vector<otlp::Answer> Source::fetch(const std::vector<Ask>& asks, const std::vector<Step>&, const Measures&, const Deadline& deadline, const Stop& stop) {
  std::vector<otlp::Answer> answers(asks.size(), Failure{Failure::Class::internal, "not asked"});
  const auto known = learned(deadline, stop);
  if (!known) {
    const Error& error = known.error();
    const Failure failure{failure_class(error.cause).value_or(Failure::Class::unreachable), error.message, error.cure};
    return std::vector<otlp::Answer>(asks.size(), failure);
  }
  const State& state = **known;
  std::vector<Ask> whole = asks;                         // asked without a window: all that is there
  std::vector<std::unique_ptr<Work>> works;
  std::vector<size_t> owners;
  for (size_t i = 0; i < asks.size(); ++i) {
    Ask& ask = whole[i];
    const Layout* layout = state.layout(ask.signal);
    if (ask.kind == "ppl" || ask.kind == "sql") {
      const auto requests = query_requests(ask, state.layout("spans"), state.layout("logs"));
      if (const auto* all = std::get_if<std::vector<http::Request>>(&requests)) answers[i] = ask_query(ask, *all, client_, config_.aliases, deadline, stop);
      else answers[i] = std::get<Failure>(requests);
      continue;
    }
    std::unique_ptr<Work> work;
    if (ask.kind == "dsl") {
      auto searches = dsl_searches(ask, state.layout("spans"), state.layout("logs"), settings_.scripts);
      if (auto* all = std::get_if<std::vector<Search>>(&searches)) {
        work = make_dsl(ask, std::move(*all), config_.aliases);
      } else {
        answers[i] = std::get<Failure>(searches);
        continue;
      }
    } else if (ask.kind == "promql" || ask.kind == "jaeger") {
      answers[i] = Failure{Failure::Class::unsupported, "an opensearch source does not understand " + ask.kind, "name a source of kind " + std::string(ask.kind == "promql" ? "prometheus" : "jaeger") + " with `from`"};
      continue;
    } else if (!layout || !offers(ask.signal)) {
      answers[i] = nothing_of(ask, state);
      continue;
    } else {
      if (ask.scope.window.from.ns == 0 && ask.scope.window.to.ns == 0 && layout->extent) ask.scope.window = *layout->extent;
      work = aggregation_work(ask, *layout, config_.aliases);
      if (!work) work = rows_work(ask, *layout, config_.aliases);
      if (!work) {
        answers[i] = Failure{Failure::Class::unsupported, "there is no ask `" + printable(ask.kind, 60) + "` of " + ask.signal};
        continue;
      }
    }
    works.push_back(std::move(work));
    owners.push_back(i);
  }
  std::vector<Work*> all;
  for (const auto& work : works) all.push_back(work.get());
  const auto failures = client_.run(all, deadline, stop);
  for (size_t w = 0; w < works.size(); ++w) {
    const otlp::Asking asking{whole[owners[w]], config_.aliases, deadline, stop};
    if (failures[w]) std::visit([&](const auto& ended) { answers[owners[w]] = ended; }, *failures[w]);
    else answers[owners[w]] = works[w]->answer(asking);
  }
  return answers;
}

Result<std::unique_ptr<Connector>> make_source(const SourceConfig& config, Send send, http::Config http, std::unique_ptr<http::Door> door, Client::Options options) {
  auto settings = read_settings(config);
  if (!settings) return settings.error();
  return std::unique_ptr<Connector>(std::make_unique<Source>(config, std::move(*settings), Client(std::move(send), std::move(http), std::move(options)), std::move(door)));
}

Result<std::unique_ptr<Connector>> make(const SourceConfig& config) {
  if (auto settings = read_settings(config); !settings) return settings.error();
  auto opened = http::open_source(config, endpoints());
  if (!opened) return opened.error();
  return make_source(config, std::move(opened->send), std::move(opened->config), std::move(opened->door));
}

}  // namespace inquest::opensearch
