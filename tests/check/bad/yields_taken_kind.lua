-- expect: 6: `errors_up` is the kind of reviews.rise_of_errors, which has other numbers or another subject
return sop "x" {
  start = "ask",
  query "ask" { ask = { load = metric.request_rate {}, pool = metric.named { name = "pool.used" } }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" },
    with = { reviews.over { series = "ask.pool", over = 10, yields = "errors_up" } },
    on "up" { to = "done", when = found "errors_up" },
    on "done" { to = "done" } },
}
