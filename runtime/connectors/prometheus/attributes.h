// Attributes: labels that are OpenTelemetry's own attributes with their dots escaped, spelled as OpenTelemetry spells them.
// SPDX-License-Identifier: Apache-2.0
//
// http_response_status_code may have been http.response.status_code or http.response.status.code: the label alone does not
// say. The table holds the attributes of metrics and resources of the semantic conventions, old and new; other labels stay
// as they are. Pure; no state.
#pragma once

#include <string>
#include <string_view>

namespace inquest::prometheus {

std::string attribute_of(std::string_view label);   // http_route → http.route; the label itself when it is none of them

}  // namespace inquest::prometheus
