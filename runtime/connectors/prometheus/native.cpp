// Steps, requests and frames of native asks.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/native.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "runtime/base/text.h"
#include "runtime/connectors/prometheus/server.h"
#include "runtime/connectors/prometheus/source.h"

namespace inquest::prometheus {
namespace {

using Class = Failure::Class;

constexpr int64_t most_shown = 500;

std::string column_name(const std::string& label, bool series) {
  for (const char* taken : {"service", "namespace", "instance", "version", "window", "time", "value"})
    if (label == taken) return series || label == "time" || label == "value" || label == "window" ? "label." + label : label;
  return label;
}

bool of_head(const std::string& label) {
  for (const char* one : {"service_name", "service.name", "service_namespace", "service.namespace", "service_version", "service.version",
                          "service_instance_id", "service.instance.id", "job", "instance", "exported_job", "exported_instance"})
    if (label == one) return true;
  return false;
}

}  // namespace

int64_t round_step_ms(int64_t length_ms, int64_t most) {
  static constexpr int64_t round[] = {1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400};
  for (const int64_t seconds : round)
    if (length_ms / (seconds * 1000) < most) return seconds * 1000;
  const int64_t day = 86'400'000;
  return (length_ms / most / day + 1) * day;
}

NativePlan plan_native(const Ask& ask) {
  NativePlan out;
  auto text = bind_native(ask.native, ask.names, &out.unbound);
  if (!text) {
    out.error = text.error();
    out.text = ask.native;
    return out;
  }
  out.text = trim(*text);
  int64_t longest = 0;
  std::vector<Span> spans;
  for (const otlp::Stretch& one : otlp::stretches(ask)) {
    spans.push_back(span_of(one.window));
    longest = std::max(longest, spans.back().empty() ? 0 : spans.back().length_ms());
  }
  out.step_ms = round_step_ms(longest, most_shown);
  for (const Span& span : spans) {
    if (span.empty()) continue;
    out.requests.push_back(get("/api/v1/query_range", {{"query", out.text}, {"start", time_text(span.first_ms)}, {"end", time_text(span.last_ms)},
                                                       {"step", duration_text(out.step_ms)}}));
  }
  out.cost = "at most " + count((longest + out.step_ms - 1) / out.step_ms) + " points a series, one every " + print_duration(Duration{out.step_ms * ns_per_ms});
  return out;
}

FramePtr native_frame(const Ask& ask, const std::vector<std::vector<Samples>>& windows, const std::map<std::string, std::string>& aliases) {
  const bool series = otlp::option_text(ask, "as") == "series";
  const std::vector<otlp::Stretch> stretches = otlp::stretches(ask);
  std::set<std::string> labels;
  bool histograms = false;
  for (const auto& window : windows)
    for (const Samples& one : window) {
      histograms |= !one.histograms.empty();
      for (const auto& [name, value] : one.labels)
        if (!series || !of_head(name)) labels.insert(name);
    }
  if (series) labels.erase("__name__");
  FrameBuilder frame(series ? Shape::series : Shape::table);
  if (series) frame.head();
  for (const std::string& name : labels) frame.add(column_name(name, series), ColumnType::text);
  if (ask.then) frame.add("window", ColumnType::text);
  frame.add("time", ColumnType::time).add("value", ColumnType::float64);
  const std::string& unit = otlp::option_text(ask, "unit");
  if (!unit.empty()) frame.add("unit", ColumnType::text);
  const size_t first = series ? 4 : 0, window_column = first + labels.size(), time = window_column + (ask.then ? 1 : 0);
  // What the text was narrowed by and the answer does not say.
  const auto from_scope = [&](const char* name) -> std::optional<std::string> {
    const auto at = ask.scope.names.find(name);
    if (at == ask.scope.names.end() || !find(ask.names, name)) return std::nullopt;
    return at->second;
  };
  for (size_t w = 0; w < windows.size(); ++w) {
    for (const Samples& one : windows[w]) {
      otlp::Head head;
      if (series) {
        const Whose who = whose_series(one.labels, {});
        const auto text = [](const std::string& value) { return value.empty() ? std::nullopt : std::optional(value); };
        head = {text(who.service), text(who.namespace_), text(who.instance), text(who.version)};
        if (head.service)
          if (const auto alias = aliases.find(*head.service); alias != aliases.end()) head.service = alias->second;
        if (!head.service) head.service = from_scope("service");
        if (!head.namespace_) head.namespace_ = from_scope("namespace");
        if (!head.instance) head.instance = from_scope("instance");
        if (!head.version) head.version = from_scope("version");
      }
      const auto row = [&](int64_t ms, double value) {
        if (series) otlp::put_head(frame, head);
        size_t column = first;
        for (const std::string& name : labels) {
          if (const std::string& text = label(one.labels, name); !text.empty()) frame.text(column, text);
          ++column;
        }
        if (ask.then) frame.text(window_column, stretches[w].name);
        frame.integer(time, ms * ns_per_ms);
        frame.number(time + 1, value);
        if (!unit.empty()) frame.text(time + 2, unit);
        frame.end_row();
      };
      for (size_t i = 0; i < one.time_ms.size(); ++i) row(one.time_ms[i], one.value[i]);
      for (const Histogram& point : one.histograms) row(point.time_ms, point.sum / point.count);
    }
  }
  if (histograms) frame.marks().notes.push_back("native histograms read as their mean");
  return frame.finish();
}

Answer Source::answer_native(const Ask& ask, const Deadline& deadline, const Stop& stop) {
  const NativePlan plan = plan_native(ask);
  if (plan.error) return Failure{Class::rejected, plan.error->message, plan.error->cure};
  if (!plan.unbound.empty())
    return Failure{Class::unknown_name, "`$" + plan.unbound.front() + "` has no value, so the query cannot be asked", ""};
  const std::string& as = otlp::option_text(ask, "as");
  if (!as.empty() && as != "series" && as != "table")
    return Failure{Class::rejected, "`as = \"" + printable(as, 40) + "\"`: promql answers with a series or a table", did_you_mean(as, {"series", "table"})};
  Told told;
  std::vector<std::string> notes = {"a point every " + print_duration(Duration{plan.step_ms * ns_per_ms})};
  std::vector<std::vector<Samples>> windows;
  auto answers = server_.ask_all(plan.requests, at_once(), deadline, stop);
  size_t mended = 0, request = 0;
  for (const otlp::Stretch& one : otlp::stretches(ask)) {
    if (span_of(one.window).empty()) {
      windows.emplace_back();
      continue;
    }
    Outcome<Answered>& outcome = answers[request++];
    if (auto* failure = std::get_if<Failure>(&outcome)) {
      if (failure->cls == Class::rejected && failure->cure.empty()) failure->cure = "mend the text of the ask: " + printable(plan.text, 200);
      return std::move(*failure);
    }
    if (auto* later = std::get_if<RetryLater>(&outcome)) return std::move(*later);
    Reply& reply = std::get<Answered>(outcome).reply;
    if (reply.result_type != "matrix")
      return Failure{Class::malformed, "a range query was answered with a " + printable(reply.result_type.empty() ? "list" : reply.result_type, 40), ""};
    told.add(reply);
    windows.push_back(joined(std::move(reply.series), &mended));
  }
  if (mended > 0) notes.push_back(count(static_cast<int64_t>(mended)) + " samples came out of order or twice and were put in order");
  return with_told(native_frame(ask, windows, config_.aliases), told, std::move(notes));
}

}  // namespace inquest::prometheus
