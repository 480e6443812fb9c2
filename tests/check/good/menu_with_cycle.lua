return sop "menu" {
  start = "look",
  query "ask" { ask = { load = metric.request_rate {}, errors = metric.error_rate {} }, on "seen" { to = "judge" } },
  review "judge" { of = { "ask" }, with = { reviews.rise_of_load {}, reviews.rise_of_errors {} }, on "what next" { to = "hub" } },
  suggest "hub" { say = "What next?",
    on "load"   { to = "load", when = found "load_up", why = "$load_up.says" },
    on "errors" { to = "errors", when = any_of { found "errors_up", unknown "errors_up" } },
    on "look again" { to = "ask" },
    on "enough" { to = "done", says = "Seen enough." },
  },
  info "load" { say = "More load: $load_up.times times.", on "back" { to = "hub" } },
  info "errors" { say = "Errors since $errors_up.onset.", on "back" { to = "hub" } },
}
