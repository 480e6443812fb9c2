return sop "from" {
  start = "look",
  query "ask" { from = "staging", ask = { load = metric.request_rate {}, lines = logs.search { from = "archive" } }, on "done" { to = "done" } },
}
