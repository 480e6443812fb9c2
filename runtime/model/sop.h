// Sop: a procedure as a value. What the reader makes of a SOP file, the checker checks, the machine walks, draw draws.
// SPDX-License-Identifier: Apache-2.0
//
// States and contexts are flat lists in the order of the text and refer to each other by name or index. Every element
// carries its position for messages. A Sop that `check` passed can be walked; nothing here knows Lua.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/model/window.h"

namespace inquest {

struct Position {
  int line = 0, column = 0;
  auto operator<=>(const Position&) const = default;
};
// Where the parts of an element stand: field → its value ("about"), entry of a list → "only:service".
using Places = std::map<std::string, Position>;

struct Condition {
  enum class Op { found, not_found, unknown, all_of, any_of } op = Op::found;
  std::string kind = {};                 // of found, not_found, unknown
  Map match = {};                        // numbers: above(x) | below(x) | a value; subject fields: a text
  std::vector<Condition> of = {};        // of all_of, any_of
  Position at = {};
  bool operator==(const Condition& o) const { return op == o.op && kind == o.kind && match == o.match && of == o.of; }
};
std::string print_condition(const Condition& condition);  // found "budget_burn" { times = above(14.4) }

struct Edge {
  std::string label, to;                 // `to`: a state, "done", or "next"
  std::optional<Condition> when = {};
  std::string why = {}, says = {};
  Position at = {}, to_at = {};
  Places places = {};
};

struct AskSpec {                         // an ask as written
  std::string name, kind;                // "memory", "metric.memory"
  Map args = {};                         // options of its row (against, outside, where, from are lifted out of them)
  std::string native = {};
  std::string from = {};
  std::string against = {};              // phrase text, parsed by parse_phrase
  std::vector<std::string> outside = {};
  Map where = {};
  Position at = {};
  Places places = {};
};

struct ReviewUse {
  std::string review;                    // "memory_growth"
  Map options = {};                      // options and slot bindings as written
  Position at = {};
  Places places = {};
};

struct State {
  enum class Kind { info, query, review, suggest, fork } kind = Kind::info;
  std::string name, title = {}, say = {};
  std::vector<std::string> of = {};      // of review: states (a fork stands for its queries)
  std::vector<AskSpec> asks = {};        // own fields already merged with those of the state
  std::vector<ReviewUse> with = {};
  std::vector<Edge> edges = {};          // of a fork: the join edge
  std::vector<std::string> branches = {};// of a fork: its queries, which are states too
  std::string fork = {};                 // of a query inside a fork: the fork's name
  int context = -1;                      // index into Sop::contexts; -1: none
  Position at = {};
  Places places = {};
  const std::string& shown() const { return title.empty() ? name : title; }
};
const char* kind_name(State::Kind kind);

struct Context {
  std::string name;
  int parent = -1;
  std::string window = {};               // phrase text or empty
  std::string about = {};                // kind of finding or empty
  std::vector<std::string> only = {}, names = {};
  int top = 0;                           // 0: once
  std::vector<Edge> edges = {};          // its own `on`: left after the last round of `top`
  Position at = {};
  Places places = {};
};

struct Hypothesis {
  std::string name, say = {};
  std::vector<Condition> needs = {}, helps = {}, refuted_by = {};  // a bare kind is found "kind"
  std::vector<std::string> explains = {};
  std::vector<std::string> of = {"service"};
  Position at = {};
  Places places = {};
};

struct InputSpec {
  std::string name, type;                // duration time text number choice
  std::optional<Value> fallback = {};    // default
  bool optional = false;
  std::vector<std::string> choices = {};
  std::string doc = {};
  Position at = {};
  Places places = {};
};

struct Sop {
  std::string name, title = {}, start = {};
  std::vector<std::string> matches = {};
  std::vector<InputSpec> inputs = {};
  std::vector<State> states = {};        // first = first state
  std::vector<Context> contexts = {};    // Ctx[n] = contexts[n]
  std::vector<Hypothesis> hypotheses = {};
  std::string file = {}, text = {};      // path as given; source text
  Position at = {};
  Places places = {};

  const State* state(std::string_view name) const;
  int state_index(std::string_view name) const;      // -1 when absent
  int context_index(std::string_view name) const;
  std::vector<int> chain(int context) const;          // outermost first, `context` last
};

}  // namespace inquest
