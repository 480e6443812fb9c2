-- Every ask in several forms, so that the answers of servers can be laid beside those of the recording's files.
-- SPDX-License-Identifier: Apache-2.0
return sop "every_ask" {
  title = "Every ask",
  input = { service = text, onset = time },
  start = "go",

  fork "everything" {
    query "metrics" {
      ask = { memory = metric.memory {}, cpu = metric.cpu {}, latency = metric.latency {}, error_rate = metric.error_rate {},
              request_rate = metric.request_rate {}, memory_every = metric.memory { every = "2m" },
              rate_every = metric.request_rate { every = "2m" }, rate_by = metric.request_rate { by = { "span.name" } },
              rate_against = metric.request_rate { against = "before $onset" },
              gauge = metric.named { name = "process.runtime.cpython.cpu.utilization" },
              counter = metric.named { name = "app_recommendations_counter" },
              histogram = metric.named { name = "traces.span.metrics.duration" },
              level = metric.named { name = "process.memory.usage" } } },
    query "spans" {
      ask = { latency = spans.latency {}, latency_every = spans.latency { every = "5m" }, percentiles = spans.percentiles {},
              percentiles_against = spans.percentiles { against = "before $onset" }, slowest = spans.slowest { limit = 10 },
              typical = spans.typical { limit = 10 }, calls = spans.calls {}, services = spans.services {},
              of_traces = spans.of_traces { traces = { "a6fca7717b511cf6d5cdafe2099ba588", "fa893b98c1b5cb2d95e69d85013b612c", "2a88ef9e467f12c578e23b1bac30d5b3" } } } },
    query "filtered" {
      ask = { wrong = spans.percentiles { where = { ["status"] = "error" } },
              misses = spans.percentiles { where = { ["app.cache_hit"] = false } },
              count_of = spans.percentiles { where = { ["app.products.count"] = 10 } },
              named = spans.services { where = { ["app.product.id"] = like "6" } } } },
    query "logs" {
      ask = { templates = logs.templates {}, against = logs.templates { against = "before $onset" },
              count = logs.count { every = "5m" }, severities = logs.count { every = "5m", by = { "severity" } },
              of_traces = logs.of_traces { traces = { "a6fca7717b511cf6d5cdafe2099ba588", "fa893b98c1b5cb2d95e69d85013b612c", "2a88ef9e467f12c578e23b1bac30d5b3" } },
              search = logs.search { limit = 50 }, text = logs.search { text = "product", limit = 50 } } },
    on "joined" { to = "one" },
  },

  context "service" { only = { "service" }, names = { "onset" },
    fork "one" {
      query "metrics_of_one" {
        ask = { memory = metric.memory {}, cpu = metric.cpu {}, latency = metric.latency {}, request_rate = metric.request_rate {} } },
      query "spans_of_one" {
        ask = { latency = spans.latency {}, percentiles = spans.percentiles {}, slowest = spans.slowest { limit = 20 },
                typical = spans.typical { limit = 20 }, contrast = spans.contrast { against = "before $onset" },
                numbers = spans.numbers { against = "before $onset" }, calls = spans.calls {} } },
      query "logs_of_one" {
        ask = { templates = logs.templates { against = "before $onset" }, count = logs.count {}, search = logs.search { limit = 100 } } },
      on "joined" { to = "done" },
    },
  },
}
