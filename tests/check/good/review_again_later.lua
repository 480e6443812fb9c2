return sop "again" {
  start = "look",
  review "first" { ask = { load = metric.request_rate {} }, with = { reviews.rise_of_load {} }, on "again" { to = "second", when = unknown "load_up" }, on "done" { to = "done" } },
  review "second" { of = { "first" }, with = { reviews.rise_of_load { times = 1.1 } }, on "done" { to = "done" } },
}
