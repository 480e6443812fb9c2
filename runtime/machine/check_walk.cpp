// Check of the walk: names, targets, reachability, last edges, labels, loops, rounds of `top`.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/machine/check_view.h"

namespace inquest {
namespace {

std::string shown(const State& state) { return std::string(kind_name(state.kind)) + " \"" + printable(state.name, 60) + "\""; }
std::string shown(const Context& context) { return "context \"" + printable(context.name, 60) + "\""; }

void check_names(CheckView& view) {
  std::map<std::string, Position> seen;
  std::vector<std::pair<Position, std::string>> all;
  const auto place = [](const auto& element) {
    const auto at = element.places.find("name");
    return at == element.places.end() ? element.at : at->second;
  };
  for (const State& state : view.sop.states) all.emplace_back(place(state), state.name);
  for (const Context& context : view.sop.contexts) all.emplace_back(place(context), context.name);
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [at, name] : all) {
    const auto [first, fresh] = seen.emplace(name, at);
    if (!fresh)
      view.note(at, "duplicate-name", "name \"" + printable(name, 60) + "\" is given twice",
                "states and contexts share one namespace; the first stands in line " + std::to_string(first->second.line));
  }
  std::map<std::string, Position> hypotheses;
  for (const Hypothesis& h : view.sop.hypotheses) {
    const auto [first, fresh] = hypotheses.emplace(h.name, h.at);
    if (!fresh) view.note(h.at, "duplicate-name", "hypothesis \"" + printable(h.name, 60) + "\" is given twice", "the first stands in line " + std::to_string(first->second.line));
  }
}

void check_target(CheckView& view, const Edge& edge, int context) {
  if (view.full()) return;
  if (!edge.says.empty() && edge.to != "done")
    view.note(edge.places.count("says") ? edge.places.at("says") : edge.at, "says-without-end", "`says` on an edge to " + ticked(edge.to), "an answer in words ends the run: to = \"done\"; else use `why`");
  if (edge.to == "done") return;
  if (edge.to == "next") {
    if (view.innermost_top(context) < 0)
      view.note(edge.to_at, "next-outside-top", "`next` outside a context with `top`", "give the context around it top = 3, or lead to a state");
    return;
  }
  if (const int index = view.sop.state_index(edge.to); index >= 0) {
    const State& target = view.sop.states[static_cast<size_t>(index)];
    if (!target.fork.empty())
      view.note(edge.to_at, "unknown-target", ticked(edge.to) + " is a query inside fork \"" + printable(target.fork, 60) + "\"", "lead to the fork: to = \"" + printable(target.fork, 60) + "\"");
    return;
  }
  if (const int index = view.sop.context_index(edge.to); index >= 0) {
    std::string first;
    for (const State& state : view.sop.states)
      if (first.empty() && state.fork.empty() && view.inside(state.context, index)) first = state.name;
    view.note(edge.to_at, "unknown-target", ticked(edge.to) + " is a context, not a state", first.empty() ? "lead to a state" : "lead to a state inside it: to = \"" + printable(first, 60) + "\"");
    return;
  }
  std::vector<std::string> known;
  for (const State& state : view.sop.states)
    if (state.fork.empty()) known.push_back(state.name);
  known.push_back("done");
  if (view.innermost_top(context) >= 0) known.push_back("next");
  view.note(edge.to_at, "unknown-target", "unknown target " + ticked(edge.to), did_you_mean(edge.to, known));
}

// No finding can make it hold: the same kind with the same match found and not found at once.
bool impossible(const Condition& condition) {
  if (condition.op == Condition::Op::any_of) return !condition.of.empty() && std::all_of(condition.of.begin(), condition.of.end(), impossible);
  if (condition.op != Condition::Op::all_of) return false;
  std::vector<const Condition*> parts;
  const auto flatten = [&](const auto& self, const Condition& c) -> void {
    for (const Condition& part : c.of)
      if (part.op == Condition::Op::all_of) self(self, part);
      else parts.push_back(&part);
  };
  flatten(flatten, condition);
  for (const Condition* a : parts) {
    if (impossible(*a)) return true;
    for (const Condition* b : parts)
      if (a->of.empty() && b->of.empty() && a->op != b->op && a->kind == b->kind && a->match == b->match) return true;
  }
  return false;
}

void check_edges(CheckView& view, const std::vector<Edge>& edges, const std::string& owner, bool leaves_at_once) {
  std::map<std::string, Position> labels;
  bool open = false;  // an earlier edge without `when`
  for (size_t i = 0; i < edges.size(); ++i) {
    const Edge& edge = edges[i];
    const auto [first, fresh] = labels.emplace(edge.label, edge.at);
    if (!fresh) view.note(edge.at, "duplicate-label", "label \"" + printable(edge.label, 60) + "\" is given twice in " + owner, "the first stands in line " + std::to_string(first->second.line) + "; rename one");
    if (edge.when && impossible(*edge.when)) {
      view.note(edge.when->at, "never-offered", "edge \"" + printable(edge.label, 60) + "\" can never be offered: its condition contradicts itself", "remove it, or mend the condition: " + print_condition(*edge.when));
    } else if (leaves_at_once && open) {
      view.note(edge.at, "never-offered", "edge \"" + printable(edge.label, 60) + "\" can never be taken: one without `when` stands before it", owner + " leaves by the first that holds; move this one up");
    } else if (leaves_at_once && edge.when) {
      for (size_t k = 0; k < i; ++k)
        if (edges[k].when && *edges[k].when == *edge.when) {
          view.note(edge.at, "never-offered", "edge \"" + printable(edge.label, 60) + "\" can never be taken: \"" + printable(edges[k].label, 60) + "\" has the same condition", "remove one");
          break;
        }
    }
    open = open || !edge.when;
  }
  if (!edges.empty() && edges.back().when && !(leaves_at_once && open))
    view.note(edges.back().at, "no-last-edge", "the last edge of " + owner + " has a condition", "end with an edge without `when`: on \"done\" { to = \"done\" }");
}

void check_states(CheckView& view) {
  for (const State& state : view.sop.states) {
    const std::string owner = shown(state);
    if (state.kind == State::Kind::fork && state.branches.empty())
      view.note(state.at, "empty-fork", owner + " has no queries", "put queries into it, or make it one query");
    if (!state.fork.empty()) continue;
    if (state.edges.empty()) {
      view.note(state.at, "dead-end", owner + " has no way out", "end it with an edge: on \"done\" { to = \"done\" }");
      continue;
    }
    const bool at_once = state.kind != State::Kind::review && state.kind != State::Kind::suggest;
    check_edges(view, state.edges, owner, at_once);
    for (const Edge& edge : state.edges) check_target(view, edge, state.context);
  }
}

void check_rounds(CheckView& view) {
  for (size_t i = 0; i < view.sop.contexts.size(); ++i) {
    const Context& context = view.sop.contexts[i];
    const std::string owner = shown(context);
    const auto at = [&](const char* field) { return context.places.count(field) ? context.places.at(field) : context.at; };
    bool empty = true, ends_round = false;
    for (const State& state : view.sop.states) {
      if (!view.inside(state.context, static_cast<int>(i))) continue;
      empty = false;
      for (const Edge& edge : state.edges) ends_round = ends_round || (edge.to == "next" && view.innermost_top(state.context) == static_cast<int>(i));
    }
    for (const Context& inner : view.sop.contexts)
      for (const Edge& edge : inner.edges)
        if (inner.parent >= 0 && edge.to == "next" && view.innermost_top(inner.parent) == static_cast<int>(i)) ends_round = true;
    if (empty) { view.note(context.at, "empty-context", owner + " has no state", "put states into it or remove it"); continue; }
    if (context.top == 0) {
      if (!context.edges.empty())
        view.note(context.edges[0].at, "on-without-top", "`on` of " + owner + ", which has no `top`", "edges of a context follow its last round: add top = 3, or put the edge into a state");
      continue;
    }
    if (context.about.empty()) view.note(at("top"), "top-without-about", owner + " has `top` and no `about`", "name the kind of finding to walk: about = \"…\"");
    if (context.edges.empty()) view.note(context.at, "top-without-on", owner + " has `top` and no `on`", "say what follows its last round: on \"all seen\" { to = … }");
    if (!ends_round) view.note(at("top"), "top-without-next", "nothing ends a round of " + owner, "lead one edge inside it to = \"next\"");
    check_edges(view, context.edges, owner, true);
    for (const Edge& edge : context.edges) check_target(view, edge, context.parent);
  }
}

void check_reachable(CheckView& view) {
  const auto& states = view.sop.states;
  std::vector<bool> told(states.size(), false);
  for (size_t i = 0; i < states.size(); ++i) {
    if (!states[i].fork.empty() || view.reachable(i) || told[i]) continue;
    if (view.sop.state_index(states[i].name) != static_cast<int>(i)) continue;  // its name is given twice, which is told
    // Told once for a whole stretch: at the state that no other unreachable state leads to, or the first of a loop.
    const auto led_to = [&](size_t k) { return k != i && states[k].fork.empty() && !view.reachable(k) && view.reaches(k, i) && !view.reaches(i, k); };
    bool inner = false;
    for (size_t k = 0; k < states.size() && !inner; ++k) inner = led_to(k);
    if (inner) continue;
    for (size_t k = 0; k < states.size(); ++k) told[k] = told[k] || view.reaches(i, k);
    view.note(states[i].at, "unreachable", "nothing leads to " + shown(states[i]), "add an edge to it: on \"…\" { to = \"" + printable(states[i].name, 60) + "\" }, or remove it");
  }
}

void check_loops(CheckView& view) {
  const auto& states = view.sop.states;
  for (size_t i = 0; i < states.size(); ++i)
    if (states[i].fork.empty() && states[i].edges.empty()) return;  // dead ends are told; what leads to them would repeat it
  std::vector<bool> told(states.size(), false);
  for (size_t i = 0; i < states.size(); ++i) {
    if (!states[i].fork.empty() || !view.reachable(i) || view.ends(i) || told[i]) continue;
    bool first = true;  // the loop itself, not what only leads into it
    for (size_t k = 0; k < states.size(); ++k)
      if (view.reaches(i, k) && !view.reaches(k, i) && states[k].fork.empty()) first = false;
    if (!first) continue;
    std::vector<std::string> loop;
    for (size_t k = 0; k < states.size(); ++k)
      if (states[k].fork.empty() && view.reaches(i, k)) { told[k] = true; if (loop.size() < 6) loop.push_back("\"" + printable(states[k].name, 40) + "\""); }
    view.note(states[i].at, "endless-loop", "nothing leaves the loop of " + join(loop, ", "), "lead one of its edges on: on \"enough\" { to = \"done\" }");
  }
}

}  // namespace

void check_walk(CheckView& view) {
  check_names(view);
  check_states(view);
  check_rounds(view);
  check_reachable(view);
  check_loops(view);
}

}  // namespace inquest
