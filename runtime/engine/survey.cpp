// Probe and measures of each source, one job a source.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/survey.h"

#include <algorithm>

#include "runtime/connectors/http/http.h"
#include "runtime/engine/pool.h"
#include "runtime/engine/sources.h"

namespace inquest {
namespace {

void look(Probed& source, const Catalogue& catalogue, const Deadline& until, const Stop& stop, Surveyed& out) {
  auto probe = source.connector->probe(until, stop);
  if (!probe) {
    out.failure = failure_of(probe.error());
    return;
  }
  source.probe = *probe;
  out.probe = std::move(*probe);
  for (const char* signal : {"metrics", "spans", "logs"})
    if (source.has(signal)) out.signals.push_back(signal);
  if (!source.has("metrics")) return;
  for (const Measure& measure : catalogue.measures) {
    SurveyedMeasure one{measure.name};
    auto found = source.connector->resolve(measure, until, stop);
    if (found) one.found = std::move(*found);
    else one.failure = failure_of(found.error());
    out.measures.push_back(std::move(one));
  }
}

}  // namespace

Result<std::vector<Surveyed>> survey(std::vector<Source>& sources, const Catalogue& catalogue, Clock& clock, const Stop& stop,
                                     bool offline, Duration deadline) {
  std::vector<Probed> probed;
  for (Source& source : sources) probed.push_back({&source.config, source.connector.get(), {}, {}});
  std::stable_sort(probed.begin(), probed.end(), [](const Probed& a, const Probed& b) { return a.config->name < b.config->name; });
  std::vector<Surveyed> out(probed.size());
  std::vector<Job> jobs;
  for (size_t i = 0; i < probed.size(); ++i) {
    out[i].config = probed[i].config;
    out[i].live = probed[i].connector->live();
    jobs.push_back({i, [&, i](const Deadline& until, const Stop& cancel) {
                      if (offline && out[i].live) {
                        out[i].failure = Failure{Failure::Class::unsupported, "offline: nothing is sent to it", "run it without --offline"};
                        return;
                      }
                      const int64_t start = clock.monotonic_ns();
                      try {
                        look(probed[i], catalogue, until, cancel, out[i]);
                      } catch (const std::exception& thrown) {
                        out[i].failure = Failure{Failure::Class::internal, thrown.what()};
                      }
                      out[i].ms = static_cast<double>(clock.monotonic_ns() - start) / 1e6;
                    }});
  }
  PoolLimits limits = limits_for(probed, {std::min<size_t>(std::max<size_t>(jobs.size(), 1), 64), 1, deadline, {}});
  run_jobs(jobs, limits, clock, [&] { return stop.load(); }, [](size_t, bool) {});
  if (stop) return Error{Code::interrupted, "interrupted while the sources were probed"};
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i].failure && out[i].failure->cls == Failure::Class::cancelled)   // its own flag, raised at the deadline
      out[i].failure = Failure{Failure::Class::timeout, "no answer within " + print_duration(limits.deadline), "look whether it is up, or raise limits.timeout"};
    if (const http::Traffic* const traffic = probed[i].connector->traffic()) {
      out[i].requests = static_cast<int64_t>(traffic->requests.load());
      out[i].bytes = static_cast<int64_t>(traffic->bytes_received.load());
    }
  }
  return out;
}

}  // namespace inquest
