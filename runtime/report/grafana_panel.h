// What one ask is on a dashboard: the kind of panel, its data source and its queries, or why it is none.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/report. Spans are asked in the fields of Data Prepper and of the Collector's exporter in its otel-v1
// form (serviceName, durationInNanos, kind), logs in those of both layouts (facts of the fields: docs of each exporter).
#pragma once

#include <map>
#include <string>
#include <variant>

#include "runtime/base/json.h"
#include "runtime/model/catalogue.h"
#include "runtime/model/sop.h"

namespace inquest {

constexpr const char* prometheus_source = "prometheus";
constexpr const char* spans_source = "opensearch_spans";
constexpr const char* logs_source = "opensearch_logs";

struct PanelParts {
  std::string type;                        // timeseries table logs
  std::string source;                      // one of the three above
  std::string unit;                        // as Grafana names it: decbytes, percentunit, ns
  Json targets = Json::array();
  std::string note = {};                   // in which the panel differs from the ask
};
using PanelOrWhy = std::variant<PanelParts, std::string>;

// Names that a run binds, met on the way: name → default of its text box.
using TextBoxes = std::map<std::string, std::string>;

PanelOrWhy panel_parts(const AskSpec& ask, const AskRow& row, const Sop& sop, const Catalogue& catalogue, TextBoxes& boxes);
const InputSpec* input_of(const Sop& sop, const std::string& name);   // null when the SOP has none of that name
Json source_json(const std::string& source);                      // {type, uid: "${prometheus}"}
std::string variable_name(const std::string& bound);              // cohort.attribute → cohort_attribute

}  // namespace inquest
