// Preparing asks, fetching those that belong together, and putting the answers back in order.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/gather.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>

#include "runtime/base/hash.h"
#include "runtime/base/text.h"
#include "runtime/connectors/http/config.h"
#include "runtime/engine/scrub.h"

namespace inquest {
namespace {

using Class = Failure::Class;

constexpr int64_t together_ns = 20'000'000;  // answers that arrive within so long are written together

// Asks that share a step belong together: the connector's own word for what is one request or one pass.
std::vector<std::vector<size_t>> together(const std::vector<Step>& steps, size_t asks) {
  std::vector<size_t> group(asks);
  std::iota(group.begin(), group.end(), size_t{0});
  const auto root = [&](size_t at) {
    while (group[at] != at) at = group[at];
    return at;
  };
  for (const Step& step : steps) {
    for (size_t i = 1; i < step.asks.size(); ++i) {
      if (step.asks[0] >= asks || step.asks[i] >= asks) continue;
      const size_t a = root(step.asks[0]), b = root(step.asks[i]);
      group[std::max(a, b)] = std::min(a, b);
    }
  }
  std::vector<std::vector<size_t>> out(asks);
  for (size_t i = 0; i < asks; ++i) out[root(i)].push_back(i);
  std::erase_if(out, [](const auto& one) { return one.empty(); });
  return out;
}

std::string place_of(const Frame& frame, size_t row) {
  std::string out;
  for (const std::string& name : scope_names()) {
    const Column* column = frame.column(name);
    if (column && column->type == ColumnType::text && !column->absent(row))
      out += " " + name + "=" + printable(column->text(row), 60);
  }
  for (const char* name : {"time", "start"}) {
    const Column* column = frame.column(name);
    if (column && column->type == ColumnType::time && !column->absent(row))
      out += " at " + print_time({column->integer(row)});
  }
  return out;
}

// A reply is judged where it arrives: a frame must be there and hold nothing that was not asked for.
void take(const Ask& ask, Outcome<FramePtr>&& outcome, Reply& reply) {
  if (auto* failure = std::get_if<Failure>(&outcome)) {
    reply.failure = std::move(*failure);
    return;
  }
  FramePtr frame = std::get<FramePtr>(std::move(outcome));
  if (!frame) {
    reply.failure = Failure{Class::internal, "the connector gave no frame"};
    return;
  }
  if (const auto row = outside_scope(*frame, ask)) {
    reply.failure =
        Failure{Class::scope, "row " + std::to_string(*row + 1) + " lies outside the scope:" + place_of(*frame, *row),
                "the source answers more than it was asked; report this with the native text"};
    return;
  }
  frame = scrubbed(frame);
  const std::string bytes = encode(*frame);
  reply.hash = sha256_hex(bytes);
  reply.bytes = static_cast<int64_t>(bytes.size());
  reply.frame = std::move(frame);
}

Failure too_late(Duration allowed) {
  return {Class::timeout, "no answer within " + print_duration(allowed), "narrow the window, or allow more time"};
}

// Secrets of the source are cut out of whatever its connector says, once more.
std::string cut(const Connector& connector, const SourceConfig& config, std::string text) {
  return connector.live() && config.http ? http::redact(*config.http, std::move(text)) : text;
}

// Only what a browser opens as a page, on one line.
bool is_page(const std::string& url) {
  if (url.rfind("http://", 0) != 0 && url.rfind("https://", 0) != 0) return false;
  return std::none_of(url.begin(), url.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7f || c == '"' || c == '<' || c == '>'; });
}

// Waits in real time, in small steps. False: stopped before.
bool wait(Duration duration, const Stop& stop) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(std::max<int64_t>(duration.ns, 0));
  while (!stop) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) return true;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, std::chrono::milliseconds(5)));
  }
  return false;
}

std::vector<Outcome<FramePtr>> fetch(const Batch& batch, const std::vector<Ask>& asks, const Deadline& deadline,
                                     const Stop& stop) {
  try {
    const std::vector<Step> steps = batch.connector->native(asks, batch.measures);
    auto outcomes = batch.connector->fetch(asks, steps, batch.measures, deadline, stop);
    if (outcomes.size() == asks.size()) return outcomes;
    return std::vector<Outcome<FramePtr>>(
        asks.size(), Failure{Class::internal, "the connector gave " + std::to_string(outcomes.size()) + " answers to " +
                                                  std::to_string(asks.size()) + " asks"});
  } catch (const std::exception& thrown) {
    return std::vector<Outcome<FramePtr>>(
        asks.size(), Failure{Class::internal, std::string("the connector threw: ") + thrown.what()});
  }
}

