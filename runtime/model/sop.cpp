// Look-ups in a Sop and the printed form of conditions.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/sop.h"

#include <algorithm>

namespace inquest {

std::string print_condition(const Condition& condition) {
  static constexpr const char* words[] = {"found", "not_found", "unknown", "all_of", "any_of"};
  std::string out = words[static_cast<size_t>(condition.op)];
  if (condition.op == Condition::Op::all_of || condition.op == Condition::Op::any_of) {
    std::string parts;
    for (const Condition& part : condition.of) parts += (parts.empty() ? "" : ", ") + print_condition(part);
    return out + (parts.empty() ? " {}" : " { " + parts + " }");
  }
  out += " " + print_literal(Value(condition.kind));
  if (!condition.match.empty()) out += " " + print_map(condition.match);
  return out;
}

const char* kind_name(State::Kind kind) {
  static constexpr const char* names[] = {"info", "query", "review", "suggest", "fork"};
  return names[static_cast<size_t>(kind)];
}

const State* Sop::state(std::string_view wanted) const {
  const int index = state_index(wanted);
  return index < 0 ? nullptr : &states[static_cast<size_t>(index)];
}

int Sop::state_index(std::string_view wanted) const {
  for (size_t i = 0; i < states.size(); ++i)
    if (states[i].name == wanted) return static_cast<int>(i);
  return -1;
}

int Sop::context_index(std::string_view wanted) const {
  for (size_t i = 0; i < contexts.size(); ++i)
    if (contexts[i].name == wanted) return static_cast<int>(i);
  return -1;
}

std::vector<int> Sop::chain(int context) const {
  std::vector<int> out;  // no longer than there are contexts, even where parents run in a circle
  while (context >= 0 && static_cast<size_t>(context) < contexts.size() && out.size() < contexts.size()) {
    out.push_back(context);
    context = contexts[static_cast<size_t>(context)].parent;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace inquest
