// The otlp connector: which ask is answered by which function, and what is computed for it as text.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/connector.h"

#include <algorithm>
#include <mutex>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/answer.h"
#include "runtime/connectors/otlp/measures.h"
#include "runtime/connectors/otlp/reader.h"

namespace inquest::otlp {

namespace {

constexpr const char* native_asks[][2] = {
    {"promql", "prometheus"}, {"ppl", "opensearch"}, {"sql", "opensearch"}, {"dsl", "opensearch"}, {"jaeger", "jaeger"},
};
const char* const all_signals[] = {"metrics", "spans", "logs"};


Failure failure_of(const Error& error) {
  const Failure::Class cls = error.code == Code::interrupted ? Failure::Class::cancelled
                             : error.code == Code::nothing   ? Failure::Class::unsupported
                             : error.code == Code::bug       ? Failure::Class::internal
                                                             : Failure::Class::unreachable;
  return Failure{cls, error.where.empty() ? error.message : error.where + ": " + error.message, error.cure};
}

std::string measure_of(const Ask& ask) {
  const std::string_view prefix = "metric.";
  return ask.kind.compare(0, prefix.size(), prefix) == 0 ? ask.kind.substr(prefix.size()) : std::string();
}

class OtlpConnector final : public Connector {
 public:
  OtlpConnector(SourceConfig config, std::unique_ptr<Reader> reader) : config_(std::move(config)), reader_(std::move(reader)) {}

  Result<Probe> probe(const Deadline& deadline, const Stop& stop) override;
  Result<Resolution> resolve(const Measure& measure, const Deadline& deadline, const Stop& stop) override;
  std::vector<Step> native(const std::vector<Ask>& asks, const std::map<std::string, Resolution>& measures) const override;
  std::vector<Answer> fetch(const std::vector<Ask>& asks, const std::vector<Step>& steps,
                            const std::map<std::string, Resolution>& measures, const Deadline& deadline,
                            const Stop& stop) override;

 private:
  bool offers(std::string_view signal) const {
    return contains(reader_->signals(), signal) && !contains(config_.without, signal) &&
           (config_.signals.empty() || contains(config_.signals, signal));
  }
  std::string here() const;                              // what is here, for the causes of failures
  Answer answer(const Ask& ask, const std::map<std::string, Resolution>& measures, const Deadline& deadline, const Stop& stop);
  Answer answer_with_window(const Ask& ask, Signal signal, const std::map<std::string, Resolution>& measures,
                            const Deadline& deadline, const Stop& stop);
  Result<Reading> read(Signal signal, const Stop& stop);
  Result<std::shared_ptr<const SpanView>> spans(const Stop& stop);
  Answer marked(Answer answer, Signal signal) const;

