// Random valid SOPs and a random world that answers them, from one seed, for property tests of the machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "tests/runtime/machine/sops.h"

namespace inquest::test {

class Random final {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  size_t below(size_t n) {
    return n ? static_cast<size_t>(engine_() % n) : 0;
  }  // no distribution: same on every machine
  bool one_in(size_t n) { return below(n) == 0; }
  template <class T>
  const T& of(const std::vector<T>& items) {
    return items[below(items.size())];
  }

 private:
  std::mt19937_64 engine_;
};

inline const std::vector<std::string>& kinds() {
  static const std::vector<std::string> out = {"k0", "k1", "k2", "k3"};
  return out;
}

inline Condition random_condition(Random& random, int depth = 0) {
  if (depth < 2 && random.one_in(4)) {
    std::vector<Condition> parts = {random_condition(random, depth + 1), random_condition(random, depth + 1)};
    return random.one_in(2) ? all_of(std::move(parts)) : any_of(std::move(parts));
  }
  const auto op = static_cast<Condition::Op>(random.below(3));
  Map match;
  if (random.one_in(3)) match.emplace_back("times", random.one_in(2) ? above(2) : below(2));
  return condition(op, random.of(kinds()), std::move(match));
}

// Contexts nest up to three deep, some about a kind, some with `top`; edges go anywhere, back too; the last has no
// `when`.
inline Sop random_sop(Random& random) {
  Sop sop;
  sop.name = "random";
  sop.start = "begin";
  for (const char* name : {"service", "length"}) {
    InputSpec input;
    input.name = name;
    input.optional = true;
    sop.inputs.push_back(input);
  }
  const size_t contexts = random.below(5);
  for (size_t i = 0; i < contexts; ++i) {
    int parent = static_cast<int>(random.below(i + 1)) - 1;
    if (sop.chain(parent).size() >= 3) parent = -1;
    const int at = add_context(sop, "c" + std::to_string(i), parent);
    Context& context = sop.contexts[static_cast<size_t>(at)];
    if (!random.one_in(6)) {
      context.about = random.of(kinds());
      context.names = {"onset", "ids"};
    }
    if (!random.one_in(3)) context.only = {"service"};
    if (random.one_in(4) && !context.about.empty()) context.only.push_back("operation");
    if (random.one_in(2)) context.top = static_cast<int>(1 + random.below(3));
    if (random.one_in(3)) context.window = random.of(std::vector<std::string>{"20m", "$length", "90m"});
    if (random.one_in(3) && !context.about.empty())
      context.window = random.one_in(2) ? "after $onset" : "10m around $onset";
  }
  struct Plan {
    std::string name;
    State::Kind kind;
    int context;
  };
  std::vector<Plan> plans;
  const size_t states = 2 + random.below(9);
  for (size_t i = 0; i < states; ++i)
    plans.push_back({"s" + std::to_string(i), static_cast<State::Kind>(random.below(5)),
                     static_cast<int>(random.below(contexts + 1)) - 1});
  plans[0] = {"s0", State::Kind::review, -1};  // so that there are findings before there are contexts
  const auto in_top = [&](int context) {
    for (const int at : sop.chain(context))
      if (sop.contexts[static_cast<size_t>(at)].top) return true;
    return false;
  };
  const auto edges = [&](int context, const std::string& own) {
    std::vector<Edge> out;
    const size_t n = 1 + random.below(3);
    for (size_t i = 0; i < n; ++i) {
      std::string to = random.one_in(10) ? "done" : plans[random.below(plans.size())].name;
      if (in_top(context) && random.one_in(2)) to = "next";
      out.push_back(on("e" + std::to_string(i), to == own ? "done" : to));
      if (i + 1 < n && random.one_in(2)) out.back().when = random_condition(random);
      if (out.back().to == "done") out.back().says = "It is $service.";
    }
    return out;
  };
  const auto asks = [&](size_t most) {
    std::vector<AskSpec> out;
    for (size_t i = random.below(most + 1); i-- > 0;) {
      AskSpec spec =
          ask("a" + std::to_string(out.size()), random.of(Words{"metric.memory", "spans.latency", "logs.templates"}));
      if (random.one_in(3)) spec.against = random.one_in(2) ? "before $onset" : "1h earlier";
      if (random.one_in(3)) spec.args = {{"traces", "$ids"}};
      if (random.one_in(4)) spec.outside = {"service"};
      out.push_back(std::move(spec));
    }
    return out;
  };
  for (const Plan& plan : plans) {
    if (plan.kind == State::Kind::fork) {
      add_fork(sop, plan.name, {query(plan.name + "x", asks(2), {}), query(plan.name + "y", asks(3), {})},
               edges(plan.context, plan.name), plan.context);
      continue;
    }
    State out = state(plan.kind, plan.name, edges(plan.context, plan.name), plan.context);
    out.say = "$service $k0.says $onset";
    if (plan.kind == State::Kind::query) out.asks = asks(3);
    if (plan.kind == State::Kind::review) {
      out.asks = asks(2);
      for (size_t i = 1 + random.below(3); i-- > 0;) out.with.push_back(use(random.of(kinds())));
    }
    sop.states.push_back(std::move(out));
  }
  for (size_t i = 0; i < contexts; ++i)
    if (sop.contexts[i].top) sop.contexts[i].edges = edges(sop.contexts[i].parent, "");
  for (int i = 0; i < 3; ++i) {
    Hypothesis h;
    h.name = "h" + std::to_string(i);
    h.needs = {random_condition(random), found(random.of(kinds()))};
    if (random.one_in(2)) h.refuted_by = {random_condition(random)};
    if (random.one_in(2)) h.helps = {found(random.of(kinds()))};
    if (random.one_in(3)) h.explains = {"h" + std::to_string(random.below(3))};
    sop.hypotheses.push_back(std::move(h));
  }
  return sop;
}

inline Subject random_subject(Random& random) {
  Subject out;
  if (!random.one_in(8)) out["service"] = random.of(Words{"a", "b", "c"});
  if (random.one_in(3)) out["operation"] = random.of(Words{"p", "q"});
  return out;
}

inline Rows random_rows(Random& random, const std::string& kind) {
  Rows rows;
  for (size_t i = random.below(5); i-- > 0;) {
    Finding f = finding(kind, random_subject(random), static_cast<double>(random.below(11)) / 10);
    f.numbers["times"] = static_cast<double>(random.below(5));
    f.lists["ids"] = {"t" + std::to_string(random.below(9))};
    if (!random.one_in(4)) f.onset = minute(static_cast<int64_t>(random.below(80)) - 10);
    rows.found.push_back(std::move(f));
  }
  for (size_t i = random.below(3); i-- > 0;) rows.examined.push_back(examined(kind, random_subject(random)));
  if (random.one_in(4))
    rows.unknown.push_back(
        unknown_row(kind, random.one_in(2) ? std::nullopt : std::optional<Subject>(random_subject(random))));
  return rows;
}

inline Started random_start(Random& random) {
  Started event = started({{"service", random.one_in(2) ? Value() : Value("a")},
                           {"length", random.one_in(2) ? Value() : Value(Duration{900 * ns_per_s})}});
  event.window_given = random.one_in(2);
  if (random.one_in(2)) event.defaulted = {"length"};
  return event;
}

}  // namespace inquest::test
