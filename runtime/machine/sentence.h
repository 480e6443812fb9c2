// Sentences of findings: the `says` of a kind with subject, numbers (in their units) and onset filled in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "runtime/model/catalogue.h"
#include "runtime/model/finding.h"

namespace inquest {

// `says` may differ from yield.says (a translation). $onset prints as a clock time UTC, numbers by `human`, lists
// joined and cut at five, what is not there as "unknown".
std::string sentence(const Finding& finding, const Yield& yield, const std::string& says);
// One field of a finding as it prints in such a text; nullopt when the finding has none. Without a yield (null) numbers
// have no unit.
std::optional<std::string> shown(const Finding& finding, const Yield* yield, const std::string& name);
// The same for a value that was bound: times as a clock time UTC, numbers of three digits, long lists cut at five.
std::string shown(const Value& value);

}  // namespace inquest
