// CheckView: what every part of check looks at: the graph of a SOP, the kinds its reviews yield, the names in force.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/machine. Made once for a check; immutable but for the list of problems. A target or review that is
// misspelt is followed as if the nearest known name had been written, so that one mistake gives one message.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/machine/check.h"
#include "runtime/machine/slots.h"

namespace inquest {

struct YieldAt {
  size_t state;                     // index of the state whose review yields it
  const Yield* yield;
};

class CheckView final {
 public:
  CheckView(const Sop& of_sop, const Catalogue& of_catalogue);

  void note(Position at, const char* rule, std::string message, std::string cure);
  // Enough was found: a hostile file must not cost a search for the nearest name per mistake.
  bool full() const { return problems.size() >= most_problems; }
  static constexpr size_t most_problems = 100, most_guesses = 20, most_states = 500, most_contexts = 200;

  // ---- Graph. A query inside a fork counts as its fork. -------------------------------------------------------------
  size_t node(size_t state) const { return nodes[state]; }
  bool reaches(size_t from, size_t to) const;            // over at least no edge: every state reaches itself
  bool reachable(size_t state) const { return !sop.states.empty() && reaches(0, state); }
  bool ends(size_t state) const { return ends_[nodes[state]]; }    // `done` can be reached
  bool inside(int context, int outer) const;             // `context` is `outer` or stands in it
  int innermost_top(int context) const;                  // -1: none
  // Edges of a state that can be taken: behind the first without `when` of an info, query or fork there is none.
  size_t live_edges(const State& state) const;

  // ---- Findings ------------------------------------------------------------------------------------------------------
  const std::vector<YieldAt>* yields(const std::string& kind) const;     // null: no review of this SOP
  std::vector<std::string> kinds() const;                                // of this SOP
  // Notes a kind that cannot be known at `at`: misspelt, never reviewed, or (from ≥ 0) reviewed only behind state `from`.
  // Gives the yields that can be known, empty when there is none.
  std::vector<const Yield*> expect_kind(const std::string& kind, Position at, const std::vector<size_t>& before);

  // ---- Names ---------------------------------------------------------------------------------------------------------
  std::set<std::string> names_in_force(int context) const;               // bound by inputs and contexts
  std::set<std::string> narrowing(int context) const;                    // scope names that narrow there
  // Notes every $name in `value` that is not bound in `context`; $kind.field is looked up among the yields before.
  void expect_names(const Value& value, int context, Position at, const std::vector<size_t>& before,
                    const std::set<std::string>& also = {});

  const Sop& sop;
  const Catalogue& catalogue;
  std::vector<Diagnostic> problems;
  std::vector<std::vector<size_t>> next;   // states behind a state
  bool kinds_complete = true;              // false: a review could not be told, so kinds may be missing

 private:
  void target(size_t from, int context, const std::string& to);
  void build_graph();
  void build_kinds();
  size_t guesses_ = 0;                      // nearest names looked for while building
  std::vector<size_t> nodes;
  std::vector<std::vector<bool>> reach_;
  std::vector<bool> ends_, leads_out_;
  std::map<std::string, std::vector<YieldAt>> yields_;
};

// The parts, each in its own file.
void check_walk(CheckView& view);        // names, targets, reachability, last edges, loops, rounds
void check_contexts(CheckView& view);    // windows, about, only, names, $names everywhere, native text
void check_asks(CheckView& view);        // asks, measures, options, reviews, slots
void check_findings(CheckView& view);    // conditions and hypotheses

std::vector<std::string> fields_of(const Yield& yield);   // subject, numbers, lists, onset, strength
Position place_of(const Places& places, const std::string& field, Position otherwise);  // where a field stands

}  // namespace inquest
