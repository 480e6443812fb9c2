// Frames as tables for people: series, latency, findings.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/kernel.h"
#include "runtime/report/tables_rows.h"

namespace inquest {
namespace {

FramePtr entries(const Frame& frame) {
  const Column* const kind = frame.column("kind");
  std::vector<uint32_t> rows;
  if (kind && kind->type == ColumnType::text)
    for (size_t r = 0; r < frame.rows; ++r) {
      const std::string& k = kind->text(r);
      if (k == "server" || k == "consumer" || k == "root") rows.push_back(static_cast<uint32_t>(r));
    }
  return rows.empty() ? std::make_shared<Frame>(frame) : select(frame, rows);
}

FramePtr computed(const char* name, const FramePtr& frame, const Map& options) {
  const Kernel* const found = kernel(name);
  if (!found) return nullptr;
  auto out = found->run({frame}, options, nullptr);
  return out ? *out : nullptr;
}

double number(const Frame& frame, const char* name, size_t row) {
  const Column* const c = frame.column(name);
  return c ? c->number(row) : NAN;
}

std::string duration(const Frame& frame, const char* name, size_t row) {
  const double ns = number(frame, name, row);
  return std::isfinite(ns) ? human(ns, "ns") : "–";
}

std::string whole(const Frame& frame, const char* name, size_t row) {
  const double n = number(frame, name, row);
  return std::isfinite(n) ? count(static_cast<int64_t>(n)) : "–";
}

// Keeps the `most` rows with the largest weight, in their own order.
std::vector<size_t> chosen(const std::vector<double>& weights, size_t most) {
  std::vector<size_t> order(weights.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (order.size() <= most) return order;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return weights[a] > weights[b]; });
  order.resize(most);
  std::sort(order.begin(), order.end());
  return order;
}

Map by_service(const Frame& frame) {
  std::set<std::string> services;
  const Column* const service = frame.column("service");
  for (size_t r = 0; service && service->type == ColumnType::text && r < frame.rows; ++r)
    services.insert(service->text(r));
  return {{"by", services.size() == 1 && frame.column("operation") ? List{"service", "operation"} : List{"service"}}};
}

std::string group_name(const Frame& summary, size_t row) {
  const Column* const operation = summary.column("operation");
  const Column* const service = summary.column("service");
  const std::string& name = operation ? operation->text(row) : service ? service->text(row) : std::string();
  return name.empty() ? "(none)" : name;
}

Table series_table(const ReportEvidence& e, size_t most) {
  std::vector<SeriesLine> lines = series_lines(*e.frame);
  const bool labels = std::any_of(lines.begin(), lines.end(), [](const SeriesLine& l) { return !l.label.empty(); });
  std::vector<double> change;
  for (const SeriesLine& l : lines) change.push_back(std::fabs(l.points.back().second - l.points.front().second));
  Table out;
  out.columns = {{"service"}};
  if (labels) out.columns.push_back({"series"});
  for (const char* title : {"first", "last", "least", "greatest"}) out.columns.push_back({title, true});
  out.columns.push_back({"over time", false, true});
  for (const size_t i : chosen(change, most)) {
    const SeriesLine& l = lines[i];
    double least = l.points[0].second, greatest = least;
    for (const auto& [t, v] : l.points) {
      least = std::min(least, v);
      greatest = std::max(greatest, v);
    }
    std::vector<std::string> row = {l.service};
    if (labels) row.push_back(l.label);
    for (const double v : {l.points.front().second, l.points.back().second, least, greatest})
      row.push_back(human(v, e.unit));
    row.push_back(sparkline(l.points, e.window));
    out.rows.push_back(std::move(row));
  }
  if (out.rows.size() < lines.size())
    out.note = fmt::format("{} of {} series: those that changed most", out.rows.size(), lines.size());
  return out;
}

Table latency_table(const ReportEvidence& e, size_t most) {
  const FramePtr frame = entries(*e.frame);
  const Map by = by_service(*frame);
  const FramePtr summary = computed("latency_summary", frame, by);
  if (!summary) return {};
  Map series_by = by;
  const FramePtr series = computed("latency_series", frame, series_by);
  Table out;
  const bool operations = summary->column("operation");
  out.columns = {{operations ? "operation" : "service"}, {"n", true}, {"p50", true}, {"p95", true}, {"p99", true},
                 {"errors", true}, {"p95 over time", false, true}};
  std::vector<double> weights;
  for (size_t r = 0; r < summary->rows; ++r) weights.push_back(number(*summary, "p95", r));
  for (const size_t r : chosen(weights, most)) {
    Points points;
    const Column* const time = series ? series->column("time") : nullptr;
    for (size_t i = 0; time && i < series->rows; ++i) {
      if (group_name(*series, i) != group_name(*summary, r) || time->absent(i)) continue;
      const double p95 = number(*series, "p95", i);
      if (std::isfinite(p95)) points.emplace_back(time->integer(i), p95);
    }
    out.rows.push_back({group_name(*summary, r), whole(*summary, "n", r), duration(*summary, "p50", r),
                        duration(*summary, "p95", r), duration(*summary, "p99", r), whole(*summary, "errors", r),
                        sparkline(points, e.window)});
  }
  if (out.rows.size() < summary->rows)
    out.note = fmt::format("{} of {}, those with the longest p95", out.rows.size(), summary->rows);
  return out;
}

std::string change(const Frame& summary, const char* before, const char* after, const char* times, size_t row) {
  std::string out = duration(summary, before, row) + " → " + duration(summary, after, row);
  if (const double x = number(summary, times, row); std::isfinite(x)) out += " (" + human(x, "ratio") + ")";
  return out;
}

}  // namespace

