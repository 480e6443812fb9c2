return sop "rebinding" {
  start = "look",
  input = { operation = text },
  context "outer" { only = { "operation" },
    query "ask" { ask = { errors = metric.error_rate {}, latency = spans.latency {} }, on "seen" { to = "judge" } },
    review "judge" { of = { "ask" }, with = { reviews.rise_of_errors {}, reviews.slow_part {} }, on "in" { to = "wire" } },
    context "inner" { about = "errors_up", only = { "service" },
      query "wire" { ask = { text = promql [[ up{service=$service} ]] {} }, on "done" { to = "done" } },
    },
  },
}
