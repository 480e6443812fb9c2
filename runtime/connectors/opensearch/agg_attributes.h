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
};

// Attributes of spans (not of resources) in order of name, or those of them that are named; `numeric`: of numeric fields only.
// Those that cannot be aggregated come in `left`, as "name (why)".
std::vector<Attribute> attributes_of(const Layout& layout, const std::vector<std::string>& named, bool numeric,
                                     std::vector<std::string>* left = nullptr);

}  // namespace inquest::opensearch
