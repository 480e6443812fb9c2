-- expect: 8: edge "b" can never be taken: "a" has the same condition
return sop "x" {
  start = "look",
  query "ask" { ask = { load = metric.request_rate {} }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" }, with = { reviews.rise_of_load {} }, on "on" { to = "again" } },
  query "again" { ask = { cpu = metric.cpu {} },
    on "a" { to = "done", when = found "load_up" },
    on "b" { to = "ask", when = found "load_up" },
    on "c" { to = "done" },
  },
}
