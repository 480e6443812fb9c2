// Machine: the pure walk of a SOP. step(snapshot, event) → snapshot, effects; no clock, no I/O, no Lua, no frames.
// SPDX-License-Identifier: Apache-2.0
//
// The engine carries effects out, journals each result and feeds it back as an event, in the order in which the effects
// were given: whatever arrives early waits. Same events, same effects, on every machine.
//
//     Machine machine(sop, catalogue);
//     auto [snapshot, effects] = machine.step(Snapshot{}, Started{…});
//     … carry out effects …; std::tie(snapshot, effects) = machine.step(std::move(snapshot), Answered{…});
//
// Rules (design/language.md says each in full): info, query and fork leave by the first edge whose `when` holds as soon as
// all their asks are answered or failed; review and suggest offer theirs and wait for Chose (`unattended_choice` gives the
// label that an unattended run takes). Entering a state whose context differs leaves and enters contexts one by one.
// A state visited more than ten times in a round ends the run (Finish with `loop`).
// Precondition: the Sop passed check(). Thread rule: Machine is immutable; snapshots are values.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "runtime/machine/verdict.h"
#include "runtime/model/catalogue.h"
#include "runtime/model/finding.h"
#include "runtime/model/sop.h"

namespace inquest {

constexpr int machine_version = 1;
constexpr int visits_allowed = 10;

// ---- Events -------------------------------------------------------------------------------------------------------
struct Started {
  Window window;                    // the outer window
  bool window_given = false;        // by the command line or a recording: inputs left at their default do not narrow it
  Map inputs;                       // every input with its bound value (null when optional and not given)
  std::set<std::string> defaulted;  // inputs left at their default
};
struct Answered { std::string state, ask, evidence; Marks marks; };
struct Failed { std::string state, ask, evidence; Failure failure; };
struct Reviewed { std::string state; size_t use = 0; Rows rows; };
struct Chose { std::string state, label; std::optional<std::string> finding; std::string by, why; };  // by: unattended | answer | person
using Event = std::variant<Started, Answered, Failed, Reviewed, Chose>;

// ---- Effects ------------------------------------------------------------------------------------------------------
struct EnterState { std::string state; int context = -1; int round = 1; int visit = 1; std::string via; };  // via: label of the edge
struct EnterContext {
  int context = 0;                  // Ctx[n]
  Scope scope;                      // in force from now on
  Map names;                        // bound here: only and names, typed; null = unknown
  int round = 1, rounds = 1;        // of `top`
  std::optional<std::string> finding;  // id of the finding that it is about
};
struct LeaveContext { int context = 0; };
struct Tell { std::string state, text; std::string says_of = {}; };   // info.say, suggest.say, edge.says (says_of = label)
struct Send { std::vector<Ask> asks; };                   // of one state or fork, in the order of the text, to go together
struct RunReview {
  std::string state;
  size_t use = 0;                   // index into State::with
  std::string review;
  Map options;                      // bound; without the slots
  std::map<std::string, std::string> slots;  // slot → frame name "metrics.memory"; empty text: nothing fits (nil)
  Scope scope;                      // in force: frames of other states are cut to it
  Map names;                        // every name in force, for says and earlier
};
struct Offer {
  std::string state;
  struct Item { std::string label, to, why; bool offered = true; std::string why_not; bool taken = false; };
  std::vector<Item> items;
  std::string unattended;           // what an unattended run takes
  // Findings a person may pick for the context that an edge enters: label → ids, strongest first.
  std::map<std::string, std::vector<std::string>> picks;
};
struct HypothesisChanged { std::string hypothesis; Subject key; std::string word; double strength = 0; };
struct Finish { std::string reason; bool loop = false; std::string loop_at = {}; };  // reason: label of the edge to done
using Effect = std::variant<EnterState, EnterContext, LeaveContext, Tell, Send, RunReview, Offer, HypothesisChanged, Finish>;

// ---- Snapshot -----------------------------------------------------------------------------------------------------
struct FrameRef { std::string evidence; Marks marks; std::optional<Failure> failure; int context = -1; };
struct Round { std::map<std::string, int> visits; std::map<std::string, std::set<std::string>> taken; };
struct ActiveContext {
  int context = -1;
  Scope scope;
  Map names;                        // bound by this context
  std::optional<std::string> finding;
  std::vector<std::string> queue;   // of `top`: findings still to walk (ids), strongest first
  int round = 1, rounds = 1;
  std::string entry;                // state at which a round starts
};
struct ReviewedRows {               // one run of one review; replaced by a later one with the same state, use and bindings
  std::string state; size_t use = 0; std::string bindings; Rows rows;
};
struct Snapshot {
  std::string state;                // "" before Started and after Finish
  bool finished = false;
  Window window; bool window_given = false;
  Map inputs; std::set<std::string> defaulted;
  std::vector<ActiveContext> stack; // outermost first
  std::vector<Round> rounds;        // the run's, then one per `top` context in force
  std::set<std::string> waiting;    // frame names asked for and not yet answered
  std::map<std::string, FrameRef> frames;   // "metrics.memory" → the latest
  size_t next_use = 0;              // next review of the active state
  std::vector<ReviewedRows> reviewed;
  int next_finding = 1;
  std::map<std::string, std::string> judged; // hypothesis + key → word, to emit HypothesisChanged
};

class Machine final {
 public:
  Machine(const Sop& sop, const Catalogue& catalogue);   // both must outlive the machine
  struct Stepped { Snapshot snapshot; std::vector<Effect> effects; };
  Stepped step(Snapshot snapshot, const Event& event) const;

  Scope scope(const Snapshot& snapshot) const;            // in force
  Names names(const Snapshot& snapshot) const;            // every name in force, with $kind.field of the strongest finding
  std::vector<Finding> found(const Snapshot& snapshot) const;
  Judgement judge(const Snapshot& snapshot) const;        // the verdict as it stands
  bool holds(const Snapshot& snapshot, const Condition& condition) const;

 private:
  const Sop& sop_;
  const Catalogue& catalogue_;
};

Json snapshot_json(const Snapshot& snapshot);             // printable, for tests and resume

}  // namespace inquest
