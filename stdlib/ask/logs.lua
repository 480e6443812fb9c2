-- Asks about logs: one row each.
-- SPDX-License-Identifier: Apache-2.0
local all = { "service", "namespace", "instance", "version" }

return {
  { kind = "logs.templates", signal = "logs", shape = "templates", applies = all,
    options = { every = duration { optional = true }, limit = number { default = 500, least = 1 } },
    doc = "Kinds of messages, ids and numbers masked: counts per time bucket, before and after under `against`." },
  { kind = "logs.of_traces", signal = "logs", shape = "logs", applies = all,
    options = { traces = list, limit = number { default = 5000, least = 1 } }, required = { "traces" },
    doc = "The records of the given traces, in the order of time." },
  { kind = "logs.search", signal = "logs", shape = "logs", applies = all,
    options = { limit = number { default = 200, least = 1 }, text = text { optional = true } },
    doc = "The first records that fit `where`, in the order of time; `text` must occur in the body as it stands." },
  { kind = "logs.count", signal = "logs", shape = "series", applies = all,
    options = { by = list { optional = true }, every = duration { optional = true } },
    doc = "Records per time bucket and service, further split by `by`: severity or attributes." },
}
