// Expect: what a test of a SOP asks for, compared with what a run left in its case.
// SPDX-License-Identifier: Apache-2.0
//
// The journal is fed through the machine once more, so that `at "state"` sees the snapshot in which the run left the
// state, by the machine's own rules. `path` names the states in order; queries inside a fork may be left out. `missing`
// names every signal or measure that the verdict misses, no more and no less. A run that examined no data is a failure
// whatever was expected.
#pragma once

#include <string>
#include <vector>

#include "bindings/inquest.h"
#include "bindings/script/test_reader.h"

namespace inquest {

struct Unmet {
  int line = 0;                 // of the test file
  std::string what;             // "verdict: expected confirmed, got inconclusive (cart)"
};
std::vector<Unmet> unmet(const SopTest& test, const Procedure& procedure, const Report& report);

}  // namespace inquest
