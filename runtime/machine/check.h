// Check: the mistakes of a SOP that can be told before any query, each with place and cure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "runtime/model/catalogue.h"
#include "runtime/model/sop.h"

namespace inquest {

struct Diagnostic {
  std::string file;
  Position at;
  std::string rule;       // unknown-target, dead-end, … the closed list in check.cpp
  std::string message;    // names the value
  std::string cure;       // the nearest known name, or what to write
  bool warning = false;   // a missing translation; never fails a check
  std::string print() const;  // sops/x/sop.lua:12:5: message\n  cure
};
// Sorted by position. Empty: the Sop can be walked. What syntax alone shows (unknown word or field, wrong type, field
// given twice, control flow, todo) is found by bindings/script/reader and has the same form.
std::vector<Diagnostic> check(const Sop& sop, const Catalogue& catalogue);
const std::vector<std::string>& check_rules();   // every rule that check() can name
Json diagnostics_json(const std::vector<Diagnostic>&);

}  // namespace inquest
