-- Calls received per second: span metrics of entry spans first, then the server metrics of the protocols.
-- SPDX-License-Identifier: Apache-2.0
local all = { "*" }
local kinds = { ["span.kind"] = { "SPAN_KIND_SERVER", "SPAN_KIND_CONSUMER", "Server", "Consumer" } }
local kinds_ = { span_kind = { "SPAN_KIND_SERVER", "SPAN_KIND_CONSUMER", "Server", "Consumer" } }

return measure {
  unit = "1/s",
  doc  = "Calls that a service received per second (server and consumer spans; never those it made).",
  reduce = "sum",
  identity = { "service.instance.id", "k8s.pod.name", "k8s.pod.uid", "container.id" },
  names = {
    { metric = "traces.span.metrics.calls", kind = "sum", sum = all, only = kinds,
      generation = "Collector since 0.109" },
    { metric = "calls", kind = "sum", sum = all, only = kinds, generation = "Collector 0.75 to 0.108" },
    { metric = "calls_total", kind = "sum", sum = all, only = kinds,
      generation = "Collector: span metrics processor until 0.94" },
    { metric = "traces_span_metrics_calls_total", kind = "sum", sum = all, only = kinds_,
      generation = "translated by Prometheus" },
    { metric = "traces_span_metrics_duration_seconds", kind = "histogram", sum = all, unit = "s", only = kinds_,
      generation = "translated by Prometheus, seconds" },
    { metric = "traces_spanmetrics_calls_total", kind = "sum", sum = all, only = kinds_,
      generation = "scraped: Tempo's metrics generator" },
    { metric = "duration_milliseconds", kind = "histogram", sum = all, unit = "ms", only = kinds_,
      generation = "Prometheus exporter" },
    { metric = "http.server.request.duration", kind = "histogram", sum = all, unit = "s",
      generation = "HTTP conventions" },
    { metric = "rpc.server.call.duration", kind = "histogram", sum = all, unit = "s", generation = "RPC conventions" },
    { metric = "rpc.server.duration", kind = "histogram", sum = all, unit = "ms",
      generation = "RPC conventions until 2025" },
    { metric = "http.server.duration", kind = "histogram", sum = all, unit = "ms", generation = "HTTP until 2023" },
    { metric = "messaging.process.duration", kind = "histogram", sum = all, unit = "s",
      generation = "messaging conventions: consumers" },
    { metric = "http_server_request_duration_seconds", kind = "histogram", sum = all, unit = "s",
      generation = "translated by Prometheus" },
    { metric = "rpc_server_duration_milliseconds", kind = "histogram", sum = all, unit = "ms",
      generation = "translated by Prometheus" },
    { metric = "http.server.requests", kind = "histogram", sum = all, unit = "s", generation = "Micrometer" },
    { metric = "http_server_requests_seconds", kind = "histogram", sum = all, unit = "s",
      generation = "scraped: Micrometer" },
    { metric = "http.server.request.rate", unit = "{request}/s", sum = all, generation = "already a rate" },
  },
}
