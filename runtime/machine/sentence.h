// Sentences of findings: the `says` of a kind with subject, numbers (in their units) and onset filled in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
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
// A cause or cure in the language of the run: `sentences` holds "texts/" and its English form, in which $1 … $9 stand for
// what differs from case to case ("no samples of $1"). The form with the most letters of its own wins; a text that fits
// none stays as it is.
constexpr const char* texts_prefix = "texts/";
std::string translated(const std::map<std::string, std::string>& sentences, const std::string& text);
// The same for a value that was bound: times as a clock time UTC, numbers of three digits, long lists cut at five.
std::string shown(const Value& value);

}  // namespace inquest
