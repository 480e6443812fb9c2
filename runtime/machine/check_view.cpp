// The graph of a SOP and the look-ups of check.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/check_view.h"

#include <algorithm>

#include "runtime/base/text.h"

namespace inquest {

Position place_of(const Places& places, const std::string& field, Position otherwise) {
  const auto found = places.find(field);
  return found == places.end() ? otherwise : found->second;
}

std::vector<std::string> fields_of(const Yield& yield) {
  std::vector<std::string> out = yield.subject;
  for (const auto& [name, unit] : yield.numbers) out.push_back(name);
  out.insert(out.end(), yield.lists.begin(), yield.lists.end());
  out.insert(out.end(), {"onset", "strength"});
  return out;
}

CheckView::CheckView(const Sop& of_sop, const Catalogue& of_catalogue) : sop(of_sop), catalogue(of_catalogue) {
  build_graph();
  build_kinds();
}

void CheckView::note(Position at, const char* rule, std::string message, std::string cure) {
  if (full()) return;
  problems.push_back({sop.file, at, rule, std::move(message), std::move(cure)});
}

// ---- Graph -------------------------------------------------------------------------------------------------------------

bool CheckView::inside(int context, int outer) const {
  for (size_t steps = 0; context >= 0 && steps <= sop.contexts.size(); ++steps) {
    if (context == outer) return true;
    context = sop.contexts[static_cast<size_t>(context)].parent;
  }
  return false;
}

int CheckView::innermost_top(int context) const {
  for (size_t steps = 0; context >= 0 && steps <= sop.contexts.size(); ++steps) {
    if (sop.contexts[static_cast<size_t>(context)].top > 0) return context;
    context = sop.contexts[static_cast<size_t>(context)].parent;
  }
  return -1;
}

size_t CheckView::live_edges(const State& state) const {
  if (state.kind == State::Kind::review || state.kind == State::Kind::suggest) return state.edges.size();
  for (size_t i = 0; i < state.edges.size(); ++i)
    if (!state.edges[i].when) return i + 1;
  return state.edges.size();
}

void CheckView::target(size_t from, int context, const std::string& to) {
  if (to == "done") { leads_out_[from] = true; return; }
  if (to == "next") {
    const int top = innermost_top(context);
    if (top < 0) { leads_out_[from] = true; return; }
    // The next round begins where the context was entered; the last one leaves by the context's own edges.
    for (size_t s = 0; s < sop.states.size(); ++s)
      if (!inside(sop.states[s].context, top))
        for (const Edge& edge : sop.states[s].edges)
          if (const int t = sop.state_index(edge.to); t >= 0 && inside(sop.states[static_cast<size_t>(t)].context, top))
            next[from].push_back(nodes[static_cast<size_t>(t)]);
    const Context& c = sop.contexts[static_cast<size_t>(top)];
    for (const Edge& edge : c.edges)
      if (edge.to != "next" || innermost_top(c.parent) != top) target(from, c.parent, edge.to);
    if (c.edges.empty()) leads_out_[from] = true;  // told elsewhere
    return;
  }
  int index = sop.state_index(to);
  if (const int inner = sop.context_index(to); index < 0 && inner >= 0)
    for (size_t s = 0; s < sop.states.size() && index < 0; ++s)
      if (inside(sop.states[s].context, inner)) index = static_cast<int>(s);
  if (index < 0 && guesses_++ < most_guesses) {
    std::vector<std::string> names;
    for (const State& state : sop.states) names.push_back(state.name);
    index = sop.state_index(nearest(to, names));
  }
  if (index >= 0) next[from].push_back(nodes[static_cast<size_t>(index)]);
  else leads_out_[from] = true;
}

void CheckView::build_graph() {
  const size_t n = sop.states.size();
  nodes.resize(n);
  next.resize(n);
  leads_out_.assign(n, false);
  for (size_t i = 0; i < n; ++i) {
    const int fork = sop.states[i].fork.empty() ? -1 : sop.state_index(sop.states[i].fork);
    nodes[i] = fork >= 0 ? static_cast<size_t>(fork) : i;
  }
  for (size_t i = 0; i < n; ++i) {
    const State& state = sop.states[i];
    for (size_t e = 0; e < live_edges(state); ++e) target(i, state.context, state.edges[e].to);
    std::sort(next[i].begin(), next[i].end());
    next[i].erase(std::unique(next[i].begin(), next[i].end()), next[i].end());
  }
  reach_.assign(n, std::vector<bool>(n, false));
  ends_.assign(n, false);
  for (size_t from = 0; from < n; ++from) {
    std::vector<size_t> open = {from};
    reach_[from][from] = true;
    while (!open.empty()) {
      const size_t s = open.back();
      open.pop_back();
      if (leads_out_[s]) ends_[from] = true;
      for (const size_t t : next[s])
        if (!reach_[from][t]) {
          reach_[from][t] = true;
          open.push_back(t);
        }
    }
  }
}

bool CheckView::reaches(size_t from, size_t to) const { return reach_[nodes[from]][nodes[to]]; }

// ---- Findings ------------------------------------------------------------------------------------------------------------

void CheckView::build_kinds() {
  std::vector<std::string> names;
  for (const ReviewContract& contract : catalogue.reviews) names.push_back(contract.name);
  for (size_t i = 0; i < sop.states.size(); ++i) {
    for (const ReviewUse& written : sop.states[i].with) {
      ReviewUse use = written;
      if (!catalogue.review(use.review) && guesses_++ < most_guesses) use.review = nearest(use.review, names);
      const ReviewContract* const contract = catalogue.review(use.review);
      if (!contract) { kinds_complete = false; continue; }
      const std::vector<std::string> of_use = kinds_of(catalogue, use);
      for (size_t k = 0; k < of_use.size(); ++k) yields_[of_use[k]].push_back({i, &contract->yields[k]});
    }
  }
}

const std::vector<YieldAt>* CheckView::yields(const std::string& kind) const {
  const auto found = yields_.find(kind);
  return found == yields_.end() ? nullptr : &found->second;
}

std::vector<std::string> CheckView::kinds() const {
  std::vector<std::string> out;
  for (const auto& [kind, rows] : yields_) out.push_back(kind);
  return out;
}

std::vector<const Yield*> CheckView::expect_kind(const std::string& kind, Position at, const std::vector<size_t>& before) {
  if (full()) return {};
  const std::vector<YieldAt>* const rows = yields(kind);
  if (!rows) {
    if (!kinds_complete) return {};
    const ReviewContract* giver = nullptr;
    for (const ReviewContract& contract : catalogue.reviews)
      for (const Yield& yield : contract.yields)
        if (yield.kind == kind && !giver) giver = &contract;
    if (giver) {
      note(at, "unreviewed-finding", "no review of this SOP yields " + ticked(kind), "add reviews." + giver->name + " {} to the `with` of a review");
      return {};
    }
    std::vector<std::string> known = kinds();
    if (nearest(kind, known).empty())
      for (const ReviewContract& contract : catalogue.reviews)
        for (const Yield& yield : contract.yields) known.push_back(yield.kind);
    note(at, "unknown-finding", "unknown kind of finding " + ticked(kind), did_you_mean(kind, known));
    return {};
  }
  std::vector<const Yield*> out;
  bool lost = false;  // a review that cannot be reached is told of elsewhere
  for (const YieldAt& row : *rows) {
    if (!reachable(row.state)) { lost = true; continue; }
    const bool early = before.empty() || std::any_of(before.begin(), before.end(), [&](size_t s) { return reaches(row.state, s); });
    if (early) out.push_back(row.yield);
  }
  if (out.empty() && !lost)
    note(at, "unreviewed-finding", "no review that can run before yields " + ticked(kind),
         "review \"" + sop.states[rows->front().state].name + "\" yields it later; move this behind it");
  return out;
}

// ---- Names ---------------------------------------------------------------------------------------------------------------

std::set<std::string> CheckView::names_in_force(int context) const {
  std::set<std::string> inputs, bound;
  for (const InputSpec& input : sop.inputs) inputs.insert(input.name);
  for (const int index : sop.chain(context)) {
    const Context& c = sop.contexts[static_cast<size_t>(index)];
    if (std::find(c.only.begin(), c.only.end(), "service") != c.only.end())
      for (const char* dropped : {"operation", "instance", "version"}) bound.erase(dropped);
    bound.insert(c.only.begin(), c.only.end());
    bound.insert(c.names.begin(), c.names.end());
  }
  bound.insert(inputs.begin(), inputs.end());
  return bound;
}

std::set<std::string> CheckView::narrowing(int context) const {
  std::set<std::string> out;
  for (const int index : sop.chain(context)) {
    const Context& c = sop.contexts[static_cast<size_t>(index)];
    if (std::find(c.only.begin(), c.only.end(), "service") != c.only.end())
      for (const char* dropped : {"operation", "instance", "version"}) out.erase(dropped);
    out.insert(c.only.begin(), c.only.end());
  }
  return out;
}

void CheckView::expect_names(const Value& value, int context, Position at, const std::vector<size_t>& before,
                             const std::set<std::string>& also) {
  if (full() || names_in(value).empty()) return;
  std::set<std::string> known = names_in_force(context);
  known.insert(also.begin(), also.end());
  const std::vector<std::string> listed(known.begin(), known.end());
  for (const std::string& name : names_in(value)) {
    if (const size_t dot = name.find('.'); dot != std::string::npos) {
      const std::string kind = name.substr(0, dot), field = name.substr(dot + 1);
      if (!yields(kind) && known.count(kind)) {
        note(at, "unbound-name", "$" + kind + " is a value and has no field " + ticked(field), "if a sentence ends there, put a blank behind the full stop");
        continue;
      }
      const auto rows = expect_kind(kind, at, before);
      if (rows.empty()) continue;
      std::vector<std::string> fields = fields_of(*rows.front());
      for (const Yield* row : rows)
        for (const std::string& f : fields_of(*row)) fields.push_back(f);
      fields.insert(fields.end(), {"says", "kind"});
      if (std::find(fields.begin(), fields.end(), field) == fields.end())
        note(at, "unknown-finding-field", "finding " + ticked(kind) + " has no " + ticked(field), did_you_mean(field, fields));
      continue;
    }
    if (known.count(name)) continue;
    const Context* binder = nullptr;
    for (const Context& c : sop.contexts)
      for (const auto* list : {&c.only, &c.names})
        if (!binder && std::find(list->begin(), list->end(), name) != list->end()) binder = &c;
    if (binder && context >= 0 && inside(context, sop.context_index(binder->name)))
      note(at, "out-of-scope", "$" + printable(name, 60) + " of context \"" + printable(binder->name, 60) + "\" is dropped where another service is bound", "bind it again in `only` or `names`");
    else if (binder)
      note(at, "out-of-scope", "$" + printable(name, 60) + " is bound in context \"" + printable(binder->name, 60) + "\" only (line " + std::to_string(binder->at.line) + ")",
           "use it inside that context, or bind it here");
    else
      note(at, "unbound-name", "$" + printable(name, 60) + " is bound by no input and no context", listed.empty() ? "add it to `input`" : did_you_mean(name, listed));
  }
}

}  // namespace inquest
