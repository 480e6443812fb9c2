// Names and expressions of PromQL.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/promql.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/base/text.h"

namespace inquest {
namespace {

// UCUM → what Prometheus calls it (otlptranslator, unitMap and perUnitMap).
constexpr std::array<std::pair<const char*, const char*>, 22> units = {{
    {"d", "days"}, {"h", "hours"}, {"min", "minutes"}, {"s", "seconds"}, {"ms", "milliseconds"}, {"us", "microseconds"},
    {"ns", "nanoseconds"}, {"By", "bytes"}, {"KiBy", "kibibytes"}, {"MiBy", "mebibytes"}, {"GiBy", "gibibytes"},
    {"KBy", "kilobytes"}, {"kBy", "kilobytes"}, {"MBy", "megabytes"}, {"GBy", "gigabytes"}, {"m", "meters"}, {"V", "volts"},
    {"A", "amperes"}, {"J", "joules"}, {"W", "watts"}, {"Hz", "hertz"}, {"%", "percent"},
}};

bool letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// The parts of a name between what no Prometheus name may hold; `_` separates too.
std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts(1);
  for (const char c : name) {
    if (letter_or_digit(c) || c == ':') parts.back() += c;
    else if (!parts.back().empty()) parts.emplace_back();
  }
  if (parts.back().empty()) parts.pop_back();
  return parts;
}

std::string unit_word(const std::string& unit) {
  for (const auto& [ucum, word] : units)
    if (unit == ucum) return word;
  return {};   // 1, {call}; and words of ours, such as share and cores, that are no unit of a name
}

bool is_translated(const std::string& metric) {
  return metric.find('.') == std::string::npos && metric.find('_') != std::string::npos;
}

std::string total_less(std::vector<std::string> parts) {
  parts.erase(std::remove(parts.begin(), parts.end(), "total"), parts.end());
  return join(parts, "_");
}

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

// A pattern of a measure file: `a|b` either, `5*` a prefix, `*` anything.
std::string pattern(const std::string& text) {
  if (text == "*") return ".+";
  std::string out;
  for (const std::string& one : split(text, '|')) {
    if (!out.empty()) out += '|';
    const bool prefix = !one.empty() && one.back() == '*';
    out += promql_regex(prefix ? one.substr(0, one.size() - 1) : one) + (prefix ? ".*" : "");
  }
  return out;
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
  if (!scope.service.empty()) out.emplace_back(name.service_from.empty() ? scope.service_label : prometheus_label(name.service_from), scope.service);
  for (const auto& [label, value] : name.select) out.emplace_back(prometheus_label(label), escaped(promql_regex(value)));
  for (const auto& [label, values] : name.only) {
    std::string regex;
    for (const std::string& value : values) regex += (regex.empty() ? "" : "|") + promql_regex(value);
    out.emplace_back(prometheus_label(label), escaped(regex));
  }
  for (const auto& [label, value] : more) out.emplace_back(prometheus_label(label), escaped(pattern(value)));
  return out;
}

std::string moved(const PromqlScope& scope) { return scope.offset.empty() ? "" : " offset " + scope.offset; }

std::string rate(const std::string& selected, const PromqlScope& scope) { return fmt::format("rate({}[$__rate_interval]{})", selected, moved(scope)); }

// The label of the service on series that name it otherwise.
std::string named(const std::string& expression, const MeasureName& name, const PromqlScope& scope) {
  if (name.service_from.empty()) return expression;
  return fmt::format("label_replace({}, \"{}\", \"$1\", \"{}\", \"(.+)\")", expression, scope.service_label, prometheus_label(name.service_from));
}

std::string kept(const Measure& measure, const MeasureName& name, const PromqlScope& scope, bool instances) {
  std::vector<std::string> labels = {scope.service_label};
  const auto keep = [&](const std::string& label) {
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
  };
  if (instances) {
    keep("instance");
    for (const std::string& attribute : measure.identity)
      if (attribute != "service.instance.id" && attribute.find(".uid") == std::string::npos) keep(prometheus_label(attribute));
    if (name.service_from == "container") keep("pod");   // cAdvisor's own words
  }
  for (const std::string& attribute : scope.by) keep(prometheus_label(attribute));
  return join(labels, ", ");
}

std::string scaled(const std::string& expression, double by) { return by == 1 ? expression : expression + " * " + shortest(by); }

std::vector<Series> series_of(const Measure& measure) {
  std::vector<Series> out;
  for (const MeasureName& name : measure.names) {
    out.push_back({&name, prometheus_name(name)});
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

std::string prometheus_label(const std::string& attribute) {
  std::string out;
  for (const char c : attribute) out += letter_or_digit(c) ? c : '_';
  return !out.empty() && out.front() >= '0' && out.front() <= '9' ? "key_" + out : out;
}

std::string promql_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') { out += "\\n"; continue; }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string promql_regex(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string prometheus_name(const MeasureName& name) {
  if (is_translated(name.metric)) return name.metric;
  std::vector<std::string> parts = parts_of(name.metric);
  const auto append = [&](const std::string& words) {
    for (const std::string& word : split(words, '_'))
      if (!word.empty() && std::find(parts.begin(), parts.end(), word) == parts.end()) parts.push_back(word);
  };
  const size_t slash = name.unit.find('/');
  if (slash == std::string::npos) append(unit_word(name.unit));
  else {
    const std::string of = unit_word(name.unit.substr(0, slash));
    std::string per = unit_word(name.unit.substr(slash + 1));
    if (!per.empty() && per.back() == 's') per.pop_back();
    if (!of.empty() && !per.empty()) append(of), append("per"), append(per);
  }
  std::string out = join(parts, "_");
  if (name.kind == "sum") out = total_less(parts) + "_total";
  else if (name.kind == "gauge" && name.unit == "1" && (parts.empty() || parts.back() != "ratio")) out += "_ratio";
  return !out.empty() && out.front() >= '0' && out.front() <= '9' ? "_" + out : out;
}

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
    Matchers matchers = {{"__name__", escaped(promql_regex(base)) + unit + suffix}};
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
