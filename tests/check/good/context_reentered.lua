return sop "reentered" {
  start = "look",
  query "ask" { ask = { errors = metric.error_rate {} }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" }, with = { reviews.rise_of_errors {} }, on "in" { to = "inside" }, on "done" { to = "done" } },
  context "worst" { about = "errors_up", only = { "service" },
    suggest "inside" { say = "$service.", on "out and in again" { to = "between" }, on "done" { to = "done" } },
  },
  info "between" { say = "Outside.", on "back" { to = "inside" } },
}
