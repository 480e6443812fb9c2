return sop "fork_and_join" {
  start = "look",
  fork "gather" {
    query "metrics" { title = "Metrics", ask = { load = metric.request_rate {}, errors = metric.error_rate {} } },
    query "calls" { ask = { calls = spans.calls {} } },
    on "join" { to = "judge" },
  },
  review "judge" { of = { "gather" }, with = { reviews.rise_of_load {}, reviews.rise_of_errors {} }, on "done" { to = "done" } },
}