std::string sparkline(const Points& points, const Window& window, size_t columns) {
  static constexpr const char* bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<double> sums(columns, 0);
  std::vector<int> counts(columns, 0);
  const double from = static_cast<double>(window.from.ns), length = static_cast<double>(window.to.ns) - from;
  if (!(length > 0) || columns == 0) return "";
  for (const auto& [time, value] : points) {
    const double at = (static_cast<double>(time) - from) / length;
    if (at < 0 || at > 1 || !std::isfinite(value)) continue;
    const size_t i = std::min(columns - 1, static_cast<size_t>(at * static_cast<double>(columns)));
    sums[i] += value;
    ++counts[i];
  }
  double least = INFINITY, greatest = -INFINITY;
  for (size_t i = 0; i < columns; ++i) {
    if (!counts[i]) continue;
    sums[i] /= counts[i];
    least = std::min(least, sums[i]);
    greatest = std::max(greatest, sums[i]);
  }
  std::string out;
  for (size_t i = 0; i < columns; ++i) {
    if (!counts[i]) { out += "·"; continue; }
    const double share = greatest > least ? (sums[i] - least) / (greatest - least) : 0;
    out += bars[std::min<size_t>(7, static_cast<size_t>(share * 8))];
  }
  return out;
}

std::vector<SeriesLine> series_lines(const Frame& frame) {
  const Column* const time = frame.column("time");
  const Column* const value = frame.column("value");
  if (!time || !value || time->type == ColumnType::text || value->type == ColumnType::text) return {};
  const Column* const service = frame.column("service");
  std::vector<const Column*> labels;
  for (const Column& c : frame.columns)
    if (c.type == ColumnType::text && c.name != "service") labels.push_back(&c);
  const auto name = [&](size_t r) {
    return service && service->type == ColumnType::text ? service->text(r) : std::string();
  };
  // A label tells series apart only where one service has two values of it.
  std::vector<const Column*> telling;
  for (const Column* label : labels) {
    std::map<std::string, std::string> seen;
    for (size_t r = 0; r < frame.rows; ++r) {
      const auto [at, fresh] = seen.emplace(name(r), label->text(r));
      if (!fresh && at->second != label->text(r)) { telling.push_back(label); break; }
    }
  }
  std::map<std::pair<std::string, std::string>, Points> groups;
  for (size_t r = 0; r < frame.rows; ++r) {
    const double v = value->number(r);
    if (time->absent(r) || !std::isfinite(v)) continue;
    std::string label;
    for (const Column* c : telling)
      if (!c->absent(r)) label += (label.empty() ? "" : " ") + c->name + "=" + c->text(r);
    groups[{name(r), label}].emplace_back(time->integer(r), v);
  }
  std::vector<SeriesLine> out;
  for (auto& [key, points] : groups) {
    std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    out.push_back({key.first.empty() ? "(none)" : key.first, key.second, std::move(points)});
  }
  return out;
}

std::vector<SeriesLine> latency_lines(const Frame& frame) {
  const FramePtr series = computed("latency_series", entries(frame), {{"by", List{"service"}}});
  const Column* const time = series ? series->column("time") : nullptr;
  std::vector<SeriesLine> out;
  for (size_t r = 0; time && r < series->rows; ++r) {
    const double p95 = number(*series, "p95", r);
    if (time->absent(r) || !std::isfinite(p95)) continue;
    const std::string name = group_name(*series, r);
    if (out.empty() || out.back().service != name) out.push_back({name, "", {}});
    out.back().points.emplace_back(time->integer(r), p95);
  }
  return out;
}

Table evidence_table(const ReportEvidence& e, size_t most) {
  if (!e.frame || e.frame->rows == 0 || most == 0) return {};
  switch (e.frame->shape) {
    case Shape::series: return series_table(e, most);
    case Shape::latency: return latency_table(e, most);
    default: return rows_table(*e.frame, e.window, most);
  }
}

Table latency_split(const Frame& latency, Time at, size_t most) {
  const FramePtr frame = entries(latency);
  Map options = by_service(*frame);
  options.emplace_back("at", at);
  const FramePtr summary = computed("latency_summary", frame, options);
  if (!summary || !summary->column("p95_before")) return {};
  Table out;
  out.caption = "latency before and after " + print_clock(at);
  out.columns = {{summary->column("operation") ? "operation" : "service"}, {"p50", true}, {"p95", true}, {"n", true}};
  std::vector<double> weights;
  for (size_t r = 0; r < summary->rows; ++r) {
    const double x = number(*summary, "p95_times", r);
    weights.push_back(std::isfinite(x) ? x : 0);
  }
  for (const size_t r : chosen(weights, most))
    out.rows.push_back({group_name(*summary, r), change(*summary, "p50_before", "p50_after", "p50_times", r),
                        change(*summary, "p95_before", "p95_after", "p95_times", r),
                        whole(*summary, "n_before", r) + " / " + whole(*summary, "n_after", r)});
  if (out.rows.size() < summary->rows)
    out.note = fmt::format("{} of {}: those whose p95 rose most", out.rows.size(), summary->rows);
  return out;
}

Table findings_table(const std::vector<const Finding*>& findings) {
  Table out;
  out.columns = {{"id"}, {"kind"}, {"about"}, {"strength", true}, {"onset (UTC)"}, {"numbers"}};
  for (const Finding* f : findings) {
    std::vector<std::string> numbers;
    for (const auto& [name, value] : f->numbers) numbers.push_back(name + " " + human(value, ""));
    out.rows.push_back({f->id, f->kind, print_subject(f->subject), fmt::format("{:.2f}", f->strength),
                        f->onset ? print_clock(*f->onset) : "–", join(numbers, ", ")});
  }
  return out;
}

}  // namespace inquest
