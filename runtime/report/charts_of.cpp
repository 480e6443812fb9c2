// Which lines stand in the chart of a piece of evidence, and what it is called.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/kernel.h"
#include "runtime/report/chart.h"

namespace inquest {
namespace {

constexpr size_t most_strong = 4, most_others = 5;

std::string slot_of(const Subject& subject, const char* name) {
  const auto found = subject.find(name);
  return found == subject.end() ? std::string() : found->second;
}

bool is_text(const Column* c) { return c && c->type == ColumnType::text; }

// Rows whose text columns agree with the subject's operation and attribute, and its service unless others are wanted.
FramePtr narrowed(const Frame& frame, const Subject& subject, bool one_service) {
  std::vector<uint32_t> rows;
  std::vector<std::pair<const Column*, std::string>> must;
  for (const char* name : {"service", "operation", "attribute"}) {
    const Column* const c = frame.column(name);
    if (is_text(c) && !slot_of(subject, name).empty() && (one_service || std::string_view(name) != "service"))
      must.emplace_back(c, slot_of(subject, name));
  }
  for (size_t r = 0; r < frame.rows; ++r)
    if (std::all_of(must.begin(), must.end(),
                    [&](const auto& m) { return !m.first->absent(r) && m.first->text(r) == m.second; }))
      rows.push_back(static_cast<uint32_t>(r));
  return select(frame, rows);
}

// p95 over time of the operations of one service: the subject's own strong.
std::vector<SeriesLine> operation_lines(const Frame& frame, const Subject& subject) {
  Subject service;
  service["service"] = slot_of(subject, "service");
  const FramePtr own = narrowed(frame, service, true);
  const Kernel* const series = kernel("latency_series");
  if (!series || own->rows == 0 || !own->column("operation")) return {};
  const auto table = series->run({own}, {{"by", List{"service", "operation"}}}, nullptr);
  if (!table) return {};
  const Column* const time = (*table)->column("time");
  const Column* const p95 = (*table)->column("p95");
  const Column* const operation = (*table)->column("operation");
  std::vector<SeriesLine> out;
  for (size_t r = 0; time && p95 && is_text(operation) && r < (*table)->rows; ++r) {
    if (time->absent(r) || p95->absent(r)) continue;
    const std::string& name = operation->text(r);
    if (out.empty() || out.back().label != name) out.push_back({service["service"], name, {}});
    out.back().points.emplace_back(time->integer(r), p95->number(r));
  }
  return out;
}

void choose(Chart& chart, std::vector<SeriesLine> lines, const Subject& subject, bool by_operation,
            const Words& words) {
  std::vector<ChartLine> strong, others;
  std::vector<double> weight;
  const std::string service = slot_of(subject, "service"), instance = slot_of(subject, "instance");
  const std::string ours_name = by_operation ? slot_of(subject, "operation") : service;
  for (SeriesLine& l : lines) {
    const bool ours = (by_operation ? l.label : l.service) == ours_name &&
                      (instance.empty() || l.label.find("instance=") == std::string::npos ||
                       (l.label + " ").find("instance=" + instance + " ") != std::string::npos);
    double greatest = -INFINITY;
    for (const auto& [t, v] : l.points) greatest = std::max(greatest, v);
    const std::string name = by_operation ? l.label : l.label.empty() ? l.service : l.service + " " + l.label;
    (ours ? strong : others).push_back({name, std::move(l.points), ours});
    if (!ours) weight.push_back(greatest);
  }
  const size_t all_strong = strong.size(), all_others = others.size();
  std::vector<size_t> order(others.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return weight[a] > weight[b]; });
  if (order.size() > most_others) order.resize(most_others);
  std::sort(order.begin(), order.end());
  for (const size_t i : order) chart.lines.push_back(std::move(others[i]));
  if (strong.size() > most_strong) strong.resize(most_strong);
  for (ChartLine& l : strong) chart.lines.push_back(std::move(l));  // last: drawn above the others
  if (all_others > most_others) chart.note = words("chart.others", most_others, all_others);
  if (all_strong > most_strong)
    chart.note += (chart.note.empty() ? "" : "; ") + words("chart.strong_of", most_strong, all_strong, ours_name);
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

std::string measured(const ReportEvidence& evidence, const Words& words) {
  constexpr std::string_view metric = "metric.";
  std::string name = evidence.kind.compare(0, metric.size(), metric) == 0 ? evidence.kind.substr(metric.size()) : "";
  if (name.empty() || name == "named") name = evidence.ask;
  if (const std::string known = words.of("measure", name); known != name) return known;
  std::replace(name.begin(), name.end(), '_', ' ');
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

std::optional<Chart> chart_of(const Report& report, const ReportEvidence& evidence, const Subject& subject,
                              std::optional<Time> onset) {
  if (!evidence.frame || evidence.frame->rows == 0) return std::nullopt;
  const Words words(report.lang);
  const Frame& frame = *evidence.frame;
  Chart chart;
  chart.evidence = evidence.id;
  chart.window = evidence.window;
  if (evidence.then && evidence.then->from < chart.window.from) chart.window.from = evidence.then->from;
  chart.onset = onset;
  if (frame.shape == Shape::latency) {
    chart.unit = "ns";
    chart.title = words("chart.latency");
    const std::string operation = slot_of(subject, "operation");
    std::vector<SeriesLine> lines = operation.empty() ? latency_lines(frame) : operation_lines(frame, subject);
    if (!operation.empty()) chart.title += ", " + slot_of(subject, "service");
    choose(chart, std::move(lines), subject, !operation.empty(), words);
  } else if (frame.shape == Shape::series) {
    chart.unit = evidence.unit;
    const std::string attribute = slot_of(subject, "attribute");
    const bool numbers = !attribute.empty() && frame.column("attribute");
    chart.title = words("chart.over_time", numbers ? attribute : measured(evidence, words));
    const FramePtr part =
        numbers ? narrowed(frame, subject, true) : narrowed(frame, {{"operation", slot_of(subject, "operation")}}, false);
    std::vector<SeriesLine> lines = series_lines(part->rows ? *part : frame);
    if (numbers)
      for (SeriesLine& l : lines)  // `window` splits one line in two: before and since
        l.label.clear();
    if (numbers && lines.size() == 2 && lines[0].service == lines[1].service) {
      const size_t first = lines[0].points.front().first <= lines[1].points.front().first ? 0 : 1;
      lines[first].points.insert(lines[first].points.end(), lines[1 - first].points.begin(),
                                 lines[1 - first].points.end());
      lines = {lines[first]};
    }
    choose(chart, std::move(lines), subject, false, words);
  }
  chart.lines.erase(
      std::remove_if(chart.lines.begin(), chart.lines.end(), [](const ChartLine& l) { return l.points.empty(); }),
      chart.lines.end());
  if (chart.lines.empty() || chart.window.empty()) return std::nullopt;
  chart.log = wants_log(chart);
  if (!chart.log && chart.lines.size() == 1) {  // one line that spans orders of magnitude
    double least = INFINITY, greatest = 0;
    for (const auto& [t, v] : chart.lines[0].points) {
      if (v <= 0) {
        least = 0;
        break;
      }
      least = std::min(least, v);
      greatest = std::max(greatest, v);
    }
    chart.log = least > 0 && greatest > 300 * least;
  }
  if (chart.log) chart.title = words("chart.log", chart.title);
  return chart;
}

}  // namespace inquest
