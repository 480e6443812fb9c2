// The jaeger connector: spans of a Jaeger query service, by either generation of its HTTP interface.
// SPDX-License-Identifier: Apache-2.0
//
// Signals: spans. Jaeger computes nothing: whole traces are fetched (pool.h) and answered as files are (otlp/answer.h),
// so that the same spans give the same frames; what v1 cannot tell stands in convert.h. Where not all traces could be
// had the frame says so: `approximate` "4 000 traces sampled", and for spans.slowest, which then looks for slow ones by
// minDuration, `partial` if even so they could not all be had.
// Options: `traces` (4 000) of one search, `services` (200) of an ask without one, `api` ("v1" or "v3"; else v3 where
// the server has it). Errors: config for others and for wrong values.
// `link`: the search or the trace in Jaeger's own interface, with absolute times.
#pragma once

#include "runtime/connectors/connector.h"
#include "runtime/connectors/jaeger/server.h"

namespace inquest::jaeger {

Result<std::unique_ptr<Connector>> make(const SourceConfig& config);
// Over another way to send than the HTTP door.
Result<std::unique_ptr<Connector>> make_over(const SourceConfig& config, Send send);

}  // namespace inquest::jaeger
