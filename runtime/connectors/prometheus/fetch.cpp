// Answering metric asks: count, fetch raw samples, put them into tables, answer.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/answer.h"
#include "runtime/connectors/prometheus/names.h"
#include "runtime/connectors/prometheus/pushdown.h"
#include "runtime/connectors/prometheus/source.h"

namespace inquest::prometheus {
namespace {

using Class = Failure::Class;

Span whole_hours(int64_t first_ms, int64_t last_ms) {
  constexpr int64_t hour = 3'600'000;
  return {first_ms / hour * hour, (last_ms / hour + 1) * hour};
}

}  // namespace

http::Request Source::targets_request(const Ask& ask, const Layout& layout, const std::vector<Span>& spans) const {
  const Span wide = whole_hours(spans.front().first_ms, spans.back().last_ms);  // the same for the asks of a run
  std::vector<Matcher> matchers;
  if (const auto at = ask.scope.names.find("service"); at != ask.scope.names.end() && layout.has_label("job")) {
    std::string regex;
    for (const std::string& one : names_there(at->second, config_.aliases)) regex += (regex.empty() ? "" : "|") + regex_literal(one);
    matchers.push_back(matches("job", "(.*/)?(" + regex + ")"));
  }
  return get("/api/v1/series", {{"match[]", selector({"target_info"}, matchers)}, {"start", time_text(wide.first_ms)}, {"end", time_text(wide.last_ms)}});
}

std::optional<Targets> Source::known_targets(const Layout& layout, const http::Request& request) const {
  if (!layout.has_name("target_info")) return Targets{};
  std::lock_guard lock(mutex_);
  const auto at = targets_.find(request.print());
  return at == targets_.end() ? std::nullopt : std::optional(at->second);
}

Targets Source::learn_targets(const http::Request& request, const Reply& reply) {
  Targets made = targets_of(reply.label_sets);
  std::lock_guard lock(mutex_);
  return targets_[request.print()] = std::move(made);
}

Outcome<Source::Fetched> Source::fetch_raw(const Ask& ask, const Plan& plan, const Layout& layout, const Deadline& deadline, const Stop& stop) {
  std::vector<http::Request> requests = raw_requests(plan);
  const size_t raw = requests.size();
  const http::Request request = targets_request(ask, layout, plan.spans);
  std::optional<Targets> targets = known_targets(layout, request);
  if (!targets) requests.push_back(request);
  const size_t besides = requests.size();
  if (!plan.exemplars.empty())
    for (const Span& span : plan.spans) requests.push_back(exemplar_request(plan, span));

  auto answers = server_.ask_all(requests, at_once(), deadline, stop);
  Fetched out;
  std::vector<Samples> series;
  std::vector<ExemplarOf> exemplars;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (i >= besides && !std::holds_alternative<Answered>(answers[i])) continue;   // exemplars are an extra that many servers lack
    if (auto* failure = std::get_if<Failure>(&answers[i])) return std::move(*failure);
    if (auto* later = std::get_if<RetryLater>(&answers[i])) return std::move(*later);
    Reply& reply = std::get<Answered>(answers[i]).reply;
    if (i < besides) out.told.add(reply);
    if (i < raw) {
      std::move(reply.series.begin(), reply.series.end(), std::back_inserter(series));
    } else if (i < besides) {
      targets = learn_targets(request, reply);
    } else {
      std::move(reply.exemplars.begin(), reply.exemplars.end(), std::back_inserter(exemplars));
    }
  }
  size_t mended = 0;
  series = joined(std::move(series), &mended);
  if (mended > 0) out.notes.push_back(count(static_cast<int64_t>(mended)) + " samples came out of order or twice and were put in order");
  out.tables = tables_of(plan, series, *targets, exemplars);
  return out;
}

