-- The smallest walk that reaches a verdict: tell, ask, review.
-- SPDX-License-Identifier: Apache-2.0
return sop "first_walk" { title = "Who serves more requests?", start = "begin",
  matches = { "more traffic", "load went up" },

  info "welcome" {
    say = "Looks for services whose load changed and stayed changed.",
    on "ask" { to = "requests" },
  },
  query "requests" { title = "Requests per second",
    ask = { load = metric.request_rate {} },
    on "judge" { to = "change" },
  },
  review "change" { title = "Did the load change?",
    of = { "requests" }, with = { reviews.load_change { times = 2 } },
    on "done" { to = "done", says = "Services whose load doubled or halved are named above." },
  },

  hypothesis "more_load" {
    say = "$service serves $load_change.times times the requests since $load_change.onset.",
    needs = { found "load_change" { times = above(1) } },
  },
}
