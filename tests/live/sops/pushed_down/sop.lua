-- The asks about spans that OpenSearch reduces itself: what they bring over the wire must not depend on the number of spans.
-- SPDX-License-Identifier: Apache-2.0
return sop "pushed_down" {
  title = "Pushed down",
  input = { service = text, onset = time },
  start = "go",

  fork "everything" {
    query "spans" {
      ask = { latency = spans.latency {}, latency_every = spans.latency { every = "1m" }, percentiles = spans.percentiles {},
              percentiles_against = spans.percentiles { against = "before $onset" }, calls = spans.calls {}, services = spans.services {} } },
    query "filtered" {
      ask = { wrong = spans.percentiles { where = { ["status"] = "error" } },
              misses = spans.percentiles { where = { ["app.cache_hit"] = false } } } },
    on "joined" { to = "one" },
  },

  context "service" { only = { "service" }, names = { "onset" },
    fork "one" {
      query "spans_of_one" {
        ask = { latency = spans.latency {}, percentiles = spans.percentiles {}, contrast = spans.contrast { against = "before $onset" },
                numbers = spans.numbers { against = "before $onset" }, calls = spans.calls {} } },
      on "joined" { to = "done" },
    },
  },
}
