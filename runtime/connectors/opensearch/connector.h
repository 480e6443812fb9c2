// The opensearch connector: spans and log records from OpenSearch 2.4 … 3.x.
// SPDX-License-Identifier: Apache-2.0
//
// Options of the source: `indices` and `layout`, each a text or { spans = …, logs = … } (patterns, comma-separated;
// otel-v1, data-prepper, ss4o, jaeger, logs-otel, logs-otel-v1, logs-data-prepper), where probing should not decide;
// `painless = false` where the server allows no scripts; `scripts = true` lets native `dsl` asks use scripts;
// `index_pattern`: the id of the Dashboards' index pattern for links (the pattern itself if not told).
#pragma once

#include "runtime/connectors/connector.h"

namespace inquest::opensearch {

// Errors: config for an unknown option, layout or signal; those of http::Door::open.
Result<std::unique_ptr<Connector>> make(const SourceConfig& config);

}  // namespace inquest::opensearch
