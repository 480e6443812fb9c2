// The beginning of a run up to where the first ask would leave, for every state.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/planning.h"

#include <algorithm>

#include "runtime/connectors/http/http.h"
#include "runtime/engine/gather.h"
#include "runtime/engine/starting.h"

namespace inquest {
namespace {

class Told final : public Sink {
 public:
  Status resolved(const std::string& source, const Resolution& resolution) override {
    says.push_back(resolution.names.empty() ? source + " has no " + resolution.measure : resolution.measure + " → " + resolution.print());
    return {};
  }
  Status sent(const Question&) override { return {}; }
  Status replied(const Question&, Reply&) override { return {}; }
  std::vector<std::string> says;
};

void add(std::optional<int64_t>& to, const std::optional<int64_t>& more) {
  if (more) to = to.value_or(0) + *more;
}

// One state, or all queries of one fork, go together as in a run.
std::vector<std::vector<size_t>> groups(const std::vector<Foreseen>& all) {
  std::vector<std::vector<size_t>> out;
  std::string last;
  for (size_t i = 0; i < all.size(); ++i) {
    const std::string here = all[i].fork.empty() ? "state " + all[i].state : "fork " + all[i].fork;
    if (out.empty() || here != last) out.emplace_back();
    out.back().push_back(i);
    last = here;
  }
  return out;
}

}  // namespace

Result<Planned> plan_run(const RunRequest& request) {
  if (!request.sop || !request.catalogue || !request.sources || !request.clock)
    return Error{Code::bug, "a plan needs a SOP, a catalogue, sources and a clock"};
  auto inputs = bound_inputs(*request.sop, request.inputs);
  if (!inputs) return inputs.error();
  const auto cancelled = [&] { return request.stop && *request.stop; };
  auto probed = probe_all(*request.sources, request.pool, request.ask_deadline, *request.clock, cancelled, request.offline);
  if (cancelled()) return Error{Code::interrupted, "interrupted while the sources were probed"};
  if (request.offline)   // they are asked nothing here anyway
    for (Probed& source : probed)
      if (source.connector->live()) source.failure.reset();
  std::vector<std::string> signals, named;
  needs_of(*request.sop, *request.catalogue, signals, named);
  const std::vector<Probe> probes = probes_of(probed);
  auto sources = SourceMap::make(std::move(probed), request.signals, signals, named);
  if (!sources) return sources.error();
  auto window = outer_window(request, probes, request.clock->now());
  if (!window) return window.error();

  Planned out;
  out.window = *window;
  out.inputs = inputs->values;
  Started started;
  started.window = window->window;
  started.window_given = window->given;
  started.inputs = inputs->values;
  started.defaulted = inputs->defaulted;
  std::vector<Foreseen> foreseen = foresee(*request.sop, *request.catalogue, started);

  for (const Probed& source : sources->all()) out.sources.push_back({source.config->name, source.config->kind, source.connector->live(), source.probe, source.failure});
  Told told;
  Gatherer gatherer(*request.catalogue, *sources, {request.pool, request.per_source, request.ask_deadline}, *request.clock, cancelled);
  for (const std::vector<size_t>& group : groups(foreseen)) {
    std::vector<Question> questions;
    for (const size_t i : group) {
      Question question;
      question.ask = foreseen[i].ask;
      questions.push_back(std::move(question));
    }
    auto batches = gatherer.prepared(questions, told, request.offline);
    if (!batches) return batches.error();
    if (cancelled()) return Error{Code::interrupted, "interrupted"};
    std::vector<Estimate> estimates(questions.size());
    std::vector<char> counted(questions.size(), 0);
    std::vector<Job> jobs;
    for (const Batch& batch : *batches) {
      // Asks that go together are one request, or more; one alone is a request a step.
      out.sources[batch.source].requests += batch.asks.size() > 1 ? 1 : batch.steps;
      // Asks with a name in place of a value would be counted as nothing.
      std::vector<size_t> known;
      for (size_t n = 0; n < batch.questions.size(); ++n)
        if (foreseen[group[batch.questions[n]]].unknown.empty()) known.push_back(n);
      if (known.empty() || (request.offline && batch.connector->live())) continue;
      jobs.push_back({batch.source, [&, known, b = &batch](const Deadline& deadline, const Stop& stop) {
                        std::vector<Ask> asks;
                        for (const size_t n : known) asks.push_back(b->asks[n]);
                        try {
                          const auto of = b->connector->estimate(asks, b->measures, deadline, stop);
                          for (size_t n = 0; n < known.size() && n < of.size(); ++n) {
                            estimates[b->questions[known[n]]] = of[n];
                            counted[b->questions[known[n]]] = !of[n].print().empty();
                          }
                        } catch (const std::exception&) {  // not known, then
                        }
                      }});
    }
    run_jobs(jobs, limits_for(sources->all(), {request.pool, request.per_source, request.ask_deadline}), *request.clock, cancelled, [](size_t, bool) {});
    for (size_t n = 0; n < group.size(); ++n) {
      PlannedAsk one{std::move(foreseen[group[n]]), questions[n].source_name, questions[n].native, questions[n].cost, questions[n].measure, questions[n].refused, estimates[n]};
      if (questions[n].source != SIZE_MAX && !one.refused) {
        PlannedSource& source = out.sources[questions[n].source];
        ++source.asks;
        source.unknown += !counted[n];
        add(source.sum.series, one.estimate.series);
        add(source.sum.points, one.estimate.points);
        add(source.sum.spans, one.estimate.spans);
        add(source.sum.logs, one.estimate.logs);
        add(source.sum.bytes, one.estimate.bytes);
      }
      out.asks.push_back(std::move(one));
    }
  }
  for (size_t i = 0; i < out.sources.size(); ++i)
    if (const http::Traffic* const traffic = sources->all()[i].connector->traffic()) out.sources[i].counted = traffic->requests;
  out.resolved = std::move(told.says);
  return out;
}

}  // namespace inquest