  const SourceConfig config_;
  const std::unique_ptr<Reader> reader_;
  std::mutex mutex_;
  std::shared_ptr<const SpanView> spans_;
};

Signal signal_of(std::string_view name) {
  return name == "metrics" ? Signal::metrics : name == "spans" ? Signal::spans : Signal::logs;
}

std::string OtlpConnector::here() const {
  std::vector<std::string> have;
  for (const char* signal : all_signals)
    if (offers(signal)) have.push_back(signal);
  return have.empty() ? "nothing is read from " + config_.at : config_.at + " has " + join(have, " and ");
}

Result<Reading> OtlpConnector::read(Signal signal, const Stop& stop) {
  if (signal == Signal::metrics) {
    if (auto table = reader_->metrics(stop); !table) return table.error();
  } else if (signal == Signal::spans) {
    if (auto table = reader_->spans(stop); !table) return table.error();
  } else if (auto table = reader_->logs(stop); !table) {
    return table.error();
  }
  return reader_->reading(signal);
}

Result<std::shared_ptr<const SpanView>> OtlpConnector::spans(const Stop& stop) {
  auto table = reader_->spans(stop);
  if (!table) return table.error();
  std::lock_guard lock(mutex_);
  if (!spans_) spans_ = std::make_shared<SpanView>(table.value(), config_.aliases);
  return spans_;
}

std::string bad_lines(const Reading& reading) {
  std::string out = count(static_cast<int64_t>(reading.bad_lines)) + " bad lines skipped";
  if (!reading.bad.empty()) out += " (" + printable(reading.bad.front(), 120) + (reading.bad.size() > 1 ? " …)" : ")");
  return out;
}

Result<Probe> OtlpConnector::probe(const Deadline&, const Stop& stop) {
  Probe probe;
  probe.version = "otlp-json";
  probe.layout = "lines";
  probe.notes = reader_->notes();
  for (const char* name : all_signals) {
    if (!offers(name)) {
      probe.looked_for.push_back(name);
      continue;
    }
    auto reading = read(signal_of(name), stop);
    if (!reading) return reading.error();
    probe.signals.push_back(name);
    probe.windows[name] = reading->extent;
    if (reading->extent) {
      if (!probe.recorded) probe.recorded = reading->extent;
      probe.recorded->from = std::min(probe.recorded->from, reading->extent->from);
      probe.recorded->to = std::max(probe.recorded->to, reading->extent->to);
    }
    if (reading->bad_lines > 0) probe.notes.push_back(std::string(name) + ": " + bad_lines(*reading));
    for (const std::string& note : reading->notes) probe.notes.push_back(std::string(name) + ": " + printable(note, 300));
  }
  return probe;
}

Result<Resolution> OtlpConnector::resolve(const Measure& measure, const Deadline&, const Stop& stop) {
  if (!offers("metrics")) {
    Resolution nothing;
    nothing.measure = measure.name;
    for (const MeasureName& name : measure.names) nothing.tried.push_back(name.metric);
    return nothing;
  }
  auto metrics = reader_->metrics(stop);
  if (!metrics) return metrics.error();
  return resolve_in(**metrics, measure, config_.aliases);
}

std::vector<Step> OtlpConnector::native(const std::vector<Ask>& asks, const std::map<std::string, Resolution>& measures) const {
  std::vector<Step> steps;
  for (size_t i = 0; i < asks.size(); ++i) {
    const Ask& ask = asks[i];
    std::string text = "otlp " + ask.signal + " ";
    if (const auto at = measures.find(measure_of(ask)); at != measures.end() && !at->second.names.empty()) {
      const std::string names = at->second.print();
      text += names.substr(0, names.rfind(" (")) + " by service,instance";
    } else {
      const size_t dot = ask.kind.find('.');
      text += dot == std::string::npos ? ask.kind : ask.kind.substr(dot + 1);
      if (!ask.native.empty()) text += " " + printable(ask.native);
    }
    if (!ask.args.empty()) text += " " + printable(print_map(ask.args));
    for (const Stretch& one : stretches(ask)) {
      text += one.name ? std::string(" ") + one.name + " [" : " [";
      text += print_time(one.window.from) + ", " + print_time(one.window.to) + ")";
    }
    for (const auto& [name, value] : ask.scope.names) text += " " + name + "=" + printable(value);
    if (!ask.where.empty()) text += " where " + printable(print_map(ask.where));
    steps.push_back(Step{{i}, std::move(text), "in memory"});
  }
  return steps;
}

Answer OtlpConnector::marked(Answer answer, Signal signal) const {
  const FramePtr* frame = std::get_if<FramePtr>(&answer);
  const Reading reading = reader_->reading(signal);
  if (!frame || (reading.bad_lines == 0 && reading.bad_records == 0 && reading.broken.empty())) return answer;
  auto copy = std::make_shared<Frame>(**frame);
  std::vector<std::string> missing;                      // what should be there and is not
  const auto tell = [&](size_t bad, size_t all, const std::string& what, const char* of) {
    if (bad * 1000 > all) missing.push_back(what + " of " + count(static_cast<int64_t>(all)) + of);
    else if (bad > 0) copy->marks.notes.push_back(what);
  };
  tell(reading.bad_lines, reading.lines, bad_lines(reading), "");
  tell(reading.bad_records, reading.records + reading.bad_records, count(static_cast<int64_t>(reading.bad_records)) + (reading.bad_records == 1 ? " record skipped" : " records skipped"), " records");
  for (const std::string& file : reading.broken) missing.push_back(printable(file, 120));
  if (missing.size() > 3) missing[2] += " and " + std::to_string(missing.size() - 3) + " more", missing.resize(3);
  if (!missing.empty()) copy->marks.partial = join(missing, "; ");
  return FramePtr(std::move(copy));
}

Answer OtlpConnector::answer(const Ask& ask, const std::map<std::string, Resolution>& measures, const Deadline& deadline,
                             const Stop& stop) {
  for (const auto& [kind, source] : native_asks)
    if (ask.kind == kind)
      return Failure{Failure::Class::unsupported, std::string("a directory of OTLP files does not understand ") + kind,
                     std::string("name a source of kind ") + source + " with `from`, or use an ask of metric, spans or logs"};
  if (!contains({all_signals, all_signals + 3}, ask.signal))
    return Failure{Failure::Class::unsupported, "unknown signal `" + printable(ask.signal, 40) + "`", "metrics, spans or logs"};
  if (!offers(ask.signal))
    return Failure{Failure::Class::unsupported, "no " + ask.signal + " here: " + here(), "record " + ask.signal + " too, or name a source that has them"};
  const Signal signal = signal_of(ask.signal);
  if (auto reading = read(signal, stop); !reading) return failure_of(reading.error());
  else if (ask.scope.window.from.ns == 0 && ask.scope.window.to.ns == 0 && reading->extent) {
    Ask whole = ask;                                     // asked without a window: the whole signal
    whole.scope.window = *reading->extent;
    return marked(answer_with_window(whole, signal, measures, deadline, stop), signal);
  }
  return marked(answer_with_window(ask, signal, measures, deadline, stop), signal);
}

Answer OtlpConnector::answer_with_window(const Ask& ask, Signal signal, const std::map<std::string, Resolution>& measures,
                                         const Deadline& deadline, const Stop& stop) {
  const Asking asking{ask, config_.aliases, deadline, stop};
  if (auto failure = asking.stopped()) return *failure;
  if (signal == Signal::metrics) {
    auto metrics = reader_->metrics(stop);
    if (!metrics) return failure_of(metrics.error());
    const auto at = measures.find(measure_of(ask));
    return answer_metrics(asking, **metrics, at == measures.end() ? nullptr : &at->second);
  }
  if (signal == Signal::spans) {
    auto view = spans(stop);
    if (!view) return failure_of(view.error());
    return answer_spans(asking, **view);
  }
  auto logs = reader_->logs(stop);
  if (!logs) return failure_of(logs.error());
  return answer_logs(asking, **logs);
}

std::vector<Answer> OtlpConnector::fetch(const std::vector<Ask>& asks, const std::vector<Step>&,
                                         const std::map<std::string, Resolution>& measures, const Deadline& deadline,
                                         const Stop& stop) {
  std::vector<Answer> answers;
  for (const Ask& ask : asks) answers.push_back(answer(ask, measures, deadline, stop));
  return answers;
}

}  // namespace

Result<std::unique_ptr<Connector>> make(const SourceConfig& config) {
  Reader::Options options;
  for (const auto& [key, value] : config.options) {
    if (key != "threads")
      return Error{Code::config, "unknown option `" + printable(key, 60) + "` of an otlp source", config.name, did_you_mean(key, {"threads"})};
    const int64_t* n = value.get<int64_t>();
    if (!n || *n < 0 || *n > 1024)
      return Error{Code::config, "threads is " + print_value(value) + ", not a number from 0 to 1024", config.name, "leave it out to use all cores"};
    options.threads = static_cast<size_t>(*n);
  }
  for (const auto* list : {&config.signals, &config.without})
    for (const std::string& signal : *list)
      if (!contains({all_signals, all_signals + 3}, signal))
        return Error{Code::config, "unknown signal `" + printable(signal, 60) + "`", config.name, did_you_mean(signal, {"metrics", "spans", "logs"})};
  auto reader = Reader::open(config.at, options);
  if (!reader) return reader.error();
  return std::unique_ptr<Connector>(std::make_unique<OtlpConnector>(config, std::move(*reader)));
}

}  // namespace inquest::otlp
