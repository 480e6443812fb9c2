-- Asks in a source's own language: the text is sent as it stands, `$name` as a quoted literal of that language.
-- SPDX-License-Identifier: Apache-2.0
local none = {}
local columns = { as = text { optional = true }, unit = text { optional = true } }

return {
  { kind = "promql", signal = "metrics", shape = "table", native = true, applies = none, options = columns,
    doc = "PromQL, over the window of the ask; `as = \"series\"` makes it a series." },
  { kind = "ppl", signal = "logs", shape = "table", native = true, applies = none, options = columns,
    doc = "OpenSearch Piped Processing Language." },
  { kind = "sql", signal = "logs", shape = "table", native = true, applies = none, options = columns,
    doc = "OpenSearch SQL." },
  { kind = "dsl", signal = "logs", shape = "table", native = true, applies = none, options = columns,
    doc = "An OpenSearch search body as JSON." },
  { kind = "jaeger", signal = "spans", shape = "spans", native = true, applies = none, options = columns,
    doc = "Parameters of Jaeger's trace search." },
}
