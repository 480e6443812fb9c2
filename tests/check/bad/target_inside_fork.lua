-- expect: 8: `load` is a query inside fork "ask"
return sop "x" {
  start = "look",
  input = { window = duration { default = "1h" }, service = text { optional = true } },
  info "hello" { say = "A look at $service.", on "go" { to = "ask" } },
  fork "ask" { query "load" { ask = { load = metric.request_rate {}, errors = metric.error_rate {} } }, on "join" { to = "judge" } },
  review "judge" { of = { "ask" }, with = { reviews.rise_of_load {}, reviews.rise_of_errors {} },
    on "errors" { to = "load", when = found "errors_up" },
    on "done" { to = "done" },
  },
  hypothesis "load" { say = "$service has more load.", needs = { "load_up" }, helps = { "errors_up" } },
}
