return sop "against" {
  start = "look",
  input = { deployed = time },
  query "week" { against = "7d earlier", ask = { load = metric.request_rate {} }, on "on" { to = "release" } },
  query "release" { ask = { contrast = spans.contrast { against = "before $deployed" } }, on "done" { to = "done" } },
}
