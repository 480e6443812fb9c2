// Foresee: the asks of every state of a SOP as they would be sent, before anything is known: what `inquest plan` shows.
// SPDX-License-Identifier: Apache-2.0
//
// Each state is entered through its contexts as in a run, by the machine's own code. What a context binds from a finding
// that no review has made yet stands there as its own name: service = "$service", traces = { "$slow_traces" }. A time
// that is not known yet ($onset) stands in the middle of its window, so that `before $onset` has two halves; the row says
// so. Rounds of a `top` context are shown once, with how many there may be.
// Pure; the SOP must have passed check().
#pragma once

#include <string>
#include <vector>

#include "runtime/machine/machine.h"

namespace inquest {

struct Foreseen {
  std::string state;                         // the query or review that asks
  std::string fork = {};                     // of a query inside a fork
  std::vector<int> contexts = {};            // in force, outermost first
  std::vector<std::string> unknown = {};     // names that stand for themselves in this ask, sorted
  std::vector<std::string> stand_ins = {};   // "$onset = 10:48:17 UTC, the middle of the window"
  int at_most = 1;                           // walks of the innermost `top` contexts, multiplied
  Ask ask;                                   // unknown_names is empty: it can be turned into native text
};
// In the order of the text.
std::vector<Foreseen> foresee(const Sop& sop, const Catalogue& catalogue, const Started& started);

}  // namespace inquest
