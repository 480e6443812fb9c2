// Resolving a measure: which of its names the server has under any translation, and the services that have them.
// SPDX-License-Identifier: Apache-2.0
//
// Only indexes are asked (label values), never samples. A name is taken when it brings a service that no name before it
// has, as from files: so that what nobody would be answered from is not fetched.
#include <algorithm>
#include <set>

#include "runtime/base/text.h"
#include "runtime/connectors/prometheus/names.h"
#include "runtime/connectors/prometheus/source.h"

namespace inquest::prometheus {
namespace {

constexpr size_t longest_match = 2500;

struct Candidate {
  MeasureName name;                        // as the server calls it
  std::vector<std::string> series;         // that tell whether it is there
  std::vector<Matcher> matchers;
};

std::vector<Candidate> candidates_of(const Measure& measure, const Layout& layout) {
  std::vector<Candidate> out;
  for (const MeasureName& name : measure.names) {
    for (const std::string& found : fitting_names(name, layout.names)) {
      Candidate made{name, {}, conditions(name, layout)};
      made.name.metric = found;
      if (name.kind == "histogram") {
        for (const char* end : {"_count", "_bucket"})
          if (made.series.empty() && layout.has_name(found + end)) made.series.push_back(found + end);
        if (layout.has_name(found)) made.series.push_back(found);
      } else if (layout.has_name(found)) {
        made.series.push_back(found);
      }
      if (made.series.empty()) continue;
      const bool known = std::any_of(out.begin(), out.end(), [&](const Candidate& one) {
        return one.name.metric == found && one.matchers == made.matchers && one.name.service_from == name.service_from;
      });
      if (!known) out.push_back(std::move(made));
    }
  }
  return out;
}

http::Request values(const std::string& label, const std::vector<std::string>& selectors) {
  std::vector<http::Param> params;
  for (const std::string& one : selectors) params.push_back({"match[]", one});
  return get("/api/v1/label/" + label + "/values", std::move(params));
}

std::string label_in(Way way, const Candidate& one, const Layout& layout) {
  switch (way) {
    case Way::service_name: return layout.has_label("service.name") && !layout.has_label("service_name") ? "service.name" : "service_name";
    case Way::exported_job: return "exported_job";
    case Way::from: return layout.label_of(one.name.service_from);
    case Way::job: return "job";
    case Way::other: break;
  }
  for (const char* key : {"k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name", "k8s.container.name"})
    if (layout.has_label(layout.label_of(key))) return layout.label_of(key);
  return "job";
}

// What a value of that label says the service is.
std::string service_in(Way way, const std::string& value) {
  if (way != Way::job && way != Way::exported_job) return value;
  const size_t slash = value.rfind('/');
  return slash == std::string::npos ? value : value.substr(slash + 1);
}

std::string selected(const Candidate& one, Way way, const Layout& layout) {
  std::vector<Matcher> matchers = one.matchers;
  const std::string from = one.name.service_from.empty() ? std::string() : layout.label_of(one.name.service_from);
  for (Matcher& matcher : whose(way, {}, from, layout)) matchers.push_back(std::move(matcher));
  return selector(one.series, matchers);
}

}  // namespace

Result<Resolution> Source::resolve(const Measure& measure, const Deadline& deadline, const Stop& stop) {
  Resolution out;
  out.measure = measure.name;
  out.unit = measure.unit;
  out.reduce = measure.reduce;
  out.identity = measure.identity.empty() ? otlp::default_identity() : measure.identity;
  const auto tried = [&] {
    std::set<std::string> once;
    for (const MeasureName& name : measure.names) {
      std::string label = metric_name(name);
      for (const auto& [key, value] : name.select) label += "{" + label_name(key) + "=" + value + "}";
      if (once.insert(label).second) out.tried.push_back(label);
    }
  };
  if (!offers_metrics()) {
    tried();
    return out;
  }
  auto learned = this->learned(deadline, stop);
  if (!learned) return learned.error();
  const Layout& layout = *learned;
  const std::vector<Candidate> candidates = candidates_of(measure, layout);

  // First whether a way is taken at all, by all names together; then per name, only in the ways that are.
  std::vector<Way> ways;
  std::vector<http::Request> requests;
  std::vector<Way> asked;
  for (const Way way : {Way::service_name, Way::exported_job, Way::from, Way::job, Way::other}) {
    std::map<std::string, std::vector<std::string>> by_label;
    for (const Candidate& one : candidates) {
      const std::vector<Way> possible = ways_of(layout, one.name.service_from);
      if (std::find(possible.begin(), possible.end(), way) != possible.end()) by_label[label_in(way, one, layout)].push_back(selected(one, way, layout));
    }
    for (const auto& [label, selectors] : by_label) {
      size_t length = 0;                                 // these cannot be sent as a form
      std::vector<std::string> part;
      for (const std::string& one : selectors) {
        if (!part.empty() && length + one.size() > longest_match) {
          requests.push_back(values(label, part));
          asked.push_back(way);
          part.clear(), length = 0;
        }
        part.push_back(one);
        length += one.size();
      }
      requests.push_back(values(label, part));
      asked.push_back(way);
    }
  }
  const auto failed = [&](const Outcome<Answered>& outcome) -> std::optional<Error> {
    if (const auto* failure = std::get_if<Failure>(&outcome)) return error_of(*failure, config_.name);
    if (const auto* later = std::get_if<RetryLater>(&outcome)) return Error{Code::source, later->cause, config_.name, "try again in " + print_duration(later->after)};
    return std::nullopt;
  };
  const auto answers = server_.ask_all(requests, at_once(), deadline, stop);
  for (size_t i = 0; i < answers.size(); ++i) {
    if (const auto error = failed(answers[i])) return *error;
    const bool taken = !std::get<Answered>(answers[i]).reply.texts.empty();
    if (taken && std::find(ways.begin(), ways.end(), asked[i]) == ways.end()) ways.push_back(asked[i]);
  }

  struct Per { size_t candidate; Way way; };
  std::vector<Per> per;
  requests.clear();
  for (size_t c = 0; c < candidates.size(); ++c)
    for (const Way way : ways_of(layout, candidates[c].name.service_from)) {
      if (std::find(ways.begin(), ways.end(), way) == ways.end()) continue;
      per.push_back({c, way});
      requests.push_back(values(label_in(way, candidates[c], layout), {selected(candidates[c], way, layout)}));
    }
  const auto services_of = server_.ask_all(requests, at_once(), deadline, stop);
  std::set<std::string> services;
  size_t i = 0;
  for (size_t c = 0; c < candidates.size(); ++c) {
    std::set<std::string> mine;
    for (; i < per.size() && per[i].candidate == c; ++i) {
      if (const auto error = failed(services_of[i])) return *error;
      for (const std::string& value : std::get<Answered>(services_of[i]).reply.texts) {
        std::string service = service_in(per[i].way, value);
        if (const auto alias = config_.aliases.find(service); alias != config_.aliases.end()) service = alias->second;
        if (!service.empty() && !services.count(service)) mine.insert(std::move(service));
      }
    }
    if (mine.empty()) continue;
    services.insert(mine.begin(), mine.end());
    out.names.push_back(candidates[c].name);
  }
  out.services.assign(services.begin(), services.end());
  for (const auto& [metric, how] : measure.restarts)
    for (const std::string& found : all_fitting_names(metric, layout.names))
      if (layout.has_name(found) && !out.restarts.count(found)) out.restarts[found] = how;
  if (out.restarts.empty()) out.restarts = measure.restarts;   // the columns that tell of restarts are there, untold
  if (out.names.empty()) {
    tried();
    std::set<std::string> bases;
    for (const std::string& name : layout.names) bases.insert(base_of(name).empty() ? name : std::string(base_of(name)));
    const std::vector<std::string> known(bases.begin(), bases.end());
    for (const MeasureName& name : measure.names)
      if (const std::string near = nearest(metric_name(name), known); !near.empty())
        if (std::find(out.nearest.begin(), out.nearest.end(), near) == out.nearest.end() && out.nearest.size() < 5) out.nearest.push_back(near);
  }
  std::lock_guard lock(mutex_);
  ways_[measure.name] = std::move(ways);
  return out;
}

}  // namespace inquest::prometheus
