return sop "outside" {
  start = "look",
  query "ask" { ask = { errors = metric.error_rate {} }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" }, with = { reviews.rise_of_errors {} }, on "in" { to = "callees" } },
  context "service" { about = "errors_up", only = { "service" }, names = { "share", "onset" },
    review "callees" { outside = { "service" }, against = "before $onset", ask = { latency = spans.latency {}, errors = metric.error_rate { outside = { "namespace" } } },
      with = { reviews.slow_part {} }, on "done" { to = "done", says = "$share of $service." } },
  },
}
