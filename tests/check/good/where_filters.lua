return sop "where" {
  start = "look",
  input = { message = text },
  query "ask" { where = { status = "error" },
    ask = { client = spans.latency { where = { kind = "client" } }, lines = logs.search { where = { body = like "$message" } }, cpu = metric.cpu {} },
    on "done" { to = "done" } },
}
