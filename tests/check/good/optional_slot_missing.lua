return sop "optional_slot" {
  start = "look",
  review "judge" { ask = { errors = metric.error_rate {} }, with = { reviews.rise_of_errors {} }, on "done" { to = "done" } },
}
