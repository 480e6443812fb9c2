// Plan: targets, chains of contexts, phrases, slots and names of asks, worked out once.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/plan.h"

#include "runtime/machine/slots.h"

namespace inquest {
namespace {

std::optional<Phrase> phrase(const std::string& text, bool against) {
  if (text.empty()) return std::nullopt;
  const auto read = parse_phrase(text, against);
  return read ? std::optional<Phrase>(*read) : std::nullopt;
}

std::vector<std::vector<std::string>> names_of(const Map& map) {
  std::vector<std::vector<std::string>> out;
  for (const auto& [key, value] : map) out.push_back(names_in(value));
  return out;
}

}  // namespace

Plan::Plan(const Sop& sop_, const Catalogue& catalogue_) : sop(sop_), catalogue(catalogue_) {
  for (size_t i = 0; i < sop.states.size(); ++i) index.emplace(sop.states[i].name, static_cast<int>(i));
  for (size_t i = 0; i < sop.contexts.size(); ++i) {
    const Context& context = sop.contexts[i];
    contexts.push_back(
        {sop.chain(static_cast<int>(i)), targets(context.edges), phrase(context.window, false), context.top > 0});
  }
  for (const State& state : sop.states) {
    StatePlan plan;
    plan.chain = sop.chain(state.context);
    plan.targets = targets(state.edges);
    for (const std::string& branch : state.branches)
      if (const int at = this->state(branch); at >= 0) plan.branches.push_back(at);
    for (const AskSpec& ask : state.asks) {
      const AskRow* const row = catalogue.ask(ask.kind);
      plan.asks.push_back({&ask, row ? row->signal : "", phrase(ask.against, true), names_of(ask.args),
                           names_of(ask.where),
                           ask.native.empty() ? std::vector<std::string>{} : names_in(ask.native)});
    }
    for (const ReviewUse& use : state.with)
      plan.uses.push_back({bind_slots(sop, catalogue, state, use).frames, options_of(catalogue, use)});
    states.push_back(std::move(plan));
  }
  for (const Hypothesis& hypothesis : sop.hypotheses) {
    std::vector<const Condition*> atoms;
    for (const auto* conditions : {&hypothesis.needs, &hypothesis.helps, &hypothesis.refuted_by})
      for (const Condition& condition : *conditions) atoms_of(condition, atoms);
    std::set<std::string>& names = kinds.emplace_back();
    for (const Condition* atom : atoms) names.insert(atom->kind);
  }
}

int Plan::state(std::string_view name) const {
  const auto it = index.find(name);
  return it == index.end() ? -1 : it->second;
}

int Plan::target(const std::string& to) const {
  if (to == "done") return to_done;
  if (to == "next") return to_next;
  int at = state(to);
  if (at >= 0 && !sop.states[static_cast<size_t>(at)].fork.empty()) {  // a query of a fork is entered by its fork
    const int fork = state(sop.states[static_cast<size_t>(at)].fork);
    if (fork >= 0) at = fork;
  }
  return at < 0 ? to_nowhere : at;
}

std::vector<int> Plan::targets(const std::vector<Edge>& edges) const {
  std::vector<int> out;
  for (const Edge& edge : edges) out.push_back(target(edge.to));
  return out;
}

}  // namespace inquest