Outcome<Source::Fetched> Source::fetch_pushed(const Ask& ask, const Resolution* measure, const Plan& plan, const Layout& layout, double samples,
                                              const Deadline& deadline, const Stop& stop) {
  const auto too_many = [&](const std::string& of) {
    return Failure{Class::too_large, of + " are more than the budget of " + count(most_samples_) + " samples", "ask for a shorter window, or for one service"};
  };
  const auto counted = server_.ask_all({series_request(plan), groups_request(ask, measure, plan, layout)}, at_once(), deadline, stop);
  for (const auto& one : counted) {
    if (const auto* failure = std::get_if<Failure>(&one)) return *failure;
    if (const auto* later = std::get_if<RetryLater>(&one)) return *later;
  }
  const Budget budget{samples, number_in(std::get<Answered>(counted[0]).reply), number_in(std::get<Answered>(counted[1]).reply), most_samples_};
  const auto pushed = push_down(ask, measure, plan, layout, budget);
  if (!pushed) return too_many(count(static_cast<int64_t>(budget.groups)) + " series in steps");
  std::vector<http::Request> requests;
  for (const Pushed::One& one : pushed->queries) requests.push_back(one.request);
  const http::Request request = targets_request(ask, layout, plan.spans);
  std::optional<Targets> targets = known_targets(layout, request);
  if (!targets) requests.push_back(request);
  auto answers = server_.ask_all(requests, at_once(), deadline, stop);
  Fetched out;
  std::vector<Samples> series;
  size_t points = 0, mended = 0;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (auto* failure = std::get_if<Failure>(&answers[i])) return std::move(*failure);
    if (auto* later = std::get_if<RetryLater>(&answers[i])) return std::move(*later);
    Reply& reply = std::get<Answered>(answers[i]).reply;
    out.told.add(reply);
    if (i >= pushed->queries.size()) {
      targets = learn_targets(request, reply);
      continue;
    }
    points += reply.samples();
    for (Samples& one : reply.series) {
      std::erase_if(one.labels, [](const auto& label) { return label.first == "__name__"; });
      one.labels.insert(one.labels.begin(), {"__name__", pushed->queries[i].name});
      std::sort(one.labels.begin(), one.labels.end());
      series.push_back(std::move(one));
    }
    if (points > static_cast<size_t>(most_samples_) * 2) return too_many(count(static_cast<int64_t>(points)) + " points");
  }
  out.tables = tables_of(pushed->plan, joined(std::move(series), &mended), *targets, {}, pushed->step_ms);
  out.notes = pushed->notes;
  std::vector<std::string> expressions;                  // these were sent, not what `native` says of the samples
  for (const Pushed::One& one : pushed->queries)
    if (std::find(expressions.begin(), expressions.end(), one.expression) == expressions.end()) expressions.push_back(one.expression);
  for (size_t i = 0; i < std::min<size_t>(expressions.size(), 3); ++i) out.notes.push_back("asked instead: " + printable(expressions[i], 300));
  if (expressions.size() > 3) out.notes.push_back("and " + std::to_string(expressions.size() - 3) + " more expressions");
  const std::string many = count(static_cast<int64_t>(std::min(samples, 9e15))) + " samples are more than ";
  out.approximate = many + (samples > static_cast<double>(most_samples_) ? count(most_samples_) : "one answer may hold") +
                    ": computed by the server over steps of " + print_duration(Duration{pushed->step_ms * 1'000'000});
  return out;
}

Answer Source::answer(const Ask& ask, const Measures& measures, const Deadline& deadline, const Stop& stop) {
  if (const otlp::Asking asking{ask, config_.aliases, deadline, stop}; auto failure = asking.stopped()) return *failure;
  if (ask.kind != "promql" && ask.signal != "metrics")
    return Failure{Class::unsupported, "a prometheus source has no " + printable(ask.signal, 40), "name a source that has them with `from`"};
  if (!offers_metrics())
    return Failure{Class::unsupported, "no metrics here: they are withheld from " + config_.name, "name a source that has them"};
  if (ask.scope.window.empty())
    return Failure{Class::rejected, "a live source is asked with a window, and this ask has none", "give one: window = \"1h\", or --window"};
  if (ask.kind == "promql") return answer_native(ask, deadline, stop);
  if (measure_of(ask).empty())
    return Failure{Class::unsupported, "a prometheus source does not understand " + printable(ask.kind, 60), "metric.* or promql"};
  return answer_metric(ask, resolution_of(ask, measures), deadline, stop);
}

