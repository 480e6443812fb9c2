// Scripts over whole spans: what the server-side joins and counts read of a document, in every layout.
// SPDX-License-Identifier: Apache-2.0
//
// For map_script of a scripted_metric. After every document the server walks through the lists and maps of the state, all
// of them; what grows therefore hides in an Optional or is one text.
#pragma once

#include <string>

#include "runtime/connectors/opensearch/agg_script.h"

namespace inquest::opensearch {

// Functions and, after them, the variables s (source or null), d, t (ns; the document is left out without them), service,
// above (id of the parent or null), kind (as written or null), failed. Control characters in texts become blanks.
std::string span_script(const Layout& layout, const Scripts& scripts, const std::string& before, const std::string& body);
// The parameters that it reads, those of `scripts` included.
Json span_params(const Layout& layout, const Scripts& scripts);
Json painless(std::string source);       // {"source", "lang"}
// Spellings of kinds, of all writers.
Json spellings(const std::vector<std::string>& kinds);

}  // namespace inquest::opensearch
