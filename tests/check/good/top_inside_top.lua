return sop "rounds_in_rounds" {
  start = "look",
  query "ask" { ask = { load = metric.request_rate {}, latency = spans.latency {} }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" }, with = { reviews.rise_of_load {}, reviews.slow_part {} }, on "each" { to = "service" } },
  context "services" { about = "load_up", top = 2, only = { "service" },
    review "service" { ask = { errors = metric.error_rate {} }, with = { reviews.rise_of_errors {} }, on "operations" { to = "operation" }, on "next service" { to = "next" } },
    context "operations" { about = "slow_part", top = 2, only = { "operation" },
      suggest "operation" { say = "$operation of $service.", on "next operation" { to = "next" } },
      on "operations seen" { to = "next" },
    },
    on "services seen" { to = "done" },
  },
}
