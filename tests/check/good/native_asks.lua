return sop "native" {
  start = "look",
  input = { service = text },
  context "service" { only = { "service" },
    query "ask" { ask = {
        active = promql [[ sum by (state) (active{service=$service}) ]] { as = "series", unit = "count" },
        wire   = promql [[ sum(rate(retransmits[5m])) ]] { outside = { "service" }, as = "series" },
        held   = ppl [[ source = spans | where serviceName = $service | head 50 ]] {},
      }, on "seen" { to = "judge" } },
    review "judge" { of = { "ask" },
      with = { reviews.over { series = "ask.active", over = 0.9, yields = "full" }, reviews.over { series = "ask.wire", over = 0.01, yields = "lossy" } },
      on "full" { to = "done", when = all_of { found "full" { times = above(2) }, not_found "lossy" } },
      on "done" { to = "done" } },
  },
}
