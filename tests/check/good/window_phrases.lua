return sop "windows" {
  start = "look",
  input = { deployed = time },
  context "after" { window = "after $deployed",
    query "ask" { ask = { load = metric.request_rate {} }, on "in" { to = "near" } },
    context "around" { window = "10m around $deployed", query "near" { ask = { cpu = metric.cpu {} }, on "on" { to = "old" } } },
  },
  context "before" { window = "before $deployed", query "old" { ask = { load = metric.request_rate {} }, on "on" { to = "last" } } },
  context "hour" { window = "1h", query "last" { ask = { load = metric.request_rate {} }, on "done" { to = "done" } } },
}
