return sop "query_to_done" {
  start = "look",
  query "ask" { ask = { load = metric.request_rate {} }, on "done" { to = "done" } },
}
