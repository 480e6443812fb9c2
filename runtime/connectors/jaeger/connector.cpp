// Which traces an ask needs, what is sent for them, and how the answer is marked.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/connector.h"

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/connectors/jaeger/answers.h"
#include "runtime/connectors/jaeger/native_ask.h"
#include "runtime/connectors/jaeger/pool.h"

namespace inquest::jaeger {

namespace {

using otlp::Answer;

Failure unsupported(std::string cause, std::string cure) { return Failure{Failure::Class::unsupported, std::move(cause), std::move(cure)}; }

// The needs of asks that go together: what lies inside another's is part of it.
std::vector<std::pair<Need, std::vector<size_t>>> needs_of(const std::vector<Ask>& asks) {
  std::vector<std::pair<Need, std::vector<size_t>>> out;
  for (size_t i = 0; i < asks.size(); ++i) {
    if (!asks[i].native.empty() || by_ids(asks[i]) || asks[i].signal != "spans") continue;
    Need need = need_of(asks[i]);
    need.operation.clear();                              // only when all of the service are too many
    const auto same = std::find_if(out.begin(), out.end(), [&](const auto& one) { return one.first.service == need.service; });
    if (same == out.end()) {
      out.push_back({need, {i}});
      continue;
    }
    same->first.window = {std::min(same->first.window.from, need.window.from), std::max(same->first.window.to, need.window.to)};
    same->second.push_back(i);
  }
  return out;
}

bool has_option(const Ask& ask, std::string_view name) { return find(ask.args, name) != nullptr; }

class JaegerConnector final : public Connector {
 public:
  JaegerConnector(SourceConfig config, Send send, std::unique_ptr<http::Door> door, http::Config http, std::string wish, Budget budget)
      : config_(std::move(config)), door_(std::move(door)), server_(std::move(send), std::move(http), std::move(wish)),
        pool_(server_, config_.aliases, budget), budget_(budget), answers_(server_, pool_, config_.aliases, budget) {}

  Result<Probe> probe(const Deadline& deadline, const Stop& stop) override;
  Result<Resolution> resolve(const Measure& measure, const Deadline&, const Stop&) override {
    Resolution nothing;
    nothing.measure = measure.name;
    for (const MeasureName& name : measure.names) nothing.tried.push_back(name.metric);
    return nothing;
  }
  std::vector<Step> native(const std::vector<Ask>& asks, const std::map<std::string, Resolution>&) const override;
  std::vector<Answer> fetch(const std::vector<Ask>& asks, const std::vector<Step>&, const std::map<std::string, Resolution>&,
                            const Deadline& deadline, const Stop& stop) override;
  bool live() const override { return true; }
  std::vector<Estimate> estimate(const std::vector<Ask>& asks, const std::map<std::string, Resolution>&, const Deadline&,
                                 const Stop&) override;
  std::string link(const Ask& ask, const std::map<std::string, Resolution>&) const override;
  const http::Traffic* traffic() const override { return door_ ? &door_->traffic() : nullptr; }

 private:
  std::optional<Failure> refused(const Ask& ask) const;
  Search first_search(const Need& need) const;
  Api api_for_text() const;

