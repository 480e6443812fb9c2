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
// Rules (design/language.md says each in full): info, query and fork leave by the first edge whose `when` holds as soon
// as all their asks are answered or failed; review and suggest offer theirs and wait for Chose (`Offer::unattended` is
// the label that an unattended run takes). Entering a state whose context differs leaves and enters contexts one by one.
// A state visited more than ten times in a round ends the run (Finish with `loop`).
// Precondition: the Sop passed check(). Thread rule: Machine is immutable; snapshots are values.
//
// Where the language page leaves room:
// - An event that does not fit (an answer nobody waits for, a review that is not due, a label that is not offered)
//   changes nothing and has no effects.
// - Entering a fork gives EnterState for the fork and then for each of its queries (via empty), then one Send of all.
// - An edge to a state of the same context stays inside. Only what the target's context does not share is left and
//   entered; a context's own `on` starts outside of it, so an edge back into it enters it anew.
// - Each entry of a `top` context counts as a visit, under the context's name, in the round around it; so rounds that
//   follow each other in a ring end too.
// - A context's own `on` sees the findings of the scope around the context. A finding picked by a person is walked
//   first, the others follow strongest first.
// - `$kind.field` is of the finding that a context in force is about, if it is of that kind, else of the strongest.
// - An option or `where` entry that rests on an optional input nobody gave is left out. A name that is null because its
//   finding is absent or lacks the field is unknown: the ask carries it in `unknown_names`.
// - A frame asked in a context is forgotten when that context is entered again under other bindings.
// - Each pair (hypothesis, key) begins as inconclusive; HypothesisChanged tells each departure from that and back.
#pragma once

#include <map>
#include <memory>
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
struct FrameRef {
  std::string evidence; Marks marks; std::optional<Failure> failure; int context = -1;
  std::string bindings = {};        // ActiveContext::key at the time
};
struct Round {
  std::map<std::string, int> visits;
  std::map<std::string, std::set<std::string>> taken;
  std::vector<std::string> trail = {};  // states in the order of their visits, to name a loop
};
struct ActiveContext {
  int context = -1;
  Scope scope;
  Map names;                        // bound by this context
  std::optional<std::string> finding;
  std::vector<std::string> queue;   // of `top`: findings still to walk (ids), strongest first
  int round = 1, rounds = 1;
  std::string entry;                // state at which a round starts
  std::vector<std::string> unknown = {};  // names that should narrow here or further out, but whose finding is absent
  std::string key = {};             // bindings in force, as text: equal exactly when they are equal
};
struct ReviewedRows {               // one run of one review; a later one with the same state, use, bindings replaces it
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
  std::vector<JudgedWord> judged;   // pairs that are not inconclusive, by hypothesis and key, for HypothesisChanged
};

struct Plan;

class Machine final {
 public:
  Machine(const Sop& sop, const Catalogue& catalogue);   // both must outlive the machine
  struct Stepped { Snapshot snapshot; std::vector<Effect> effects; };
  Stepped step(Snapshot snapshot, const Event& event) const;
  Stepped step(Snapshot snapshot, Event&& event) const;   // the same without copying the event's rows

  Scope scope(const Snapshot& snapshot) const;            // in force
  // Every name in force, typed, with $kind.field of the strongest finding. The snapshot must outlive what is returned.
  Names names(const Snapshot& snapshot) const;
  Names texts(const Snapshot& snapshot) const;            // the same as people read it: numbers in units, clock times
  std::vector<Finding> found(const Snapshot& snapshot) const;    // of the whole run, in the order of ids
  std::vector<Finding> earlier(const Snapshot& snapshot) const;  // those that agree with the scope in force
  // The rows of an event as step() will keep them: ids F1, F2, … given on, state and review filled in where empty. An
  // id is given once: rows that replace others get new ones. For the engine, which journals rows before step() sees them.
  Rows stamped(const Snapshot& snapshot, const Reviewed& event) const;
  Judgement judge(const Snapshot& snapshot) const;        // the verdict as it stands
  bool holds(const Snapshot& snapshot, const Condition& condition) const;

 private:
  std::shared_ptr<const Plan> plan_;               // what can be known of the SOP before it is walked
};

Json snapshot_json(const Snapshot& snapshot);             // printable, for tests and resume

}  // namespace inquest
