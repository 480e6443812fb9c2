return sop "option_from_input" {
  start = "look",
  input = { times = number { default = 2 }, within = duration { default = "15m" } },
  review "judge" { ask = { load = metric.request_rate {} }, with = { reviews.rise_of_load { times = "$times", within = "$within" } }, on "done" { to = "done" } },
}
