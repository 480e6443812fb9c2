return sop "inside" {
  start = "look",
  context "hour" { window = "1h",
    query "ask" { ask = { load = metric.request_rate {} }, on "done" { to = "done" } },
  },
}
