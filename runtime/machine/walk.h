// Walker: one step of the machine, on a snapshot that it changes in place and a list of effects that it appends to.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/machine: walk.cpp (events, states, edges), walk_contexts.cpp, walk_asks.cpp (asks and reviews).
#pragma once

#include "runtime/machine/plan.h"

namespace inquest {

Rows stamped_rows(const Plan& plan, const Snapshot& snapshot, Reviewed event);

class Walker final {
  friend class Foresight;                    // foresee.cpp: enters contexts and binds asks without walking

 public:
  Walker(const Plan& plan, Snapshot& snapshot, std::vector<Effect>& effects)
      : plan_(plan), s_(snapshot), effects_(effects), view_(plan, snapshot) {}
  void on(Started event);
  void on(Answered event);
  void on(Failed event);
  void on(Reviewed event);
  void on(Chose event);

 private:
  struct Jump {
    int target = -1;  // a state
    std::string via;
    std::optional<std::string> picked = {};  // a finding for the context that is entered
  };
  struct Left {
    const Edge* edge;
    int target;
  };

  const State& state(int at) const { return plan_.sop.states[static_cast<size_t>(at)]; }
  const StatePlan& plan(int at) const { return plan_.states[static_cast<size_t>(at)]; }
  int active() const { return s_.finished ? -1 : plan_.state(s_.state); }

  template <class T>
  void emit(T effect) {
    effects_.emplace_back(std::in_place_type<T>, std::move(effect));
  }

  // walk.cpp
  void go(std::optional<Jump> jump);
  std::optional<Jump> arrive(Jump jump);
  std::optional<Jump> asked(int at);  // every ask of the active state has ended
  std::optional<Jump> leave(int at);  // by the first edge whose `when` holds
  std::optional<Jump> follow(Left left, std::string from, std::optional<std::string> picked);
  std::optional<Left> first_holding(const std::vector<Edge>& edges, const std::vector<int>& targets) const;
  void enter_state(int at, int visit, std::string via);
  void tell(const State& state);
  void offer(int at);
  std::map<std::string, std::vector<std::string>> picks(int at, const std::vector<Offer::Item>& items) const;
  void answer(const std::string& ask_state, const std::string& ask, FrameRef frame);
  void judge_again(const std::set<std::string>& kinds);
  void finish(std::string reason);
  void finish_loop(const std::string& name, const std::string& at, const Round& round);  // `at`: where the ring closes

  // walk_contexts.cpp
  bool move_to(Jump& jump);  // false: ended as a loop
  bool enter(int context, const std::string& entry, std::optional<std::string>& picked);
  void bind_context(ActiveContext active, const Finding* finding);
  void narrow_window(ActiveContext& active);
  void forget_frames(int context, const std::string& key);
  void leave_to(size_t depth);
  std::optional<int> innermost_top() const;  // index into the stack
  bool next_round(int depth, Jump& jump);

  // walk_asks.cpp
  void send(int at);
  Ask ask(const State& of, const AskPlan& plan) const;
  void next_review(int at);

  const Plan& plan_;
  Snapshot& s_;
  std::vector<Effect>& effects_;
  View view_;
};

}  // namespace inquest
