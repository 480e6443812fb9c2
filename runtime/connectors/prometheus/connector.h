// The prometheus connector: Prometheus 2.42 … 3.x, and servers that speak its HTTP API.
// SPDX-License-Identifier: Apache-2.0
//
// metric.* asks fetch raw samples (an instant query of `name{matchers}[window]`) and are answered by otlp/answer.h, so
// that the same telemetry gives the same numbers from files and from here (tables.h says what Prometheus does not keep).
// Above the budget of samples (option `samples`, 1 000 000 a source and ask) they are pushed down: PromQL over steps,
// marked approximate (pushdown.h). `promql [[…]]` is a range query over the ask's window (native.h).
// probe: version, names of metrics and labels, clock. resolve: the names of a measure by the rules of names.h among those
// that the server has, with the services that have them.
// Options: samples (number).
// Failures: as server.h tells answers apart; unsupported (a metric or measure that is not here, asks of other signals),
// rejected (an ask without a window, a native text with a name that has no value).
// Links: `grafana` (with `grafana_datasource`, the uid of this source there; else its name), or `prometheus` (default: the
// source's own URL), with absolute times.
// Thread rule: as connector.h says.
#pragma once

#include "runtime/connectors/connector.h"
#include "runtime/connectors/prometheus/server.h"

namespace inquest::prometheus {

Result<std::unique_ptr<Connector>> make(const SourceConfig& config);
// Over another way of sending: recorded replies.
Result<std::unique_ptr<Connector>> make_with(const SourceConfig& config, Send send);

}  // namespace inquest::prometheus
