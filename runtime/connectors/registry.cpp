// The kinds of source: one row each.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text.h"
#include "runtime/connectors/connector.h"
#include "runtime/connectors/jaeger/connector.h"
#include "runtime/connectors/opensearch/connector.h"
#include "runtime/connectors/otlp/connector.h"
#include "runtime/connectors/prometheus/connector.h"

namespace inquest {

const std::vector<ConnectorKind>& connector_kinds() {
  static const std::vector<ConnectorKind> kinds = {
      {"otlp", "a directory of OTLP-JSON lines as the Collector's file exporter writes them", &otlp::make},
      {"prometheus", "Prometheus 2.42 … 3.x, or a server that speaks its HTTP API", &prometheus::make},
      {"jaeger", "Jaeger's query service, v1 and v3 of its HTTP interface", &jaeger::make},
      {"opensearch", "OpenSearch 2.4 … 3.x: spans and logs of Data Prepper, the Collector and Jaeger", &opensearch::make},
  };
  return kinds;
}

Result<std::unique_ptr<Connector>> make_connector(const SourceConfig& config) {
  std::vector<std::string> known;
  for (const ConnectorKind& row : connector_kinds()) {
    if (config.kind == row.kind) return row.make(config);
    known.push_back(row.kind);
  }
  return Error{Code::config, "unknown kind of source `" + printable(config.kind, 60) + "`", config.name,
               did_you_mean(config.kind, known)};
}

}  // namespace inquest
