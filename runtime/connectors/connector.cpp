// How a resolved measure prints.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/connector.h"

namespace inquest {

std::string Resolution::print() const {
  if (names.empty()) {
    std::string out = "nothing found; looked for ";
    for (size_t i = 0; i < tried.size(); ++i) out += (i ? ", " : "") + tried[i];
    for (size_t i = 0; i < nearest.size(); ++i) out += (i ? ", " : "; nearest here: ") + nearest[i];
    return out;
  }
  std::string out;
  for (const MeasureName& name : names) {
    if (!out.empty()) out += " | ";
    out += name.metric;
    std::string select;
    for (const auto& [key, value] : name.select) select += (select.empty() ? "" : ",") + key + "=" + value;
    if (!select.empty()) out += "{" + select + "}";
  }
  return out + " (" + std::to_string(services.size()) + (services.size() == 1 ? " service)" : " services)");
}

}  // namespace inquest
