// A snapshot a state: contexts entered with findings that stand for those to come, asks bound by the machine's own code.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/machine/foresee.h"

#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/machine/walk.h"

namespace inquest {

class Foresight final {
 public:
  Foresight(const Plan& plan, const Started& started) : plan_(plan) {
    start_.window = started.window;
    start_.window_given = started.window_given;
    start_.inputs = started.inputs;
    start_.defaulted = started.defaulted;
    start_.rounds.emplace_back();
    for (const StatePlan& state : plan.states)
      for (const AskPlan& ask : state.asks) {
        for (const auto* lists : {&ask.arg_names, &ask.where_names})
          for (const auto& names : *lists)
            for (const std::string& name : names) dotted(name);
        for (const std::string& name : ask.native_names) dotted(name);
      }
  }

  void state(int at, std::vector<Foreseen>& out) {
    const StatePlan& here = plan_.states[static_cast<size_t>(at)];
    if (here.asks.empty()) return;
    s_ = start_;
    times_.clear();
    std::vector<Effect> effects;
    Walker walk(plan_, s_, effects);
    const State& state = plan_.sop.states[static_cast<size_t>(at)];
    int at_most = 1;
    for (const int context : here.chain) {
      const Context& spec = plan_.sop.contexts[static_cast<size_t>(context)];
      if (!spec.about.empty()) stand_for(spec.about, &spec);
      std::optional<std::string> picked;
      walk.enter(context, state.name, picked);
      if (spec.top > 0) at_most *= spec.top;
    }
    for (const auto& [kind, fields] : fields_)
      if (View(plan_, s_).found(kind).empty()) stand_for(kind, nullptr);
    for (const AskPlan& ask : here.asks) {
      Foreseen one;
      one.state = state.name;
      one.fork = state.fork;
      one.contexts = here.chain;
      one.at_most = at_most;
      one.ask = walk.ask(state, ask);
      one.ask.unknown_names.clear();
      tell(ask, here.chain, one);
      out.push_back(std::move(one));
    }
  }

 private:
  void dotted(const std::string& name) {
    if (const size_t dot = name.find('.'); dot != std::string::npos) fields_[name.substr(0, dot)].insert(name.substr(dot + 1));
  }
  const Yield* yield_of(const std::string& kind) const {
    if (const Yield* const known = plan_.catalogue.yield(kind)) return known;
    for (const State& state : plan_.sop.states)   // a generic review whose use names the kind
      for (const ReviewUse& use : state.with) {
        const Value* const named = inquest::find(use.options, "yields");
        const ReviewContract* const contract = plan_.catalogue.review(use.review);
        if (named && named->text() == kind && contract && !contract->yields.empty()) return &contract->yields.front();
      }
    return nullptr;
  }

  // A finding of `kind` whose fields are their own names; where the scope says a field already, it says the same.
  void stand_for(const std::string& kind, const Context* context) {
    const View view(plan_, s_);
    const Yield* const yield = yield_of(kind);
    Finding finding;
    finding.kind = kind;
    finding.id = "F" + std::to_string(s_.next_finding++);
    finding.says = "$" + kind + ".says";
    const Window window = view.scope().window;
    finding.onset = Time{window.from.ns + window.length().ns / 2};
    const auto put = [&](const std::string& name, const std::string& shown) {
      if (name == "onset" || name == "says" || name == "kind" || name == "strength") return;
      if (yield && contains(yield->lists, name)) finding.lists[name] = {"$" + shown};
      else if (const auto said = view.narrowed().find(name); said != view.narrowed().end()) finding.subject[name] = said->second;
      else finding.subject.emplace(name, "$" + shown);
    };
    if (yield)
      for (const std::string& name : yield->subject) put(name, name);
    if (context) {
      for (const std::string& name : context->only) put(name, name);
      for (const std::string& name : context->names) put(name, name);
      if (contains(context->names, "onset")) times_["onset"] = *finding.onset;
    }
    if (const auto fields = fields_.find(kind); fields != fields_.end())
      for (const std::string& name : fields->second)
        if (!finding.subject.count(name) && !finding.lists.count(name)) put(name, kind + "." + name);
    ReviewedRows rows;
    rows.bindings = finding.id;
    rows.rows.found.push_back(std::move(finding));
    s_.reviewed.push_back(std::move(rows));
  }

  // Which names stand for themselves in this ask, and which times are put in their place.
  void tell(const AskPlan& plan, const std::vector<int>& chain, Foreseen& one) const {
    std::vector<std::string> names;
    const auto look = [&](const Value& value) {
      for (const std::string& name : names_in(value)) add_once(names, name);
    };
    for (const auto& [name, value] : one.ask.scope.names) look(Value(value));
    for (const Map* map : {&one.ask.args, &one.ask.where, &one.ask.names})
      for (const auto& [name, value] : *map) look(value);
    std::vector<std::string> in_windows;
    if (plan.against && !plan.against->name.empty()) add_once(in_windows, plan.against->name);
    for (const int context : chain)
      if (const auto& phrase = plan_.contexts[static_cast<size_t>(context)].window; phrase && !phrase->name.empty()) add_once(in_windows, phrase->name);
    for (const auto& [name, time] : times_) {
      const bool bound = find(one.ask.names, name) || std::any_of(plan.arg_names.begin(), plan.arg_names.end(), [&, n = name](const auto& list) { return contains(list, n); });
      if (!contains(in_windows, name) && !bound) continue;
      add_once(names, name);
      one.stand_ins.push_back("$" + name + " = " + print_clock(time) + " UTC, the middle of the window");
    }
    std::sort(names.begin(), names.end());
    one.unknown = std::move(names);
  }

  const Plan& plan_;
  Snapshot start_, s_;
  std::map<std::string, std::set<std::string>> fields_;   // kind → fields that asks name as $kind.field
  std::map<std::string, Time> times_;                     // bound as a time that stands in the middle
};

std::vector<Foreseen> foresee(const Sop& sop, const Catalogue& catalogue, const Started& started) {
  const Plan plan(sop, catalogue);
  Foresight foresight(plan, started);
  std::vector<Foreseen> out;
  for (size_t i = 0; i < sop.states.size(); ++i) foresight.state(static_cast<int>(i), out);
  return out;
}

}  // namespace inquest
