// Walker: asks bound and limited by the scope in force; reviews run one at a time.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/machine/walk.h"

namespace inquest {
namespace {

// Options with their names bound. What rests on an optional input nobody gave is left out; what rests on an absent
// finding is null and named in `unknown`.
Map bound(const Map& map, const std::vector<std::vector<std::string>>& names, const View& view,
          std::vector<std::string>& unknown) {
  Map out;
  out.reserve(map.size());
  for (size_t i = 0; i < map.size(); ++i) {
    if (names[i].empty()) {
      out.push_back(map[i]);
      continue;
    }
    bool left_out = false;
    for (const std::string& name : names[i]) {
      const auto how = view.look(name).how;
      if (how == Looked::How::unknown) add_once(unknown, name);
      left_out = left_out || how == Looked::How::left_out;
    }
    if (left_out) continue;
    out.emplace_back(map[i].first,
                     inquest::bind(map[i].second, [&](const std::string& name) { return view.typed(name); }));
  }
  return out;
}

}  // namespace

// All asks of a state, or of all queries of a fork, go together, in the order of the text.
void Walker::send(int at) {
  Send send;
  const auto add_asks = [&](int of) {
    for (const AskPlan& spec : plan(of).asks) send.asks.push_back(ask(state(of), spec));
  };
  add_asks(at);
  for (const int branch : plan(at).branches) add_asks(branch);
  if (send.asks.empty()) return;
  for (const Ask& one : send.asks) s_.waiting.insert(one.frame());
  emit(std::move(send));
}

Ask Walker::ask(const State& of, const AskPlan& plan) const {
  const AskSpec& spec = *plan.spec;
  Ask out{of.name, spec.name, spec.kind, plan.signal};
  out.args = bound(spec.args, plan.arg_names, view_, out.unknown_names);
  out.where = bound(spec.where, plan.where_names, view_, out.unknown_names);
  out.native = spec.native;
  for (const std::string& name : plan.native_names) {
    const Looked looked = view_.look(name);
    if (looked.bound())
      set(out.names, name, looked.get());
    else if (looked.how == Looked::How::unknown)
      add_once(out.unknown_names, name);
  }
  out.scope = view_.scope();
  out.outside = spec.outside;
  out.from = spec.from;
  for (const std::string& name : spec.outside) out.scope.names.erase(name);
  // Where the scope itself rests on an absent finding, so does every ask inside, unless it lifts the name.
  if (!s_.stack.empty())
    for (const std::string& name : s_.stack.back().unknown)
      if (std::find(spec.outside.begin(), spec.outside.end(), name) == spec.outside.end()) add_once(out.unknown_names, name);
  if (!plan.against) return out;

  const Window outer = out.scope.window;
  const auto then = resolve(*plan.against, outer, [this](const std::string& name) { return view_.typed(name); });
  if (!then) {
    add_once(out.unknown_names, plan.against->name);
    return out;
  }
  out.then = then;
  // `before $t` compares [from, t) with [t, to); `7d earlier` compares the shifted window with the whole one.
  if (plan.against->kind == Phrase::Kind::before) out.scope.window = {std::max(outer.from, then->to), outer.to};
  return out;
}

// Reviews run in order, each after the one before has answered; then the state offers its edges.
void Walker::next_review(int at) {
  const State& here = state(at);
  if (s_.next_use >= here.with.size()) return offer(at);
  const UsePlan& use = plan(at).uses[s_.next_use];
  RunReview run;
  run.state = here.name;
  run.use = s_.next_use;
  run.review = here.with[s_.next_use].review;
  for (const auto& [name, value] : use.options) {
    Value option = inquest::bind(value, [this](const std::string& wanted) { return view_.typed(wanted); });
    if (!option.null()) run.options.emplace_back(name, std::move(option));
  }
  run.slots = use.slots;
  run.scope = view_.scope();
  run.names = view_.all_names();
  emit(std::move(run));
}

// Ids F1, F2, … in the order of arrival; each is given once.
Rows stamped_rows(const Plan& plan, const Snapshot& snapshot, Reviewed event) {
  const int at = plan.state(event.state);
  std::string review;
  if (at >= 0 && event.use < plan.sop.states[static_cast<size_t>(at)].with.size())
    review = plan.sop.states[static_cast<size_t>(at)].with[event.use].review;
  const auto fill = [&](auto& row) {
    if (row.state.empty()) row.state = event.state;
    if (row.review.empty()) row.review = review;
  };
  int next = snapshot.next_finding;
  for (Finding& row : event.rows.found) {
    fill(row);
    row.id = "F" + std::to_string(next++);
  }
  for (Examined& row : event.rows.examined) fill(row);
  for (Unknown& row : event.rows.unknown) fill(row);
  return std::move(event.rows);
}

}  // namespace inquest
