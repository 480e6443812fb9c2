// How a resolved measure prints.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/connector.h"

#include "runtime/base/text.h"

namespace inquest {

std::string Estimate::print() const {
  std::vector<std::string> parts;
  const auto tell = [&](const std::optional<int64_t>& n, const char* one, const char* more) {
    if (n) parts.push_back(count(*n) + (*n == 1 ? one : more));
  };
  tell(series, " series", " series");
  tell(points, " point", " points");
  tell(spans, " span", " spans");
  tell(logs, " log record", " log records");
  if (bytes) parts.push_back("about " + human(static_cast<double>(*bytes), "By"));
  return join(parts, ", ");
}

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
