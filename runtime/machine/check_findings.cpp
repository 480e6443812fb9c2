// Check of what rests on findings: conditions of edges, and hypotheses.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "runtime/base/text.h"
#include "runtime/machine/check_view.h"

namespace inquest {
namespace {


// Kinds and matches of one condition; gives the yields of its kinds to `each`.
void check_condition(CheckView& view, const Condition& condition, const std::vector<size_t>& before, const std::function<void(const Yield&)>& each) {
  for (const Condition& part : condition.of) check_condition(view, part, before, each);
  if (condition.op == Condition::Op::all_of || condition.op == Condition::Op::any_of) return;
  const auto yields = view.expect_kind(condition.kind, condition.at, before);
  if (yields.empty()) return;
  for (const auto& [name, value] : condition.match) {
    bool number = false, field = false;
    std::vector<std::string> known;
    for (const Yield* yield : yields) {
      number = number || yield->numbers.count(name) > 0 || name == "strength";
      field = field || contains(yield->subject, name);
      for (const auto& [n, unit] : yield->numbers) known.push_back(n);
      known.insert(known.end(), yield->subject.begin(), yield->subject.end());
    }
    known.push_back("strength");
    const Term* const term = value.get<Term>();
    const bool numeric = (term && term->word != "like") || value.is<int64_t>() || value.is<double>();
    const bool bound = !names_in(value).empty();
    if (!number && !field) view.note(condition.at, "unknown-finding-field", "finding " + ticked(condition.kind) + " has no " + ticked(name), did_you_mean(name, known));
    else if (number && !numeric && !bound) view.note(condition.at, "wrong-match", ticked(name) + " of " + ticked(condition.kind) + " is a number, compared with a text", "write " + name + " = above(1.5)");
    else if (!number && numeric && !bound) view.note(condition.at, "wrong-match", ticked(name) + " of " + ticked(condition.kind) + " is a text, compared with a number", "write " + name + " = \"…\"");
  }
  for (const Yield* yield : yields) each(*yield);
}

void check_hypothesis(CheckView& view, const Hypothesis& h) {
  const Sop& sop = view.sop;
  const std::string owner = "hypothesis \"" + printable(h.name, 60) + "\"";
  if (h.needs.empty()) view.note(place_of(h.places, "needs", h.at), "hypothesis-without-needs", owner + " needs no finding", "name the kinds that confirm it: needs = { \"…\" }");
  for (const auto* list : {&h.needs, &h.helps, &h.refuted_by})
    for (const Condition& condition : *list) {
      check_condition(view, condition, {}, [&](const Yield& yield) {
        for (const std::string& field : h.of)
          if (!contains(yield.subject, field))
            view.note(condition.at, "wrong-key", "finding " + ticked(yield.kind) + " has no " + ticked(field) + " in its subject, on which " + owner + " joins",
                      "its subject: " + join(yield.subject, ", ") + "; set `of` to what all its kinds share");
      });
      const auto inputs_only = [&](const auto& self, const Condition& c) -> void {
        for (const auto& [name, value] : c.match) view.expect_names(value, -1, c.at, {});
        for (const Condition& part : c.of) self(self, part);
      };
      inputs_only(inputs_only, condition);
    }
  if (h.of.empty()) view.note(place_of(h.places, "of", h.at), "wrong-key", owner + " joins on nothing", "leave `of` out to join on the service");
  std::vector<std::string> others;
  for (const Hypothesis& other : sop.hypotheses)
    if (other.name != h.name) others.push_back(other.name);
  for (const std::string& name : h.explains)
    if (!contains(others, name))
      view.note(place_of(h.places, "explains:" + name, h.at), "unknown-hypothesis", name == h.name ? owner + " explains itself" : "unknown hypothesis " + ticked(name), others.empty() ? "there is no other" : did_you_mean(name, others));
  view.expect_names(Value(h.say), -1, place_of(h.places, "say", h.at), {}, {h.of.begin(), h.of.end()});
}

// A circle of `explains` would leave none of its hypotheses standing.
void check_circle(CheckView& view) {
  const auto& all = view.sop.hypotheses;
  const auto index = [&](const std::string& name) {
    return std::find_if(all.begin(), all.end(), [&](const Hypothesis& h) { return h.name == name; }) - all.begin();
  };
  std::vector<bool> told(all.size(), false);
  for (size_t i = 0; i < all.size(); ++i) {
    if (told[i]) continue;
    std::vector<bool> seen(all.size(), false);
    std::vector<size_t> open = {i};
    bool circle = false;
    while (!open.empty()) {
      const size_t h = open.back();
      open.pop_back();
      for (const std::string& name : all[h].explains) {
        const auto k = static_cast<size_t>(index(name));
        if (k >= all.size() || k == h) continue;
        circle = circle || k == i;
        if (!seen[k]) { seen[k] = true; open.push_back(k); }
      }
    }
    if (!circle) continue;
    for (size_t k = 0; k < all.size(); ++k) told[k] = told[k] || seen[k];
    view.note(place_of(all[i].places, "explains", all[i].at), "explains-circle", "hypothesis \"" + printable(all[i].name, 60) + "\" explains what explains it", "let the deeper cause explain the other");
  }
}

}  // namespace

void check_findings(CheckView& view) {
  const Sop& sop = view.sop;
  const auto nothing = [](const Yield&) {};
  for (size_t i = 0; i < sop.states.size(); ++i)
    for (const Edge& edge : sop.states[i].edges)
      if (edge.when) {
        check_condition(view, *edge.when, {i}, nothing);
        const auto names = [&](const auto& self, const Condition& c) -> void {
          for (const auto& [name, value] : c.match) view.expect_names(value, sop.states[i].context, c.at, {i});
          for (const Condition& part : c.of) self(self, part);
        };
        names(names, *edge.when);
      }
  for (size_t i = 0; i < sop.contexts.size(); ++i) {
    std::vector<size_t> inside;
    for (size_t s = 0; s < sop.states.size(); ++s)
      if (view.inside(sop.states[s].context, static_cast<int>(i))) inside.push_back(s);
    for (const Edge& edge : sop.contexts[i].edges)
      if (edge.when) check_condition(view, *edge.when, inside, nothing);
  }
  for (const Hypothesis& h : sop.hypotheses) check_hypothesis(view, h);
  check_circle(view);
}

}  // namespace inquest
