// Expressions and steps of what is computed by the server.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/pushdown.h"

#include <algorithm>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asking.h"
#include "runtime/connectors/prometheus/names.h"
#include "runtime/connectors/prometheus/server.h"

namespace inquest::prometheus {
namespace {

constexpr int64_t usual_steps = 240, fewest_steps = 8;


std::string label_list(const std::vector<std::string>& labels) {
  std::vector<std::string> out;
  for (const std::string& one : labels) out.push_back(classic_label(one) ? one : literal(one));
  return join(out, ", ");
}

// Labels that tell whose a series is and how it is grouped, as far as the server has them.
std::vector<std::string> kept_labels(const Ask& ask, const Resolution* measure, const Wanted& wanted, const Layout& layout) {
  std::vector<std::string> out;
  const auto keep = [&](const std::string& label) {
    if (layout.has_label(label) && !contains(out, label)) out.push_back(label);
  };
  for (const char* one : {"service_name", "service.name", "service_namespace", "service.namespace", "service_version", "service.version",
                          "service_instance_id", "service.instance.id", "job", "instance", "exported_job", "exported_instance", "pod", "namespace",
                          "container"})
    keep(one);
  for (const char* one : {"k8s.pod.name", "k8s.namespace.name", "k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name",
                          "k8s.container.name", "container.id", "container.name"})
    keep(layout.label_of(one));
  for (const std::string& attribute : wanted.resource) keep(layout.label_of(attribute));
  for (const std::string& attribute : otlp::texts_of(ask, "by")) keep(layout.label_of(attribute));
  for (const auto& [attribute, value] : ask.where) keep(layout.label_of(attribute));
  if (measure)
    for (const MeasureName& name : measure->names) {
      if (name.metric != wanted.metric) continue;
      for (const auto& [attribute, value] : name.select) keep(layout.label_of(attribute));
      for (const auto& [attribute, values] : name.only) keep(layout.label_of(attribute));
      for (const auto& [attribute, value] : name.error_when) keep(layout.label_of(attribute));
    }
  const bool operations = ask.kind == "metric.latency" || ask.scope.names.count("operation") || contains(otlp::texts_of(ask, "by"), "operation");
  if (operations)
    for (const char* one : {"span.name", "operation", "http.route", "uri", "http.request.method", "http.method", "method", "rpc.method", "rpc.service"})
      keep(layout.label_of(one));
  return out;
}

// sum by (…) (x), as the measure or metric.named sums; x itself where nothing is summed.
std::string grouped(const std::string& inner, const Ask& ask, const Resolution* measure, const Wanted& wanted, Part part, const Layout& layout) {
  std::string how = "sum";
  const MeasureName* name = nullptr;
  if (measure)
    for (const MeasureName& one : measure->names)
      if (one.metric == wanted.metric && !name) name = &one;
  if (measure && !name) return inner;                    // what tells of restarts
  const bool narrowed = find(ask.args, "by") != nullptr;
  const bool all = name ? contains(name->sum, "*") : narrowed;
  if (!measure) {
    const std::string& reduce = otlp::option_text(ask, "reduce");
    if (part == Part::value && wanted.kind != "sum") how = reduce == "max" ? "max" : reduce == "mean" ? "avg" : "sum";
  }
  if (all) {
    std::vector<std::string> labels = kept_labels(ask, measure, wanted, layout);
    if (part == Part::bucket) labels.push_back("le");
    return how + " by (" + label_list(labels) + ") (" + inner + ")";
  }
  std::vector<std::string> dropped;
  if (name)
    for (const std::string& attribute : name->sum) {
      const std::string label = layout.label_of(attribute);
      if (layout.has_label(label) && !contains(otlp::texts_of(ask, "by"), attribute)) dropped.push_back(label);
    }
  return dropped.empty() ? inner : "sum without (" + label_list(dropped) + ") (" + inner + ")";
}

}  // namespace

http::Request groups_request(const Ask& ask, const Resolution* measure, const Plan& plan, const Layout& layout) {
  std::vector<std::string> parts;
  const Span span = plan.spans.empty() ? Span{} : plan.spans.back();
  for (const Selection& selection : plan.selections)
    for (const std::string& name : selection.names) {
      const PartOf& part = plan.parts.at(name);
      const std::string there = "last_over_time(" + selector({name}, selection.matchers) + range(span) + ")";
      parts.push_back("(count(" + grouped(there, ask, measure, plan.wanted[part.wanted], part.part, layout) + ") or vector(0))");
    }
  return get("/api/v1/query", {{"query", join(parts, " + ")}, {"time", time_text(span.last_ms)}});
}

std::optional<Pushed> push_down(const Ask& ask, const Resolution* measure, const Plan& plan, const Layout& layout, const Budget& budget) {
  Pushed out;
  out.plan = plan;
  std::vector<Span> windows;
  int64_t longest = 0, all = 0;
  for (const otlp::Stretch& one : otlp::stretches(ask)) {
    const Span span = span_of(one.window);
    if (span.empty()) continue;
    windows.push_back(span);
    longest = std::max(longest, span.length_ms());
    all += span.length_ms();
  }
  if (windows.empty()) return out;
  const double series = std::max(1.0, budget.series);
  int64_t fetched = 0;
  for (const Span& span : plan.spans) fetched += span.length_ms();
  const auto interval = static_cast<int64_t>(static_cast<double>(fetched) * series / std::max(1.0, budget.samples));

  const auto every = otlp::duration_of(ask, "every");
  int64_t step = every ? std::max<int64_t>(1, every->ns / ns_per_ms) : std::max<int64_t>(1, longest / usual_steps);
  const int64_t wanted_step = step;
  std::string because;
  if (const int64_t least = interval * 4; step < least) step = least, because = "four of the samples' own intervals";
  const auto affordable = static_cast<int64_t>(static_cast<double>(budget.most) / std::max(1.0, budget.groups));
  if (affordable < fewest_steps) return std::nullopt;
  if (const int64_t least = (all + affordable - 1) / affordable; step < least) step = least, because = "the budget of " + count(budget.most) + " samples";
  if (every) step = (step + wanted_step - 1) / wanted_step * wanted_step;
  else step = longest / std::max<int64_t>(1, longest / std::max<int64_t>(1, step));  // whole steps, but for milliseconds
  if (every && step != wanted_step)
    out.notes.push_back("steps of " + print_duration(Duration{step * ns_per_ms}) + " instead of " + print_duration(Duration{wanted_step * ns_per_ms}) + ": " + because);
  out.step_ms = step;

  for (Wanted& one : out.plan.wanted)
    if (measure && measure->restarts.count(one.metric)) {
      const bool own = std::any_of(measure->names.begin(), measure->names.end(), [&](const MeasureName& name) { return name.metric == one.metric; });
      if (!own) one.kind = "gauge";
    }
  const std::string over = "[" + duration_text(step) + "]";
  bool split = false;
  int64_t left_out = 0;
  for (const Selection& selection : plan.selections)
    for (const std::string& name : selection.names) {
      const PartOf& part = plan.parts.at(name);
      const Wanted& wanted = out.plan.wanted[part.wanted];
      const std::string selected = selector({name}, selection.matchers) + over;
      const bool teller = measure && measure->restarts.count(wanted.metric) && wanted.kind == "gauge" &&
                          std::none_of(measure->names.begin(), measure->names.end(), [&](const MeasureName& one) { return one.metric == wanted.metric; });
      const bool level = part.part == Part::value && wanted.kind != "sum" && wanted.kind != "histogram";
      const std::string inner = teller  ? (measure->restarts.at(wanted.metric) == "rises" ? "max_over_time(" : "min_over_time(") + selected + ")"
                                : level ? "avg_over_time(" + selected + ")"
                                        : "increase(" + selected + ")";
      const std::string expression = grouped(inner, ask, measure, wanted, part.part, layout);
      for (const Span& window : windows) {
        const int64_t steps = window.length_ms() / step;
        left_out = std::max(left_out, window.length_ms() % step);
        for (int64_t from = 0; from < steps; from += most_points) {
          const int64_t to = std::min(steps, from + most_points);
          split |= from > 0;
          out.queries.push_back({get("/api/v1/query_range", {{"query", expression}, {"start", time_text(window.first_ms + (from + 1) * step - 1)},
                                                             {"end", time_text(window.first_ms + to * step - 1)}, {"step", duration_text(step)}}), name, expression});
        }
      }
    }
  if (split) out.notes.push_back("more than " + count(most_points) + " steps: asked for in several range queries");
  if (left_out >= 1000) out.notes.push_back("the last " + print_duration(Duration{left_out * ns_per_ms}) + " are less than a step and are left out");
  return out;
}

}  // namespace inquest::prometheus
