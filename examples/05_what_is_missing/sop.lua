-- A claim that needs two signals, and what is said of it when one is not there.
-- SPDX-License-Identifier: Apache-2.0
return sop "memory_makes_slow" { title = "Does growing memory make requests slow?", start = "begin",
  matches = { "slower and slower", "slow until restart" },

  fork "gather" {
    query "metrics" { ask = { memory = metric.memory {}, load = metric.request_rate {} } },
    query "spans"   { ask = { latency = spans.latency {} } },
    on "join" { to = "judge" },
  },
  review "judge" { of = { "gather" },
    with = { reviews.memory_growth {}, reviews.memory_follows_load {}, reviews.latency_tail {} },
    on "done" { to = "done" },
  },

  hypothesis "grows_and_slows" {
    say = "$service keeps memory since $memory_growth.onset, and its requests get slower.",
    needs = { "memory_growth", "latency_tail" }, refuted_by = { "memory_follows_load" },
  },
}
