-- expect: 6: `load_up` is the kind of reviews.rise_of_load, which has other numbers or another subject
return sop "x" {
  start = "ask",
  query "ask" { ask = { load = metric.request_rate {}, pool = metric.named { name = "pool.used" } }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" },
    with = { reviews.over { series = "ask.pool", over = 10, yields = "load_up" } },
    on "up" { to = "done", when = found "load_up" },
    on "done" { to = "done" } },
}
