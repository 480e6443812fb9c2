// SOPs built as values, findings and a driver, for tests of the machine: no file, no Lua.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/machine/machine.h"

namespace inquest::test {

inline Condition condition(Condition::Op op, std::string kind, Map match = {}) {
  return {op, std::move(kind), std::move(match), {}, {}};
}
inline Condition found(std::string kind, Map match = {}) {
  return condition(Condition::Op::found, std::move(kind), std::move(match));
}
inline Condition not_found(std::string kind, Map match = {}) {
  return condition(Condition::Op::not_found, std::move(kind), std::move(match));
}
inline Condition unknown(std::string kind, Map match = {}) {
  return condition(Condition::Op::unknown, std::move(kind), std::move(match));
}
inline Condition all_of(std::vector<Condition> of) { return {Condition::Op::all_of, "", {}, std::move(of), {}}; }
inline Condition any_of(std::vector<Condition> of) { return {Condition::Op::any_of, "", {}, std::move(of), {}}; }
inline Value above(double limit) { return Term{"above", {limit}, {}}; }
inline Value below(double limit) { return Term{"below", {limit}, {}}; }

inline Edge on(std::string label, std::string to, std::optional<Condition> when = {}) {
  Edge edge;
  edge.label = std::move(label);
  edge.to = std::move(to);
  edge.when = std::move(when);
  return edge;
}
inline AskSpec ask(std::string name, std::string kind = "spans.latency") {
  AskSpec spec;
  spec.name = std::move(name);
  spec.kind = std::move(kind);
  return spec;
}
inline ReviewUse use(std::string review) { return {std::move(review), {}, {}}; }
inline State state(State::Kind kind, std::string name, std::vector<Edge> edges, int context = -1) {
  State out;
  out.kind = kind;
  out.name = std::move(name);
  out.edges = std::move(edges);
  out.context = context;
  return out;
}
inline State info(std::string name, std::vector<Edge> edges, int context = -1) {
  return state(State::Kind::info, std::move(name), std::move(edges), context);
}
inline State suggest(std::string name, std::vector<Edge> edges, int context = -1) {
  return state(State::Kind::suggest, std::move(name), std::move(edges), context);
}
inline State query(std::string name, std::vector<AskSpec> asks, std::vector<Edge> edges, int context = -1) {
  State out = state(State::Kind::query, std::move(name), std::move(edges), context);
  out.asks = std::move(asks);
  return out;
}
inline State review(std::string name, std::vector<ReviewUse> with, std::vector<Edge> edges, int context = -1) {
  State out = state(State::Kind::review, std::move(name), std::move(edges), context);
  out.with = std::move(with);
  return out;
}
inline void add_fork(Sop& sop, std::string name, std::vector<State> branches, std::vector<Edge> edges,
                     int context = -1) {
  State fork = state(State::Kind::fork, name, std::move(edges), context);
  for (const State& branch : branches) fork.branches.push_back(branch.name);
  sop.states.push_back(std::move(fork));
  for (State& branch : branches) {
    branch.fork = name;
    branch.context = context;
    sop.states.push_back(std::move(branch));
  }
}
inline int add_context(Sop& sop, std::string name, int parent = -1, std::string about = "",
                       std::vector<std::string> only = {}, std::vector<std::string> names = {}) {
  Context context;
  context.name = std::move(name);
  context.parent = parent;
  context.about = std::move(about);
  context.only = std::move(only);
  context.names = std::move(names);
  sop.contexts.push_back(std::move(context));
  return static_cast<int>(sop.contexts.size()) - 1;
}

inline Finding finding(std::string kind, Subject subject, double strength = 0.5) {
  Finding out;
  out.kind = std::move(kind);
  out.subject = std::move(subject);
  out.strength = strength;
  return out;
}
inline Examined examined(std::string kind, Subject subject) {
  return {"", "", std::move(kind), std::move(subject), {}, {}};
}
inline Unknown unknown_row(std::string kind, std::optional<Subject> subject = {}, std::string signal = "logs") {
  Unknown out;
  out.kind = std::move(kind);
  out.subject = std::move(subject);
  out.signal = std::move(signal);
  return out;
}
constexpr Time minute(int64_t n) { return {n * 60 * ns_per_s}; }
inline Started started(Map inputs = {}) {
  Started out;
  out.window = {minute(0), minute(60)};
  out.inputs = std::move(inputs);
  return out;
}

// Asks of one signal each, and a review "a_b" that yields kind "a_b" for every name in `reviews`.
inline Catalogue catalogue(const std::vector<std::string>& reviews = {}) {
  Catalogue out;
  for (const char* signal : {"metrics", "spans", "logs"}) {
    AskRow row;
    row.signal = signal;
    row.kind = std::string(signal == std::string("metrics") ? "metric.memory"
                           : signal == std::string("spans") ? "spans.latency"
                                                            : "logs.templates");
    out.asks.push_back(row);
  }
  for (const std::string& name : reviews) {
    ReviewContract contract;
    contract.name = name;
    Yield yield;
    yield.kind = name;
    yield.subject = {"service"};
    yield.numbers = {{"times", "ratio"}};
    contract.yields = {yield};
    out.reviews.push_back(contract);
  }
  return out;
}

// Walks a machine by hand and remembers every effect.
struct Driver {
  Driver(const Sop& of, const Catalogue& catalogue) : sop(std::make_shared<const Sop>(of)), machine(*sop, catalogue) {}
  std::vector<Effect> step(Event event) {
    auto stepped = machine.step(std::move(snapshot), event);
    snapshot = std::move(stepped.snapshot);
    last = std::move(stepped.effects);
    all.insert(all.end(), last.begin(), last.end());
    return last;
  }
  void answer_all() {
    const auto waiting = snapshot.waiting;
    for (const std::string& frame : waiting) {
      const size_t dot = frame.rfind('.');
      step(Answered{frame.substr(0, dot), frame.substr(dot + 1), "E1", {}});
    }
  }
  void reviewed(Rows rows) { step(Reviewed{snapshot.state, snapshot.next_use, std::move(rows)}); }
  void choose(const std::string& label, std::optional<std::string> finding = {}) {
    step(Chose{snapshot.state, label, std::move(finding), "person", ""});
  }
  // Goes on unattended until the end; `rows` gives the rows of each review.
  void run(const std::function<Rows(const RunReview&)>& rows) {
    while (!snapshot.finished) {
      if (!snapshot.waiting.empty()) {
        answer_all();
        continue;
      }
      const Effect effect = last.back();
      if (const auto* run_review = std::get_if<RunReview>(&effect))
        reviewed(rows(*run_review));
      else if (const auto* offer = std::get_if<Offer>(&effect))
        choose(offer->unattended);
      else
        break;
    }
  }
  template <class T>
  std::vector<T> of(const std::vector<Effect>& effects) const {
    std::vector<T> out;
    for (const Effect& effect : effects)
      if (const auto* it = std::get_if<T>(&effect)) out.push_back(*it);
    return out;
  }
  template <class T>
  std::vector<T> all_of_type() const {
    return of<T>(all);
  }
  template <class T>
  const T& only() const {  // the one effect of this type in the last step
    for (const Effect& effect : last)
      if (const auto* it = std::get_if<T>(&effect)) return *it;
    throw std::runtime_error("the last step had no such effect");
  }
  template <class T>
  bool has() const {
    return std::any_of(last.begin(), last.end(),
                       [](const Effect& effect) { return std::holds_alternative<T>(effect); });
  }
  std::vector<std::string> path() const {
    std::vector<std::string> out;
    for (const EnterState& entered : all_of_type<EnterState>()) out.push_back(entered.state);
    return out;
  }

