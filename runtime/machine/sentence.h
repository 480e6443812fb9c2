// Sentences of findings: the `says` of a kind with subject, numbers (in their units) and onset filled in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/model/catalogue.h"
#include "runtime/model/finding.h"

namespace inquest {

// `says` may differ from yield.says (a translation). $onset prints as a clock time UTC, numbers by `human`, lists joined
// and cut at five, what is not there as "unknown".
std::string sentence(const Finding& finding, const Yield& yield, const std::string& says);

}  // namespace inquest