void carry_out(const Batch& batch, const Deadline& deadline, const Stop& stop, Clock& clock, Duration allowed,
               std::vector<Reply>& replies) {
  const int64_t start = clock.monotonic_ns();
  std::vector<size_t> open(batch.asks.size());
  std::iota(open.begin(), open.end(), size_t{0});
  for (int attempt = 1; !open.empty(); ++attempt) {
    std::vector<Ask> asks;
    for (const size_t i : open) asks.push_back(batch.asks[i]);
    auto outcomes = fetch(batch, asks, deadline, stop);
    std::vector<size_t> later;
    Duration longest{0};
    std::string cause;
    for (size_t n = 0; n < open.size(); ++n) {
      Reply& reply = replies[open[n]];
      reply.attempts = attempt;
      reply.ms = static_cast<double>(clock.monotonic_ns() - start) / 1e6;
      if (const auto* retry = std::get_if<RetryLater>(&outcomes[n])) {
        later.push_back(open[n]);
        longest = std::max(longest, retry->after);
        cause = retry->cause;
        continue;
      }
      take(batch.asks[open[n]], std::move(outcomes[n]), reply);
    }
    if (later.empty()) return;
    const int64_t now = clock.monotonic_ns();
    const bool in_time = deadline.monotonic_ns == 0 || longest.ns < deadline.monotonic_ns - now;
    const bool waited = in_time && wait(longest, stop);
    if (!waited) {
      for (const size_t i : later) {
        replies[i].failure = Failure{Class::overloaded, cause.empty() ? "the source asks to come back later" : cause,
                                     "try again later, or allow more than " + print_duration(allowed)};
      }
      return;
    }
    open = std::move(later);
  }
}

}  // namespace

const Result<Resolution>& Gatherer::resolve(size_t source, const Measure& measure, bool& fresh) {
  const auto key = std::make_pair(source, measure.name);
  auto known = resolutions_.find(key);
  fresh = known == resolutions_.end();
  if (!fresh) return known->second;
  Result<Resolution> result = Error{Code::interrupted, "interrupted"};
  const std::vector<Job> jobs = {{source, [&](const Deadline& deadline, const Stop& stop) {
                                    try {
                                      result = sources_.all()[source].connector->resolve(measure, deadline, stop);
                                    } catch (const std::exception& thrown) {
                                      result = Error{Code::bug, std::string("the connector threw: ") + thrown.what()};
                                    }
                                  }}};
  run_jobs(jobs, {1, 1, limits_.deadline}, clock_, cancelled_, [](size_t, bool) {});
  return resolutions_.emplace(key, std::move(result)).first->second;
}

Status Gatherer::prepare(Question& question, Sink& sink, bool offline) {
  const Ask& ask = question.ask;
  if (const AskRow* row = catalogue_.ask(ask.kind)) question.measure = row->measure;
  if (!ask.unknown_names.empty()) {
    question.refused = Failure{Class::unknown_name,
                               "$" + join(ask.unknown_names, ", $") + " is unknown: nothing that binds it was found"};
    return {};
  }
  auto source = sources_.of(ask);
  if (auto* failure = std::get_if<Failure>(&source)) {
    question.refused = std::move(*failure);
    return {};
  }
  question.source = std::get<size_t>(source);
  question.source_name = sources_.all()[question.source].config->name;
  const Measure* measure = question.measure.empty() ? nullptr : catalogue_.measure(question.measure);
  if (!measure) return {};
  if (offline && sources_.all()[question.source].connector->live()) {
    Resolution presumed{measure->name, measure->names, {}, {}, {}, measure->unit, measure->reduce, measure->identity, measure->restarts};
    resolutions_.emplace(std::make_pair(question.source, measure->name), std::move(presumed));
    return {};
  }
  bool fresh = false;
  const auto& resolution = resolve(question.source, *measure, fresh);
  if (!resolution) {
    question.refused = failure_of(resolution.error());
    if (question.refused->cls == Class::cancelled && !cancelled_()) question.refused = too_late(limits_.deadline);
    return {};
  }
  if (fresh) {
    if (auto done = sink.resolved(question.source_name, *resolution); !done) return done;
  }
  if (!resolution->names.empty()) return {};
  question.tried = resolution->tried;
  question.refused = Failure{Class::unsupported, question.source_name + " has no " + question.measure,
                             resolution->nearest.empty() ? "send one of the names that were looked for"
                                                         : "nearest there: " + join(resolution->nearest, ", ")};
  return {};
}

