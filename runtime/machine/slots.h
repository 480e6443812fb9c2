// Slots: which frame of `of` and `ask` a review takes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/model/catalogue.h"
#include "runtime/model/sop.h"

namespace inquest {

struct SlotProblem { std::string slot, rule, message, cure; };  // rules: no-frame, two-frames, unknown-frame, wrong-frame
struct SlotBinding {
  std::map<std::string, std::string> frames;  // slot → "metrics.memory"; "" = nothing fits
  std::vector<SlotProblem> problems;          // for check; in the order of the slots
};
// The frames that a review state can see: its own asks and those of the states in `of` (a fork stands for its queries).
std::vector<std::pair<std::string, const AskSpec*>> frames_in_sight(const Sop& sop, const State& state);
// Explicit (`reviews.x { load = "metrics.load" }`) first, then the one frame that fits by ask or shape.
SlotBinding bind_slots(const Sop& sop, const Catalogue& catalogue, const State& state, const ReviewUse& use);
// The options of a use that are not slots, with defaults of the contract filled in.
Map options_of(const Catalogue& catalogue, const ReviewUse& use);
// The kinds that a use yields (a generic review yields what its `yields` option names).
std::vector<std::string> kinds_of(const Catalogue& catalogue, const ReviewUse& use);

}  // namespace inquest
