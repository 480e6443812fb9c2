// Answering metric asks: count, fetch raw samples, put them into tables, answer.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/answer.h"
#include "runtime/connectors/prometheus/names.h"
#include "runtime/connectors/prometheus/source.h"

namespace inquest::prometheus {
namespace {

using Class = Failure::Class;

Span whole_hours(int64_t first_ms, int64_t last_ms) {
  constexpr int64_t hour = 3'600'000;
  return {first_ms / hour * hour, (last_ms / hour + 1) * hour};
}

}  // namespace

Outcome<Targets> Source::targets(const Ask& ask, const Layout& layout, const std::vector<Span>& spans, const Deadline& deadline,
                                 const Stop& stop) {
  if (spans.empty() || !layout.has_name("target_info")) return Targets{};
  const Span wide = whole_hours(spans.front().first_ms, spans.back().last_ms);  // the same for the asks of a run
  std::vector<Matcher> matchers;
  if (const auto at = ask.scope.names.find("service"); at != ask.scope.names.end() && layout.has_label("job")) {
    std::string regex;
    for (const std::string& one : names_there(at->second, config_.aliases)) regex += (regex.empty() ? "" : "|") + regex_literal(one);
    matchers.push_back(matches("job", "(.*/)?(" + regex + ")"));
  }
  const http::Request request = get("/api/v1/series", {{"match[]", selector({"target_info"}, matchers)},
                                                       {"start", time_text(wide.first_ms)}, {"end", time_text(wide.last_ms)}});
  const std::string key = request.print();
  {
    std::lock_guard lock(mutex_);
    if (const auto at = targets_.find(key); at != targets_.end()) return at->second;
  }
  auto outcome = server_.ask(request, deadline, stop);
  if (auto* failure = std::get_if<Failure>(&outcome)) return std::move(*failure);
  if (auto* later = std::get_if<RetryLater>(&outcome)) return std::move(*later);
  Targets made = targets_of(std::get<Answered>(outcome).reply.label_sets);
  std::lock_guard lock(mutex_);
  return targets_[key] = std::move(made);
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
  const Plan plan = planned(ask, measure, layout);
  if (!plan.tried.empty()) {
    std::vector<std::string> known;
    for (const std::string& name : layout.names) known.push_back(base_of(name).empty() ? name : std::string(base_of(name)));
    known.erase(std::unique(known.begin(), known.end()), known.end());
    return Failure{Class::unsupported, "no metric is called `" + printable(plan.tried.front(), 200) + "` here", did_you_mean(plan.tried.front(), known)};
  }
  if (plan.selections.empty() || plan.spans.empty()) return otlp::answer_metrics(asking, {}, measure);

  Told told;
  auto counted = server_.ask(count_request(plan), deadline, stop);
  if (auto* later = std::get_if<RetryLater>(&counted)) return std::move(*later);
  // A server that cannot count may still answer; one that is away or refuses will not.
  if (auto* failure = std::get_if<Failure>(&counted); failure && failure->cls != Class::rejected) return std::move(*failure);
  double samples = 0;
  if (const auto* answered = std::get_if<Answered>(&counted))
    for (const Samples& one : answered->reply.series)
      for (const double value : one.value) samples += value;
  if (samples > static_cast<double>(most_samples_))
    return Failure{Class::too_large, count(static_cast<int64_t>(std::min(samples, 9e15))) + " samples are more than the budget of " + count(most_samples_),
                   "ask for a shorter window or fewer services"};

  std::vector<http::Request> requests = raw_requests(plan);
  const size_t raw = requests.size();
  if (!plan.exemplars.empty())
    for (const Span& span : plan.spans) requests.push_back(exemplar_request(plan, span));
  auto answers = server_.ask_all(requests, at_once(), deadline, stop);
  std::vector<Samples> series;
  std::vector<ExemplarOf> exemplars;
  std::vector<std::string> notes;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (i >= raw && !std::holds_alternative<Answered>(answers[i])) continue;   // exemplars are an extra that many servers lack
    if (auto* failure = std::get_if<Failure>(&answers[i])) return std::move(*failure);
    if (auto* later = std::get_if<RetryLater>(&answers[i])) return std::move(*later);
    Reply& reply = std::get<Answered>(answers[i]).reply;
    if (i < raw) {
      told.add(reply);
      std::move(reply.series.begin(), reply.series.end(), std::back_inserter(series));
    } else {
      std::move(reply.exemplars.begin(), reply.exemplars.end(), std::back_inserter(exemplars));
    }
  }
  auto targets = this->targets(ask, layout, plan.spans, deadline, stop);
  if (auto* failure = std::get_if<Failure>(&targets)) return std::move(*failure);
  if (auto* later = std::get_if<RetryLater>(&targets)) return std::move(*later);
  size_t mended = 0;
  series = joined(std::move(series), &mended);
  if (mended > 0) notes.push_back(count(static_cast<int64_t>(mended)) + " samples came out of order or twice and were put in order");
  Tables tables = tables_of(plan, series, std::get<Targets>(targets), exemplars);
  notes.insert(notes.end(), tables.notes.begin(), tables.notes.end());
  if (named && tables.metrics.streams.empty()) {         // it is there, but not in this window
    otlp::Stream nothing{};
    nothing.metric = tables.metrics.texts.intern(plan.wanted.front().called);
    nothing.unit = nothing.scope = tables.metrics.texts.intern("");
    tables.metrics.resources.emplace_back();
    tables.metrics.streams.push_back(std::move(nothing));
  }
  return with_told(otlp::answer_metrics(asking, tables.metrics, measure), told, std::move(notes));
}

}  // namespace inquest::prometheus