Result<std::vector<Batch>> Gatherer::prepared(std::vector<Question>& questions, Sink& sink, bool offline) {
  std::vector<Batch> batches;
  for (Question& question : questions) {
    if (cancelled_()) return batches;
    if (auto done = prepare(question, sink, offline); !done) return done.error();
  }
  if (cancelled_()) return batches;  // a resolution that was cut short is no answer
  // By source, then by what the connector itself takes together.
  for (size_t source = 0; source < sources_.all().size(); ++source) {
    Batch all{source, sources_.all()[source].connector, {}, {}, {}, 0};
    for (size_t i = 0; i < questions.size(); ++i) {
      const Question& question = questions[i];
      if (question.refused || question.source != source) continue;
      all.questions.push_back(i);
      all.asks.push_back(question.ask);
      if (const auto known = resolutions_.find({source, question.measure});
          known != resolutions_.end() && known->second) {
        all.measures.emplace(question.measure, *known->second);
      }
    }
    if (all.asks.empty()) continue;
    const auto told = [&](const std::string& text) { return cut(*all.connector, *sources_.all()[source].config, text); };
    for (const auto& group : together(all.connector->native(all.asks, all.measures), all.asks.size())) {
      Batch part{source, all.connector, {}, {}, all.measures, 0};
      for (const size_t i : group) {
        part.questions.push_back(all.questions[i]);
        part.asks.push_back(all.asks[i]);
      }
      for (const Step& step : part.connector->native(part.asks, part.measures)) {
        ++part.steps;
        for (const size_t i : step.asks) {
          if (i >= part.questions.size()) continue;
          Question& question = questions[part.questions[i]];
          question.native += (question.native.empty() ? "" : "\n") + told(step.native);
          if (!step.cost.empty() && question.cost.find(step.cost) == std::string::npos) question.cost += (question.cost.empty() ? "" : ", ") + step.cost;
        }
      }
      for (size_t n = 0; n < part.questions.size(); ++n) {
        const std::string link = told(part.connector->link(part.asks[n], part.measures));
        if (is_page(link)) questions[part.questions[n]].link = link;
      }
      batches.push_back(std::move(part));
    }
  }
  // Jobs start in the order of their first ask, whatever the names of the sources.
  std::stable_sort(batches.begin(), batches.end(),
                   [](const Batch& a, const Batch& b) { return a.questions[0] < b.questions[0]; });
  return batches;
}

Status Gatherer::gather(std::vector<Question> questions, Sink& sink) {
  if (auto done = sink.settle(); !done) return done;
  auto ready = prepared(questions, sink);
  if (!ready) return ready.error();
  if (cancelled_()) return {};
  const std::vector<Batch>& batches = *ready;
  for (const Question& question : questions) {
    if (question.refused) continue;
    if (auto done = sink.sent(question); !done) return done;
  }
  if (auto done = sink.settle(); !done) return done;

  std::vector<Reply> replies(questions.size());
  std::vector<char> here(questions.size(), 0);
  size_t told = 0;
  Status status;
  const auto tell = [&] {
    for (; status && told < questions.size() && here[told]; ++told) {
      if (replies[told].cancelled) return;
      status = sink.replied(questions[told], replies[told]);
    }
  };
  for (size_t i = 0; i < questions.size(); ++i) {
    if (!questions[i].refused) continue;
    replies[i].failure = questions[i].refused;
    here[i] = 1;
  }
  tell();
  std::vector<std::vector<Reply>> results(batches.size());
  std::vector<Job> jobs;
  for (size_t b = 0; b < batches.size(); ++b) {
    results[b].resize(batches[b].asks.size());
    jobs.push_back({batches[b].source, [&, b](const Deadline& deadline, const Stop& stop) {
                      carry_out(batches[b], deadline, stop, clock_, limits_.deadline, results[b]);
                    }});
  }
  const auto cancelled = [&] { return !status || cancelled_(); };
  int64_t settled = clock_.monotonic_ns();
  run_jobs(jobs, limits_, clock_, cancelled, [&](size_t b, bool started) {
    const bool over = cancelled_();
    for (size_t n = 0; n < batches[b].questions.size(); ++n) {
      const size_t i = batches[b].questions[n];
      Reply& reply = replies[i];
      reply = std::move(results[b][n]);
      here[i] = 1;
      if (!started || (over && !reply.frame)) {
        reply.cancelled = true;
      } else if (reply.failure && reply.failure->cls == Class::cancelled) {  // our own flag, raised at the deadline
        reply.failure = too_late(limits_.deadline);
      }
      if (status && !reply.cancelled) status = sink.arrived(questions[i], reply);
    }
    tell();
  }, [&] {
    if (!status || clock_.monotonic_ns() - settled < together_ns) return;
    status = sink.settle();
    settled = clock_.monotonic_ns();
  });
  if (status) status = sink.settle();
  return status;
}

}  // namespace inquest
