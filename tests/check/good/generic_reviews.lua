return sop "generic" {
  start = "look",
  query "ask" { ask = { cpu = metric.cpu {}, pool = metric.named { name = "pool.used" } }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" },
    with = { reviews.over { series = "ask.cpu", over = 0.8, yields = "busy" }, reviews.over { series = "ask.pool", over = 10 } },
    on "busy" { to = "done", when = found "busy" }, on "over" { to = "done", when = found "over" }, on "done" { to = "done" } },
  hypothesis "busy" { say = "$service is busy.", needs = { "busy" }, refuted_by = { "over" } },
}
