// Native asks: the text of `jaeger [[…]]` as a search of traces.
// SPDX-License-Identifier: Apache-2.0
//
//     service=$service operation="GET /cart" minDuration=100ms tags={"http.status_code": "500", "user": $user} limit=20
//
// Parameters of Jaeger's trace search, NAME=VALUE, apart by blanks, line ends or `&`; a list that is closed: service,
// operation, minDuration, maxDuration, tags, limit. Time is the ask's window. A value is a bare word, a text in quotes
// (as JSON writes it), or `$name`; tags are a JSON object of plain values (compared as text, as Jaeger does), in which
// `$name` stands for a whole value. What a name is bound to becomes one value, whatever it contains.
// A Jaeger that stores in OpenSearch reads the value of a tag as a regular expression. That is the author's own word where it
// stands in the text; what a name is bound to stands for itself: it is sent only where it means itself, or more, as a dot
// does, and `here` lists the tags that have to be compared with the spans that come (attributes of spans and resources).
// Errors: rejected, with the parameter and the nearest known one. Pure.
#pragma once

#include "runtime/connectors/jaeger/api.h"
#include "runtime/model/ask.h"

namespace inquest::jaeger {

// Whether a regular expression of this text finds it, and `exactly` it alone.
bool finds_itself(std::string_view text, bool exactly = false);

// The limit is 100, as Jaeger's own, where none is said (`own_limit` false).
Outcome<Search> native_search(const Ask& ask, bool* own_limit = nullptr, std::map<std::string, std::string>* here = nullptr);

}  // namespace inquest::jaeger
