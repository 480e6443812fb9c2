// Links for people, and what an ask would cost.
// SPDX-License-Identifier: Apache-2.0
//
// A person sees the expression that comes nearest to the ask: gauges as they are, counters and counts as rates per second,
// durations as a quantile of their buckets; Prometheus' graph page takes an end and a range, Grafana's Explore both ends.
#include <algorithm>
#include <cmath>

#include "runtime/base/json.h"
#include "runtime/base/text.h"
#include "runtime/connectors/prometheus/names.h"
#include "runtime/connectors/prometheus/native.h"
#include "runtime/connectors/prometheus/source.h"

namespace inquest::prometheus {
namespace {

std::string base(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

// One expression an alternative; joined with `or`.
std::string expression_of(const Plan& plan) {
  std::vector<std::string> parts;
  for (const Selection& selection : plan.selections) {
    std::vector<std::string> values, counters, buckets;
    for (const std::string& name : selection.names) {
      const PartOf& part = plan.parts.at(name);
      const bool counter = part.part == Part::count || plan.wanted[part.wanted].kind == "sum";
      if (part.part == Part::bucket) buckets.push_back(name);
      else if (counter) counters.push_back(name);
      else if (part.part == Part::value) values.push_back(name);
    }
    if (!buckets.empty()) {
      parts.push_back("histogram_quantile(0.95, sum by (le, service_name, job) (rate(" + selector(buckets, selection.matchers) + "[5m])))");
    } else {
      if (!values.empty()) parts.push_back(selector(values, selection.matchers));
      if (!counters.empty()) parts.push_back("rate(" + selector(counters, selection.matchers) + "[5m])");
    }
  }
  return join(parts, " or ");
}


// 2026-11-21 11:06:29: what the graph page reads, UTC.
std::string page_time(Time time) {
  std::string text = print_time(Time{time.ns / ns_per_s * ns_per_s});
  if (text.size() >= 19) text[10] = ' ';
  return text.substr(0, 19);
}

std::string page_range(Duration length) {
  const int64_t seconds = std::max<int64_t>(1, (length.ns + ns_per_s - 1) / ns_per_s);
  return std::to_string(seconds) + "s";
}

}  // namespace

std::string Source::link(const Ask& ask, const Measures& measures) const {
  if (ask.scope.window.empty()) return {};
  std::string expression;
  if (ask.kind == "promql") {
    expression = plan_native(ask).text;
  } else if (const Resolution* measure = resolution_of(ask, measures); measure || ask.kind == "metric.named") {
    Plan plan = planned(ask, measure, layout());
    if (measure && ask.kind != "metric.named")           // what only tells of restarts is not what a person looks for
      for (Selection& selection : plan.selections)
        std::erase_if(selection.names, [&](const std::string& name) { return measure->restarts.count(name) != 0; });
    std::erase_if(plan.selections, [](const Selection& one) { return one.names.empty(); });
    expression = expression_of(plan);
  }
  if (expression.empty()) return {};
  const Window& window = ask.scope.window;
  if (const auto grafana = config_.links.find("grafana"); grafana != config_.links.end()) {
    const auto uid = config_.links.find("grafana_datasource");
    const std::string datasource = uid == config_.links.end() ? config_.name : uid->second;
    Json query = {{"refId", "A"}, {"expr", expression}, {"datasource", {{"type", "prometheus"}, {"uid", datasource}}}};
    Json panes = {{"inquest", {{"datasource", datasource}, {"queries", Json::array({std::move(query)})},
                               {"range", {{"from", std::to_string(window.from.ns / 1'000'000)}, {"to", std::to_string(window.to.ns / 1'000'000)}}}}}};
    return base(grafana->second) + "/explore?" + http::form({{"schemaVersion", "1"}, {"panes", canonical(panes)}});
  }
  const auto own = config_.links.find("prometheus");
  const std::string url = own != config_.links.end() ? own->second : config_.http && !config_.http->url.empty() ? config_.http->url : config_.at;
  if (url.empty()) return {};
  return base(url) + "/graph?" + http::form({{"g0.expr", expression}, {"g0.tab", "0"}, {"g0.range_input", page_range(window.length())},
                                             {"g0.end_input", page_time(window.to)}, {"g0.moment_input", page_time(window.to)}});
}

std::vector<Estimate> Source::estimate(const std::vector<Ask>& asks, const Measures& measures, const Deadline& deadline, const Stop& stop) {
  std::vector<Estimate> out(asks.size());
  if (!learned(deadline, stop)) return out;
  const Layout layout = this->layout();
  std::vector<http::Request> requests;
  struct Per { size_t ask; bool series; int64_t points; };
  std::vector<Per> per;
  for (size_t i = 0; i < asks.size(); ++i) {
    const Ask& ask = asks[i];
    if (!ask.unknown_names.empty() || ask.scope.window.empty()) continue;
    if (ask.kind == "promql") {
      const NativePlan plan = plan_native(ask);
      if (plan.error || !plan.unbound.empty()) continue;
      const Span span = span_of(ask.scope.window);
      if (span.empty()) continue;
      requests.push_back(get("/api/v1/query", {{"query", "count(" + plan.text + "\n)"}, {"time", time_text(span.last_ms)}}));
      int64_t points = 0;
      for (const otlp::Stretch& one : otlp::stretches(ask)) points += span_of(one.window).length_ms() / plan.step_ms + 1;
      per.push_back({i, true, points});
      continue;
    }
    const Resolution* measure = resolution_of(ask, measures);
    if (ask.kind != "metric.named" && (!measure || measure->names.empty())) continue;
    const Plan plan = planned(ask, measure, layout);
    if (plan.selections.empty() || plan.spans.empty()) continue;
    requests.push_back(series_request(plan));
    per.push_back({i, true, 0});
    requests.push_back(count_request(plan));
    per.push_back({i, false, 0});
  }
  const auto answers = server_.ask_all(requests, at_once(), deadline, stop);
  for (size_t r = 0; r < answers.size(); ++r) {
    const auto* answered = std::get_if<Answered>(&answers[r]);
    if (!answered) continue;
    const double n = number_in(answered->reply);
    if (!(n >= 0 && n < 9e15)) continue;
    Estimate& estimate = out[per[r].ask];
    if (per[r].series) estimate.series = std::llround(n);
    if (per[r].points > 0) estimate.points = estimate.series.value_or(0) * per[r].points;
    if (!per[r].series) estimate.points = std::llround(n);
  }
  for (Estimate& one : out)                              // a sample is about 28 bytes of text, the labels of a series about 300
    if (one.points) one.bytes = *one.points * 28 + one.series.value_or(0) * 300;
  return out;
}

}  // namespace inquest::prometheus
