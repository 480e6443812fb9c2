// Names and expressions of PromQL.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/promql.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/base/text.h"
#include "runtime/connectors/prometheus/names.h"

namespace inquest {
namespace {

using prometheus::is_translated;
using prometheus::parts_of;

double seconds_in(const std::string& unit) {
  for (const auto& [name, factor] : {std::pair{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}, {"min", 60.0}, {"h", 3600.0}})
    if (unit == name) return factor;
  return 0;
}

double factor(const MeasureName& name, const std::string& unit) {
  if (name.scale != 1) return name.scale;
  const double from = seconds_in(name.unit), to = seconds_in(unit);
  return from > 0 && to > 0 ? from / to : 1;
}

using Matchers = std::vector<std::pair<std::string, std::string>>;  // label, regular expression

struct Series {                                   // one name of the measure, ready to be selected
  const MeasureName* name;
  std::string metric;
};

std::string selector(const std::string& metric, const Matchers& matchers) {
  std::string inside;
  for (const auto& [label, regex] : matchers) inside += fmt::format("{}{}=~\"{}\"", inside.empty() ? "" : ", ", label, regex);
  return inside.empty() ? metric : metric + "{" + inside + "}";
}

std::string escaped(const std::string& regex) {   // as it stands between the quotes of PromQL
  std::string out;
  for (const char c : regex) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

Matchers matchers_of(const MeasureName& name, const PromqlScope& scope, const std::map<std::string, std::string>& more = {}) {
  Matchers out;
  if (!scope.service.empty()) out.emplace_back(name.service_from.empty() ? scope.service_label : prometheus::label_name(name.service_from), scope.service);
  for (const auto& [label, value] : name.select) out.emplace_back(prometheus::label_name(label), escaped(prometheus::regex_literal(value)));
  for (const auto& [label, values] : name.only) {
    std::string regex;
    for (const std::string& value : values) regex += (regex.empty() ? "" : "|") + prometheus::regex_literal(value);
    out.emplace_back(prometheus::label_name(label), escaped(regex));
  }
  for (const auto& [label, value] : more) out.emplace_back(prometheus::label_name(label), escaped(prometheus::regex_pattern(value)));
  return out;
}

std::string moved(const PromqlScope& scope) { return scope.offset.empty() ? "" : " offset " + scope.offset; }

std::string rate(const std::string& selected, const PromqlScope& scope) { return fmt::format("rate({}[$__rate_interval]{})", selected, moved(scope)); }

// The label of the service on series that name it otherwise.
std::string named(const std::string& expression, const MeasureName& name, const PromqlScope& scope) {
  if (name.service_from.empty()) return expression;
  return fmt::format("label_replace({}, \"{}\", \"$1\", \"{}\", \"(.+)\")", expression, scope.service_label, prometheus::label_name(name.service_from));
}

std::string kept(const Measure& measure, const MeasureName& name, const PromqlScope& scope, bool instances) {
  std::vector<std::string> labels = {scope.service_label};
  const auto keep = [&](const std::string& label) {
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
  };
  if (instances) {
    keep("instance");
    for (const std::string& attribute : measure.identity)
      if (attribute != "service.instance.id" && attribute.find(".uid") == std::string::npos) keep(prometheus::label_name(attribute));
    if (name.service_from == "container") keep("pod");   // cAdvisor's own words
  }
  for (const std::string& attribute : scope.by) keep(prometheus::label_name(attribute));
  return join(labels, ", ");
}

std::string scaled(const std::string& expression, double by) { return by == 1 ? expression : expression + " * " + shortest(by); }

std::vector<Series> series_of(const Measure& measure) {
  std::vector<Series> out;
  for (const MeasureName& name : measure.names) {
    out.push_back({&name, prometheus::metric_name(name)});
    // Before units were appended, a bare OTLP name was the Prometheus name too.
    if (name.metric.find_first_of("._") == std::string::npos && name.kind == "histogram" && name.metric != out.back().metric) out.push_back({&name, name.metric});
  }
  return out;
}

std::string joined(const std::vector<std::string>& alternatives, const std::string& service_label) {
  std::vector<std::string> once;
  for (const std::string& one : alternatives)
    if (std::find(once.begin(), once.end(), one) == once.end()) once.push_back(one);
  return join(once, "\nor on (" + service_label + ") ");
}

}  // namespace

std::string promql_of(const Measure& measure, const PromqlScope& scope) {
  std::vector<std::string> alternatives;
  for (const Series& one : series_of(measure)) {
    const MeasureName& name = *one.name;
    const bool counted = name.kind == "sum" || name.kind == "histogram";
    const std::string metric = name.kind == "histogram" ? one.metric + "_count" : one.metric, by = kept(measure, name, scope, true);
    const std::string selected = selector(metric, matchers_of(name, scope));
    const std::string all = counted ? rate(selected, scope) : selected + moved(scope);
    if (!name.error_when.empty() && measure.unit == "share") {
      std::string failed;
      for (const auto& [label, value] : name.error_when)
        failed += (failed.empty() ? "" : " or ") + rate(selector(metric, matchers_of(name, scope, {{label, value}})), scope);
      const std::string total = fmt::format("sum by ({}) ({})", by, named(all, name, scope));
      // No failed call is 0; no call at all is no sample.
      alternatives.push_back(fmt::format("(sum by ({}) ({}) or 0 * {}) / ({} > 0)", by, named(failed, name, scope), total, total));
      continue;
    }
    // One of the parts of an instance, or the only one: a histogram of durations is counted, never scaled.
    const std::string reduce = measure.reduce == "max" ? "max" : measure.reduce == "mean" ? "avg" : "sum";
    alternatives.push_back(scaled(fmt::format("{} by ({}) ({})", reduce, by, named(all, name, scope)), name.kind == "histogram" ? 1 : factor(name, measure.unit)));
  }
  return joined(alternatives, scope.service_label);
}

std::string promql_quantile(const Measure& measure, const PromqlScope& scope, double quantile) {
  std::vector<std::string> alternatives;
  for (const Series& one : series_of(measure)) {
    if (one.name->kind != "histogram") continue;
    const std::string buckets = named(rate(selector(one.metric + "_bucket", matchers_of(*one.name, scope)), scope), *one.name, scope);
    alternatives.push_back(scaled(fmt::format("histogram_quantile({}, sum by ({}, le) ({}))", shortest(quantile), kept(measure, *one.name, scope, false), buckets),
                                  factor(*one.name, measure.unit)));
  }
  return joined(alternatives, scope.service_label);
}

std::string promql_named(const std::string& metric, const std::string& reduce, const PromqlScope& scope) {
  const MeasureName plain{.metric = metric};
  const std::string by = kept({}, plain, scope, true), how = reduce == "max" || reduce == "min" ? reduce : reduce == "mean" || reduce == "avg" ? "avg" : "sum";
  std::string base = is_translated(metric) ? metric : join(parts_of(metric), "_");
  const std::string unit = is_translated(metric) ? "" : "(_(bytes|seconds|milliseconds|microseconds|nanoseconds|percent|ratio))?";
  const auto total = base.rfind("_total");
  const bool counter = total != std::string::npos && total + 6 == base.size();
  if (counter) base.resize(total);
  const auto selected = [&](const std::string& suffix) {
    Matchers matchers = {{"__name__", escaped(prometheus::regex_literal(base)) + unit + suffix}};
    const Matchers more = matchers_of(plain, scope);
    matchers.insert(matchers.end(), more.begin(), more.end());
    return selector("", matchers);
  };
  std::vector<std::string> alternatives;
  if (!counter) {
    alternatives.push_back(fmt::format("sum by ({0}) ({1}) / (sum by ({0}) ({2}) > 0)", by, rate(selected("_sum"), scope), rate(selected("_count"), scope)));
  }
  alternatives.push_back(fmt::format("{} by ({}) ({})", how, by, rate(selected("_total"), scope)));
  if (!counter) alternatives.push_back(fmt::format("{} by ({}) ({}{})", how, by, selected(""), moved(scope)));
  return joined(alternatives, scope.service_label);
}

}  // namespace inquest
