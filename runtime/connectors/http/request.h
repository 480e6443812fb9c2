// Requests as text, and which of them may be sent.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/connectors/http/http.h"

namespace inquest::http {

std::string target(const Request& request);                // path and encoded query
// The row that allows a request; null: none. A value for `*` is one encoded segment, never empty, "." or "..".
const Endpoint* allowed_by(const std::vector<Endpoint>& table, const Request& request);

}  // namespace inquest::http
