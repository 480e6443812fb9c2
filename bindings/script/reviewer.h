// Reviewer in Lua: loads review files under their contract and runs them over frames for the engine.
// SPDX-License-Identifier: Apache-2.0
//
// One State for the whole run; each review file is loaded once, at first use, each call gets a fresh allowance. A review
// is called as run(frames, options, earlier):
//   frames    slot → frame handle, nil where the slot is empty; handles die when the call returns
//   options   option → value, defaults filled in
//   earlier   list of the findings so far: { id, state, review, kind, subject, numbers, lists, strength, onset, evidence, says }
// and returns { found = rows, examined = rows, unknown = rows }, each optional:
//   found     { kind, subject, numbers, lists, strength, onset, from }   kind may be left out if the review yields one only;
//             `from` lists the slots it rests on (default: all that were given), which become its evidence
//   examined  { kind, subject, smallest = { number = value }, from }
//   unknown   { kind, subject (absent: all), slot, measure, why, cure }  slot names the ask whose answer is missing
// Anything else — an unknown field, kind, subject field or number, a strength outside 0–1, NaN — is an error of the
// review, naming it.
#pragma once

#include <functional>
#include <memory>

#include "bindings/lua/state.h"
#include "runtime/engine/run.h"

namespace inquest::script {

struct ReviewerOptions {
  lua::Budget budget = {};
  const Stop* cancel = nullptr;
  lua::Watch* watch = nullptr;
};

Result<std::unique_ptr<Reviewer>> make_reviewer(const Catalogue& catalogue, ReviewerOptions options);  // catalogue must outlive it

// A finding as scripts see it: the form of a row of `earlier`.
Value finding_value(const Finding& finding);

// Defines what review files and `inquest lua` see beside the library: frames, kernels, and the words of a review file.
Status define_review_words(lua_State* L);

}  // namespace inquest::script
