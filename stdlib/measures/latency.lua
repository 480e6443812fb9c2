-- Duration of received calls: histograms of span metrics of entry spans first, then the protocols.
-- SPDX-License-Identifier: Apache-2.0
local all = { "*" }
local kinds = { ["span.kind"] = { "SPAN_KIND_SERVER", "SPAN_KIND_CONSUMER", "Server", "Consumer" } }
local kinds_ = { span_kind = { "SPAN_KIND_SERVER", "SPAN_KIND_CONSUMER", "Server", "Consumer" } }
-- A call failed when one of the attributes has the value: `a|b` either, `5*` a prefix, `*` anything.
local failed = { ["status.code"] = "STATUS_CODE_ERROR|ERROR|Error", ["otel.status_code"] = "ERROR" }
local failed_ = { status_code = "STATUS_CODE_ERROR|ERROR|Error", otel_status_code = "ERROR" }
local http = { ["http.response.status_code"] = "5*", ["error.type"] = "5*" }
local http_ = { http_response_status_code = "5*", http_status_code = "5*" }
local http_old = { ["http.status_code"] = "5*", ["http.response.status_code"] = "5*" }
local rpc = { ["error.type"] = "*" }
local grpc = { ["rpc.grpc.status_code"] = "2|4|12|13|14|15" }
local grpc_ = { rpc_grpc_status_code = "2|4|12|13|14|15" }
local messaging = { ["error.type"] = "*" }
local micrometer = { status = "5*", outcome = "SERVER_ERROR" }

return measure {
  unit = "s",
  doc  = "How long received calls took, in the histogram buckets that the source keeps (approximate).",
  reduce = "sum",
  identity = { "service.instance.id", "k8s.pod.name", "k8s.pod.uid", "container.id" },
  names = {
    { metric = "traces.span.metrics.duration", kind = "histogram", sum = all, unit = "ms", only = kinds, error_when = failed,
      generation = "Collector since 0.109" },
    { metric = "duration", kind = "histogram", sum = all, unit = "ms", only = kinds, error_when = failed,
      generation = "Collector 0.75 to 0.108" },
    { metric = "latency", kind = "histogram", sum = all, unit = "ms", only = kinds, error_when = failed,
      generation = "Collector: span metrics processor until 0.94" },
    { metric = "traces_span_metrics_duration_milliseconds", kind = "histogram", sum = all, unit = "ms", only = kinds_, error_when = failed_,
      generation = "translated by Prometheus" },
    { metric = "traces_span_metrics_duration_seconds", kind = "histogram", sum = all, unit = "s", only = kinds_, error_when = failed_,
      generation = "translated by Prometheus, seconds" },
    { metric = "traces_spanmetrics_latency", kind = "histogram", sum = all, unit = "s", only = kinds_, error_when = failed_,
      generation = "scraped: Tempo's metrics generator" },
    { metric = "duration_milliseconds", kind = "histogram", sum = all, unit = "ms", only = kinds_, error_when = failed_,
      generation = "Prometheus exporter" },
    { metric = "http.server.request.duration", kind = "histogram", sum = all, unit = "s", error_when = http,
      generation = "HTTP conventions" },
    { metric = "rpc.server.call.duration", kind = "histogram", sum = all, unit = "s", error_when = rpc,
      generation = "RPC conventions" },
    { metric = "rpc.server.duration", kind = "histogram", sum = all, unit = "ms", error_when = grpc,
      generation = "RPC conventions until 2025" },
    { metric = "http.server.duration", kind = "histogram", sum = all, unit = "ms", error_when = http_old,
      generation = "HTTP until 2023" },
    { metric = "messaging.process.duration", kind = "histogram", sum = all, unit = "s", error_when = messaging,
      generation = "messaging conventions: consumers" },
    { metric = "http_server_request_duration_seconds", kind = "histogram", sum = all, unit = "s", error_when = http_,
      generation = "translated by Prometheus" },
    { metric = "rpc_server_duration_milliseconds", kind = "histogram", sum = all, unit = "ms", error_when = grpc_,
      generation = "translated by Prometheus" },
    { metric = "http.server.requests", kind = "histogram", sum = all, unit = "s", error_when = micrometer,
      generation = "Micrometer" },
    { metric = "http_server_requests_seconds", kind = "histogram", sum = all, unit = "s", error_when = micrometer,
      generation = "scraped: Micrometer" },
  },
}
