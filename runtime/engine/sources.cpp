// Probing, and which source answers for which signal.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/sources.h"

#include <algorithm>
#include <cstdlib>

#include "runtime/base/text.h"
#include "runtime/connectors/http/config.h"
#include "runtime/engine/pool.h"

namespace inquest {
namespace {

std::vector<std::string> names_of(const std::vector<Probed>& sources) {
  std::vector<std::string> out;
  for (const Probed& source : sources) out.push_back(source.config->name);
  return out;
}
bool holds(const std::vector<std::string>& list, const std::string& what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}
Error no_such_source(const std::string& name, const std::string& where, const std::vector<Probed>& sources) {
  return Error{
      Code::config, "no source is called `" + printable(name, 80) + "`", where,
      sources.empty() ? "give one with --data, --sources or --grafana" : did_you_mean(name, names_of(sources))};
}

// What a source can have at most, without asking it.
std::vector<std::string> signals_of(const SourceConfig& config) {
  if (!config.signals.empty()) return config.signals;
  if (config.kind == "prometheus") return {"metrics"};
  if (config.kind == "jaeger") return {"spans"};
  if (config.kind == "opensearch") return {"spans", "logs"};
  return {"metrics", "spans", "logs"};
}

}  // namespace

PoolLimits limits_for(const std::vector<Probed>& sources, PoolLimits limits) {
  size_t sum = 0;
  for (const Probed& source : sources) {
    const bool server = source.connector->live() && source.config->http;
    const size_t own = server ? std::max<size_t>(source.config->http->concurrency, 1) : limits.per_source;
    limits.of_source.push_back(own);
    if (!server) continue;
    sum += own;
    if (limits.deadline.ns > 0) limits.deadline = std::max(limits.deadline, source.config->http->timeout);
  }
  limits.threads = std::max(limits.threads, std::min<size_t>(sum, 64));
  return limits;
}

bool Probed::has(const std::string& signal) const {
  if (holds(config->without, signal)) return false;
  if (!config->signals.empty()) return holds(config->signals, signal);
  return holds(probe.signals, signal);
}

Failure failure_of(const Error& error) {
  using Class = Failure::Class;
  Class cls = Class::internal;
  if (const auto named = failure_class(error.cause))
    cls = *named;
  else if (error.code == Code::refused)
    cls = Class::refused;
  else if (error.code == Code::timed_out)
    cls = Class::timeout;
  else if (error.code == Code::interrupted)
    cls = Class::cancelled;
  else if (error.code == Code::parse)
    cls = Class::malformed;
  else if (error.code == Code::source || error.code == Code::io || error.code == Code::not_found)
    cls = Class::unreachable;
  else if (error.code == Code::usage || error.code == Code::config)
    cls = Class::rejected;
  return Failure{cls, error.where.empty() ? error.message : error.where + ": " + error.message, error.cure};
}

constexpr int64_t skew_told_s = 5;  // above it the clock of a server is worth a note

std::vector<Probed> probe_all(std::vector<Source>& sources, size_t threads, Duration deadline, Clock& clock,
                              const std::function<bool()>& cancelled, bool offline) {
  std::vector<Probed> out;
  for (Source& source : sources) out.push_back({&source.config, source.connector.get(), {}, {}});
  std::stable_sort(out.begin(), out.end(),
                   [](const Probed& a, const Probed& b) { return a.config->name < b.config->name; });
  std::vector<Job> jobs;
  for (size_t i = 0; i < out.size(); ++i) {
    if (offline && out[i].connector->live()) {
      out[i].probe.signals = signals_of(*out[i].config);
      out[i].failure = Failure{Failure::Class::unsupported, "offline: nothing is sent to it", "run it without --offline"};
      continue;
    }
    jobs.push_back({i, [&out, i](const Deadline& until, const Stop& stop) {
                      try {
                        auto probe = out[i].connector->probe(until, stop);
                        if (probe)
                          out[i].probe = std::move(*probe);
                        else
                          out[i].failure = failure_of(probe.error());
                      } catch (const std::exception& thrown) {
                        out[i].failure = Failure{Failure::Class::internal, thrown.what()};
                      }
                    }});
  }
  std::vector<size_t> probed;
  for (const Job& job : jobs) probed.push_back(job.source);
  run_jobs(jobs, {std::max(threads, std::min<size_t>(jobs.size(), 64)), 1, deadline, {}}, clock, cancelled, [&](size_t job, bool started) {
    if (!started) out[probed[job]].failure = Failure{Failure::Class::cancelled, "interrupted"};
  });
  for (Probed& source : out) {
    const int64_t skew = source.probe.skew ? source.probe.skew->ns / ns_per_s : 0;
    if (std::abs(skew) > skew_told_s)
      source.probe.notes.push_back("its clock is " + print_duration({std::abs(skew) * ns_per_s}) +
                                   (skew > 0 ? " ahead of ours" : " behind ours") + "; windows are told by ours");
  }
  for (Probed& source : out) {  // its own flag, raised at the deadline
    if (!source.failure || source.failure->cls != Failure::Class::cancelled || cancelled()) continue;
    source.failure = Failure{Failure::Class::timeout, "no answer within " + print_duration(deadline), "allow more time"};
  }
  return out;
}

std::vector<Probe> probes_of(const std::vector<Probed>& sources) {
  std::vector<Probe> out;
  for (const Probed& source : sources) out.push_back(source.probe);
  return out;
}

Result<SourceMap> SourceMap::make(std::vector<Probed> sources, const std::map<std::string, std::string>& said,
                                  const std::vector<std::string>& needed, const std::vector<std::string>& named) {
  SourceMap out;
  for (size_t i = 1; i < sources.size(); ++i) {
    if (sources[i].config->name == sources[i - 1].config->name) {
      return Error{Code::config, "two sources are called `" + sources[i].config->name + "`", "sources",
                   "give each its own name"};
    }
  }
  out.sources_ = std::move(sources);
  for (const std::string& name : named) {
    if (!out.named(name)) return no_such_source(name, "from", out.sources_);
  }
  for (const auto& [signal, name] : said) {
    if (!holds({"metrics", "spans", "logs"}, signal)) {
      return Error{Code::config, "`" + printable(signal, 80) + "` is no signal", "signals",
                   did_you_mean(signal, {"metrics", "spans", "logs"})};
    }
    if (!out.named(name)) return no_such_source(name, "signals." + signal, out.sources_);
    out.signals_[signal] = name;
  }
  for (const char* signal : {"metrics", "spans", "logs"}) {
    if (out.signals_.count(signal)) continue;
    std::vector<std::string> candidates;
    for (const Probed& source : out.sources_) {
      if (source.has(signal)) candidates.push_back(source.config->name);
    }
    if (candidates.size() == 1) out.signals_[signal] = candidates[0];
    if (candidates.size() > 1 && holds(needed, signal)) {
      return Error{Code::config, std::string("several sources have ") + signal + ": " + join(candidates, ", "),
                   "signals", std::string("say which one: signals: { ") + signal + ": " + candidates[0] + " }"};
    }
  }
  return out;
}

const Probed* SourceMap::named(const std::string& name) const {
  for (const Probed& source : sources_) {
    if (source.config->name == name) return &source;
  }
  return nullptr;
}

namespace {

// A cause with the name of its source before it, once.
std::string with_name(const std::string& source, const std::string& cause) {
  return cause.compare(0, source.size() + 2, source + ": ") == 0 ? cause : source + ": " + cause;
}

}  // namespace

std::variant<size_t, Failure> SourceMap::of(const Ask& ask) const {
  using Class = Failure::Class;
  std::string name = ask.from;
  if (name.empty()) {
    const auto found = signals_.find(ask.signal);
    if (found != signals_.end()) name = found->second;
  }
  if (name.empty()) {
    // A source that did not answer might have had it: that is why nothing has, and it is not "nothing there".
    for (const Probed& source : sources_) {
      const bool possible =
          source.failure && source.config->signals.empty() && !holds(source.config->without, ask.signal);
      if (!possible) continue;
      Failure failure = *source.failure;
      failure.cause = "no source has " + ask.signal + "; " + with_name(source.config->name, failure.cause);
      return failure;
    }
    return Failure{Class::unsupported, "no source has " + ask.signal, "add a source of " + ask.signal};
  }
  for (size_t i = 0; i < sources_.size(); ++i) {
    const Probed& source = sources_[i];
    if (source.config->name != name) continue;
    if (source.failure) {
      Failure failure = *source.failure;
      failure.cause = with_name(name, failure.cause);
      return failure;
    }
    if (holds(source.config->without, ask.signal)) {
      return Failure{Class::unsupported, ask.signal + " of " + name + " are withheld",
                     "remove `without` from the source"};
    }
    if (ask.from.empty() && !source.has(ask.signal)) {
      return Failure{Class::unsupported, name + " has no " + ask.signal, "name another source of " + ask.signal};
    }
    return i;
  }
  return Failure{Class::unsupported, "no source is called `" + printable(name, 80) + "`",
                 did_you_mean(name, names_of(sources_))};
}

}  // namespace inquest