  std::shared_ptr<const Sop> sop;  // the driver's own: the machine looks at it as long as it lives
  Machine machine;
  Snapshot snapshot;
  std::vector<Effect> last, all;
};

// The effects of a step as short words: "enter Ctx[0]", "state a", "send a.x b.y", "review a#0", "offer a", "finish".
inline std::vector<std::string> trace(const std::vector<Effect>& effects) {
  std::vector<std::string> out;
  for (const Effect& effect : effects) {
    if (const auto* e = std::get_if<EnterState>(&effect)) out.push_back("state " + e->state);
    if (const auto* e = std::get_if<EnterContext>(&effect)) out.push_back("enter " + std::to_string(e->context));
    if (const auto* e = std::get_if<LeaveContext>(&effect)) out.push_back("leave " + std::to_string(e->context));
    if (const auto* e = std::get_if<Tell>(&effect)) out.push_back("tell " + e->text);
    if (const auto* e = std::get_if<RunReview>(&effect))
      out.push_back("review " + e->state + "#" + std::to_string(e->use));
    if (const auto* e = std::get_if<Offer>(&effect)) out.push_back("offer " + e->state);
    if (const auto* e = std::get_if<HypothesisChanged>(&effect)) out.push_back(e->hypothesis + " " + e->word);
    if (const auto* e = std::get_if<Finish>(&effect)) out.push_back("finish " + e->reason);
    if (const auto* e = std::get_if<Send>(&effect)) {
      std::string line = "send";
      for (const Ask& one : e->asks) line += " " + one.frame();
      out.push_back(line);
    }
  }
  return out;
}
using Words = std::vector<std::string>;

}  // namespace inquest::test
