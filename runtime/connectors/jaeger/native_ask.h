// Native asks: the text of `jaeger [[…]]` as a search of traces.
// SPDX-License-Identifier: Apache-2.0
//
//     service=$service operation="GET /cart" minDuration=100ms tags={"http.status_code": "500", "user": $user} limit=20
//
// Parameters of Jaeger's trace search, NAME=VALUE, apart by blanks, line ends or `&`; a list that is closed: service,
// operation, minDuration, maxDuration, tags, limit. Time is the ask's window. A value is a bare word, a text in quotes
// (as JSON writes it), or `$name`; tags are a JSON object of plain values (compared as text, as Jaeger does), in which
// `$name` stands for a whole value. What a name is bound to becomes one value, whatever it contains.
// Errors: rejected, with the parameter and the nearest known one. Pure.
#pragma once

#include "runtime/connectors/jaeger/api.h"
#include "runtime/model/ask.h"

namespace inquest::jaeger {

// The limit is 100, as Jaeger's own, where none is said (`own_limit` false).
Outcome<Search> native_search(const Ask& ask, bool* own_limit = nullptr);

}  // namespace inquest::jaeger
