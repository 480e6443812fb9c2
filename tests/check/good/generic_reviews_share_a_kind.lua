return sop "generic" {
  start = "ask",
  query "ask" { ask = { cpu = metric.cpu {}, pool = metric.named { name = "pool.used" } }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" },
    with = { reviews.over { series = "ask.cpu", over = 0.8, yields = "full" }, reviews.over { series = "ask.pool", over = 10, yields = "full" } },
    on "tell" { to = "tell", when = found "full" { times = above(2), service = "a" } },
    on "done" { to = "done" } },
  context "inner" { about = "full", only = { "service" }, names = { "onset", "times" },
    info "tell" { say = "$service is full since $onset, $times over: $full.says", on "done" { to = "done" } },
  },
  hypothesis "full" { say = "$service is full.", needs = { found "full" { times = above(1) } } },
}
