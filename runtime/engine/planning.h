// Planning: what a run would ask of whom, in the source's own language, and what that would cost; nothing is fetched.
// SPDX-License-Identifier: Apache-2.0
//
// The same code as in a run finds sources, resolves measures and writes native text (foresee(), Gatherer::prepared()).
// Sources are probed, measures looked up and rows counted by cheap requests (Connector::estimate); offline nothing at all
// is sent: layouts and names are those of configuration or the defaults, and there are no estimates.
// Thread rule: as run().
#pragma once

#include <string>
#include <vector>

#include "runtime/engine/run.h"
#include "runtime/machine/foresee.h"

namespace inquest {

struct PlannedAsk {
  Foreseen foreseen;
  std::string source = {}, native = {}, cost = {}, measure = {};
  std::optional<Failure> refused = {};       // it would not be sent, and why
  Estimate estimate = {};
};
struct PlannedSource {
  std::string name, kind;
  bool live = false;
  Probe probe = {};
  std::optional<Failure> failure = {};
  size_t asks = 0, requests = 0;             // requests: of the first round of each ask; later ones depend on answers
  Estimate sum = {};                         // of what is known; see `unknown`
  size_t unknown = 0;                        // asks whose cost is not known
  size_t counted = 0;                        // requests that planning itself sent
};
struct Planned {
  OuterWindow window;
  Map inputs;
  std::vector<PlannedSource> sources;        // by name
  std::vector<PlannedAsk> asks;              // in the order of the text
  std::vector<std::string> resolved;
};
// Errors: config and usage, as of run().
Result<Planned> plan_run(const RunRequest& request);

}  // namespace inquest
