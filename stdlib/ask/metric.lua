-- Asks about metrics: one row each; what a measure is called in a source stands in stdlib/measures.
-- SPDX-License-Identifier: Apache-2.0
local everywhere = { "service", "namespace", "instance", "version" }
local calls = { "service", "namespace", "instance", "version", "operation" }
local by = list { optional = true }
local every = duration { optional = true }  -- the mean of each such stretch of time instead of raw samples

return {
  { kind = "metric.memory", signal = "metrics", shape = "series", measure = "memory", applies = everywhere,
    options = { by = by, every = every },
    doc = "Memory in use, bytes: one series per instance, raw samples as they were exported." },
  { kind = "metric.cpu", signal = "metrics", shape = "series", measure = "cpu", applies = everywhere,
    options = { by = by, every = every },
    doc = "CPU in use, cores: one series per instance; counters of seconds are read as rates." },
  { kind = "metric.latency", signal = "metrics", shape = "latency", measure = "latency", applies = calls,
    options = {},
    doc = "Durations of the calls that a service received, in the buckets of the source (approximate)." },
  { kind = "metric.error_rate", signal = "metrics", shape = "series", measure = "error_rate", applies = calls,
    options = { by = by, every = every },
    doc = "Share of received calls that failed, 0 to 1, per instance; no sample where there was no call." },
  { kind = "metric.request_rate", signal = "metrics", shape = "series", measure = "request_rate", applies = calls,
    options = { by = by, every = every },
    doc = "Received calls per second, per instance." },
  { kind = "metric.named", signal = "metrics", shape = "series", applies = everywhere,
    options = { name = text, by = by, every = every, reduce = text { default = "sum" } }, required = { "name" },
    doc = "One metric by its own name: gauges as they are, counters as rates per second, histograms as mean per "
      .. "interval; attributes stay labels unless `by` names those to keep." },
}
