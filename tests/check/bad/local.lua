-- expect: 2: `local` in a file of data
local limit = 100
return sop "x" {
  start = "look",
  input = { window = duration { default = "1h" }, service = text { optional = true } },
  info "hello" { say = "A look at $service.", on "go" { to = "ask" } },
  query "ask" { ask = { load = metric.request_rate {}, errors = metric.error_rate {} }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" }, with = { reviews.rise_of_load {}, reviews.rise_of_errors {} },
    on "errors" { to = "more", when = found "errors_up" },
    on "done" { to = "done" },
  },
  context "inner" { about = "errors_up", only = { "service" }, names = { "onset" },
    review "more" { ask = { latency = spans.latency { against = "before $onset" } }, with = { reviews.slow_part {} },
      on "done" { to = "done" },
    },
  },
  hypothesis "load" { say = "$service has more load.", needs = { "load_up" }, helps = { "errors_up" } },
}