  const SourceConfig config_;
  const std::unique_ptr<http::Door> door_;
  Server server_;
  Pool pool_;
  const Budget budget_;
  Answers answers_;
};

Result<Probe> JaegerConnector::probe(const Deadline& deadline, const Stop& stop) {
  const Allowed allowed{deadline, stop};
  auto found = server_.api(allowed);
  const auto fail = [&](const auto& outcome) {
    if (const auto* later = std::get_if<RetryLater>(&outcome)) return Error{Code::source, later->cause, config_.name};
    const Failure& failure = std::get<Failure>(outcome);
    const Code code = failure.cls == Failure::Class::refused ? Code::refused
                      : failure.cls == Failure::Class::cancelled ? Code::interrupted : Code::source;
    return Error{code, failure.cause, config_.name, failure.cure, failure_name(failure.cls)};
  };
  const Api* api = std::get_if<Api>(&found);
  if (!api) return fail(found);
  auto services = server_.services(allowed);
  const auto* names = std::get_if<std::vector<std::string>>(&services);
  if (!names) return fail(services);
  Probe out;
  out.version = server_.version(allowed);
  out.layout = std::string(api->v3 ? "v3" : "v1") + (api->v3 && api->v1 ? ", v1" : "");
  if (!api->prefix.empty()) out.notes.push_back("its interface is below " + api->prefix);
  const bool wanted = std::find(config_.without.begin(), config_.without.end(), "spans") == config_.without.end();
  if (!names->empty() && wanted) out.signals = {"spans"};
  else out.looked_for = {"spans"};
  if (names->empty()) out.notes.push_back("no service has sent spans");
  else out.notes.push_back(count(static_cast<int64_t>(names->size())) + (names->size() == 1 ? " service" : " services"));
  out.windows["spans"] = std::nullopt;
  out.skew = server_.skew();
  return out;
}

// Before the server was looked at, `plan` tells what would be sent to one of today.
Api JaegerConnector::api_for_text() const {
  Api api = server_.known_api();
  if (!api.v1 && !api.v3) api.v3 = true;
  return api;
}

Search JaegerConnector::first_search(const Need& need) const {
  Search out;
  if (need.service) {
    const std::vector<std::string> names = pool_.names_there(*need.service);
    if (!names.empty()) out.service = names.front();
  }
  out.window = need.window;
  out.limit = std::min(budget_.traces, server_.first_page());
  return out;
}

std::vector<Step> JaegerConnector::native(const std::vector<Ask>& asks, const std::map<std::string, Resolution>&) const {
  const Api api = api_for_text();
  const Generation generation = api.v3 ? Generation::v3 : Generation::v1;
  const std::string most = "≤ " + count(static_cast<int64_t>(budget_.traces)) + " traces";
  std::vector<Step> steps;
  for (const auto& [need, whose] : needs_of(asks)) {
    if (need.service) {
      for (const std::string& name : pool_.names_there(*need.service)) {
        Search search = first_search(need);
        search.service = name;
        steps.push_back(Step{whose, search_request(api, search).print(), most});
      }
      continue;
    }
    steps.push_back(Step{whose, services_request(api, generation).print(), {}});
    Search each = first_search(need);
    each.service = "$1";
    steps.push_back(Step{whose, search_request(api, each).print(), most + " of each service that traces begin at"});
  }
  for (size_t i = 0; i < asks.size(); ++i) {
    if (!asks[i].native.empty()) {
      const auto search = native_search(asks[i]);
      if (const auto* good = std::get_if<Search>(&search))
        steps.push_back(Step{{i}, search_request(api, *good).print(), "≤ " + count(static_cast<int64_t>(good->limit)) + " traces"});
      else steps.push_back(Step{{i}, std::get<Failure>(search).cause, {}});
    } else if (by_ids(asks[i])) {
      const std::vector<std::string> ids = otlp::texts_of(asks[i], "traces");
      const size_t n = std::min(ids.size(), otlp::limit_of(asks[i], 500));
      const std::string first = n == 0 ? "$1" : printable(ids.front(), 40);
      steps.push_back(Step{{i}, trace_request(api, generation, {first}).print() + (n > 1 ? " and " + std::to_string(n - 1) + " more" : ""),
                           count(static_cast<int64_t>(n)) + (n == 1 ? " trace" : " traces")});
    } else if (asks[i].signal != "spans") {
      steps.push_back(Step{{i}, "nothing: Jaeger has spans only", {}});
    }
  }
  return steps;
}

std::optional<Failure> JaegerConnector::refused(const Ask& ask) const {
  if (!ask.native.empty() && ask.kind != "jaeger")
    return unsupported("Jaeger does not understand " + printable(ask.kind, 40), "use jaeger [[service=$service]], or name another source with `from`");
  if (ask.signal != "spans") return unsupported("no " + printable(ask.signal, 40) + " here: Jaeger has spans only", "name a source that has them");
  if (std::find(config_.without.begin(), config_.without.end(), "spans") != config_.without.end())
    return unsupported("spans are withheld from this run", "leave out --without");
  if (ask.scope.window.empty() && !by_ids(ask))
    return Failure{Failure::Class::rejected, "the ask has no window, or an empty one", "Jaeger searches within a time: give the context a window"};
  return {};
}

std::vector<Answer> JaegerConnector::fetch(const std::vector<Ask>& asks, const std::vector<Step>&,
                                           const std::map<std::string, Resolution>&, const Deadline& deadline, const Stop& stop) {
  const Allowed allowed{deadline, stop};
  std::vector<Need> needs(asks.size());
  for (const auto& [need, whose] : needs_of(asks))
    for (const size_t i : whose) {
      needs[i] = need;
      needs[i].operation = need_of(asks[i]).operation;
    }
  std::vector<Answer> answers;
  for (size_t i = 0; i < asks.size(); ++i) {
    if (auto failure = refused(asks[i])) answers.emplace_back(std::move(*failure));
    else answers.push_back(answers_.answer(asks[i], needs[i], allowed));
  }
  return answers;
}

// Counting would be fetching; what is held already is known.
std::vector<Estimate> JaegerConnector::estimate(const std::vector<Ask>& asks, const std::map<std::string, Resolution>&,
                                                const Deadline&, const Stop&) {
  std::vector<Estimate> out(asks.size());
  for (size_t i = 0; i < asks.size(); ++i) {
    if (!asks[i].unknown_names.empty() || refused(asks[i]) || by_ids(asks[i]) || !asks[i].native.empty()) continue;
    if (const HeldPtr held = pool_.held(need_of(asks[i]))) {
      out[i].spans = static_cast<int64_t>(held->view.spans->rows());
      out[i].bytes = 0;                                  // it is here
    }
  }
  return out;
}

std::string JaegerConnector::link(const Ask& ask, const std::map<std::string, Resolution>&) const {
  if (refused(ask) || !ask.unknown_names.empty()) return {};
  const auto named = config_.links.find("jaeger");
  std::string base = named != config_.links.end() ? named->second : config_.at + server_.known_api().prefix;
  while (!base.empty() && base.back() == '/') base.pop_back();
  std::vector<http::Param> query;
  if (by_ids(ask)) {
    const std::vector<std::string> ids = otlp::texts_of(ask, "traces");
    for (const std::string& text : ids) {
      const auto id = otlp::trace_id(text);
      if (id && query.size() < 20) query.push_back({"traceID", otlp::hex(*id)});
    }
    if (query.empty()) return {};
    if (query.size() == 1) return base + "/trace/" + query[0].value;
    return base + "/search?" + http::form(query);
  }
  Search search;
  if (!ask.native.empty()) {
    const auto read = native_search(ask);
    if (!std::holds_alternative<Search>(read)) return {};
    search = std::get<Search>(read);
  } else {
    const Need need = need_of(ask);
    if (!need.service) return base + "/search";          // the interface searches one service only
    const std::vector<std::string> names = pool_.names_there(*need.service);
    search.service = names.empty() ? *need.service : names.front();
    if (const std::string* operation = scoped(ask, "operation")) search.operation = *operation;
    search.window = hull(ask);
    search.limit = has_option(ask, "limit") ? otlp::limit_of(ask, 100) : 100;
  }
  query.push_back({"service", search.service});
  if (!search.operation.empty()) query.push_back({"operation", search.operation});
  query.push_back({"start", std::to_string(search.window.from.ns / 1000)});
  query.push_back({"end", std::to_string(search.window.to.ns / 1000)});
  query.push_back({"lookback", "custom"});
  query.push_back({"limit", std::to_string(search.limit)});
  if (search.shortest) query.push_back({"minDuration", std::to_string(search.shortest->ns / 1000) + "us"});
  if (search.longest) query.push_back({"maxDuration", std::to_string(search.longest->ns / 1000) + "us"});
  if (!search.tags.empty()) {
    Json tags = Json::object();
    for (const auto& [key, value] : search.tags) tags[key] = value;
    query.push_back({"tags", canonical(tags)});
  }
  return base + "/search?" + http::form(query);
}

struct Options {
  Budget budget;
  std::string wish;
};

Result<Options> options_of(const SourceConfig& config) {
  Options out;
  for (const auto& [key, value] : config.options) {
    if (key == "traces" || key == "services") {
      const int64_t* n = value.get<int64_t>();
      if (!n || *n < 1 || *n > 1'000'000)
        return Error{Code::config, key + " is " + print_value(value) + ", not a number from 1 to 1000000", config.name};
      (key == "traces" ? out.budget.traces : out.budget.services) = static_cast<size_t>(*n);
    } else if (key == "api") {
      const std::string* text = value.get<std::string>();
      if (!text || (*text != "v1" && *text != "v3"))
        return Error{Code::config, "api is " + print_value(value) + ", neither v1 nor v3", config.name, "leave it out to use what the server has"};
      out.wish = *text;
    } else {
      return Error{Code::config, "unknown option `" + printable(key, 60) + "` of a jaeger source", config.name,
                   did_you_mean(key, {"traces", "services", "api"})};
    }
  }
  for (const auto* list : {&config.signals, &config.without})
    for (const std::string& signal : *list)
      if (signal != "spans" && (list == &config.signals || (signal != "metrics" && signal != "logs")))
        return Error{Code::config, "a jaeger source has no `" + printable(signal, 60) + "`", config.name, "its signal is spans"};
  return out;
}

}  // namespace

Result<std::unique_ptr<Connector>> make_over(const SourceConfig& config, Send send) {
  auto options = options_of(config);
  if (!options) return options.error();
  return std::unique_ptr<Connector>(std::make_unique<JaegerConnector>(config, std::move(send), nullptr, http::config_of(config), options->wish, options->budget));
}

Result<std::unique_ptr<Connector>> make(const SourceConfig& config) {
  auto options = options_of(config);
  if (!options) return options.error();
  auto opened = http::open_source(config, endpoints());
  if (!opened) return opened.error();
  return std::unique_ptr<Connector>(
      std::make_unique<JaegerConnector>(config, std::move(opened->send), std::move(opened->door), std::move(opened->config), options->wish, options->budget));
}

}  // namespace inquest::jaeger
