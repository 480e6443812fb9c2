// A SOP as a Grafana dashboard: its metric, span and log asks as panels, a row a state.
// SPDX-License-Identifier: Apache-2.0
//
// The classic dashboard model that Grafana 11 reads (schemaVersion 39; grafana/grafana kinds/dashboard). Data sources are
// variables: `prometheus`, `opensearch_spans`, `opensearch_logs` (grafana-opensearch-datasource; that of spans looks at
// otel-v1-apm-span*, that of logs at the index of the logs), so that the file holds no address. `service` narrows as the
// SOP's contexts do; a name that only a run can bind ($slow_traces) is a text box to fill. What a dashboard cannot
// ask stands, with the reason, on a panel at the end and in `left_out`. Panels keep their ids as long as their state and
// ask keep their names; the same SOP gives the same bytes.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/json.h"
#include "runtime/model/catalogue.h"
#include "runtime/model/sop.h"

namespace inquest {

struct Dashboard {
  struct LeftOut { std::string ask, kind, why; };   // "service_traces.contrast", "spans.contrast"
  Json json;
  std::vector<LeftOut> left_out;                     // in the order of the text
};
Dashboard grafana_dashboard(const Sop& sop, const Catalogue& catalogue);

}  // namespace inquest
