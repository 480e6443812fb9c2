// What the words of an Evaluator share: the session, what was found, and the row that each function stands for. Internal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "bindings/lua/call.h"
#include "bindings/script/evaluator.h"

namespace inquest::script {

// One function of Lua: the row it stands for travels as an upvalue.
struct Callee {
  Evaluator::Inside* inside = nullptr;
  const AskRow* ask = nullptr;
  const ReviewContract* review = nullptr;
};

struct Evaluator::Inside {
  Inquest& inquest;
  Stop& stop;
  Catalogue catalogue;
  std::unique_ptr<Reviewer> reviewer;
  std::unique_ptr<Session> session;
  Status ready;
  Window outer;
  std::vector<Finding> findings;
  std::vector<std::string> runs;     // of each finding: review and limits, to know what a later run replaces
  int next_finding = 1;
  std::deque<Callee> callees;
  std::map<const Frame*, const AskRow*> asked;   // the session keeps the frames

  Inside(Inquest& i, Stop& s) : inquest(i), stop(s) {}
  Status open(Clock& clock, const std::string& sop_folder, lua::Watch* watch, const RunOptions& run);
  const void* callee(const AskRow* ask, const ReviewContract* review) {
    callees.push_back({this, ask, review});
    return &callees.back();
  }
};

// The functions of Lua, each with its Callee as the first upvalue (evaluator_words.cpp).
namespace words {
int ask(lua_State* L);           // metric.memory {…}
int native_word(lua_State* L);   // promql [[…]], which gives a function that takes the table
int review(lua_State* L);        // reviews.memory_growth {…}
int within(lua_State* L);        // gives back the limits now in force, as text
int term(lua_State* L);          // above(14.4), below(1), like "text"; upvalue: the word
int no_member(lua_State* L);     // a member that a family does not have; second upvalue: the family
}  // namespace words

}  // namespace inquest::script
