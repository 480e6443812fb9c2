return sop "fork_with_choice" {
  start = "look",
  query "first" { ask = { load = metric.request_rate {} }, on "on" { to = "judge" } },
  review "judge" { of = { "first" }, with = { reviews.rise_of_load {} }, on "on" { to = "gather" } },
  fork "gather" {
    query "metrics" { ask = { cpu = metric.cpu {} } },
    query "spans" { ask = { latency = spans.latency {} } },
    on "load" { to = "again", when = found "load_up" },
    on "calm" { to = "done" },
  },
  info "again" { say = "Load: $load_up.says", on "done" { to = "done" } },
}
