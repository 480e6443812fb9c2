// Reviewing: what stands around the call of a review — its frames, what is unknown without a call, and its rows
// checked. SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/engine, shared by run and Session. Pure but for the call itself.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/engine/run.h"

namespace inquest {

// One ask that has ended, as reviews see it.
struct Kept {
  Ask ask;
  std::string evidence;
  FramePtr frame;  // null when it failed
  std::optional<Failure> failure;
  std::string measure;  // of the catalogue's row, else the kind of ask
  std::vector<std::string> tried;
};

struct Reviewing {
  const Catalogue& catalogue;
  const ReviewContract& contract;
  std::string state;
  Map options;
  std::map<std::string, const Kept*> slots;  // slot → what was asked for; null: nothing fits
  Scope scope;
  Map names;
  std::vector<Finding> earlier;
  const std::map<std::string, std::string>& sentences;
  // Of asks that were not sent because a name was unknown: what is missing at the root of it (evidence → row).
  std::map<std::string, Unknown> roots = {};
};
struct ReviewOutcome {
  Rows rows;
  std::optional<Error> stopped;      // the script stopped or broke its contract; rows say its kinds are unknown
  std::optional<Error> interrupted;  // the stop flag ended it; rows mean nothing
};
ReviewOutcome carry_out(const Reviewing& reviewing, Reviewer& reviewer, const Stop& stop);

// The kinds that this use may return: those of the contract; of a generic review what its option `yields` names.
std::vector<std::string> kinds_of(const ReviewContract& contract, const Map& options);

// Sorted by score, then service: from findings of kind `suspect` and from what was examined for it.
struct Suspected {
  std::string service;
  double score = 0;
  std::string why;
};
std::vector<Suspected> suspects_of(const std::vector<const Rows*>& rows);

}  // namespace inquest
