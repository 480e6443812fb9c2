// Plan and View: what is known of a SOP before it is walked, and what is in force at one snapshot of the walk.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/machine. Plan is made once per Machine and immutable; View is a look at a snapshot and copies
// nothing.
#pragma once

#include <string_view>
#include <unordered_map>

#include "runtime/machine/conditions.h"
#include "runtime/machine/machine.h"

namespace inquest {

constexpr int to_done = -1, to_next = -2, to_nowhere = -3;  // targets that are no state

struct AskPlan {
  const AskSpec* spec = nullptr;
  std::string signal;
  std::optional<Phrase> against;
  std::vector<std::vector<std::string>> arg_names, where_names;  // names in each option, in the order of the text
  std::vector<std::string> native_names;
};
struct UsePlan {
  std::map<std::string, std::string> slots;
  Map options;
};
struct StatePlan {
  std::vector<int> chain;     // contexts, outermost first
  std::vector<int> targets;   // of its edges
  std::vector<int> branches;  // of a fork
  std::vector<AskPlan> asks;
  std::vector<UsePlan> uses;
};
struct ContextPlan {
  std::vector<int> chain, targets;
  std::optional<Phrase> window;
  bool top = false;
};
struct Plan {
  Plan(const Sop& sop, const Catalogue& catalogue);
  int state(std::string_view name) const;  // -1 when absent

  const Sop& sop;
  const Catalogue& catalogue;
  std::unordered_map<std::string_view, int> index;  // looked up, never iterated
  std::vector<StatePlan> states;
  std::vector<ContextPlan> contexts;
  std::vector<std::set<std::string>> kinds;  // of each hypothesis

 private:
  int target(const std::string& to) const;
  std::vector<int> targets(const std::vector<Edge>& edges) const;
};

// How a name stands: bound; unknown (the finding that should bind it is absent); left out (an optional input not
// given).
struct Looked {
  enum class How { bound, unknown, left_out } how = How::unknown;
  const Value* value = nullptr;       // when bound to a value that is stored
  std::optional<Value> made = {};     // when bound to a field of a finding
  const ActiveContext* by = nullptr;  // the context that binds it
  const Value& get() const { return value ? *value : *made; }
  bool bound() const { return how == How::bound; }
};

class View final {
 public:
  // `depth`: how many contexts of the stack count; the rest is as if it were left already.
  View(const Plan& plan, const Snapshot& snapshot, size_t depth = SIZE_MAX)
      : plan_(plan), s_(snapshot), depth_(depth) {}

  size_t depth() const { return std::min(depth_, s_.stack.size()); }
  Scope scope() const;
  const std::map<std::string, std::string>& narrowed() const;  // names of the scope in force
  const std::string& key() const;
  Looked look(const std::string& name) const;
  std::optional<Value> typed(const std::string& name) const;
  std::optional<Value> text(const std::string& name) const;
  std::string say(const std::string& sentence) const;  // bound for people
  Map all_names() const;

  std::vector<const Rows*> rows() const;
  std::vector<const Finding*> found(std::string_view kind) const;  // that agree, strongest first
  std::vector<const Finding*> found(std::string_view kind, const std::map<std::string, std::string>& names) const;
  const Finding* by_id(std::string_view id) const;
  bool holds(const Condition& condition) const;

 private:
  const Finding* of_kind(std::string_view kind) const;  // what a context is about, else the strongest

  const Plan& plan_;
  const Snapshot& s_;
  size_t depth_;
};

}  // namespace inquest
