// Run: carries out the effects of the machine on real sources, journals each result, and ends with a verdict.
// SPDX-License-Identifier: Apache-2.0
//
// Order: every result is in the case file before the machine or a script sees it. Asks of one state or fork go out
// together on a bounded pool; answers are handed to the machine in the order of the calls. Lua runs on the calling thread.
// The engine applies scope after a fetch (rows outside it fail the ask with class scope), turns failures and partial
// answers into unknown rows, cuts frames of outer states to the scope in force, and fills in the sentences of findings.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/connectors/connector.h"
#include "runtime/engine/case_file.h"
#include "runtime/machine/machine.h"

namespace inquest {

// One call of a review. Frames are already cut to the scope; null = the slot has none.
struct ReviewCall {
  std::string review, state;
  Map options;
  std::map<std::string, FramePtr> frames;
  std::map<std::string, std::string> evidence;   // slot → evidence id
  std::vector<Finding> earlier;
  Scope scope;
  Map names;
};
// Implemented by bindings; the engine declares it. A stopped script is Error{Code::script, …, cause}.
class Reviewer {
 public:
  virtual ~Reviewer() = default;
  virtual Result<Rows> run(const ReviewCall& call, const Stop& stop) = 0;
};
// A person, or whatever answers in their place. nullopt: nobody can (exit 6).
struct Choice { std::string label; std::optional<std::string> finding; std::string by, why; };
class Chooser {
 public:
  virtual ~Chooser() = default;
  virtual Result<std::optional<Choice>> choose(const Offer& offer, const Snapshot& snapshot) = 0;
};

struct Source {
  SourceConfig config;
  std::unique_ptr<Connector> connector;
};

struct RunRequest {
  const Sop* sop = nullptr;
  const Catalogue* catalogue = nullptr;
  std::vector<Source>* sources = nullptr;
  std::map<std::string, std::string> signals = {};   // signal → source name, from configuration
  Map inputs = {};                                   // given ones, typed
  std::optional<Time> from = {}, to = {};            // --from, --to
  std::optional<Duration> since = {};                // --since
  std::map<std::string, std::string> answers = {};   // state → label
  bool guided = false;
  Chooser* chooser = nullptr;                        // required when guided
  Reviewer* reviewer = nullptr;
  Clock* clock = nullptr;
  std::string case_path = {};                        // where the case file is made
  std::string lang = "en";
  std::map<std::string, std::string> sentences = {}; // translations: "kind" of finding → says; from stdlib/lang
  std::vector<std::pair<std::string, std::string>> modules = {};  // name, text of every Lua file used; kept in the case
  std::optional<Duration> time_limit = {};
  Duration ask_deadline = {30 * ns_per_s};
  size_t pool = 8, per_source = 4;                   // of recordings; sources on servers have limits of their own
  bool offline = false;                              // sources on servers are not asked: unsupported, each ask
  Stop* stop = nullptr;                              // set by ctrl-c
  Observer observer = {};
  std::function<void(const EvidenceRow&)> on_evidence = {};  // each answer, just before its `answered` row is seen
};

struct RunResult {
  int exit = 0;
  Judgement judgement;
  std::string case_path;
  std::string why;                                   // one line when exit is not 0
};

// Errors only for what prevents a case from being made (config, io); everything later is in the case and in `exit`.
Result<RunResult> run(const RunRequest& request);

// The window in force, by the rules of the language page; and where it came from.
struct OuterWindow { Window window; std::string from; bool given = false; };
Result<OuterWindow> outer_window(const RunRequest& request, const std::vector<Probe>& probes, Time now);

}  // namespace inquest
