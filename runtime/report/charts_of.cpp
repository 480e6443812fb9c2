// Which charts a report shows, and which lines stand in them.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "runtime/report/builder.h"
#include "runtime/report/chart.h"

namespace inquest {
namespace {

constexpr size_t most_charts = 3, most_strong = 4, most_others = 5;

// The service that the verdict is about, else the first suspect.
std::string subject_service(const Report& report) {
  const auto& subject = report.judgement.verdict.subject;
  if (const auto at = subject.find("service"); report.judged && at != subject.end()) return at->second;
  return report.suspects.empty() ? std::string() : report.suspects[0].service;
}

std::optional<Time> onset_of(const Report& report, const std::string& service) {
  if (report.judged && report.judgement.verdict.onset) return report.judgement.verdict.onset;
  const Finding* best = nullptr;
  for (const Finding& f : report.findings) {
    const auto at = f.subject.find("service");
    if (f.onset && at != f.subject.end() && at->second == service && (!best || f.strength > best->strength)) best = &f;
  }
  return best ? best->onset : std::nullopt;
}

// Evidence that findings of the pair named by the verdict cite.
std::set<std::string> cited_by_verdict(const Report& report) {
  std::set<std::string> out;
  const Verdict& v = report.judgement.verdict;
  for (const Judged& h : report.judgement.hypotheses)
    if (h.hypothesis == v.hypothesis && h.key == v.subject)
      for (const std::string& id : h.findings)
        if (const Finding* f = finding_of(report, id)) out.insert(f->evidence.begin(), f->evidence.end());
  return out;
}

void choose(Chart& chart, std::vector<SeriesLine> lines, const std::string& service) {
  std::vector<ChartLine> strong, others;
  std::vector<double> weight;
  for (SeriesLine& l : lines) {
    const bool ours = l.service == service;
    double greatest = -INFINITY;
    for (const auto& [t, v] : l.points) greatest = std::max(greatest, v);
    ChartLine line{l.label.empty() ? l.service : l.service + " " + l.label, std::move(l.points), ours};
    if (ours) {
      strong.push_back(std::move(line));
    } else {
      others.push_back(std::move(line));
      weight.push_back(greatest);
    }
  }
  const size_t all_strong = strong.size(), all_others = others.size();
  std::vector<size_t> order(others.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return weight[a] > weight[b]; });
  if (order.size() > most_others) order.resize(most_others);
  std::sort(order.begin(), order.end());
  for (const size_t i : order) chart.lines.push_back(std::move(others[i]));
  if (strong.size() > most_strong) strong.resize(most_strong);
  for (ChartLine& l : strong) chart.lines.push_back(std::move(l));   // last: drawn above the others
  if (all_others > most_others)
    chart.note = fmt::format("{} of {} other lines are drawn, the highest", most_others, all_others);
  if (all_strong > most_strong)
    chart.note +=
        fmt::format("{}{} of {} lines of {}", chart.note.empty() ? "" : "; ", most_strong, all_strong, service);
}

// Lines that differ by more than a factor of 30 at their height are told apart on a logarithmic axis only.
bool wants_log(const Chart& chart) {
  double least = INFINITY, greatest = 0;
  for (const ChartLine& l : chart.lines) {
    double high = 0;
    for (const auto& [t, v] : l.points) {
      if (v < 0) return false;
      high = std::max(high, v);
    }
    if (high > 0) least = std::min(least, high);
    greatest = std::max(greatest, high);
  }
  return least < INFINITY && greatest > 30 * least;
}

}  // namespace

std::vector<Chart> charts_of(const Report& report) {
  const std::string service = subject_service(report);
  const std::optional<Time> onset = onset_of(report, service);
  const std::set<std::string> cited = cited_by_verdict(report);
  std::vector<const ReportEvidence*> metrics, latency;
  for (const ReportEvidence& e : report.evidence) {
    if (!e.frame || e.frame->rows == 0) continue;
    if (e.frame->shape == Shape::series && e.signal == "metrics" && (cited.count(e.id) || e.kind == "metric.memory"))
      metrics.push_back(&e);
    if (e.frame->shape == Shape::latency) latency.push_back(&e);
  }
  std::stable_sort(metrics.begin(), metrics.end(), [&](const ReportEvidence* a, const ReportEvidence* b) {
    return cited.count(a->id) > cited.count(b->id);
  });
  if (metrics.size() > most_charts - 1) metrics.resize(most_charts - 1);
  if (latency.size() > 1) latency.resize(1);
  std::vector<Chart> out;
  const auto add = [&](const ReportEvidence& e, const std::string& title, const std::string& unit,
                       std::vector<SeriesLine> lines) {
    Chart chart;
    chart.title = title;
    chart.unit = unit;
    chart.evidence = e.id;
    chart.window = e.window;
    chart.onset = onset;
    choose(chart, std::move(lines), service);
    chart.log = wants_log(chart);
    if (chart.log) chart.title += ", logarithmic";
    if (!chart.lines.empty() && !chart.window.empty()) out.push_back(std::move(chart));
  };
  for (const ReportEvidence* e : metrics) {
    constexpr std::string_view metric = "metric.";
    std::string name = e->kind.compare(0, metric.size(), metric) == 0 ? e->kind.substr(metric.size()) : e->ask;
    if (name == "named") name = e->ask;
    std::replace(name.begin(), name.end(), '_', ' ');
    if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
    add(*e, name + " over time", e->unit, series_lines(*e->frame));
  }
  for (const ReportEvidence* e : latency) add(*e, "Latency p95 over time", "ns", latency_lines(*e->frame));
  return out;
}

}  // namespace inquest
