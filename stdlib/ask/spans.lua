-- Asks about spans: one row each.
-- SPDX-License-Identifier: Apache-2.0
local all = { "service", "namespace", "instance", "version", "operation" }
local whole = { "service", "namespace", "instance", "version" }

return {
  { kind = "spans.latency", signal = "spans", shape = "latency", applies = all,
    options = { every = duration { optional = true } },
    doc = "Durations per operation, kind and time bucket in mergeable log buckets, with errors. Entry spans (kind server, "
      .. "consumer, root) are the latency of the service; the other kinds tell where time goes." },
  { kind = "spans.percentiles", signal = "spans", shape = "table", applies = all,
    options = {},
    doc = "Durations per service and operation, exact: n, errors, p50, p95, p99 (nearest rank), max and total, of both windows "
      .. "under `against`." },
  { kind = "spans.slowest", signal = "spans", shape = "spans", applies = all,
    options = { limit = number { default = 100, least = 1 } },
    doc = "Whole traces, slowest first by the entry spans of the scope; `limit` counts traces." },
  { kind = "spans.typical", signal = "spans", shape = "spans", applies = all,
    options = { limit = number { default = 20, least = 1 } },
    doc = "Whole traces whose entry span in the scope is nearest to the median of its operation; `limit` counts traces." },
  { kind = "spans.contrast", signal = "spans", shape = "contrast", applies = all,
    options = { attributes = list { optional = true }, slower_than = duration { optional = true }, least = number { optional = true } },
    doc = "Attributes of slow and fast spans of one operation in the same stretch of time, counted in both windows. With "
      .. "`slower_than` slow is above that duration, and every value in at least `least` (5) spans is counted, numbers too." },
  { kind = "spans.numbers", signal = "spans", shape = "series", applies = all,
    options = { attributes = list { optional = true }, every = duration { optional = true } },
    doc = "Numeric attributes over time: n, distinct values and median per operation, attribute and time bucket." },
  { kind = "spans.of_traces", signal = "spans", shape = "spans", applies = { "service", "namespace" },
    options = { traces = list, limit = number { default = 500, least = 1 } }, required = { "traces" },
    doc = "Whole traces by their ids; `limit` counts traces." },
  { kind = "spans.calls", signal = "spans", shape = "table", applies = whole,
    options = {},
    doc = "Who calls whom: caller, callee and operation of the callee, with count, errors and summed duration." },
  { kind = "spans.services", signal = "spans", shape = "table", applies = whole,
    options = {},
    doc = "The services that sent spans: operations, spans, entry spans, errors, first and last." },
}
