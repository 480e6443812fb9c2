// Attributes of spans as the mapping has them: which can be aggregated, and as what.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "runtime/connectors/opensearch/layout.h"

namespace inquest::opensearch {

struct Attribute {
  std::string name;                      // as spans say it: http.method
  Field field;
  bool parsed = false;                   // numbers that lie in a field of keywords, as old Data Prepper maps them all
};

// Attributes of spans (not of resources) in order of name, or those of them that are named; `numeric`: of numeric fields
// only, and of those that may be parsed. Those that cannot be aggregated come in `left`, as "name (why)".
std::vector<Attribute> attributes_of(const Layout& layout, const std::vector<std::string>& named, bool numeric,
                                     std::vector<std::string>* left = nullptr);

// Whether an attribute of keywords may be one of numbers in this layout. What it is two documents are asked for, and both
// must say numbers: a field of either type may hold numbers of one operation and texts of another.
bool may_be_parsed(const Layout& layout, const Attribute& attribute);
Json examples(const Attribute& attribute);
bool are_numbers(const Json* examples);

}  // namespace inquest::opensearch
