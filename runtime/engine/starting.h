// Starting: what must be right before a case is made — inputs, answers, window — and the row that says how a run began.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/engine.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/engine/run.h"
#include "runtime/engine/sources.h"

namespace inquest {

struct Inputs {
  Map values;  // every input of the SOP, in its order; null: optional and not given
  std::set<std::string> defaulted;
};
// config: an unknown input, one of the wrong type or not among its choices, a required one that is missing.
Result<Inputs> bound_inputs(const Sop& sop, const Map& given);
// config: an answer for a state that does not exist or offers nothing, or a label that it does not have.
Status check_answers(const Sop& sop, const std::map<std::string, std::string>& answers);
// The signals that asks of this SOP need without naming a source, and the sources that they name.
void needs_of(const Sop& sop, const Catalogue& catalogue, std::vector<std::string>& signals,
              std::vector<std::string>& named);

std::optional<Window> recorded(const std::vector<Probe>& probes);  // extent of all recordings
bool reads_clock(const RunRequest& request, const std::vector<Probe>& probes);

struct Beginning {  // what run_started says
  const RunRequest& request;
  const Inputs& inputs;
  const OuterWindow& window;
  const SourceMap& sources;
  std::string sop_hash;
  std::vector<std::pair<std::string, std::string>> modules;  // name, hash
  std::string translations;                                  // hash, or empty
};
Json run_started_json(const Beginning& beginning);

}  // namespace inquest