Answer Source::answer_metric(const Ask& asked, const Resolution* measure, const Deadline& deadline, const Stop& stop) {
  const bool named = asked.kind == "metric.named";
  if (named) measure = nullptr;
  const Ask ask = spelled(asked, measure);
  const otlp::Asking asking{ask, config_.aliases, deadline, stop};
  if (!named && (!measure || measure->names.empty())) return otlp::answer_metrics(asking, {}, measure);
  auto learned = this->learned(deadline, stop);
  if (!learned) {
    const Error& error = learned.error();
    return Failure{error.code == Code::timed_out ? Class::timeout : error.code == Code::refused ? Class::refused : Class::unreachable, error.message, error.cure};
  }
  const Layout& layout = *learned;
  Plan plan = planned(ask, measure, layout);
  if (!plan.tried.empty()) {
    std::vector<std::string> known;
    for (const std::string& name : layout.names) known.push_back(base_of(name).empty() ? name : std::string(base_of(name)));
    known.erase(std::unique(known.begin(), known.end()), known.end());
    return Failure{Class::unsupported, "no metric is called `" + printable(plan.tried.front(), 200) + "` here", did_you_mean(plan.tried.front(), known)};
  }
  if (plan.selections.empty() || plan.spans.empty()) return otlp::answer_metrics(asking, {}, measure);

  std::vector<http::Request> requests = {count_request(plan)};
  for (const Wanted& one : plan.wanted)                  // a name without a suffix does not say what it is
    if (named && one.kind == "any" && layout.has_name(one.metric)) requests.push_back(get("/api/v1/metadata", {{"metric", one.metric}}));
  const auto counts = server_.ask_all(requests, at_once(), deadline, stop);
  const Outcome<Answered>& counted = counts.front();
  if (const auto* later = std::get_if<RetryLater>(&counted)) return *later;
  // A server that cannot count may still answer; one that is away or refuses will not.
  if (const auto* failure = std::get_if<Failure>(&counted); failure && failure->cls != Class::rejected) return *failure;
  for (size_t i = 1; i < counts.size(); ++i)
    if (const auto* answered = std::get_if<Answered>(&counts[i]))
      for (Wanted& one : plan.wanted)
        if (const auto type = answered->reply.types.find(one.metric); type != answered->reply.types.end() && one.kind == "any" && type->second == "counter") one.kind = "sum";
  const double samples = std::holds_alternative<Answered>(counted) ? number_in(std::get<Answered>(counted).reply) : 0;
  auto fetched = samples > static_cast<double>(most_samples_) ? fetch_pushed(ask, measure, plan, layout, samples, deadline, stop)
                                                               : fetch_raw(ask, plan, layout, deadline, stop);
  // Fewer samples than the budget may still be more than one body may hold.
  if (const auto* failure = std::get_if<Failure>(&fetched); failure && failure->cls == Class::too_large && samples > 0 && samples <= static_cast<double>(most_samples_))
    fetched = fetch_pushed(ask, measure, plan, layout, samples, deadline, stop);
  if (auto* failure = std::get_if<Failure>(&fetched)) return std::move(*failure);
  if (auto* later = std::get_if<RetryLater>(&fetched)) return std::move(*later);
  Fetched& got = std::get<Fetched>(fetched);
  otlp::Metrics& metrics = got.tables.metrics;
  if (named && metrics.streams.empty()) {                // it is there, but not in this window
    otlp::Stream nothing{};
    nothing.metric = metrics.texts.intern(plan.wanted.front().called);
    nothing.unit = nothing.scope = metrics.texts.intern("");
    metrics.resources.emplace_back();
    metrics.streams.push_back(std::move(nothing));
  }
  std::vector<std::string> notes = std::move(got.notes);
  notes.insert(notes.end(), got.tables.notes.begin(), got.tables.notes.end());
  return with_told(otlp::answer_metrics(asking, metrics, measure), got.told, std::move(notes), got.approximate);
}

}  // namespace inquest::prometheus
