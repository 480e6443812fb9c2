return sop "slots" {
  start = "look",
  query "now" { ask = { load = metric.request_rate {} }, on "then" { to = "later" } },
  query "later" { ask = { load = metric.request_rate {} }, on "seen" { to = "judge" } },
  review "judge" { of = { "now", "later" }, with = { reviews.rise_of_load { load = "later.load", times = 2 } }, on "done" { to = "done" } },
}
