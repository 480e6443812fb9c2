return sop "options" {
  start = "look",
  review "judge" { ask = { load = metric.request_rate { by = { "operation" } } },
    with = { reviews.rise_of_load { times = 2.5, within = "15m", side = "down", parts = { "a", "b" }, strict = true } }, on "done" { to = "done" } },
}
