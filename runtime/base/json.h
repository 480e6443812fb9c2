// JSON: the only door to nlohmann_json. For configuration, journal and reports; never for telemetry in bulk.
// SPDX-License-Identifier: Apache-2.0
//
// `Json` keeps the order in which members were written, so a document that is built in a fixed order prints the same
// bytes everywhere. `parse_json` caps depth at 128 and names line and column of the first mistake. `canonical()` is the
// compact form that hashes are taken of: members in written order, doubles in a short form that reads back to the same
// bits. JSON has no NaN and no infinities and a bare one prints as null: encode doubles with `number_json`, which writes
// them as text "NaN", "+Inf", "-Inf".
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include "runtime/base/error.h"

namespace inquest {

using Json = nlohmann::ordered_json;

Result<Json> parse_json(std::string_view text, const std::string& where);
std::string canonical(const Json& json);           // compact, one line; invalid UTF-8 replaced by U+FFFD
std::string pretty(const Json& json);              // two spaces, final newline
Json number_json(double value);                    // finite → number, else "NaN" | "+Inf" | "-Inf"
double json_number(const Json& json);              // inverse of number_json; NaN for anything else
Json int64_json(int64_t value);                    // a number up to 2^53 in size, else a decimal string
int64_t json_int64(const Json& json, int64_t otherwise = 0);  // `otherwise` for what is no integer of 64 bits
const Json* member(const Json& object, std::string_view key);  // null when absent or `object` is no object
std::string member_text(const Json& object, std::string_view key, std::string_view otherwise = "");

}  // namespace inquest
