// A whole Sop as JSON and back: for the journal, `export json`, `describe --json` and tests.
// SPDX-License-Identifier: Apache-2.0
//
// Members stand in the order of sop.h; empty ones are left out, so a document shows what was written. Every element has
// "line" (1-based; left out where the Sop was not read from a file). Conditions are {"op","kind","match"} or
// {"op","of"}; values have the form of value_json. The source text and the path of the file are not repeated.
#pragma once

#include "runtime/base/json.h"
#include "runtime/model/sop.h"

namespace inquest {

Json sop_json(const Sop& sop);
// The Sop of such a document: equal in every member that it has; positions are lines alone.
Result<Sop> json_sop(const Json& json);
Json condition_json(const Condition& condition);

}  // namespace inquest
