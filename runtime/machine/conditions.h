// Conditions over findings, three-valued: what `when`, `needs`, `helps` and `refuted_by` have in common.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/machine. A row counts where its subject agrees with `names`: every name that both have is equal.
// The same rule serves a scope (edges) and a key (hypotheses).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/model/finding.h"
#include "runtime/model/sop.h"

namespace inquest {

enum class Truth { found, not_found, unknown };

// A finding under the match of a condition: above(x), below(x) and plain numbers against its numbers (or `strength`),
// texts against its subject, a member of one of its lists. A field that the finding lacks does not match.
bool matches(const Finding& finding, const Map& match);
// Whether a row about `subject` says something about findings under `match`: texts that both have are equal.
bool concerns(const Subject& subject, const Map& match);

// Kleene's logic over the atoms: all_of is not found if any part is, else unknown if any part is; any_of the other way.
// `not_found` turns found and not found about, `unknown` is found where the kind is unknown and not found elsewhere.
template <class Atom>  // Truth atom(const Condition&): of the kind and match alone
Truth combine(const Condition& condition, const Atom& atom) {
  if (condition.op == Condition::Op::all_of || condition.op == Condition::Op::any_of) {
    const bool all = condition.op == Condition::Op::all_of;
    bool unknown = false;
    for (const Condition& part : condition.of) {
      const Truth truth = combine(part, atom);
      if (truth == (all ? Truth::not_found : Truth::found)) return truth;
      unknown = unknown || truth == Truth::unknown;
    }
    if (unknown) return Truth::unknown;
    return all ? Truth::found : Truth::not_found;
  }
  const Truth truth = atom(condition);
  if (condition.op == Condition::Op::found) return truth;
  if (condition.op == Condition::Op::unknown) return truth == Truth::unknown ? Truth::found : Truth::not_found;
  if (truth == Truth::unknown) return truth;
  return truth == Truth::found ? Truth::not_found : Truth::found;
}

// What all rows say of one kind: found if any, else unknown if any or if nothing was examined, else not found.
Truth truth_of(const std::string& kind, const Map& match, const std::vector<const Rows*>& rows,
               const std::map<std::string, std::string>& names);

// The atoms of a condition (found, not_found, unknown), in the order of the text.
void atoms_of(const Condition& condition, std::vector<const Condition*>& out);

}  // namespace inquest
