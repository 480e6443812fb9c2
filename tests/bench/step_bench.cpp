// Cost of one transition of the machine, without disk, against copying and printing the snapshot that it moves through.
// SPDX-License-Identifier: Apache-2.0
//
// A procedure of the usual shape (fork, reviews, three contexts, menus, hypotheses) over twenty services is walked once
// to record its events; then the same events are played again and again and only step() is timed. Peers in the same
// run: a deep copy of the snapshot per transition (what moving saves) and its JSON form (what a machine that saved its
// whole state after each transition would pay). Prints microseconds per transition and the ratios; asserts nothing.
#include <chrono>
#include <cstdio>

#include "tests/runtime/machine/sops.h"

using namespace inquest;
using namespace inquest::test;

namespace {

const std::vector<std::string> kinds = {"growth", "follows", "restarts", "spikes",    "change",   "tail",
                                        "errors", "suspect", "cohort",   "attribute", "messages", "overlay"};

Sop procedure() {
  Sop sop;
  sop.start = "begin";
  const int time = add_context(sop, "time", -1, "", {"service"});
  const int service = add_context(sop, "service_scope", time, "suspect", {"service"}, {"onset"});
  sop.contexts[1].top = 3;
  sop.contexts[1].edges = {on("all seen", "done")};
  const int log = add_context(sop, "log_scope", service, "cohort", {}, {"slow", "typical"});
  sop.contexts[0].window = "$window";
  sop.inputs.resize(2);
  sop.inputs[0].name = "window";
  sop.inputs[1].name = "service";
  sop.inputs[1].optional = true;
  const auto compared = [](AskSpec spec) {
    spec.against = "before $onset";
    return spec;
  };
  sop.states = {info("overview", {on("go", "gather")})};
  add_fork(sop, "gather",
           {query("metrics",
                  {ask("memory", "metric.memory"), ask("cpu", "metric.memory"), ask("load", "metric.memory")}, {}),
            query("latency", {ask("latency"), ask("calls")}, {})},
           {on("combine", "services")}, time);
  State services = review("services", {}, {on("identify", "traces_of", found("suspect")), on("none", "done")}, time);
  for (size_t i = 0; i < 8; ++i) services.with.push_back(use(kinds[i]));
  sop.states.push_back(services);
  sop.states.push_back(
      query("traces_of", {ask("slow"), ask("typical"), compared(ask("contrast"))}, {on("time", "traces")}, service));
  sop.states.push_back(
      review("traces", {use("cohort"), use("attribute")}, {on("next", "correlate"), on("enough", "next")}, service));
  sop.states.push_back(
      suggest("correlate", {on("logs", "logs"), on("again", "traces_of"), on("back", "traces")}, service));
  sop.states.back().say = "The slow requests of $service differ: $cohort.says";
  State logs = review("logs", {use("messages")}, {on("next", "overlay"), on("back", "correlate")}, log);
  logs.asks = {ask("lines", "logs.templates"), compared(ask("templates", "logs.templates"))};
  logs.asks[0].args = {{"traces", "$slow"}};
  sop.states.push_back(logs);
  sop.states.push_back(review("overlay", {use("overlay")}, {on("back", "traces")}, log));
  const auto hypothesis = [&](std::string name, std::vector<Condition> needs, std::vector<Condition> helps) {
    Hypothesis h;
    h.name = std::move(name);
    h.needs = std::move(needs);
    h.helps = std::move(helps);
    h.refuted_by = {found("follows")};
    sop.hypotheses.push_back(std::move(h));
  };
  hypothesis("keeps", {found("growth")}, {found("tail"), found("spikes"), found("restarts")});
  hypothesis("keeps_served", {found("growth"), found("cohort"), found("attribute")},
             {found("messages"), found("overlay")});
  return sop;
}

Rows rows_of(const RunReview& run) {
  Rows rows;
  for (int i = 0; i < 20; ++i) {
    const Subject subject = {{"service", "service-" + std::to_string(i)}};
    if (run.scope.names.count("service") && run.scope.names.at("service") != subject.at("service")) continue;
    if (run.review != "follows" && (i < 4 || run.state != "services")) {
      Finding f = finding(run.review, subject, 1.0 / (i + 2));
      f.onset = minute(30);
      f.numbers = {{"times", 2.5}, {"share", 0.25}};
      f.evidence = {"E1", "E4"};
      f.says = "seen since the onset";
      if (run.review == "cohort")
        f.lists = {{"slow", std::vector<std::string>(20, "0af7651916cd43dd8448eb211c80319c")},
                   {"typical", std::vector<std::string>(20, "4bf92f3577b34da6a3ce929d0e0e4736")}};
      rows.found.push_back(std::move(f));
    }
    rows.examined.push_back(examined(run.review, subject));
  }
  return rows;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main() {
  const Sop sop = procedure();
  const Catalogue known = catalogue(kinds);
  const Machine machine(sop, known);

  std::vector<Event> events;
  Snapshot snapshot;
  size_t findings = 0, most_rows = 0;
  const auto play = [&](Event event) {
    events.push_back(event);
    auto stepped = machine.step(std::move(snapshot), std::move(event));
    snapshot = std::move(stepped.snapshot);
    return std::move(stepped.effects);
  };
  auto effects = play(started({{"window", Duration{3600 * ns_per_s}}, {"service", Value()}}));
  std::vector<Snapshot> seen;
  while (!snapshot.finished) {
    seen.push_back(snapshot);
    if (const auto* send = std::get_if<Send>(&effects.back())) {
      const std::vector<Ask> asks = send->asks;
      for (const Ask& one : asks) effects = play(Answered{one.state, one.name, "E1", {}});
    } else if (const auto* run = std::get_if<RunReview>(&effects.back())) {
      effects = play(Reviewed{run->state, run->use, rows_of(*run)});
    } else if (const auto* offer = std::get_if<Offer>(&effects.back())) {
      effects = play(Chose{offer->state, offer->unattended, {}, "unattended", ""});
    }
  }
  for (const ReviewedRows& part : snapshot.reviewed) {
    findings += part.rows.found.size();
    most_rows += part.rows.found.size() + part.rows.examined.size();
  }

  constexpr int times = 300;
  size_t transitions = 0, produced = 0;
  double stepping = 0, copying = 0, printing = 0;
  for (int i = 0; i < times; ++i) {
    std::vector<Event> again = events;  // not part of the cost: the engine hands its rows over
    Snapshot at;
    const auto start = std::chrono::steady_clock::now();
    for (Event& event : again) {
      auto stepped = machine.step(std::move(at), std::move(event));
      at = std::move(stepped.snapshot);
      produced += stepped.effects.size();
    }
    stepping += seconds_since(start);
    transitions += again.size();
  }
  size_t copies = 0, bytes = 0;
  for (int i = 0; i < 20; ++i) {
    auto start = std::chrono::steady_clock::now();
    for (const Snapshot& one : seen) {
      const Snapshot copy = one;
      bytes += copy.reviewed.size();
    }
    copying += seconds_since(start);
    copies += seen.size();
  }
  const auto start = std::chrono::steady_clock::now();
  for (const Snapshot& one : seen) bytes += canonical(snapshot_json(one)).size();
  printing += seconds_since(start);

  const double step_us = stepping / static_cast<double>(transitions) * 1e6;
  const double copy_us = copying / static_cast<double>(copies) * 1e6;
  const double print_us = printing / static_cast<double>(seen.size()) * 1e6;
  std::printf("transitions per walk      %zu (%zu findings, %zu rows at the end; %zu effects in all; %zu)\n",
              events.size(), findings, most_rows, produced, bytes);
  std::printf("one transition            %8.2f us\n", step_us);
  std::printf("copy of its snapshot      %8.2f us   x%.1f of a transition\n", copy_us, copy_us / step_us);
  std::printf("its snapshot as JSON      %8.2f us   x%.1f of a transition\n", print_us, print_us / step_us);
  return 0;
}
