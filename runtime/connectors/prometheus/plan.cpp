// From an ask to selectors and stretches of time.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/plan.h"

#include <algorithm>
#include <set>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asking.h"
#include "runtime/connectors/prometheus/names.h"

namespace inquest::prometheus {
namespace {

bool in_sorted(const std::vector<std::string>& sorted, std::string_view one) {
  return std::binary_search(sorted.begin(), sorted.end(), one, [](std::string_view a, std::string_view b) { return a < b; });
}

// `a|b` either, `5*` a prefix: a plain value as such.
Matcher pattern_matcher(const std::string& label, const std::string& pattern) {
  return pattern.find_first_of("|*") == std::string::npos ? is(label, pattern) : matches(label, regex_pattern(pattern));
}

// One matcher of several values, each a pattern.
Matcher patterns_matcher(const std::string& label, const std::vector<std::string>& patterns) {
  if (patterns.size() == 1) return pattern_matcher(label, patterns.front());
  std::string regex;
  for (const std::string& one : patterns) regex += (regex.empty() ? "" : "|") + regex_pattern(one);
  return matches(label, regex);
}

void spell(std::map<std::string, std::string>& keys, const std::string& attribute) {
  keys.emplace(attribute, attribute);
  keys.emplace(label_name(attribute), attribute);
}

void spell_measure(std::map<std::string, std::string>& keys, const MeasureName& name) {
  for (const auto& [key, value] : name.select) spell(keys, key);
  for (const auto& [key, values] : name.only) spell(keys, key);
  for (const auto& [key, value] : name.error_when) spell(keys, key);
  for (const std::string& key : name.sum)
    if (key != "*") spell(keys, key);
}

Wanted wanted_of(const Ask& ask, const MeasureName& name, const std::vector<std::string>& identity) {
  Wanted out{name.metric, name.kind, unit_in(name.metric), {}, {}, name.service_from, true, name.metric};
  if (out.unit.empty()) out.unit = name.unit;
  for (const std::string& key : otlp::texts_of(ask, "by"))
    if (key != "operation" && key != "quantile") spell(out.keys, key);
  spell_measure(out.keys, name);
  for (const auto& [key, value] : ask.where) spell(out.keys, key);
  std::vector<std::string> resource = identity;
  if (!name.service_from.empty()) resource.push_back(name.service_from);
  for (const std::string& key : resource) {
    if (out.keys.count(key) || out.keys.count(label_name(key))) continue;
    spell(out.keys, key);
    out.resource.push_back(key);
  }
  return out;
}

// The series of a histogram that are there; with an unknown server all that could be.
std::vector<std::pair<std::string, Part>> series_of(const std::string& base, const std::string& kind, bool counts_only, const Layout& layout) {
  const bool blind = layout.names.empty();
  const auto there = [&](const std::string& name) { return blind || layout.has_name(name); };
  if (kind == "gauge" || kind == "sum") return {{base, Part::value}};
  std::vector<std::pair<std::string, Part>> out;
  if (counts_only && there(base + "_count")) {
    out.emplace_back(base + "_count", Part::count);
    if (!blind && !layout.has_name(base)) return out;
  } else {
    for (const auto& [end, part] : {std::pair{"_bucket", Part::bucket}, {"_count", Part::count}, {"_sum", Part::sum}})
      if (there(base + end)) out.emplace_back(base + end, part);
  }
  if (there(base)) out.emplace_back(base, Part::value);     // a native histogram, or the quantiles of a summary
  return out;
}

std::vector<Span> spans_of(const Ask& ask) {
  const int64_t after = ask.kind == "metric.latency" ? margin_ms : 0;
  std::vector<Span> out;
  for (const otlp::Stretch& one : otlp::stretches(ask)) {
    Span span = span_of(one.window);
    if (span.empty()) continue;
    span.first_ms = std::max<int64_t>(0, span.first_ms - margin_ms);
    span.last_ms += after;
    out.push_back(span);
  }
  std::sort(out.begin(), out.end(), [](const Span& a, const Span& b) { return a.first_ms < b.first_ms; });
  std::vector<Span> apart;
  for (const Span& one : out) {
    if (!apart.empty() && one.first_ms <= apart.back().last_ms + 1) apart.back().last_ms = std::max(apart.back().last_ms, one.last_ms);
    else apart.push_back(one);
  }
  return apart;
}

// Matchers that hold for every selector of the ask: an operation that is said must fit, one that is not said may.
std::vector<Matcher> narrowing(const Ask& ask, const Layout& layout) {
  std::vector<Matcher> out;
  const auto operation = ask.scope.names.find("operation");
  if (operation == ask.scope.names.end()) return out;
  for (const char* label : {"span.name", "span_name"})
    if (layout.has_label(label)) out.push_back(matches(label, regex_literal(operation->second) + "|"));
  return out;
}

}  // namespace

bool Layout::has_label(std::string_view name) const { return in_sorted(labels, name); }
bool Layout::has_name(std::string_view name) const { return in_sorted(names, name); }
std::string Layout::label_of(const std::string& attribute) const { return has_label(attribute) ? attribute : label_name(attribute); }

std::vector<std::string> names_there(const std::string& service, const std::map<std::string, std::string>& aliases) {
  std::vector<std::string> out;
  if (!aliases.count(service)) out.push_back(service);
  for (const auto& [there, canonical] : aliases)
    if (canonical == service) out.push_back(there);
  return out;
}

std::vector<Way> ways_of(const Layout& layout, const std::string& service_from) {
  std::vector<Way> out;
  const bool blind = layout.labels.empty();
  if (blind || layout.has_label("service_name") || layout.has_label("service.name")) out.push_back(Way::service_name);
  if (layout.has_label("exported_job")) out.push_back(Way::exported_job);
  if (!service_from.empty() && (blind || layout.has_label(layout.label_of(service_from)))) out.push_back(Way::from);
  if (blind || layout.has_label("job")) out.push_back(Way::job);
  for (const char* key : {"k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name", "k8s.container.name"})
    if (layout.has_label(layout.label_of(key))) {
      out.push_back(Way::other);
      break;
    }
  return out;
}

std::vector<Matcher> whose(Way way, const std::vector<std::string>& service, const std::string& from_label, const Layout& layout) {
  const std::string own = layout.has_label("service.name") && !layout.has_label("service_name") ? "service.name" : "service_name";
  const auto job_of = [&](const char* label) {
    if (service.empty()) return matches(label, ".+");
    std::string regex;
    for (const std::string& one : service) regex += (regex.empty() ? "" : "|") + regex_literal(one);
    return matches(label, "(.*/)?(" + regex + ")");
  };
  std::vector<Matcher> out;
  if (way == Way::service_name) {
    out.push_back(service.empty() ? matches(own, ".+") : one_of(own, service));
    return out;
  }
  if (layout.labels.empty() || layout.has_label(own)) out.push_back(is(own, ""));
  if (way == Way::exported_job) {
    out.push_back(job_of("exported_job"));
    return out;
  }
  if (layout.has_label("exported_job")) out.push_back(is("exported_job", ""));
  if (way == Way::from) {
    out.push_back(service.empty() ? matches(from_label, ".+") : one_of(from_label, service));
    return out;
  }
  if (!from_label.empty()) out.push_back(is(from_label, ""));
  out.push_back(way == Way::job ? job_of("job") : is("job", ""));
  return out;
}

std::vector<Matcher> conditions(const MeasureName& name, const Layout& layout) {
  std::vector<Matcher> out;
  for (const auto& [key, value] : name.select) out.push_back(pattern_matcher(layout.label_of(key), value));
  for (const auto& [key, values] : name.only) out.push_back(patterns_matcher(layout.label_of(key), values));
  return out;
}

Ask spelled(const Ask& ask, const Resolution* measure) {
  Ask out = ask;
  std::map<std::string, std::string> keys;
  for (const std::string& key : otlp::texts_of(ask, "by")) spell(keys, key);
  if (measure)
    for (const MeasureName& name : measure->names) spell_measure(keys, name);
  for (auto& [key, value] : out.where)
    if (const auto at = keys.find(label_name(key)); at != keys.end()) key = at->second;
  return out;
}

Plan plan_ask(const Ask& asked, const Resolution* measure, const Layout& layout, const std::map<std::string, std::string>& aliases,
              const std::vector<Way>* ways) {
  const Ask ask = spelled(asked, measure);
  Plan plan;
  plan.spans = spans_of(ask);
  std::vector<std::string> service;
  if (const auto at = ask.scope.names.find("service"); at != ask.scope.names.end()) service = names_there(at->second, aliases);
  const bool narrowed = ask.scope.names.count("service") != 0;

  // Series with the same conditions are fetched together.
  struct Group { std::vector<Matcher> matchers; std::string from; std::vector<std::string> names; };
  std::vector<Group> groups;
  const auto want = [&](Wanted wanted, const std::vector<Matcher>& matchers, bool counts_only) {
    const auto known = std::find_if(plan.wanted.begin(), plan.wanted.end(), [&](const Wanted& one) { return one.metric == wanted.metric; });
    const size_t index = static_cast<size_t>(known - plan.wanted.begin());
    const std::string from = wanted.service_from;
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& one) { return one.matchers == matchers && one.from == from; });
    if (group == groups.end()) group = groups.insert(groups.end(), {matchers, from, {}});
    for (const auto& [series, part] : series_of(wanted.metric, wanted.kind, counts_only, layout)) {
      plan.parts.emplace(series, PartOf{index, part});
      if (!contains(group->names, series)) group->names.push_back(series);
      if (part == Part::bucket || (part == Part::value && wanted.kind == "histogram")) plan.exemplars.push_back(series);
    }
    if (known == plan.wanted.end()) plan.wanted.push_back(std::move(wanted));
    else known->keys.insert(wanted.keys.begin(), wanted.keys.end());
  };

  if (measure) {
    const bool latency = ask.kind == "metric.latency";
    const bool blind = layout.names.empty();             // nothing was asked yet: the names of the usual translation
    for (MeasureName name : measure->names) {
      if (blind) name.metric = metric_name(name);
      Wanted wanted = wanted_of(ask, name, measure->identity);
      want(std::move(wanted), conditions(name, layout), !latency);
    }
    std::set<std::string> froms;
    for (const MeasureName& name : measure->names) froms.insert(name.service_from);
    for (const auto& [metric, how] : measure->restarts)
      for (const std::string& from : froms) {
        if (blind || !layout.has_name(metric)) continue;
        MeasureName teller{.metric = metric, .kind = metric.size() > 6 && metric.compare(metric.size() - 6, 6, "_total") == 0 ? "sum" : "gauge"};
        teller.service_from = from;
        want(wanted_of(ask, teller, measure->identity), {}, false);
      }
  } else {
    const std::string& name = otlp::option_text(ask, "name");
    std::vector<std::string> found = all_fitting_names(name, layout.names);
    if (const std::string_view base = base_of(name); found.empty() && !base.empty()) found = all_fitting_names(std::string(base), layout.names);
    if (found.empty() && layout.names.empty()) found = {metric_name({.metric = name})};
    if (found.empty()) plan.tried = {name};
    for (const std::string& one : found) {
      MeasureName named{.metric = one, .kind = one.size() > 6 && one.compare(one.size() - 6, 6, "_total") == 0 ? "sum" : "any"};
      Wanted wanted = wanted_of(ask, named, otlp::default_identity());
      wanted.called = name;
      wanted.spelled = !is_translated(name);
      want(std::move(wanted), {}, false);
    }
  }
  const auto select = [&](const std::vector<std::string>& names, std::vector<Matcher> matchers) {
    for (Selection& one : plan.selections)
      if (one.matchers == matchers) {
        for (const std::string& name : names)
          if (!contains(one.names, name)) one.names.push_back(name);
        std::sort(one.names.begin(), one.names.end());
        return;
      }
    plan.selections.push_back({names, std::move(matchers)});
  };
  for (Group& group : groups) {
    std::sort(group.names.begin(), group.names.end());
    if (group.names.empty()) continue;
    std::vector<Matcher> matchers = group.matchers;
    for (Matcher& one : narrowing(ask, layout)) matchers.push_back(std::move(one));
    if (!narrowed) {
      select(group.names, std::move(matchers));
      continue;
    }
    for (const Way way : ways_of(layout, group.from)) {
      if (ways && std::find(ways->begin(), ways->end(), way) == ways->end()) continue;
      std::vector<Matcher> mine = matchers;
      for (Matcher& one : whose(way, service, group.from.empty() ? std::string() : layout.label_of(group.from), layout)) mine.push_back(std::move(one));
      select(group.names, std::move(mine));
    }
  }
  return plan;
}

}  // namespace inquest::prometheus
