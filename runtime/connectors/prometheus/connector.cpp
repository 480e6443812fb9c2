// Making the connector, probing, and what is sent as text.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/connector.h"

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/connectors/prometheus/native.h"
#include "runtime/connectors/prometheus/source.h"

namespace inquest::prometheus {
namespace {


void add_once(std::vector<std::string>& to, const std::vector<std::string>& from) {
  for (const std::string& one : from)
    if (!contains(to, one)) to.push_back(one);
}

}  // namespace

void Told::add(const Reply& reply) {
  add_once(warnings, reply.warnings);
  add_once(infos, reply.infos);
  replaced += reply.replaced;
}

std::string measure_of(const Ask& ask) {
  constexpr std::string_view prefix = "metric.";
  return ask.kind.compare(0, prefix.size(), prefix) == 0 ? ask.kind.substr(prefix.size()) : std::string();
}

const Resolution* resolution_of(const Ask& ask, const Measures& measures) {
  const auto at = measures.find(measure_of(ask));
  return at == measures.end() ? nullptr : &at->second;
}

Source::Source(SourceConfig config, Send send, std::unique_ptr<http::Door> door)
    : config_(std::move(config)), door_(std::move(door)), server_(std::move(send)) {}

bool Source::offers_metrics() const {
  return !contains(config_.without, "metrics") && (config_.signals.empty() || contains(config_.signals, "metrics"));
}

Layout Source::layout() const {
  std::lock_guard lock(mutex_);
  return layout_.value_or(Layout{});
}

std::optional<std::vector<Way>> Source::ways(const std::string& measure) const {
  std::lock_guard lock(mutex_);
  const auto at = ways_.find(measure);
  if (at == ways_.end()) return std::nullopt;
  return at->second;
}

Plan Source::planned(const Ask& ask, const Resolution* measure, const Layout& layout) const {
  const auto known = measure ? ways(measure->measure) : std::nullopt;
  return plan_ask(ask, ask.kind == "metric.named" ? nullptr : measure, layout, config_.aliases, known ? &*known : nullptr);
}

Result<Layout> Source::learned(const Deadline& deadline, const Stop& stop) {
  {
    std::lock_guard lock(mutex_);
    if (layout_) return *layout_;
  }
  auto probed = probe(deadline, stop);
  if (!probed) return probed.error();
  return layout();
}

Result<Probe> Source::probe(const Deadline& deadline, const Stop& stop) {
  const std::vector<http::Request> requests = {get("/api/v1/status/buildinfo", {}), get("/api/v1/labels", {}),
                                               get("/api/v1/label/__name__/values", {})};
  auto answers = server_.ask_all(requests, at_once(), deadline, stop);
  const auto failure = [](const Outcome<Answered>& outcome) -> std::optional<Failure> {
    if (const auto* failed = std::get_if<Failure>(&outcome)) return *failed;
    if (const auto* later = std::get_if<RetryLater>(&outcome)) return Failure{Failure::Class::overloaded, later->cause, "try again in " + print_duration(later->after)};
    return std::nullopt;
  };
  Probe out;
  Layout layout;
  for (const size_t i : {2, 1})
    if (const auto failed = failure(answers[i])) return error_of(*failed, config_.name);
  if (const auto* info = std::get_if<Answered>(&answers[0])) {
    const auto version = info->reply.fields.find("version");
    if (version != info->reply.fields.end()) layout.version = version->second;
    out.skew = info->skew;
  }
  layout.labels = std::get<Answered>(answers[1]).reply.texts;
  layout.names = std::get<Answered>(answers[2]).reply.texts;
  if (!out.skew) out.skew = std::get<Answered>(answers[2]).skew;
  for (auto* sorted : {&layout.labels, &layout.names}) {
    std::sort(sorted->begin(), sorted->end());
    sorted->erase(std::unique(sorted->begin(), sorted->end()), sorted->end());
  }
  for (const size_t i : {1, 2})
    for (const std::string& warning : std::get<Answered>(answers[i]).reply.warnings) out.notes.push_back("warning of the server: " + printable(warning, 300));
  out.version = printable(layout.version, 60);
  if (layout.version.empty()) out.notes.push_back("the server does not say its version: taken as one that is compatible with Prometheus");
  out.layout = layout.has_label("service_name") || layout.has_label("service.name") ? "services by service_name, else job" : "services by job";
  if (offers_metrics() && !layout.names.empty()) out.signals.push_back("metrics");
  else out.looked_for.push_back("metrics");
  if (layout.names.empty()) out.notes.push_back("the server has no metric at all");
  std::lock_guard lock(mutex_);
  layout_ = std::move(layout);
  return out;
}

std::vector<Step> Source::native(const std::vector<Ask>& asks, const Measures& measures) const {
  const Layout layout = this->layout();
  std::vector<Step> steps;
  for (size_t i = 0; i < asks.size(); ++i) {
    const Ask& ask = asks[i];
    std::vector<http::Request> requests;
    std::string cost;
    if (ask.kind == "promql") {
      const NativePlan plan = plan_native(ask);
      requests = plan.requests;
      cost = plan.cost;
    } else if (const Resolution* measure = resolution_of(ask, measures); measure || ask.kind == "metric.named") {
      requests = raw_requests(planned(ask, measure, layout));
      cost = "at most " + count(most_samples_) + " samples, else steps";
    }
    if (requests.empty()) {
      steps.push_back(Step{{i}, "nothing is sent for " + printable(ask.kind, 60), ""});
      continue;
    }
    for (const http::Request& request : requests) {
      steps.push_back(Step{{i}, request.print(), cost});
      cost.clear();                                      // of the ask as a whole
    }
  }
  return steps;
}

std::vector<Answer> Source::fetch(const std::vector<Ask>& asks, const std::vector<Step>&, const Measures& measures,
                                  const Deadline& deadline, const Stop& stop) {
  std::vector<Answer> answers;
  for (const Ask& ask : asks) answers.push_back(answer(ask, measures, deadline, stop));
  return answers;
}

Answer with_told(Answer answer, const Told& told, std::vector<std::string> notes, const std::string& approximate) {
  const FramePtr* frame = std::get_if<FramePtr>(&answer);
  if (!frame) return answer;
  for (const std::string& one : told.infos) notes.push_back("info of the server: " + printable(one, 300));
  if (told.replaced > 0) notes.push_back(count(static_cast<int64_t>(told.replaced)) + " bytes that are not UTF-8 were replaced");
  if (told.warnings.empty() && notes.empty() && approximate.empty()) return answer;
  auto copy = std::make_shared<Frame>(**frame);
  std::vector<std::string> partial;
  if (!copy->marks.partial.empty()) partial.push_back(copy->marks.partial);
  for (const std::string& one : told.warnings) partial.push_back(printable(one, 300));
  copy->marks.partial = join(partial, "; ");
  add_once(copy->marks.notes, notes);
  if (!approximate.empty()) copy->marks.approximate = approximate + (copy->marks.approximate.empty() ? "" : "; " + copy->marks.approximate);
  return FramePtr(std::move(copy));
}

Result<std::unique_ptr<Connector>> make_source(const SourceConfig& config, Send send, std::unique_ptr<http::Door> door) {
  auto source = std::make_unique<Source>(config, std::move(send), std::move(door));
  for (const auto& [key, value] : config.options) {
    if (key == "samples") {
      const int64_t* n = value.get<int64_t>();
      if (!n || *n < 1 || *n > 1'000'000'000)
        return Error{Code::config, "samples is " + print_value(value) + ", not a number from 1 to 1 000 000 000", config.name, "leave it out for 1 000 000"};
      source->most_samples_ = *n;
    } else {
      return Error{Code::config, "unknown option `" + printable(key, 60) + "` of a prometheus source", config.name, did_you_mean(key, {"samples"})};
    }
  }
  for (const auto* list : {&config.signals, &config.without})
    for (const std::string& signal : *list)
      if (signal != "metrics" && signal != "spans" && signal != "logs")
        return Error{Code::config, "unknown signal `" + printable(signal, 60) + "`", config.name, did_you_mean(signal, {"metrics"})};
  for (const std::string& signal : config.signals)
    if (signal != "metrics")
      return Error{Code::config, "a prometheus source has no " + signal, config.name, "signals: [metrics]"};
  return std::unique_ptr<Connector>(std::move(source));
}

Result<std::unique_ptr<Connector>> make_with(const SourceConfig& config, Send send) { return make_source(config, std::move(send), nullptr); }

}  // namespace inquest::prometheus
